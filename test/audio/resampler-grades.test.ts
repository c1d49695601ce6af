// docs/audio.md states what each grade does to sound; every figure there is measured here.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { Resampler, type ResamplerQuality } from '../../src/audio/resampler.ts';
import { sine } from './reference/resampler.ts';
import { decibels, lineAmplitudes, LOBE_BINS, measureTone, SPECTRUM_FRAMES } from './reference/spectrum.ts';

/** Frequencies are parts of the lower Nyquist, 12 kHz between these rates. */
const LOWER_NYQUIST = 12_000;
const DIRECTIONS = [
  [24_000, 48_000],
  [48_000, 24_000],
] as const;
/** Content that must leave nothing above the rejection, in parts of what a grade calls clean. */
const CLEAN_PARTS = [0.03, 0.21, 0.38, 0.57, 0.74, 0.86, 0.93, 0.97, 0.99, 1];
const DECIBEL_TOLERANCE = 0.1;

interface DocumentedGrade {
  readonly quality: ResamplerQuality;
  readonly edgePercent: number;
  readonly cleanPercent: number;
  readonly rejectionDb: number;
  readonly delayMs: number;
  /** Level of the image or alias of content at each percentage of the lower Nyquist. */
  readonly transition: readonly { readonly percent: number; readonly db: number }[];
}

function documentedGrades(): DocumentedGrade[] {
  const text = readFileSync(new URL('../../docs/audio.md', import.meta.url), 'utf8');
  const section = text.split('## Resampler grades')[1]?.split('\n## ')[0] ?? '';
  const [head, , ...rows] = section
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .map((line) => line.split('|').slice(1, -1));
  const numbers = (cell = ''): number[] =>
    [...cell.replaceAll('−', '-').matchAll(/-?[\d.]+/g)].map(([number]) => Number(number));
  return rows.map((cells) => ({
    quality: (/`(\w+)`/.exec(cells[0] ?? '')?.[1] ?? '') as ResamplerQuality,
    edgePercent: numbers(cells[1])[0] ?? Number.NaN,
    rejectionDb: numbers(cells[2])[0] ?? Number.NaN,
    cleanPercent: numbers(cells[2])[1] ?? Number.NaN,
    delayMs: numbers(cells[3])[0] ?? Number.NaN,
    transition: cells
      .slice(4)
      .map((cell, i) => ({ percent: numbers(head?.[4 + i])[0] ?? Number.NaN, db: numbers(cell)[0] ?? Number.NaN }))
      .filter(({ db }) => !Number.isNaN(db)),
  }));
}

const GRADES = documentedGrades();

it('every grade is documented', () => {
  expect(GRADES.map(({ quality }) => quality)).toEqual(['voice', 'high', 'max', 'lowLatency']);
  for (const { transition } of GRADES) expect(transition.length).toBeGreaterThanOrEqual(3);
});

describe.each(GRADES)('the documented figures of $quality', (grade) => {
  /** What comes out of a tone at a part of the lower Nyquist, once the filter is full. */
  function respond([inputRate, outputRate]: readonly [number, number], part: number): Float32Array {
    const resampler = new Resampler({ inputRate, outputRate, quality: grade.quality });
    const frames = Math.ceil(((SPECTRUM_FRAMES + 1000) * inputRate) / outputRate);
    const tone = sine(frames, part * LOWER_NYQUIST, inputRate);
    const output = resampler.process(tone, new Float32Array(resampler.outputFramesAvailable(frames)));
    resampler.free();
    return output.subarray(output.length - SPECTRUM_FRAMES);
  }

  function levelDb(output: Float32Array, part: number, outputRate: number): number {
    return decibels(measureTone(output, 0, (part * LOWER_NYQUIST) / outputRate).amplitude);
  }

  it.each(DIRECTIONS)('hold for the edge and the rejection, %i Hz to %i Hz', (inputRate, outputRate) => {
    const rates = [inputRate, outputRate] as const;
    const edge = grade.edgePercent / 100;
    expect(levelDb(respond(rates, edge - 0.001), edge - 0.001, outputRate)).toBeGreaterThanOrEqual(-0.1);
    expect(levelDb(respond(rates, edge + 0.001), edge + 0.001, outputRate)).toBeLessThan(-0.1);

    let worst = Number.NEGATIVE_INFINITY;
    for (const part of CLEAN_PARTS) {
      const clean = (part * grade.cleanPercent) / 100;
      for (const fraction of inputRate < outputRate ? [clean] : [clean, 2 - clean]) {
        const own = ((fraction * LOWER_NYQUIST) / outputRate) * SPECTRUM_FRAMES;
        const others = lineAmplitudes(respond(rates, fraction), 0).filter((_, bin) => Math.abs(bin - own) > LOBE_BINS);
        worst = Math.max(worst, decibels(others.reduce((most, amplitude) => Math.max(most, amplitude), 0)));
      }
    }
    expect(worst).toBeLessThanOrEqual(grade.rejectionDb);
    // Nor is the figure far too modest; other rates, which it holds for too, come closer to it.
    expect(worst).toBeGreaterThan(grade.rejectionDb - 5);
  });

  it.each(DIRECTIONS)('hold for the transition band, %i Hz to %i Hz', (inputRate, outputRate) => {
    for (const { percent, db } of grade.transition) {
      const near = percent / 100;
      // Going up, content near the edge leaves its image beyond it; going down, content beyond it leaves an alias below.
      const [from, to] = inputRate < outputRate ? [near, 2 - near] : [2 - near, near];
      const measured = levelDb(respond([inputRate, outputRate], from), to, outputRate);
      expect(Math.abs(measured - db), `${percent} %: ${measured.toFixed(2)} dB`).toBeLessThanOrEqual(DECIBEL_TOLERANCE);
    }
  });

  it.each(DIRECTIONS)('hold for the delay at 1 kHz, %i Hz to %i Hz', (inputRate, outputRate) => {
    const [early, late] = [0.98, 1.02].map((factor) => {
      const resampler = new Resampler({ inputRate, outputRate, quality: grade.quality });
      const frames = Math.ceil(((SPECTRUM_FRAMES + 1000) * inputRate) / outputRate);
      const tone = sine(frames, factor * 1000, inputRate);
      const output = resampler.process(tone, new Float32Array(resampler.outputFramesAvailable(frames)));
      resampler.free();
      return measureTone(output, output.length - SPECTRUM_FRAMES, (factor * 1000) / outputRate).phase;
    });
    const turn = 2 * Math.PI;
    const fall = ((early ?? Number.NaN) - (late ?? Number.NaN) + 2 * turn) % turn;
    expect((1000 * fall) / (turn * 40)).toBeCloseTo(grade.delayMs, 2);
  });
});
