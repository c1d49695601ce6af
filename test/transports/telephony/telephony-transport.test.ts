import { beforeEach, describe, expect, test } from 'vitest';
import { encodeBase64 } from '../../../src/audio/base64.ts';
import type { RealtimeTransportEventTypes } from '../../../src/transports/transport.ts';
import { PhoneSimulator } from '../../../src/testing/phone-simulator.ts';
import type { MemoryPhoneSocket, PhoneWire } from '../../../src/testing/phone-wire.ts';
import { wireInMemory } from '../../../src/testing/phone-wire.ts';
import { VirtualClock } from '../../../src/testing/virtual-clock.ts';
import type { TelephonyRealtimeTransportOptions } from '../../../src/twilio.ts';
import { TelephonyRealtimeTransport, telnyxDialect, TwilioRealtimeTransportLayer } from '../../../src/twilio.ts';
import { ScriptedSocket } from '../../../src/testing/scripted-socket.ts';

const LATENCY_MS = 5;

let clock: VirtualClock;
let wire: PhoneWire;
let line: MemoryPhoneSocket;
let model: ScriptedSocket;
let phone: PhoneSimulator;
let upstreams: number;

beforeEach(() => {
  clock = new VirtualClock(async () => {
    for (let turn = 0; turn < 4; turn++) await Promise.resolve();
  });
  ({ wire, socket: line } = wireInMemory(clock, LATENCY_MS));
  phone = new PhoneSimulator({ clock, wire, customParameters: { tenant: 'blue' } });
  model = new ScriptedSocket();
  upstreams = 0;
});

function twilio(options: TelephonyRealtimeTransportOptions = {}): TwilioRealtimeTransportLayer {
  return new TwilioRealtimeTransportLayer({ twilioWebSocket: line, ...modelOptions(), ...options });
}

function modelOptions(): TelephonyRealtimeTransportOptions {
  return {
    clock,
    apiKey: 'local',
    createWebSocket: async () => {
      upstreams += 1;
      clock.schedule(1, () => model.open());
      return model;
    },
  };
}

async function connected(options: TelephonyRealtimeTransportOptions = {}): Promise<TwilioRealtimeTransportLayer> {
  const transport = twilio(options);
  phone.start();
  await clock.runUntil(transport.connect({}));
  return transport;
}

function errorsOf(transport: TelephonyRealtimeTransport): string[] {
  const codes: string[] = [];
  transport.on('error', (event: RealtimeTransportEventTypes['error'][0]) => void codes.push(String(event.code)));
  return codes;
}

/** Octets of the appended audio since the last call. */
function appended(): number[] {
  const events = model.take().filter((event) => event.type === 'input_audio_buffer.append');
  return events.flatMap((event) => [...Buffer.from(String(event['audio']), 'base64')]);
}

/** The model speaks `ms` of an octet that tells its place. */
function speak(itemId: string, ms: number, firstOctet = 0): void {
  const octets = Uint8Array.from({ length: ms * 8 }, (_, n) => (firstOctet + (n >> 3)) & 0x7f);
  model.receive({
    type: 'response.output_audio.delta',
    event_id: 'e',
    response_id: 'r1',
    item_id: itemId,
    output_index: 0,
    content_index: 0,
    delta: encodeBase64(octets),
  });
}

function media(fields: object): string {
  return JSON.stringify({ event: 'media', streamSid: 'MZ1', media: fields });
}

