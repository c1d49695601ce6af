import { expect, test } from 'vitest';
import { CallCodec } from '../../src/server/call-codec.ts';
import { PacketTimer } from '../../src/server/packet-timer.ts';
import { AudioReceiver } from '../../src/server/webrtc/audio-receiver.ts';
import { AudioSender } from '../../src/server/webrtc/audio-sender.ts';
import { buildRtp, parseRtp, type RtpPacket } from '../../src/server/webrtc/rtp.ts';
import { VirtualClock } from '../../src/testing/virtual-clock.ts';
import { turns } from './scripted-client.ts';

const FIELDS = { payloadType: 111, isMarked: true, sequenceNumber: 65_535, timestamp: 4_294_967_295, ssrc: 0xfedcba98 };

test('a packet is read as it was built', () => {
  const packet = buildRtp(FIELDS, Uint8Array.of(1, 2, 3));
  expect([...packet.subarray(0, 12)]).toEqual([0x80, 0xef, 255, 255, 255, 255, 255, 255, 0xfe, 0xdc, 0xba, 0x98]);
  const { payloadType, sequenceNumber, timestamp, payload } = parseRtp(packet) as RtpPacket;
  expect({ payloadType, sequenceNumber, timestamp, payload: [...payload] }).toEqual({
    payloadType: 111,
    sequenceNumber: 65_535,
    timestamp: 4_294_967_295,
    payload: [1, 2, 3],
  });
});

test('contributing sources, a header extension and padding are left out of the payload', () => {
  const header = [0x80 | 0x20 | 0x10 | 2, 111, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3];
  const sources = Array.from({ length: 8 }, () => 9);
  const extension = [0xbe, 0xde, 0, 1, 5, 5, 5, 5];
  expect([...(parseRtp(Uint8Array.from([...header, ...sources, ...extension, 7, 8, 0, 0, 3]))?.payload ?? [])]).toEqual(
    [7, 8],
  );
});

test('RTCP, other versions and every truncated packet are refused', () => {
  const whole = Uint8Array.from([
    0xb1, 111, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 9, 9, 9, 9, 0xbe, 0xde, 0, 1, 5, 5, 5, 5, 7, 1,
  ]);
  expect(parseRtp(whole)?.payload).toEqual(Uint8Array.of(7));
  for (let length = 0; length < 24; length++) expect(parseRtp(whole.slice(0, length))).toBeNull();
  expect(parseRtp(Uint8Array.from(whole, (x, i) => (i === 1 ? 200 : x)))).toBeNull();
  expect(parseRtp(Uint8Array.from(whole, (x, i) => (i === 0 ? 0x31 : x)))).toBeNull();
  expect(parseRtp(Uint8Array.from(whole, (x, i) => (i === whole.length - 1 ? 255 : x)))).toBeNull();
});

async function receiver(): Promise<{
  send: (timestamp: number, payloadType?: number) => void;
  heardFrames: () => number;
}> {
  let frames = 0;
  const codec = await CallCodec.load('PCMU');
  const audio = new AudioReceiver({ codec, payloadType: 0, hear: (samples) => (frames += samples.length) });
  return {
    send: (timestamp, payloadType = 0) =>
      audio.receive(buildRtp({ ...FIELDS, payloadType, timestamp: timestamp >>> 0 }, new Uint8Array(160))),
    heardFrames: () => frames,
  };
}

test('what is lost becomes silence, what is late or foreign is dropped, and the time line stays whole', async () => {
  const { send, heardFrames } = await receiver();
  const start = -320; // The timestamp wraps in the middle.
  send(start);
  send(start + 160);
  send(start + 480);
  expect(heardFrames()).toBe(4 * 480);
  send(start + 320);
  send(start + 640, 8);
  expect(heardFrames()).toBe(4 * 480);
  send(start + 640);
  expect(heardFrames()).toBe(5 * 480);
});

test('a timestamp far away is a new start, not an hour of silence', async () => {
  const { send, heardFrames } = await receiver();
  send(0);
  send(3600 * 8000);
  send(160);
  expect(heardFrames()).toBe(3 * 480);
});

test('an Opus payload that is none does not end the call', async () => {
  let frames = 0;
  const codec = await CallCodec.load('opus');
  const audio = new AudioReceiver({ codec, payloadType: 111, hear: (samples) => (frames += samples.length) });
  const good = codec.encode(new Int16Array(480)).slice();
  audio.receive(buildRtp({ ...FIELDS, timestamp: 0 }, good));
  audio.receive(buildRtp({ ...FIELDS, timestamp: 960 }, Uint8Array.of(255, 255, 255, 255)));
  audio.receive(buildRtp({ ...FIELDS, timestamp: 1920 }, good));
  expect(frames).toBe(3 * 480);
});

test('a packet leaves every 20 ms until the sender is stopped', async () => {
  const clock = new VirtualClock(turns);
  const sent: { atMs: number; packet: RtpPacket }[] = [];
  const sender = new AudioSender({
    clock,
    codec: await CallCodec.load('PCMU'),
    payloadType: 0,
    ssrc: 1,
    pull: () => {},
    send: (bytes) => void sent.push({ atMs: clock.nowMs(), packet: parseRtp(bytes) as RtpPacket }),
  });
  sender.start();
  await clock.advance(1000);
  expect(sent.map(({ atMs }) => atMs)).toEqual(Array.from({ length: 51 }, (_, i) => 20 * i));
  for (const [i, { packet }] of sent.entries()) {
    const previous = sent[i - 1]?.packet ?? packet;
    expect((packet.timestamp - previous.timestamp) >>> 0).toBe(i === 0 ? 0 : 160);
    expect((packet.sequenceNumber - previous.sequenceNumber) & 0xffff).toBe(i === 0 ? 0 : 1);
  }
  sender.stop();
  await clock.advance(1000);
  expect(sent.length).toBe(51);
});

test('a beat that is late is made up for, but not a sleep', () => {
  let nowMs = 0;
  let wake: () => void = () => {};
  const clock = {
    nowMs: () => nowMs,
    schedule: (delayMs: number, callback: () => void) => {
      const dueMs = nowMs + delayMs;
      wake = () => {
        // Never early, as a real timer.
        nowMs = Math.max(nowMs, dueMs);
        callback();
      };
      return { cancel: () => {} };
    },
    during: <T>(work: Promise<T>) => work,
  };
  const log: string[] = [];
  const timer = new PacketTimer(clock, {
    onPacket: () => void log.push(`packet ${nowMs}`),
    onSkipped: (packets) => void log.push(`skipped ${packets}`),
  });
  timer.start();
  nowMs = 75;
  wake();
  wake();
  nowMs = 585;
  wake();
  wake();
  expect(log).toEqual([
    'packet 0',
    'packet 75',
    'packet 75',
    'packet 75',
    'packet 80',
    'skipped 24',
    'packet 585',
    'packet 600',
  ]);
});
