import { runInNewContext } from 'node:vm';
import { setFlagsFromString } from 'node:v8';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  bytesFromPcm16,
  decodeAlaw,
  decodeBase64,
  decodeMulaw,
  encodeAlaw,
  encodeBase64,
  encodeMulaw,
  floatFromPcm16,
  LevelMeter,
  loadCore,
  MicrophoneUplink,
  pcm16FromBytes,
  pcm16FromFloat,
  PhoneDownlink,
  PhoneUplink,
  Resampler,
  SpeakerDownlink,
} from '../../src/audio/index.ts';
import { MALFORMED } from './reference/base64.ts';
import { BUILDS, noiseWords } from './reference/kernel-runs.ts';

const NOISE = Float32Array.from(noiseWords(40_000, 61), (word) => (word / 2 ** 31 - 1) * 1.1);
const PCM16 = pcm16FromFloat(NOISE);
/** Frames of packets: usual ones, odd ones, and some beyond what a path converts in one piece. */
const PACKETS = fc.array(fc.oneof(fc.nat(700), fc.constantFrom(0, 1, 160, 480, 13_000)), { maxLength: 8 });

const textOf = (samples: Int16Array<ArrayBuffer>): string => encodeBase64(bytesFromPcm16(samples));
const samplesOf = (text: string): number[] => [...pcm16FromBytes(decodeBase64(text))];

/** The input cut into packets. */
function cut<T extends { subarray(begin: number, end: number): T }>(input: T, frames: readonly number[]): T[] {
  let at = 0;
  return frames.map((count) => input.subarray(at, (at += count)));
}

describe.each(BUILDS)('on the %s build', (build) => {
  beforeAll(async () => {
    await loadCore(build);
  });

  it.each([48_000, 44_100, 24_000, 16_000, 8000])('MicrophoneUplink from %i Hz is its parts in a row', (deviceRate) => {
    const packetFrames = deviceRate / 50;
    fc.assert(
      fc.property(PACKETS, (blockFrames) => {
        using uplink = new MicrophoneUplink({ deviceRate });
        using resampler = new Resampler({ inputRate: deviceRate, outputRate: 24_000 });
        const blocks = cut(NOISE, blockFrames);
        const packets: string[] = [];
        for (const block of blocks) uplink.push(block, (packet) => packets.push(packet));
        const input = Float32Array.from(blocks.flatMap((block) => [...block]));
        expect(uplink.pendingFrames).toBe(input.length % packetFrames);
        const whole = Math.floor(input.length / packetFrames);
        const expected = pcm16FromFloat(resampler.process(input.subarray(0, whole * packetFrames)).slice());
        expect(packets).toHaveLength(whole);
        expect(packets.flatMap(samplesOf)).toEqual([...expected]);
        expect(packets.every((packet) => packet.length === 1280)).toBe(true);
      }),
      { numRuns: 25 },
    );
  });

  it.each([48_000, 44_100, 24_000, 8000])('SpeakerDownlink to %i Hz is its parts in a row', (deviceRate) => {
    fc.assert(
      fc.property(PACKETS, (packetFrames) => {
        using downlink = new SpeakerDownlink({ deviceRate });
        using resampler = new Resampler({ inputRate: 24_000, outputRate: deviceRate });
        for (const packet of cut(PCM16, packetFrames)) {
          const expected = resampler.process(floatFromPcm16(packet));
          expect(
            Buffer.compare(
              Buffer.from(downlink.convert(textOf(packet)).slice().buffer),
              Buffer.from(expected.slice().buffer),
            ),
          ).toBe(0);
        }
      }),
      { numRuns: 25 },
    );
  });

  it.each([
    ['mulaw', encodeMulaw, decodeMulaw],
    ['alaw', encodeAlaw, decodeAlaw],
  ] as const)('PhoneUplink and PhoneDownlink of %s are their parts in a row', (law, encode, decode) => {
    fc.assert(
      fc.property(PACKETS, (packetFrames) => {
        using uplink = new PhoneUplink({ law });
        using downlink = new PhoneDownlink({ law });
        using up = new Resampler({ inputRate: 8000, outputRate: 24_000 });
        using down = new Resampler({ inputRate: 24_000, outputRate: 8000 });
        for (const packet of cut(PCM16, packetFrames)) {
          const octets = encode(packet);
          const heard = pcm16FromFloat(up.process(floatFromPcm16(decode(octets))));
          expect(uplink.convert(encodeBase64(octets))).toBe(textOf(heard));
          const spoken = encode(pcm16FromFloat(down.process(floatFromPcm16(packet))));
          expect(downlink.convert(textOf(packet))).toBe(encodeBase64(spoken));
        }
      }),
      { numRuns: 25 },
    );
  });

  it('measures the PCM16 on the way', () => {
    using meter = new LevelMeter();
    using uplink = new MicrophoneUplink({ deviceRate: 24_000 });
    using downlink = new SpeakerDownlink({ deviceRate: 24_000 });
    uplink.push(NOISE.subarray(0, 9600), () => {});
    downlink.convert(textOf(PCM16.subarray(0, 9600)));
    meter.measure(PCM16.subarray(0, 9600));
    for (const level of [uplink.level, downlink.level]) {
      expect(level.frames).toBe(9600);
      expect(level.rms).toBeCloseTo(meter.rms, 12);
      expect([level.peak, level.clipCount]).toEqual([meter.peak, meter.clipCount]);
      level.reset();
      expect([level.frames, level.peakDb]).toEqual([0, -Infinity]);
    }
  });
});