describe('the start of a call', () => {
  test('the model is not called before the stream has started', async () => {
    const transport = twilio();
    const connecting = transport.connect({});
    await clock.advance(2000);
    expect(upstreams).toBe(0);
    phone.start();
    await clock.runUntil(connecting);
    expect(upstreams).toBe(1);
    expect(await transport.started()).toMatchObject({
      callId: expect.stringMatching(/^CA/),
      parameters: { tenant: 'blue' },
    });
  });

  test('a socket that never starts a stream costs nothing upstream and is closed', async () => {
    const transport = twilio();
    await expect(clock.runUntil(transport.connect({}))).rejects.toMatchObject({ code: 'ERR_PHONE_START_TIMEOUT' });
    expect(clock.nowMs()).toBe(5000);
    await clock.advance(6000);
    expect([upstreams, phone.isClosed]).toEqual([0, true]);
  });

  test('a stream in a format that no phone line has is refused', async () => {
    const transport = twilio();
    const codes = errorsOf(transport);
    const connecting = transport.connect({});
    const start = { streamSid: 'MZ1', mediaFormat: { encoding: 'audio/l16', sampleRate: 16_000, channels: 1 } };
    wire.send(JSON.stringify({ event: 'start', start }));
    await expect(clock.runUntil(connecting)).rejects.toMatchObject({ code: 'ERR_PHONE_START_TIMEOUT' });
    expect(codes).toEqual(['ERR_PHONE_FRAME']);
  });

  test('both directions are asked for in the law of the line', async () => {
    await connected();
    const [update] = model.take();
    expect(update).toMatchObject({
      session: { audio: { input: { format: { type: 'audio/pcmu' } }, output: { format: { type: 'audio/pcmu' } } } },
    });
  });

  test('a configuration that the line can not carry is refused with what to do', async () => {
    const transport = twilio();
    phone.start();
    const connecting = transport.connect({ initialSessionConfig: { outputAudioFormat: 'pcm16' } });
    await expect(clock.runUntil(connecting)).rejects.toMatchObject({ code: 'ERR_PHONE_FORMAT' });
  });

  test('what the app sends before the stream has started does not leave', async () => {
    const transport = twilio();
    transport.playout.flush('early');
    await clock.advance(100);
    expect(phone.warnings).toEqual([]);
    expect(phone.received).toEqual({ media: 0, mark: 0, clear: 0 });
  });
});

describe("the caller's audio", () => {
  test('goes through octet by octet', async () => {
    await connected();
    model.take();
    const spoken = Uint8Array.from({ length: 480 }, (_, n) => n & 0xff);
    phone.speak(spoken);
    await clock.advance(70);
    expect(appended().slice(0, 480)).toEqual([...spoken]);
  });

  test('media of the outbound track is not the caller', async () => {
    await connected();
    phone.fallSilent();
    await clock.advance(50);
    model.take();
    wire.send(media({ track: 'outbound', timestamp: '40', payload: 'AAAA' }));
    await clock.advance(50);
    expect(appended()).toEqual([]);
  });

  test('a gap in the timestamps is filled with as much silence', async () => {
    await connected();
    await clock.advance(200);
    phone.fallSilent();
    await clock.advance(300);
    model.take();
    phone.soundAgain();
    await clock.advance(30);
    const octets = appended();
    expect(octets.length).toBe(300 * 8 + 160);
    expect(new Set(octets)).toEqual(new Set([0xff]));
  });

  test('forged timestamps can not buy more than a second of silence in ten', async () => {
    await connected();
    phone.fallSilent();
    await clock.advance(50);
    model.take();
    for (let n = 1; n <= 200; n++)
      wire.send(media({ track: 'inbound', timestamp: String(n * 60_000), payload: 'AAAA' }));
    await clock.advance(50);
    expect(appended().length).toBeLessThanOrEqual(8000 + 200 * 3 + 100);
  });

  test('a caller who stops in the middle of a word is helped with a second of silence, once', async () => {
    await connected();
    model.receive({ type: 'input_audio_buffer.speech_started', event_id: 'e', item_id: 'u1', audio_start_ms: 0 });
    phone.fallSilent();
    await clock.advance(10);
    model.take();
    await clock.advance(749);
    expect(appended().length).toBe(8000);
    await clock.advance(5000);
    expect(appended()).toEqual([]);
  });

  test('a line without any audio for 20 s is dead', async () => {
    const transport = await connected();
    const codes = errorsOf(transport);
    phone.fallSilent();
    await clock.advance(20_100);
    expect([codes, phone.isClosed, transport.status]).toEqual([['ERR_PHONE_DEAD'], true, 'disconnected']);
  });

  test('a pressed key is an event', async () => {
    const transport = await connected();
    const seen: unknown[] = [];
    transport.on('*', (event) => void seen.push(event));
    phone.press('5');
    await clock.advance(10);
    expect(seen).toContainEqual({ type: 'dtmf', digit: '5' });
    expect(seen).toContainEqual({ type: 'twilio_message', message: expect.objectContaining({ event: 'dtmf' }) });
  });
});

