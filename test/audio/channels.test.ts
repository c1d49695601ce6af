import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { deinterleave, downMix, interleave } from '../../src/audio/index.ts';

const REFUSAL = expect.objectContaining({ name: 'AudioError', code: 'ERR_CHANNELS' });

describe('interleaved channels', () => {
  it('come back as they went in, of both kinds of samples', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 8 }), fc.nat(50), fc.boolean(), (count, frames, isPcm16) => {
        const channel = (index: number): number[] => Array.from({ length: frames }, (_, i) => 100 * index + i);
        const channels = Array.from({ length: count }, (_, index) =>
          isPcm16 ? Int16Array.from(channel(index)) : Float32Array.from(channel(index)),
        );
        const samples = interleave<Int16Array<ArrayBuffer> | Float32Array<ArrayBuffer>>(channels);
        expect(samples).toHaveLength(count * frames);
        for (const [i, sample] of samples.entries()) expect(sample).toBe(100 * (i % count) + Math.floor(i / count));
        expect(deinterleave(samples, count)).toEqual(channels);
      }),
    );
  });

  it("are written into the caller's buffers", () => {
    const output = new Float32Array(5).fill(9);
    expect(interleave([Float32Array.of(1, 2), Float32Array.of(3, 4)], output).buffer).toBe(output.buffer);
    expect([...output]).toEqual([1, 3, 2, 4, 9]);
    const outputs = [new Float32Array(2), new Float32Array(2)];
    deinterleave(output.subarray(0, 4), 2, outputs);
    expect(outputs.map((channel) => [...channel])).toEqual([
      [1, 2],
      [3, 4],
    ]);
    expect(() => interleave([Float32Array.of(1, 2)], new Float32Array(1))).toThrowError(
      expect.objectContaining({ code: 'ERR_BUFFER_SIZE' }),
    );
  });

  it('are refused when they are not whole', () => {
    expect(() => interleave([])).toThrow(REFUSAL);
    expect(() => interleave([new Int16Array(1), new Int16Array(2)])).toThrow(REFUSAL);
    for (const count of [0, -1, 1.5, NaN, 2]) expect(() => deinterleave(new Int16Array(3), count)).toThrow(REFUSAL);
    expect(() => deinterleave(new Int16Array(4), 2, [new Int16Array(2)])).toThrow(REFUSAL);
    expect(() => downMix(new Int16Array(3), 2)).toThrow(REFUSAL);
  });
});

describe('downMix', () => {
  it('is the mean, which can not clip', () => {
    expect([...downMix(Float32Array.of(1, 0.5, -1, 0.25), 2)]).toEqual([0.75, -0.375]);
    expect([...downMix(Int16Array.of(32_767, 32_767, -32_768, -32_768), 2)]).toEqual([32_767, -32_768]);
  });

  it('rounds PCM16 to the nearest sample', () => {
    expect([...downMix(Int16Array.of(1, 1, 3, -1, -1, -3), 3)]).toEqual([2, -2]);
  });
});