describe('a voice path', () => {
  it('ends a stream with what is inside the resampler, and begins anew', () => {
    using downlink = new SpeakerDownlink({ deviceRate: 48_000 });
    using uplink = new MicrophoneUplink({ deviceRate: 48_000 });
    const click = new Int16Array(480);
    click[479] = 20_000;
    const before = downlink.convert(textOf(click)).slice();
    const tail = downlink.flush();
    expect(Math.max(...tail)).toBeGreaterThan(0.5);
    expect(tail.length).toBeGreaterThanOrEqual((downlink.delayMs / 1000) * 48_000);
    expect(downlink.convert(textOf(click))).toEqual(before);

    const packets: string[] = [];
    uplink.push(NOISE.subarray(0, 1000), (packet) => packets.push(packet));
    expect(uplink.pendingFrames).toBe(40);
    uplink.flush((packet) => packets.push(packet));
    expect(packets).toHaveLength(2);
    expect(uplink.pendingFrames).toBe(0);
    const again: string[] = [];
    uplink.push(NOISE.subarray(0, 1000), (packet) => again.push(packet));
    expect(again[0]).toBe(packets[0]);

    using phone = new PhoneDownlink();
    phone.convert(textOf(click));
    expect(Math.max(...decodeMulaw(decodeBase64(phone.flush())).map(Math.abs))).toBeGreaterThan(2000);
    using phoneIn = new PhoneUplink({ law: 'alaw' });
    phoneIn.convert(encodeBase64(new Uint8Array(160).fill(0xd5)));
    // A-law has no zero: its least sample is 8.
    expect(Math.max(...samplesOf(phoneIn.flush()).map(Math.abs))).toBeLessThanOrEqual(9);
  });

  it.each(MALFORMED)('refuses %s with its position, and goes on as if it had not come', (_, text, position) => {
    const refusal = expect.objectContaining({
      name: 'AudioError',
      code: 'ERR_BASE64',
      message: expect.stringContaining(`at position ${position} of ${text.length}`),
    });
    for (const newPath of [
      () => new SpeakerDownlink({ deviceRate: 48_000 }),
      () => new PhoneUplink(),
      () => new PhoneDownlink(),
    ]) {
      using path = newPath();
      using other = newPath();
      const packet = textOf(PCM16.subarray(0, 480));
      const first = path.convert(packet).slice();
      expect(() => path.convert(text)).toThrowError(refusal);
      expect(other.convert(packet)).toEqual(first);
      expect(path.convert(packet)).toEqual(other.convert(packet));
    }
  });

  it('refuses malformed text beyond its longest packet with its position', () => {
    using downlink = new SpeakerDownlink({ deviceRate: 48_000, maxPacketMs: 20 });
    const long = textOf(PCM16.subarray(0, 4800));
    for (const at of [0, 1279, 1280, 5000, long.length - 1]) {
      expect(() => downlink.convert(`${long.slice(0, at)}!${long.slice(at + 1)}`)).toThrowError(
        expect.objectContaining({ code: 'ERR_BASE64', message: expect.stringContaining(`at position ${at} of`) }),
      );
    }
    const padded = `${long.slice(0, 1278)}==${long.slice(1280)}`;
    expect(() => downlink.convert(padded)).toThrowError(expect.objectContaining({ code: 'ERR_BASE64' }));
  });

  it('refuses half a sample, and what its options can not mean', () => {
    using downlink = new SpeakerDownlink({ deviceRate: 48_000 });
    expect(() => downlink.convert(encodeBase64(new Uint8Array(961)))).toThrowError(
      expect.objectContaining({ name: 'AudioError', code: 'ERR_PCM16_ODD_LENGTH' }),
    );
    const refusals: readonly (readonly [() => unknown, string])[] = [
      [() => new MicrophoneUplink({ deviceRate: 0 }), 'ERR_SAMPLE_RATE'],
      [() => new MicrophoneUplink({ deviceRate: 48_000, packetMs: 0 }), 'ERR_BLOCK_SIZE'],
      [() => new MicrophoneUplink({ deviceRate: 11_025 }), 'ERR_BLOCK_SIZE'],
      [() => new SpeakerDownlink({ deviceRate: 48_000, wireRate: NaN }), 'ERR_SAMPLE_RATE'],
      [() => new SpeakerDownlink({ deviceRate: 48_000, maxPacketMs: 1 }), 'ERR_BLOCK_SIZE'],
      [() => Reflect.construct(PhoneUplink, [{ law: 'pcm' }]), 'ERR_G711_LAW'],
      [() => Reflect.construct(PhoneUplink, [{ quality: 'best' }]), 'ERR_RESAMPLER_QUALITY'],
    ];
    for (const [construct, code] of refusals) expect(construct).toThrowError(expect.objectContaining({ code }));
  });

  it("writes into the caller's buffer", () => {
    using downlink = new SpeakerDownlink({ deviceRate: 24_000 });
    const output = new Float32Array(500).fill(9);
    const filled = downlink.convert(textOf(PCM16.subarray(0, 480)), output);
    expect(filled.buffer).toBe(output.buffer);
    expect(filled).toHaveLength(480);
    expect([...output.subarray(480)]).toEqual(Array.from({ length: 20 }, () => 9));
    expect(() => downlink.convert(textOf(PCM16.subarray(0, 480)), new Float32Array(479))).toThrowError(
      expect.objectContaining({ code: 'ERR_BUFFER_SIZE' }),
    );
  });

  it('hands over every packet of a block although the listener throws, then throws its first error', () => {
    using uplink = new MicrophoneUplink({ deviceRate: 8000 });
    using other = new MicrophoneUplink({ deviceRate: 8000 });
    const expected: string[] = [];
    other.push(NOISE.subarray(0, 2000), (packet) => expected.push(packet));
    const packets: string[] = [];
    expect(() =>
      uplink.push(NOISE.subarray(0, 2000), (packet) => {
        packets.push(packet);
        throw new Error(`packet ${packets.length}`);
      }),
    ).toThrowError('packet 1');
    expect(packets).toEqual(expected);
    expect(uplink.pendingFrames).toBe(80);
  });
});

