import { beforeAll, describe, expect, it } from 'vitest';
import { Dither, loadCore } from '../../src/audio/index.ts';
import { BUILDS, bytesOf, forEachTail, KernelRuns, noiseWords } from './reference/kernel-runs.ts';

const STEP = 1 / 32_768;
const STATE_BYTES = 48;

/** Dithers in one call of the kernel, with the state behind the output. */
function ditheredBy(
  runs: KernelRuns,
  samples: Float32Array,
  seed: number,
  inputOffset = 0,
  outputOffset = 0,
): Int16Array {
  const state = runs.kernel.allocate(STATE_BYTES);
  if (runs.kernel.exports.ditherBytes() > STATE_BYTES) throw new Error('the state outgrew this test');
  const bytes = runs.run(
    bytesOf(samples),
    2 * samples.length,
    (core, dst, src) => {
      core.ditherInit(state, seed);
      core.pcm16FromFloatDithered(dst, src, samples.length, state);
    },
    inputOffset,
    outputOffset,
  );
  runs.kernel.free(state);
  return new Int16Array(bytes.buffer);
}

describe('the builds', () => {
  it.each(BUILDS.slice(1))('%s equals scalar on every tail length at every misalignment', async (build) => {
    const scalar = await KernelRuns.of('scalar');
    const vector = await KernelRuns.of(build);
    const samples = new Float32Array(noiseWords(64, 5).buffer);
    const different: string[] = [];
    forEachTail((frames, inputOffset, outputOffset) => {
      if (outputOffset % 5 !== 0) return;
      const block = samples.subarray(0, frames);
      const expected = ditheredBy(scalar, block, 9);
      const got = ditheredBy(vector, block, 9, inputOffset, outputOffset);
      if (Buffer.compare(bytesOf(expected), bytesOf(got)) !== 0) different.push(`${frames} at ${inputOffset}`);
    });
    expect(different).toEqual([]);
  });
});

describe.each(BUILDS)('Dither on the %s build', (build) => {
  beforeAll(async () => {
    await loadCore(build);
  });

  it('makes the same of the same seed, whatever the block sizes, and something else of another', () => {
    const samples = Float32Array.from(noiseWords(5000, 3), (word) => word / 2 ** 32 - 0.5);
    const whole = new Dither({ seed: 7 }).pcm16FromFloat(samples);
    const dither = new Dither({ seed: 7 });
    const pieces: number[] = [];
    for (let at = 0, size = 1; at < samples.length; at += size, size = (size * 7) % 61) {
      pieces.push(...dither.pcm16FromFloat(samples.subarray(at, at + size)));
    }
    expect(pieces).toEqual([...whole]);
    dither.reset();
    expect(dither.pcm16FromFloat(samples)).toEqual(whole);
    expect(new Dither({ seed: 8 }).pcm16FromFloat(samples)).not.toEqual(whole);
  });

  it.each([0, 0.25, 0.5, 123.4, -7.9])('has an error of mean 0 and a quarter of a square step at %s steps', (steps) => {
    const count = 400_000;
    const pcm16 = new Dither({ seed: 3 }).pcm16FromFloat(new Float32Array(count).fill(steps * STEP));
    const level = Math.fround(steps * STEP) / STEP;
    let sum = 0;
    let squares = 0;
    let products = 0;
    let before = 0;
    for (const sample of pcm16) {
      const error = sample - level;
      sum += error;
      squares += error * error;
      products += error * before;
      before = error;
    }
    // Five standard deviations of the estimates: the error's own is 1/2, that of its square below 0.36.
    expect(Math.abs(sum / count)).toBeLessThan((5 * 0.5) / Math.sqrt(count));
    expect(Math.abs(squares / count - 0.25)).toBeLessThan((5 * 0.36) / Math.sqrt(count));
    expect(Math.abs(products / count)).toBeLessThan((5 * 0.25) / Math.sqrt(count));
  });

  it('saturates, and takes NaN for silence', () => {
    const dither = new Dither();
    const beyond = dither.pcm16FromFloat(Float32Array.of(2, Infinity, 1e30, -2, -Infinity, -1e30, 400, -400));
    expect([...beyond]).toEqual([32_767, 32_767, 32_767, -32_768, -32_768, -32_768, 32_767, -32_768]);
    const silence = dither.pcm16FromFloat(new Float32Array(1000).fill(NaN));
    expect(Math.max(...silence)).toBeLessThanOrEqual(1);
    expect(Math.min(...silence)).toBeGreaterThanOrEqual(-1);
  });

  it("writes into the caller's buffer", () => {
    const output = new Int16Array(5).fill(9);
    const filled = new Dither().pcm16FromFloat(new Float32Array(3).fill(0.5), output);
    expect(filled.buffer).toBe(output.buffer);
    expect(filled).toHaveLength(3);
    expect([...output.subarray(3)]).toEqual([9, 9]);
    expect(() => new Dither().pcm16FromFloat(new Float32Array(6), output)).toThrowError(
      expect.objectContaining({ code: 'ERR_BUFFER_SIZE' }),
    );
  });
});
