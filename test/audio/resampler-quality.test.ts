import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CoreBuild, loadCore } from '../../src/audio/index.ts';
import { Resampler, type ResamplerQuality } from '../../src/audio/resampler.ts';
import {
  greatestCommonDivisor,
  type LinearGrade,
  noise,
  RATE_PAIRS,
  referenceDelayInputFrames,
  referenceResample,
  sine,
} from './reference/resampler.ts';
import { decibels, lineAmplitudes, LOBE_BINS, measureTone, SPECTRUM_FRAMES } from './reference/spectrum.ts';

const BUILDS: readonly CoreBuild[] = ['scalar', 'simd', 'relaxed'];
const MAX_RIPPLE_DB = 0.1;
const UNIFORM_TONES = 22;

interface Grade {
  readonly quality: ResamplerQuality;
  /** Content up to here is free of images, and what aliases does not reach below; part of the lower Nyquist. */
  readonly clean: number;
  readonly spuriousDb: number;
  /** Where the response may be down by 0.1 dB. */
  readonly edge: number;
  /** Most delay between 24 and 48 kHz. */
  readonly delayMs: number;
  /** The same, scaled to these rates, for ratios that are not small. */
  readonly irregularDelayMs: number;
}

const GRADES: readonly Grade[] = [
  { quality: 'voice', clean: 0.85, spuriousDb: -100, edge: 0.9, delayMs: 1, irregularDelayMs: 1 },
  { quality: 'high', clean: 0.92, spuriousDb: -110, edge: 0.95, delayMs: 2, irregularDelayMs: 2 },
  { quality: 'max', clean: 0.95, spuriousDb: -120, edge: 0.96, delayMs: 3.4, irregularDelayMs: 3.6 },
  { quality: 'lowLatency', clean: 0.85, spuriousDb: -100, edge: 0.9, delayMs: 0.15, irregularDelayMs: 0.15 },
];

// Every form of filter: 2 : 1, 3 : 1, 3 : 2 and 4 : 3 both ways, tables of phases, shared rows, one long bank.
const FORMS: readonly (readonly [number, number])[] = [
  [24_000, 48_000],
  [48_000, 24_000],
  [8000, 24_000],
  [24_000, 8000],
  [16_000, 24_000],
  [24_000, 16_000],
  [24_000, 32_000],
  [32_000, 24_000],
  [44_100, 24_000],
  [44_100, 48_000],
  [48_000, 44_100],
  [48_000, 8000],
  [44_101, 48_000],
];

const CASES = GRADES.flatMap((grade) =>
  (grade.quality === 'voice' ? [...RATE_PAIRS, [44_101, 48_000] as const] : FORMS).map(
    (pair) => [grade.quality, ...pair, grade] as const,
  ),
);

const report: string[] = [];

afterAll(() => {
  const head =
    'grade       pair              edge −0.1 dB    ripple dB    spurious, clean   images, clean    relaxed − simd   1 kHz delay ms   in transition';
  console.log([head, ...report].join('\n'));
});

describe('the measuring instrument', () => {
  it('shows a float32 sine alone with nothing above −140 dB elsewhere', () => {
    for (const cycles of [0.0123, 0.21, 0.4321]) {
      const lines = lineAmplitudes(sine(SPECTRUM_FRAMES, cycles, 1), 0);
      expect(decibels(highest(lines, 0.5, cycles))).toBeLessThan(-140);
    }
  });

  it('finds a line 120 dB below a full-scale one, between bins and on one', () => {
    for (const bin of [1000, 1000.5, 1234.25]) {
      const weak = sine(SPECTRUM_FRAMES, bin / SPECTRUM_FRAMES, 1);
      const both = sine(SPECTRUM_FRAMES, 0.2, 1).map((sample, n) => sample + 1e-6 * (weak[n] ?? 0));
      const level = decibels(highest(lineAmplitudes(both, 0), 0.5, 0.2));
      expect(level).toBeGreaterThan(-120.1);
      expect(level).toBeLessThan(-119.3);
    }
  });

  it('reads amplitude and phase of a tone', () => {
    const { amplitude, phase } = measureTone(sine(SPECTRUM_FRAMES + 50, 0.1234, 1), 50, 0.1234);
    expect(amplitude).toBeCloseTo(1, 7);
    expect(phase).toBeCloseTo(0, 7);
  });
});

