import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadCore, Packetizer, pcm16FromFloat } from '../../src/audio/index.ts';
import { BUILDS, noiseWords } from './reference/kernel-runs.ts';

const SAMPLES = new Int16Array(noiseWords(10_000, 31).buffer);
const PACKET_FRAMES = 160;

describe.each(BUILDS)('Packetizer on the %s build', (build) => {
  let packetizer: Packetizer;
  beforeAll(async () => {
    await loadCore(build);
    packetizer = new Packetizer({ sampleRate: 8000 });
  });

  it('gives back every sample once and in order, whatever the block sizes', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(1000), { maxLength: 20 }), (blockFrames) => {
        packetizer.reset();
        const packets: Int16Array[] = [];
        let pushed = 0;
        for (const frames of blockFrames) {
          packetizer.push(SAMPLES.subarray(pushed, (pushed += frames)), (packet) => packets.push(packet.slice()));
          expect(packets.length).toBe(Math.floor(Math.min(pushed, SAMPLES.length) / PACKET_FRAMES));
        }
        const total = Math.min(pushed, SAMPLES.length);
        expect(packetizer.pendingFrames).toBe(total % PACKET_FRAMES);
        const padded = packetizer.flush((packet) => packets.push(packet.slice()));
        expect(padded).toBe(total % PACKET_FRAMES);
        expect(packets.every((packet) => packet.length === PACKET_FRAMES)).toBe(true);
        const all = packets.flatMap((packet) => [...packet]);
        expect(all.slice(0, total)).toEqual([...SAMPLES.subarray(0, total)]);
        expect(all.slice(total).every((sample) => sample === 0)).toBe(true);
      }),
    );
  });

  it('converts floats by the rule of PCM16', () => {
    const floats = Float32Array.from(noiseWords(1000, 32), (word) => (word / 2 ** 31 - 1) * 1.2);
    const packets: number[] = [];
    packetizer.reset();
    for (let at = 0; at < floats.length; at += 128)
      packetizer.push(floats.subarray(at, at + 128), (packet) => packets.push(...packet));
    const frames = packetizer.flush((packet) => packets.push(...packet));
    expect(frames).toBe(40);
    expect(packets.slice(0, 1000)).toEqual([...pcm16FromFloat(floats)]);
    expect(packets).toHaveLength(1120);
  });

  it('pads with silence, not with what was there before, and has nothing to flush afterwards', () => {
    packetizer.reset();
    packetizer.push(new Int16Array(PACKET_FRAMES).fill(1234), () => {});
    packetizer.push(Int16Array.of(1, 2), () => {});
    packetizer.flush((packet) => expect([...packet.subarray(0, 4)]).toEqual([1, 2, 0, 0]));
    expect(
      packetizer.flush(() => {
        throw new Error('no packet was pending');
      }),
    ).toBe(0);
  });

  it('stays usable when a listener throws', () => {
    packetizer.reset();
    const broken = (): never => {
      throw new Error('listener');
    };
    expect(() => packetizer.push(SAMPLES.subarray(0, PACKET_FRAMES), broken)).toThrowError('listener');
    expect(packetizer.pendingFrames).toBe(0);
    const packets: number[] = [];
    packetizer.push(SAMPLES.subarray(0, PACKET_FRAMES), (packet) => packets.push(...packet));
    expect(packets).toEqual([...SAMPLES.subarray(0, PACKET_FRAMES)]);
  });

  it('hands over every packet of a block although the listener throws, then throws its first error', () => {
    packetizer.reset();
    const packets: number[] = [];
    let calls = 0;
    const throwing = (packet: Int16Array): never => {
      packets.push(...packet);
      throw new Error(`call ${++calls}`);
    };
    expect(() => packetizer.push(SAMPLES.subarray(0, 3 * PACKET_FRAMES + 10), throwing)).toThrowError('call 1');
    expect(calls).toBe(3);
    expect(packets).toEqual([...SAMPLES.subarray(0, 3 * PACKET_FRAMES)]);
    expect(packetizer.pendingFrames).toBe(10);
    expect(() => packetizer.flush(throwing)).toThrowError('call 4');
    expect(packets.slice(3 * PACKET_FRAMES, 3 * PACKET_FRAMES + 11)).toEqual([
      ...SAMPLES.subarray(3 * PACKET_FRAMES, 3 * PACKET_FRAMES + 10),
      0,
    ]);
    expect(packetizer.pendingFrames).toBe(0);
  });
});

describe('Packetizer', () => {
  it('makes 20 ms packets unless told otherwise', () => {
    expect(new Packetizer({ sampleRate: 24_000 }).packetFrames).toBe(480);
    expect(new Packetizer({ sampleRate: 44_100 }).packetFrames).toBe(882);
    expect(new Packetizer({ sampleRate: 16_000, packetMs: 10 }).packetFrames).toBe(160);
    expect(new Packetizer({ sampleRate: 192_000, packetMs: 1000 }).packetFrames).toBe(192_000);
  });

  it('keeps its samples apart from those of its neighbours', () => {
    const first = new Packetizer({ sampleRate: 8000 });
    const second = new Packetizer({ sampleRate: 8000 });
    first.push(new Int16Array(100).fill(1), () => {});
    second.push(new Int16Array(100).fill(2), () => {});
    first.flush((packet) => expect([packet[0], packet[99], packet[100]]).toEqual([1, 1, 0]));
    second.flush((packet) => expect([packet[0], packet[99], packet[100]]).toEqual([2, 2, 0]));
    first.free();
    second.free();
  });

  it.each([
    [{ sampleRate: 0 }, 'ERR_SAMPLE_RATE'],
    [{ sampleRate: 7999 }, 'ERR_SAMPLE_RATE'],
    [{ sampleRate: 44_100.5 }, 'ERR_SAMPLE_RATE'],
    [{ sampleRate: NaN }, 'ERR_SAMPLE_RATE'],
    [{ sampleRate: 11_025 }, 'ERR_BLOCK_SIZE'],
    [{ sampleRate: 8000, packetMs: 0 }, 'ERR_BLOCK_SIZE'],
    [{ sampleRate: 8000, packetMs: -20 }, 'ERR_BLOCK_SIZE'],
    [{ sampleRate: 8000, packetMs: Infinity }, 'ERR_BLOCK_SIZE'],
    [{ sampleRate: 8000, packetMs: 1001 }, 'ERR_BLOCK_SIZE'],
    [{ sampleRate: 24_000, packetMs: 5e6 }, 'ERR_BLOCK_SIZE'],
    [{ sampleRate: 192_000, packetMs: 1e9 }, 'ERR_BLOCK_SIZE'],
  ])('refuses %o', (options, code) => {
    expect(() => new Packetizer(options)).toThrowError(expect.objectContaining({ name: 'AudioError', code }));
  });
});
