// The resampler's output by its defining formula, in f64 with the engine's own `Math`, independent of the kernels: no
// phase table, no streaming, the filter as a function of continuous time.

import { seededRandom } from '../../../src/server/seeded-random.ts';

/** The grades with a symmetric filter: half its length in frames of the lower rate, and its window. */
const LINEAR_GRADES = {
  voice: { halfSpanFrames: 22, kaiserBeta: 10.3 },
  high: { halfSpanFrames: 47, kaiserBeta: 11.2 },
  max: { halfSpanFrames: 80, kaiserBeta: 12.5 },
} as const;

export type LinearGrade = keyof typeof LINEAR_GRADES;

/** The rates of phones, models and sound cards. */
export const COMMON_RATES: readonly number[] = [8000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000];

/** All ordered pairs of different common rates. */
export const RATE_PAIRS: readonly (readonly [inputRate: number, outputRate: number])[] = COMMON_RATES.flatMap(
  (inputRate, _, rates) =>
    rates.filter((outputRate) => outputRate !== inputRate).map((outputRate) => [inputRate, outputRate] as const),
);

/** The filter of the step from or to twice the lower rate. */
const WIDE = { halfSpanFrames: 10, kaiserBeta: 13.2 };
/** Largest numbers of a ratio that is converted at once. */
const SMALL_RATIO = 24;

/** A low-pass that cuts off at half of `cutRate`, between two rates. */
interface Step {
  readonly inputRate: number;
  readonly outputRate: number;
  readonly cutRate: number;
  readonly halfSpanFrames: number;
  readonly kaiserBeta: number;
}

/** `max` takes two steps unless the ratio is small: 2 : 1 with its filter, and one from or to twice the lower rate. */
function stepsOf(inputRate: number, outputRate: number, quality: LinearGrade): Step[] {
  const steep = LINEAR_GRADES[quality];
  const cutRate = Math.min(inputRate, outputRate);
  const isSmall = Math.max(inputRate, outputRate) / greatestCommonDivisor(inputRate, outputRate) <= SMALL_RATIO;
  if (quality !== 'max' || isSmall) {
    return [{ inputRate, outputRate, cutRate, ...steep }];
  }
  const middleRate = 2 * cutRate;
  const wide = { cutRate: middleRate, ...WIDE };
  return inputRate < outputRate
    ? [
        { inputRate, outputRate: middleRate, cutRate, ...steep },
        { inputRate: middleRate, outputRate, ...wide },
      ]
    : [
        { inputRate, outputRate: middleRate, ...wide },
        { inputRate: middleRate, outputRate, cutRate, ...steep },
      ];
}

/** Delay of the resampler in input frames: half the span of each step, rounded up to whole frames of its input. */
export function referenceDelayInputFrames(
  inputRate: number,
  outputRate: number,
  quality: LinearGrade = 'voice',
): number {
  return stepsOf(inputRate, outputRate, quality).reduce(
    (delay, step) => delay + (stepDelayFrames(step) * inputRate) / step.inputRate,
    0,
  );
}

function stepDelayFrames({ inputRate, cutRate, halfSpanFrames }: Step): number {
  return Math.ceil((halfSpanFrames * inputRate) / cutRate - 1e-9);
}

/** The first `frames` output frames for `input`, which silence precedes and follows. */
export function referenceResample(
  input: Float32Array,
  inputRate: number,
  outputRate: number,
  frames: number,
  quality: LinearGrade = 'voice',
): Float64Array {
  const [first, second] = stepsOf(inputRate, outputRate, quality);
  if (first === undefined) throw new RangeError('a resampler takes one step at least');
  if (second === undefined) return convolve(input, first, frames);
  const middleFrames = Math.ceil((frames * second.inputRate) / outputRate) + 2;
  return convolve(convolve(input, first, middleFrames), second, frames);
}

function convolve(input: Float32Array | Float64Array, step: Step, frames: number): Float64Array {
  const { inputRate, outputRate, cutRate, kaiserBeta } = step;
  const delay = stepDelayFrames(step);
  const cutoff = cutRate / inputRate;
  return Float64Array.from({ length: frames }, (_, n) => {
    const centre = (n * inputRate) / outputRate - delay;
    let sum = 0;
    // The window is open: frames at its very ends, where Kaiser's formula has a step, do not count.
    for (let k = Math.max(0, Math.floor(centre - delay) + 1); k < centre + delay; k++) {
      const x = (centre - k) / delay;
      const kaiser = besselI0(kaiserBeta * Math.sqrt(1 - x * x)) / besselI0(kaiserBeta);
      sum += (input[k] ?? 0) * cutoff * sinc(cutoff * (centre - k)) * kaiser;
    }
    return sum;
  });
}

export function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}

/** Uniform noise in −1…1, the same for the same seed. */
export function noise(frames: number, seed: number): Float32Array {
  const uniform = seededRandom(seed);
  return Float32Array.from({ length: frames }, () => 2 * uniform() - 1);
}

/** A full-scale sine of `frequency` Hz, phase 0 at frame 0. */
export function sine(frames: number, frequency: number, sampleRate: number): Float32Array {
  return Float32Array.from({ length: frames }, (_, n) => Math.sin((2 * Math.PI * frequency * n) / sampleRate));
}

function sinc(x: number): number {
  return x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
}

/** I₀ by its integral, (1/π) ∫ exp(x cos θ) dθ over 0…π: 32 trapezia are exact to f64 for x ≤ 14. */
function besselI0(x: number): number {
  const steps = 32;
  let sum = Math.cosh(x);
  for (let i = 1; i < steps; i++) sum += Math.exp(x * Math.cos((Math.PI * i) / steps));
  return sum / steps;
}