describe.each(CASES)('%s, %i Hz to %i Hz', (quality, inputRate, outputRate, grade) => {
  const lowerNyquist = Math.min(inputRate, outputRate) / 2;
  const cleanEnd = grade.clean * lowerNyquist;
  const resamplers = new Map<CoreBuild, Resampler>();

  beforeAll(async () => {
    for (const build of BUILDS) {
      await loadCore(build);
      resamplers.set(build, new Resampler({ inputRate, outputRate, quality }));
    }
  });

  afterAll(() => {
    for (const resampler of resamplers.values()) resampler.free();
  });

  /** The steady part of what a build makes of a sine, long enough for one spectrum. */
  function respond(build: CoreBuild, tone: Float32Array): Float32Array {
    const resampler = resamplers.get(build);
    if (resampler === undefined) throw new Error(`no resampler of the ${build} build`);
    resampler.reset();
    return resampler.process(tone, new Float32Array(resampler.outputFramesAvailable(tone.length)));
  }

  function toneAt(frequency: number): Float32Array {
    const settlingFrames = Math.ceil(2 * referenceDelayInputFrames(inputRate, outputRate, 'max'));
    return sine(settlingFrames + Math.ceil((SPECTRUM_FRAMES * inputRate) / outputRate) + 1, frequency, inputRate);
  }

  it('rejects images and aliases, is flat, and is the same in every build', () => {
    let rippleDb = 0;
    let spurious = 0;
    let images = 0;
    let transition = 0;
    let relaxedDifference = 0;
    for (const frequency of tones(inputRate, outputRate, grade.clean)) {
      const tone = toneAt(frequency);
      const output = respond('simd', tone);
      const start = output.length - SPECTRUM_FRAMES;
      expect(bitsOf(respond('scalar', tone)).equals(bitsOf(output))).toBe(true);
      relaxedDifference = Math.max(relaxedDifference, largestDifference(respond('relaxed', tone), output));

      const lines = lineAmplitudes(output, start);
      const own = frequency / outputRate;
      spurious = Math.max(spurious, highest(lines, cleanEnd / outputRate, own));
      transition = Math.max(transition, highest(lines, 0.5, own));
      if (frequency <= cleanEnd) {
        images = Math.max(images, highest(lines, 0.5, own));
        rippleDb = Math.max(rippleDb, Math.abs(decibels(measureTone(output, start, own).amplitude)));
      }
    }

    const edge = passbandEdge((frequency) => {
      const output = respond('simd', toneAt(frequency));
      return measureTone(output, output.length - SPECTRUM_FRAMES, frequency / outputRate).amplitude;
    }, lowerNyquist);
    const delay = groupDelayMs(1000);
    report.push(
      [
        quality.padEnd(12),
        `${inputRate} → ${outputRate}`.padEnd(16),
        `${(100 * edge).toFixed(1)} %`.padStart(14),
        rippleDb.toFixed(6).padStart(13),
        ...[spurious, images, relaxedDifference].map((amplitude) =>
          `${decibels(amplitude).toFixed(1)} dB`.padStart(17),
        ),
        delay.toFixed(3).padStart(17),
        `${decibels(transition).toFixed(1)} dB`.padStart(16),
      ].join(''),
    );
    expect(rippleDb).toBeLessThanOrEqual(MAX_RIPPLE_DB);
    expect(edge).toBeGreaterThanOrEqual(grade.edge);
    expect(decibels(spurious)).toBeLessThanOrEqual(grade.spuriousDb);
    expect(decibels(images)).toBeLessThanOrEqual(grade.spuriousDb);
    expect(decibels(relaxedDifference)).toBeLessThanOrEqual(-120);
    const isIrregular = Math.max(inputRate, outputRate) / greatestCommonDivisor(inputRate, outputRate) > 24;
    const most = isIrregular ? grade.irregularDelayMs : grade.delayMs;
    expect((delay * lowerNyquist) / 12_000).toBeLessThanOrEqual(most);
  }, 60_000);

  /** Delay of the envelope of a tone: the slope of the phase around it. */
  function groupDelayMs(frequency: number): number {
    const [below, above] = [0.98, 1.02].map((factor) => {
      const output = respond('simd', toneAt(factor * frequency));
      const { phase } = measureTone(output, output.length - SPECTRUM_FRAMES, (factor * frequency) / outputRate);
      return phase;
    });
    const turn = 2 * Math.PI;
    const fall = ((below ?? NaN) - (above ?? NaN) + turn) % turn;
    return (1000 * fall) / (turn * 0.04 * frequency);
  }

  it('delays by exactly the frames that it states', () => {
    const frequency = 100;
    const output = respond('simd', toneAt(frequency));
    const { phase } = measureTone(output, output.length - SPECTRUM_FRAMES, frequency / outputRate);
    const periodFrames = outputRate / frequency;
    const stated = resamplers.get('simd')?.delayFrames ?? NaN;
    // The phase says nothing of whole periods; that there are none is what the group delay says.
    const excess = (-phase / (2 * Math.PI)) * periodFrames - stated;
    const excessFrames = excess - periodFrames * Math.round(excess / periodFrames);
    expect(Math.abs((groupDelayMs(1000) * outputRate) / 1000 - stated)).toBeLessThan(periodFrames / 4);
    if (quality === 'lowLatency') {
      // Stated at 0 Hz; a minimum-phase filter delays higher frequencies a little more.
      expect(Math.abs(excessFrames)).toBeLessThan((0.01 * outputRate) / lowerNyquist);
      return;
    }
    expect(excessFrames).toBeCloseTo(0, 3);
    expect(stated).toBeCloseTo((referenceDelayInputFrames(inputRate, outputRate, quality) * outputRate) / inputRate, 9);
  });

  it.runIf(quality !== 'lowLatency')(
    'agrees with a direct convolution in f64 to −110 dB',
    () => {
      const linearQuality = quality as LinearGrade;
      const input = noise(Math.ceil((400 * inputRate) / outputRate) + 300, 7);
      const frames = respond('simd', input).length;
      const expected = referenceResample(input, inputRate, outputRate, frames, linearQuality);
      expect(frames).toBeGreaterThan(400);
      for (const build of BUILDS) {
        expect(decibels(largestDifference(respond(build, input), expected))).toBeLessThanOrEqual(-110);
      }
    },
    30_000,
  );
});

