import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { loadCore, LoudnessMeter } from '../../src/audio/index.ts';
import { BUILDS, noiseWords } from './reference/kernel-runs.ts';

/** By how many dB the bilinear transform bends the shelf at 997 Hz, at most. */
const RATES = [
  [8000, 0.21],
  [16_000, 0.05],
  [24_000, 0.02],
  [44_100, 0.005],
  [48_000, 0.001],
  [96_000, 0.005],
  [192_000, 0.005],
] as const;

function sine(
  frequency: number,
  sampleRate: number,
  options: { seconds?: number; amplitude?: number; phase?: number } = {},
): Float32Array<ArrayBuffer> {
  const { seconds = 1, amplitude = 1, phase = 0 } = options;
  return Float32Array.from(
    { length: Math.round(seconds * sampleRate) },
    (_, i) => amplitude * Math.sin((2 * Math.PI * frequency * i) / sampleRate + phase),
  );
}

function momentary(samples: Float32Array | Int16Array, sampleRate: number): number {
  using meter = new LoudnessMeter({ sampleRate });
  meter.measure(samples);
  return meter.momentaryLufs;
}

function truePeakDb(samples: Float32Array, sampleRate: number): number {
  using meter = new LoudnessMeter({ sampleRate });
  meter.measure(samples);
  return meter.truePeakDb;
}

/** Response of the standard's two filters at 48 kHz, tables 1 and 2 of ITU-R BS.1770-5, in dB. */
function standardGainDb(frequency: number): number {
  const w = (2 * Math.PI * frequency) / 48_000;
  const magnitude = (c0: number, c1: number, c2: number): number =>
    Math.hypot(c0 + c1 * Math.cos(w) + c2 * Math.cos(2 * w), c1 * Math.sin(w) + c2 * Math.sin(2 * w));
  const shelf =
    magnitude(1.53512485958697, -2.69169618940638, 1.19839281085285) /
    magnitude(1, -1.69065929318241, 0.73248077421585);
  const highPass = magnitude(1, -2, 1) / magnitude(1, -1.99004745483398, 0.99007225036621);
  return 20 * Math.log10(shelf * highPass);
}