describe('memory', () => {
  let collect: () => void;
  beforeAll(async () => {
    await loadCore('simd');
    setFlagsFromString('--expose-gc');
    collect = runInNewContext('gc') as () => void;
  });
  afterAll(() => setFlagsFromString('--no-expose-gc'));

  const PACKET = textOf(PCM16.subarray(0, 480));
  const PHONE_PACKET = encodeBase64(encodeMulaw(PCM16.subarray(0, 160)));
  /** A one-byte string of V8: a header of 16 bytes, then the characters, up to a multiple of 8. */
  const stringBytes = (characters: number): number => 16 + Math.ceil(characters / 8) * 8;

  it.each<[string, number, () => () => unknown]>([
    [
      'MicrophoneUplink',
      1280,
      () => {
        const uplink = new MicrophoneUplink({ deviceRate: 48_000 });
        const block = NOISE.subarray(0, 960);
        const onPacket = (): void => {};
        return () => uplink.push(block, onPacket);
      },
    ],
    [
      'SpeakerDownlink',
      0,
      () => {
        const downlink = new SpeakerDownlink({ deviceRate: 48_000 });
        return () => downlink.convert(PACKET);
      },
    ],
    [
      'PhoneUplink',
      1280,
      () => {
        const uplink = new PhoneUplink();
        return () => uplink.convert(PHONE_PACKET);
      },
    ],
    [
      'PhoneDownlink',
      216,
      () => {
        const downlink = new PhoneDownlink();
        return () => downlink.convert(PACKET);
      },
    ],
  ])('is allocated by %s for its text of %i characters and for nothing else', (_, characters, open) => {
    const convert = open();
    const packets = 2000;
    const run = (): number => {
      const before = process.memoryUsage();
      for (let i = 0; i < packets; i++) convert();
      const after = process.memoryUsage();
      return (after.heapUsed - before.heapUsed + (after.arrayBuffers - before.arrayBuffers)) / packets;
    };
    const text = characters === 0 ? 0 : stringBytes(characters);
    // Until V8 has optimised it, and in a window in which nothing is collected.
    let leastExcess = Infinity;
    for (let window = 0; window < 100 && leastExcess >= 8; window++) {
      collect();
      const excess = run() - text;
      if (excess >= 0) leastExcess = Math.min(leastExcess, excess);
    }
    // The least object has 8 bytes; reading the counters itself takes a few in each window.
    expect(leastExcess).toBeLessThan(8);
  });
});