/** Tones over the whole input band: an even grid, and both sides of every edge that matters. */
function tones(inputRate: number, outputRate: number, clean: number): number[] {
  const inputNyquist = inputRate / 2;
  const lowerNyquist = Math.min(inputRate, outputRate) / 2;
  const grid = Array.from({ length: UNIFORM_TONES }, (_, i) => ((i + 0.371) / UNIFORM_TONES) * inputNyquist);
  const stop = 2 - clean;
  const edges = [0.85, clean, 0.9, 0.97, 0.999, 1.001, 1.03, stop, stop + 0.005, stop + 0.02, 1.17, 1.21].map(
    (fraction) => fraction * lowerNyquist,
  );
  // An alias less than a main lobe above `clean` would leak into the measured band: such a tone moves to the stopband.
  const stopband = stop * lowerNyquist;
  const lobe = (LOBE_BINS * outputRate) / SPECTRUM_FRAMES;
  return [...grid, ...edges, 0.9995 * inputNyquist]
    .map((frequency) => (frequency > stopband - lobe && frequency < stopband ? stopband : frequency))
    .filter((frequency) => frequency < inputNyquist);
}

/** The highest line up to `to` cycles a frame, but for the main lobe around `excluded`. */
function highest(lines: Float64Array, to: number, excluded: number): number {
  const ownBin = excluded * SPECTRUM_FRAMES;
  const lastBin = Math.floor(to * SPECTRUM_FRAMES);
  return lines.reduce(
    (most, amplitude, bin) => (bin <= lastBin && Math.abs(bin - ownBin) > LOBE_BINS ? Math.max(most, amplitude) : most),
    0,
  );
}

/** Highest frequency, as a part of the lower Nyquist, at which the response is down by no more than 0.1 dB. */
function passbandEdge(amplitudeAt: (frequency: number) => number, lowerNyquist: number): number {
  let flat = 0.8;
  let down = 1;
  for (let i = 0; i < 9; i++) {
    const middle = (flat + down) / 2;
    if (decibels(amplitudeAt(middle * lowerNyquist)) >= -MAX_RIPPLE_DB) flat = middle;
    else down = middle;
  }
  return flat;
}

function largestDifference(a: Float32Array, b: Float32Array | Float64Array): number {
  expect(a.length).toBe(b.length);
  return a.reduce((most, sample, n) => Math.max(most, Math.abs(sample - (b[n] ?? Number.NaN))), 0);
}

function bitsOf(samples: Float32Array): Buffer {
  return Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength);
}