describe('a hostile or broken stream', () => {
  test.each([
    ['no JSON', '{'],
    ['null', 'null'],
    ['a start without a body', '{"event":"start"}'],
    ['bad base64', media({ track: 'inbound', timestamp: '40', payload: '!!!!' })],
    ['no payload', media({ track: 'inbound', timestamp: '40' })],
    ['a negative timestamp', media({ track: 'inbound', timestamp: '-40', payload: 'AAAA' })],
    ['deep nesting', `{"event":${'['.repeat(20_000)}`],
    ['a frame of a megabyte', `"${'x'.repeat(1 << 20)}"`],
    [
      'a second start',
      '{"event":"start","start":{"streamSid":"MZ2","mediaFormat":{"encoding":"audio/x-mulaw","sampleRate":8000,"channels":1}}}',
    ],
  ])('%s is an error of this call, which goes on', async (_name, text) => {
    const transport = await connected();
    const codes = errorsOf(transport);
    phone.sendRaw(text);
    await clock.advance(20);
    model.take();
    await clock.advance(20);
    expect(codes).toEqual(['ERR_PHONE_FRAME']);
    expect(appended().length).toBe(160);
  });

  test('a stream of nothing but malformed frames is closed', async () => {
    const transport = await connected();
    const codes = errorsOf(transport);
    for (let n = 0; n < 150; n++) phone.sendRaw('{');
    await clock.advance(50);
    expect([codes.length, phone.isClosed, transport.status]).toEqual([100, true, 'disconnected']);
  });
});

describe("the agent's audio", () => {
  test('plays at the phone as it left the model', async () => {
    await connected();
    speak('a1', 200);
    await clock.advance(300);
    const heard = Buffer.from(phone.heard);
    expect(heard.includes(Buffer.from(Array.from({ length: 1600 }, (_, n) => (n >> 3) & 0x7f)))).toBe(true);
    expect(phone.warnings).toEqual([]);
  });

  test('at most 5 s and a packet lie at the phone', async () => {
    await connected();
    for (let n = 0; n < 100; n++) speak('a1', 200);
    await clock.advance(100);
    expect(phone.received.media).toBeLessThanOrEqual(26);
    await clock.advance(21_000);
    expect(phone.playedFrames).toBe(20_000 * 8);
  });

  test('a pause loses and repeats nothing', async () => {
    const { playout } = await connected();
    speak('a1', 2000);
    await clock.advance(700);
    playout.pause();
    await clock.advance(1000);
    const atPause = phone.playedFrames;
    expect(phone.isPlaying).toBe(false);
    playout.resume();
    await clock.advance(2000);
    expect(atPause).toBe(700 * 8);
    expect(phone.playedFrames).toBe(2000 * 8);
    const heard = Buffer.from(phone.heard);
    const spoken = Buffer.from(Array.from({ length: 16_000 }, (_, n) => (n >> 3) & 0x7f));
    expect(heard.includes(spoken.subarray(0, atPause))).toBe(true);
    expect(heard.includes(spoken.subarray(atPause))).toBe(true);
  });

  test('audio that came during a pause plays behind the rest', async () => {
    const { playout } = await connected();
    speak('a1', 1000);
    await clock.advance(300);
    playout.pause();
    speak('a1', 500);
    await clock.advance(100);
    playout.resume();
    await clock.advance(2000);
    expect(phone.playedFrames).toBe(1500 * 8);
  });

  test('an interrupt empties the phone and truncates every queued item', async () => {
    const transport = await connected();
    model.receive({ type: 'response.created', event_id: 'e', response: { id: 'r1', output: [] } });
    speak('a1', 1000);
    speak('a2', 1000);
    await clock.advance(400);
    model.take();
    transport.interrupt();
    await clock.advance(20);
    const truncations = model.take().filter((event) => event.type === 'conversation.item.truncate');
    expect(truncations).toMatchObject([
      { item_id: 'a1', audio_end_ms: 400 },
      { item_id: 'a2', audio_end_ms: 0 },
    ]);
    expect([phone.isPlaying, phone.playedFrames]).toEqual([false, 400 * 8]);
  });

  test('an item is done when its last mark comes back, not when its audio was sent', async () => {
    const { playout } = await connected();
    const done: unknown[] = [];
    playout.listener = {
      onReport: () => {},
      onStarted: () => {},
      onDone: ({ itemId }) => void done.push([itemId, clock.nowMs()]),
    };
    const sentAtMs = clock.nowMs();
    speak('a1', 600);
    playout.end('a1', 0);
    await clock.advance(1000);
    expect(done).toEqual([['a1', sentAtMs + 601]]);
  });

  test('what waits for a phone that does not read stays bounded', async () => {
    const transport = await connected();
    const codes = errorsOf(transport);
    line.isRead = false;
    for (let n = 0; n < 700; n++) speak('a1', 1000);
    await clock.advance(1000);
    expect(line.bufferedAmount).toBeLessThan(256 << 10);
    expect([codes, line.readyState, transport.status]).toEqual([['ERR_PHONE_BACKLOG'], 3, 'disconnected']);
  });
});

