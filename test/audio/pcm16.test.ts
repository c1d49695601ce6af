import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { bytesFromPcm16, floatFromPcm16, pcm16FromBytes, pcm16FromFloat } from '../../src/audio/index.ts';
import { BUILDS, bytesOf, forEachTail, KernelRuns, noiseWords } from './reference/kernel-runs.ts';

const ALL_SAMPLES = Int16Array.from({ length: 65_536 }, (_, i) => i - 32_768);

function isBuffer(value: unknown): value is ArrayBuffer {
  return Object.prototype.toString.call(value) === '[object ArrayBuffer]';
}

/** The rule in f64: ×32768, nearest integer, halves to even, saturated, NaN → 0. */
function referenceQuantise(sample: number): number {
  if (Number.isNaN(sample)) return 0;
  const scaled = Math.min(32_767, Math.max(-32_768, sample * 32_768));
  const below = Math.floor(scaled);
  const distance = scaled - below;
  return distance < 0.5 || (distance === 0.5 && below % 2 === 0) ? below : below + 1;
}

/** Every kind of float: random bit patterns, all halves and integers of the scale, rails, infinities, NaNs, zeros. */
function awkwardFloats(): Float32Array<ArrayBuffer> {
  const halves = Float32Array.from({ length: 131_080 }, (_, i) => (i - 65_540) / 65_536);
  const rails = [32_766.5, 32_767, 32_767.4, 32_767.5, 32_768, -32_767.5, -32_768, -32_768.5, -32_769].map(
    (n) => n / 32_768,
  );
  const special = [0, -0, NaN, Infinity, -Infinity, 1e30, -1e30, 1e-45, -1e-45, 3.4e38, -3.4e38];
  const patterns = new Float32Array(noiseWords(65_536, 11).buffer);
  const audible = Float32Array.from(noiseWords(65_536, 12), (word) => (word / 2 ** 31 - 1) * 1.1);
  return Float32Array.from([...halves, ...rails, ...special, ...patterns, ...audible]);
}

describe.each(BUILDS)('the %s build', (build) => {
  let runs: KernelRuns;
  beforeAll(async () => {
    runs = await KernelRuns.of(build);
  });

  it('rounds, saturates and clears NaN as stated', () => {
    const floats = awkwardFloats();
    const wrong: number[] = [];
    for (let at = 0; at < floats.length; at += 32_768) {
      const block = floats.slice(at, at + 32_768);
      const bytes = runs.run(bytesOf(block), 2 * block.length, (core, dst, src) =>
        core.pcm16FromFloat(dst, src, block.length),
      );
      const pcm16 = new Int16Array(bytes.buffer);
      block.forEach((sample, i) => {
        if (pcm16[i] !== referenceQuantise(sample)) wrong.push(sample);
      });
    }
    expect(wrong).toEqual([]);
  });

  it('gives n / 32768 for every PCM16 sample n, and the way back restores it', () => {
    const floats = runs.run(bytesOf(ALL_SAMPLES), 262_144 - 256, (core, dst, src) =>
      core.floatFromPcm16(dst, src, 65_472),
    );
    expect(new Float32Array(floats.buffer)).toEqual(
      Float32Array.from(ALL_SAMPLES.subarray(0, 65_472), (sample) => sample / 32_768),
    );
    const back = runs.run(floats, 130_944, (core, dst, src) => core.pcm16FromFloat(dst, src, 65_472));
    expect(new Int16Array(back.buffer)).toEqual(ALL_SAMPLES.slice(0, 65_472));
  });

  it('is exact on every tail length at every misalignment, within its bounds', () => {
    const samples = new Int16Array(noiseWords(32, 3).buffer);
    const floats = Float32Array.from(samples, (sample) => sample / 32_768);
    let wrong = 0;
    forEachTail((frames, inputOffset, outputOffset) => {
      const toFloat = runs.run(
        bytesOf(samples.subarray(0, frames)),
        4 * frames,
        (core, dst, src) => core.floatFromPcm16(dst, src, frames),
        inputOffset,
        outputOffset,
      );
      const toPcm16 = runs.run(
        toFloat,
        2 * frames,
        (core, dst, src) => core.pcm16FromFloat(dst, src, frames),
        inputOffset,
        outputOffset,
      );
      const asFloat = new Float32Array(toFloat.buffer);
      const asPcm16 = new Int16Array(toPcm16.buffer);
      for (let i = 0; i < frames; i++) if (asFloat[i] !== floats[i] || asPcm16[i] !== samples[i]) wrong++;
    });
    expect(wrong).toBe(0);
  });
});