describe.each(BUILDS)('LoudnessMeter on the %s build', (build) => {
  beforeAll(async () => {
    await loadCore(build);
  });
  afterEach(() => loadCore(build));

  it.each(RATES)('reads −3.01 LUFS for a full-scale sine of 997 Hz at %i Hz, within %f dB', (rate, toleranceDb) => {
    expect(Math.abs(momentary(sine(997, rate), rate) + 3.01)).toBeLessThan(toleranceDb);
  });

  it('weights 20 Hz to 20 kHz as the tables of the standard do', () => {
    for (const frequency of [20, 40, 100, 500, 1000, 1500, 2000, 3000, 5000, 10_000, 20_000]) {
      const expected = standardGainDb(frequency) - 0.691 - 3.0103;
      expect(momentary(sine(frequency, 48_000, { seconds: 3 }), 48_000)).toBeCloseTo(expected, 2);
    }
  });

  it('falls by what the signal falls, and reads −23 for the level that broadcasters aim at', () => {
    const loud = momentary(sine(1000, 48_000), 48_000);
    expect(momentary(sine(1000, 48_000, { amplitude: 10 ** (-20 / 20) }), 48_000)).toBeCloseTo(loud - 20, 3);
    // One channel of a stereo sine at −23 dBFS, which EBU Tech 3341 calls −23 LUFS, is 3.01 dB less.
    const amplitude = 10 ** (-23 / 20);
    expect(Math.abs(momentary(sine(1000, 48_000, { amplitude }), 48_000) + 26.01)).toBeLessThan(0.1);
  });

  it('knows the last 400 ms only, and counts the time before the start as silence', () => {
    using meter = new LoudnessMeter({ sampleRate: 24_000 });
    expect(meter.momentaryLufs).toBe(-Infinity);
    const tone = sine(1000, 24_000, { seconds: 0.1 });
    const readings: number[] = [];
    for (let i = 0; i < 4; i++) {
      meter.measure(tone);
      readings.push(meter.momentaryLufs);
    }
    const whole = readings[3] ?? NaN;
    for (const [i, reading] of readings.entries()) expect(reading).toBeCloseTo(whole + 10 * Math.log10((i + 1) / 4), 0);
    meter.measure(new Float32Array(12_000));
    expect(meter.momentaryLufs).toBeLessThan(-60);
    meter.measure(new Float32Array(240_000));
    expect(meter.momentaryLufs).toBe(-Infinity);
  });

  it('finds the peak between samples: 3 dB above them at a quarter of the rate', () => {
    const hidden = sine(12_000, 48_000, { phase: Math.PI / 4 });
    expect(Math.max(...hidden)).toBeCloseTo(Math.SQRT1_2, 6);
    const reading = truePeakDb(hidden, 48_000);
    // EBU Tech 3341 allows +0.2 and −0.4 dB.
    expect(reading).toBeLessThan(0.2);
    expect(reading).toBeGreaterThan(-0.4);
    const half = truePeakDb(
      hidden.map((sample) => sample / 2),
      48_000,
    );
    expect(half).toBeCloseTo(reading - 6.0206, 3);
  });

  it('interpolates by the table of the standard: an impulse shows its largest coefficient', () => {
    const impulse = new Float32Array(100);
    impulse[50] = 1;
    using meter = new LoudnessMeter({ sampleRate: 48_000 });
    meter.measure(impulse);
    expect(meter.truePeak).toBe(0.97216796875);
  });

  it('reads the same whatever the block sizes, and of PCM16 what it reads of the same floats', () => {
    const pcm16 = Int16Array.from(noiseWords(30_000, 12), (word) => (word >> 17) - 16_384);
    const floats = Float32Array.from(pcm16, (sample) => sample / 32_768);
    using whole = new LoudnessMeter({ sampleRate: 44_100 });
    whole.measure(floats);
    using pieces = new LoudnessMeter({ sampleRate: 44_100 });
    for (let at = 0, size = 1; at < pcm16.length; at += size, size = (size * 7) % 1031) {
      pieces.measure(pcm16.subarray(at, at + size));
    }
    expect(pieces.momentaryLufs).toBe(whole.momentaryLufs);
    expect(pieces.truePeak).toBe(whole.truePeak);
  });

  it('takes what is not finite for silence and survives it', () => {
    using meter = new LoudnessMeter({ sampleRate: 8000 });
    meter.measure(Float32Array.of(NaN, Infinity, -Infinity, 1e-42, -0));
    meter.measure(new Float32Array(3195));
    expect(meter.momentaryLufs).toBe(-Infinity);
    meter.measure(sine(997, 8000));
    expect(Math.abs(meter.momentaryLufs + 3.01)).toBeLessThan(0.21);
    meter.reset();
    expect(meter.truePeakDb).toBe(-Infinity);
    expect(meter.momentaryLufs).toBe(-Infinity);
  });

  it('refuses a rate out of range', () => {
    expect(() => new LoudnessMeter({ sampleRate: 0 })).toThrowError(
      expect.objectContaining({ code: 'ERR_SAMPLE_RATE' }),
    );
  });
});

describe('the builds', () => {
  it('read the same, bit for bit', async () => {
    const samples = Float32Array.from(noiseWords(20_000, 77), (word) => word / 2 ** 31 - 1);
    const readings = new Set<string>();
    for (const build of BUILDS) {
      await loadCore(build);
      using meter = new LoudnessMeter({ sampleRate: 48_000 });
      meter.measure(samples);
      readings.add(`${meter.momentaryLufs} ${meter.truePeak}`);
    }
    expect(readings.size).toBe(1);
  });
});
