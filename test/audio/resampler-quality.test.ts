import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CoreBuild, loadCore } from '../../src/audio/index.ts';
import { Resampler } from '../../src/audio/resampler.ts';
import { noise, RATE_PAIRS, referenceDelayInputFrames, referenceResample, sine } from './reference/resampler.ts';
import { decibels, lineAmplitudes, LOBE_BINS, measureTone, SPECTRUM_FRAMES } from './reference/spectrum.ts';

const BUILDS: readonly CoreBuild[] = ['scalar', 'simd', 'relaxed'];
const PASSBAND = 0.85;
const MAX_RIPPLE_DB = 0.1;
const MAX_SPURIOUS_DB = -100;
const UNIFORM_TONES = 22;

const report: string[] = [];

afterAll(() => {
  const head =
    'pair              edge −0.1 dB    ripple dB     spurious < 0.85   images of < 0.85   relaxed − simd   delay ms';
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

describe.each(RATE_PAIRS)('%i Hz to %i Hz', (inputRate, outputRate) => {
  const lowerNyquist = Math.min(inputRate, outputRate) / 2;
  const passbandEnd = PASSBAND * lowerNyquist;
  const resamplers = new Map<CoreBuild, Resampler>();

  beforeAll(async () => {
    for (const build of BUILDS) {
      await loadCore(build);
      resamplers.set(build, new Resampler({ inputRate, outputRate }));
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
    const settlingFrames = 2 * referenceDelayInputFrames(inputRate, outputRate);
    return sine(settlingFrames + Math.ceil((SPECTRUM_FRAMES * inputRate) / outputRate) + 1, frequency, inputRate);
  }

  it('rejects images and aliases, is flat, and is the same in every build', () => {
    let rippleDb = 0;
    let spurious = 0;
    let images = 0;
    let relaxedDifference = 0;
    for (const frequency of tones(inputRate, outputRate)) {
      const tone = toneAt(frequency);
      const output = respond('simd', tone);
      const start = output.length - SPECTRUM_FRAMES;
      expect(bitsOf(respond('scalar', tone))).toEqual(bitsOf(output));
      relaxedDifference = Math.max(relaxedDifference, largestDifference(respond('relaxed', tone), output));

      const lines = lineAmplitudes(output, start);
      const own = frequency / outputRate;
      spurious = Math.max(spurious, highest(lines, passbandEnd / outputRate, own));
      if (frequency <= passbandEnd) {
        images = Math.max(images, highest(lines, 0.5, own));
        rippleDb = Math.max(rippleDb, Math.abs(decibels(measureTone(output, start, own).amplitude)));
      }
    }

    const edge = passbandEdge((frequency) => {
      const output = respond('simd', toneAt(frequency));
      return measureTone(output, output.length - SPECTRUM_FRAMES, frequency / outputRate).amplitude;
    }, lowerNyquist);
    const delayMs = (1000 * referenceDelayInputFrames(inputRate, outputRate)) / inputRate;
    report.push(
      [
        `${inputRate} → ${outputRate}`.padEnd(16),
        `${(100 * edge).toFixed(1)} %`.padStart(14),
        rippleDb.toFixed(6).padStart(13),
        ...[spurious, images, relaxedDifference].map((amplitude) =>
          `${decibels(amplitude).toFixed(1)} dB`.padStart(18),
        ),
        delayMs.toFixed(3).padStart(11),
      ].join(''),
    );
    expect(rippleDb).toBeLessThanOrEqual(MAX_RIPPLE_DB);
    expect(edge).toBeGreaterThanOrEqual(PASSBAND);
    expect(decibels(spurious)).toBeLessThanOrEqual(MAX_SPURIOUS_DB);
    expect(decibels(images)).toBeLessThanOrEqual(MAX_SPURIOUS_DB);
    expect(decibels(relaxedDifference)).toBeLessThanOrEqual(-120);
  }, 30_000);

  it('delays by exactly the frames that it states', () => {
    const frequency = 100;
    const output = respond('simd', toneAt(frequency));
    const { phase } = measureTone(output, output.length - SPECTRUM_FRAMES, frequency / outputRate);
    const measuredFrames = (-phase * outputRate) / (2 * Math.PI * frequency);
    expect(resamplers.get('simd')?.delayFrames).toBeCloseTo(measuredFrames, 3);
    expect(measuredFrames).toBeCloseTo((referenceDelayInputFrames(inputRate, outputRate) * outputRate) / inputRate, 3);
  });

  it('agrees with a direct convolution in f64 to −110 dB', () => {
    const input = noise(Math.ceil((400 * inputRate) / outputRate) + 300, 7);
    for (const build of BUILDS) {
      const output = respond(build, input);
      const expected = referenceResample(input, inputRate, outputRate, output.length);
      expect(output.length).toBeGreaterThan(400);
      expect(decibels(largestDifference(output, expected))).toBeLessThanOrEqual(-110);
    }
  });
});

/** Tones over the whole input band: an even grid, and both sides of every edge that matters. */
function tones(inputRate: number, outputRate: number): number[] {
  const inputNyquist = inputRate / 2;
  const lowerNyquist = Math.min(inputRate, outputRate) / 2;
  const grid = Array.from({ length: UNIFORM_TONES }, (_, i) => ((i + 0.371) / UNIFORM_TONES) * inputNyquist);
  const edges = [0.85, 0.9, 0.97, 0.999, 1.001, 1.05, 1.15, 1.155, 1.17, 1.21].map(
    (fraction) => fraction * lowerNyquist,
  );
  // An alias less than a main lobe above 0.85 would leak into the measured band: such a tone moves up to the stopband.
  const stopband = 1.15 * lowerNyquist;
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
