import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { LevelMeter, loadCore } from '../../src/audio/index.ts';
import { BUILDS, bytesOf, END_OF_MEMORY, KernelRuns, noiseWords } from './reference/kernel-runs.ts';

const STATE_BYTES = 128;
/** What the meter promises: 10⁻⁵ dB, for samples whose squares are floats. */
const ACCURACY = 10 ** (1e-5 / 10) - 1;
const LEAST_SQUARE = 1.2e-38;
const HIGHEST = 32_767 / 32_768;

interface Level {
  sumSquares: number;
  peak: number;
  clips: number;
}

function referenceLevel(samples: readonly number[]): Level {
  const finite = samples.filter((sample) => Number.isFinite(sample));
  return {
    sumSquares: finite.reduce((sum, sample) => sum + sample * sample, 0),
    peak: finite.reduce((peak, sample) => Math.max(peak, Math.abs(sample)), 0),
    clips: samples.filter((sample) => !(sample < HIGHEST && sample > -1)).length,
  };
}

function measured(meter: LevelMeter): Level & { frames: number } {
  const { frames, peak, clipCount, rms } = meter;
  return { sumSquares: rms * rms * frames, peak, clips: clipCount, frames };
}

/** The meter's whole state after the block was measured from an address `offset` bytes past a boundary of 16. */
function stateAfter(runs: KernelRuns, samples: Float32Array | Int16Array, offset: number): string {
  const state = runs.run(
    bytesOf(samples),
    STATE_BYTES,
    (core, dst, src) => {
      if (core.meterBytes() > STATE_BYTES) throw new Error('the state outgrew this test');
      core.meterReset(dst);
      if (samples instanceof Int16Array) core.meterPcm16(dst, src, samples.length);
      else core.meterFloat(dst, src, samples.length);
    },
    offset,
  );
  return Buffer.from(state).toString('hex');
}

describe('the builds', () => {
  let scalar: KernelRuns;
  beforeAll(async () => {
    scalar = await KernelRuns.of('scalar');
  });

  it.each(BUILDS.slice(1))('%s equals scalar bit for bit on every tail length at every misalignment', async (build) => {
    const vector = await KernelRuns.of(build);
    const words = noiseWords(64, 21);
    // Random bit patterns hold NaN, infinities and overload; the rails are mixed in for PCM16.
    const floats = Float32Array.from([
      ...new Float32Array(words.buffer.slice(0, 128)),
      ...Array.from(words.subarray(32), (w) => w / 2 ** 32),
    ]);
    const pcm16 = Int16Array.from(new Int16Array(words.buffer), (sample, i) =>
      i % 7 === 0 ? -32_768 : i % 11 === 0 ? 32_767 : sample,
    );
    const different: string[] = [];
    for (const samples of [floats, pcm16]) {
      for (let frames = 0; frames <= 64; frames++) {
        for (let offset = END_OF_MEMORY; offset < 16; offset++) {
          const block = samples.subarray(0, frames);
          if (stateAfter(vector, block, offset) !== stateAfter(scalar, block, offset))
            different.push(`${frames} frames at ${offset}`);
        }
      }
    }
    expect(different).toEqual([]);
  });
});

describe.each(BUILDS)('LevelMeter on the %s build', (build) => {
  let meter: LevelMeter;
  beforeAll(async () => {
    await loadCore(build);
    meter = new LevelMeter();
  });

  it('measures floats as the definition does, in blocks of any size', () => {
    const samples = fc.array(
      fc.oneof(fc.float({ min: -1.5, max: 1.5 }), fc.constantFrom(1, -1, NaN, Infinity, -Infinity)),
      {
        maxLength: 100,
      },
    );
    fc.assert(
      fc.property(fc.array(samples, { maxLength: 4 }), (blocks) => {
        meter.reset();
        for (const block of blocks) meter.measure(Float32Array.from(block));
        const all = [...Float32Array.from(blocks.flat())];
        const expected = referenceLevel(all);
        const { sumSquares, peak, clips, frames } = measured(meter);
        expect(frames).toBe(all.length);
        expect(clips).toBe(expected.clips);
        expect(peak).toBe(expected.peak);
        expect(Math.abs(sumSquares - expected.sumSquares)).toBeLessThanOrEqual(
          ACCURACY * expected.sumSquares + LEAST_SQUARE * frames,
        );
      }),
    );
  });

  it('measures PCM16 as the same samples in float', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.integer({ min: -32_768, max: 32_767 }), fc.constantFrom(-32_768, 32_767))),
        (samples) => {
          meter.reset();
          meter.measure(Int16Array.from(samples));
          const asPcm16 = measured(meter);
          meter.reset();
          meter.measure(Float32Array.from(samples, (sample) => sample / 32_768));
          const asFloat = measured(meter);
          expect(asPcm16.peak).toBe(asFloat.peak);
          expect(asPcm16.clips).toBe(asFloat.clips);
          expect(asPcm16.frames).toBe(asFloat.frames);
          expect(Math.abs(asPcm16.sumSquares - asFloat.sumSquares)).toBeLessThanOrEqual(ACCURACY * asFloat.sumSquares);
        },
      ),
    );
  });

  it('keeps its accuracy over long blocks of one sign, where rounding adds up', () => {
    const samples = Float32Array.from({ length: 100_000 }, (_, i) => 0.1 + (i % 7) / 100);
    meter.reset();
    meter.measure(samples);
    const expected = referenceLevel([...samples]);
    expect(Math.abs(measured(meter).sumSquares / expected.sumSquares - 1)).toBeLessThan(ACCURACY);
  });

  it('sums a minute of full-scale PCM16 exactly', () => {
    meter.reset();
    meter.measure(new Int16Array(1_440_000).fill(-32_768));
    expect(meter.rms).toBe(1);
    expect(meter.peak).toBe(1);
    expect(meter.clipCount).toBe(1_440_000);
  });

  it('knows silence and the levels of a full-scale sine', () => {
    meter.reset();
    expect(meter.rms).toBe(0);
    expect(meter.rmsDb).toBe(-Infinity);
    expect(meter.peakDb).toBe(-Infinity);
    meter.measure(Float32Array.from({ length: 48_000 }, (_, i) => 0.5 * Math.sin((2 * Math.PI * i) / 48)));
    expect(meter.rmsDb).toBeCloseTo(20 * Math.log10(0.5) + 10 * Math.log10(0.5), 6);
    expect(meter.peakDb).toBeCloseTo(20 * Math.log10(0.5), 6);
    expect(meter.clipCount).toBe(0);
  });
});
