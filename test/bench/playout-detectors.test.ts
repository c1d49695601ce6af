import { describe, expect, it } from 'vitest';
import { align, SourceIndex } from '../../bench/playout/alignment.ts';
import { findClicks, naturalProminence } from '../../bench/playout/clicks.ts';
import { syntheticSpeech } from '../../bench/playout/speech.ts';

const SAMPLE_RATE = 24_000;
const { samples } = syntheticSpeech(20, SAMPLE_RATE, 5);
const floats = Float32Array.from(samples, (sample) => sample / 32_768);

/** The loudest frame between two. */
function loudest(from: number, to: number): number {
  let at = from;
  for (let i = from; i < to; i++) if (Math.abs(floats[i] ?? 0) > Math.abs(floats[at] ?? 0)) at = i;
  return at;
}

describe('the click detector', () => {
  const natural = naturalProminence(floats, SAMPLE_RATE);

  it('finds none in the source', () => {
    expect(findClicks(floats, SAMPLE_RATE, natural)).toEqual([]);
  });

  it('finds a cut into silence at the peak of a vowel, where it is', () => {
    const at = loudest(48_000, 96_000);
    const cut = floats.slice();
    cut.fill(0, at + 1, at + 9600);
    expect(findClicks(cut, SAMPLE_RATE, natural).some((click) => Math.abs(click - at) <= 3)).toBe(true);
  });

  it('finds none where the same cut is faded over 5 ms', () => {
    const at = loudest(48_000, 96_000);
    const faded = floats.slice(0, at + 9600);
    for (let i = 0; i < 9600; i++) {
      const fall = i < 120 ? 0.5 + 0.5 * Math.cos((Math.PI * (i + 1)) / 121) : 0;
      faded[at + i] = (faded[at + i] ?? 0) * fall;
    }
    expect(findClicks(faded, SAMPLE_RATE, natural)).toEqual([]);
  });
});

describe('the alignment', () => {
  it('finds what was played, what was left out and what came twice', () => {
    const output = new Float32Array(40_000);
    output.set(floats.subarray(30_000, 40_000), 1000);
    output.set(floats.subarray(41_000, 46_000), 12_000);
    output.set(floats.subarray(45_000, 50_000), 20_000);
    const runs = align(output, new SourceIndex(samples));
    // A neighbouring sample may be that of the source by chance.
    const near = runs.map(({ outputFrame, sourceFrame, frames }) => [outputFrame, sourceFrame, frames]);
    expect(near).toHaveLength(3);
    for (const [i, [outputFrame, sourceFrame, frames]] of [
      [1000, 30_000, 10_000],
      [12_000, 41_000, 5000],
      [20_000, 45_000, 5000],
    ].entries()) {
      expect(Math.abs((near[i]?.[0] ?? 0) - (outputFrame ?? 0))).toBeLessThanOrEqual(2);
      expect(Math.abs((near[i]?.[1] ?? 0) - (sourceFrame ?? 0))).toBeLessThanOrEqual(2);
      expect(Math.abs((near[i]?.[2] ?? 0) - (frames ?? 0))).toBeLessThanOrEqual(4);
    }
  });
});