describe('the end of a call', () => {
  test('when the caller hangs up, the connection to the model closes', async () => {
    const transport = await connected();
    phone.hangUp();
    await clock.advance(20);
    expect([transport.status, model.readyState]).toEqual(['disconnected', 3]);
    await expect(transport.connect({})).rejects.toMatchObject({ code: 'ERR_PHONE_CLOSED' });
  });

  test('when the app closes, the stream does', async () => {
    const transport = await connected();
    transport.close();
    await clock.advance(20);
    expect(phone.isClosed).toBe(true);
  });

  test('a caller is not left in dead air when the model is gone', async () => {
    await connected({ reconnectGraceMs: 800 });
    model.drop(1006, '');
    await clock.advance(790);
    expect(phone.isClosed).toBe(false);
    await clock.advance(20);
    expect(phone.isClosed).toBe(true);
  });

  test('a connection that comes back keeps the caller', async () => {
    const transport = await connected({ reconnectGraceMs: 800 });
    model.drop(1006, '');
    await clock.advance(100);
    model = new ScriptedSocket();
    await clock.runUntil(transport.connect({}));
    await clock.advance(2000);
    expect([phone.isClosed, transport.status]).toEqual([false, 'connected']);
  });
});

describe('another provider', () => {
  test('a Telnyx stream in A-law holds a call', async () => {
    const sent: Record<string, unknown>[] = [];
    wire.onText = (text) => void sent.push(JSON.parse(text) as Record<string, unknown>);
    const transport = new TelephonyRealtimeTransport(line, telnyxDialect, modelOptions());
    const media_format = { encoding: 'PCMA', sample_rate: 8000, channels: 1 };
    wire.send(JSON.stringify({ event: 'start', stream_id: 's1', start: { call_control_id: 'c1', media_format } }));
    await clock.runUntil(transport.connect({}));
    expect(model.take()[0]).toMatchObject({ session: { audio: { input: { format: { type: 'audio/pcma' } } } } });
    wire.send(
      JSON.stringify({ event: 'media', media: { track: 'inbound', chunk: '1', timestamp: '0', payload: '1dXV' } }),
    );
    await clock.advance(10);
    expect(appended()).toEqual([0xd5, 0xd5, 0xd5]);
    speak('a1', 20);
    transport.playout.flush('i1');
    await clock.advance(10);
    expect(sent.map((frame) => Object.keys(frame).toSorted())).toEqual([
      ['event', 'mark'],
      ['event', 'media'],
      ['event'],
    ]);
  });
});