describe('PCM16 of bargein/audio', () => {
  it('converts inputs of any length as the rule says', () => {
    fc.assert(
      fc.property(fc.float32Array({ maxLength: 300 }), (floats) => {
        expect([...pcm16FromFloat(floats)]).toEqual([...floats].map((sample) => referenceQuantise(sample) + 0));
      }),
    );
    const long = Float32Array.from(noiseWords(20_000, 5), (word) => word / 2 ** 31 - 1);
    expect(pcm16FromFloat(long)).toEqual(Int16Array.from(long, referenceQuantise));
    expect(pcm16FromFloat(floatFromPcm16(ALL_SAMPLES))).toEqual(ALL_SAMPLES);
  });

  it("writes into the caller's buffer and refuses one that is too short", () => {
    const output = new Int16Array(3).fill(7);
    expect([...pcm16FromFloat(Float32Array.of(0.5, -0.5), output)]).toEqual([16_384, -16_384]);
    expect(output[2]).toBe(7);
    expect(() => pcm16FromFloat(new Float32Array(4), output)).toThrowError(
      expect.objectContaining({ code: 'ERR_BUFFER_SIZE' }),
    );
    expect(() => floatFromPcm16(output, new Float32Array(2))).toThrowError(
      expect.objectContaining({ code: 'ERR_BUFFER_SIZE' }),
    );
  });

  it('reads little-endian bytes, as a view where they are aligned', () => {
    const bytes = Uint8Array.of(0x34, 0x12, 0xff, 0xff, 0x00, 0x80);
    const samples = pcm16FromBytes(bytes);
    expect([...samples]).toEqual([0x1234, -1, -32_768]);
    expect(samples.buffer).toBe(bytes.buffer);
    expect([...pcm16FromBytes(bytes.buffer)]).toEqual([...samples]);
    expect([...pcm16FromBytes(bytes.subarray(1, 5))]).toEqual([-238, 255]);
    expect([...bytesFromPcm16(samples)]).toEqual([...bytes]);
  });

  it('copies the bytes of a Node Buffer, which share a pool, wherever they lie', () => {
    const pooled = Buffer.from([0, 0x34, 0x12, 0xff, 0xff, 5]);
    for (const begin of [0, 1, 2]) {
      const bytes = pooled.subarray(begin, begin + 4);
      const expected = [0, 2].map((at) => bytes.readInt16LE(at));
      expect([...pcm16FromBytes(bytes)]).toEqual(expected);
    }
    const odd = pcm16FromBytes(pooled.subarray(1, 5));
    pooled.fill(0);
    expect([...odd]).toEqual([0x1234, -1]);
  });

  it('copies shared memory, which may change under the reader', () => {
    const shared = new SharedArrayBuffer(6);
    const bytes = new Uint8Array(shared);
    bytes.set([0x34, 0x12, 0xff, 0xff, 0x00, 0x80]);
    const whole = pcm16FromBytes(shared);
    const part = pcm16FromBytes(bytes.subarray(2));
    bytes.fill(0);
    expect([...whole]).toEqual([0x1234, -1, -32_768]);
    expect([...part]).toEqual([-1, -32_768]);
    expect(whole.buffer).toBeInstanceOf(ArrayBuffer);
    expect(part.buffer).toBeInstanceOf(ArrayBuffer);
  });

  it('reads buffers and views of another realm', () => {
    const foreign: unknown = runInNewContext('new Uint8Array([9, 0x34, 0x12, 0xff, 0xff, 9]).buffer');
    if (!isBuffer(foreign)) throw new Error('the other realm made no buffer');
    expect(foreign).not.toBeInstanceOf(ArrayBuffer);
    expect([...pcm16FromBytes(foreign)]).toEqual([0x3409, -238, 0x09ff]);
    expect([...pcm16FromBytes(new Uint8Array(foreign, 1, 4))]).toEqual([0x1234, -1]);
  });

  it.each([undefined, null, 'AAAA', 4, { byteLength: 4 }])('refuses %o, which is no bytes', (value) => {
    expect(() => Reflect.apply(pcm16FromBytes, undefined, [value])).toThrowError(
      expect.objectContaining({ name: 'AudioError', code: 'ERR_PCM16_BYTES' }),
    );
  });

  it('refuses bytes that end inside a sample', () => {
    const refusal = expect.objectContaining({ name: 'AudioError', code: 'ERR_PCM16_ODD_LENGTH' });
    expect(() => pcm16FromBytes(new Uint8Array(961))).toThrowError(refusal);
    expect(() => pcm16FromBytes(new ArrayBuffer(1))).toThrowError(refusal);
  });
});
