// Robust statistics of timings. A timing is skewed and its outliers are other programs, so: medians, quartiles, ratios
// within a round, and intervals by resampling whole runs, because a fresh process is what really varies.
import { seededRandom } from '../src/server/seeded-random.ts';

/** The value below which the share `p` (0…1) of `values` lies, linearly between neighbours; NaN of none. */
export function quantile(values: readonly number[], p: number): number {
  if (values.length === 0) return Number.NaN;
  const sorted = values.toSorted((a, b) => a - b);
  const position = p * (sorted.length - 1);
  const low = sorted[Math.floor(position)] ?? Number.NaN;
  const high = sorted[Math.ceil(position)] ?? Number.NaN;
  return low + (high - low) * (position - Math.floor(position));
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** Nanoseconds of one operation: `[run][round]`. Two contenders of one race have the same shape and can be paired. */
export type Rounds = readonly (readonly number[])[];

/** A figure and the interval that holds it with 95 % confidence. */
export interface Estimate {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** Median over runs of each run's median. */
export function typical(rounds: Rounds): number {
  return median(rounds.map((run) => median(run)));
}

/** Quartiles over all rounds of all runs. */
export function spread(rounds: Rounds): { readonly q1: number; readonly q3: number } {
  const all = rounds.flat();
  return { q1: quantile(all, 0.25), q3: quantile(all, 0.75) };
}

/** How many times `peer` takes as long as `ours`, round by round. */
export function pairedRatios(ours: Rounds, peer: Rounds): Rounds {
  return ours.map((run, i) => run.map((ns, j) => (peer[i]?.[j] ?? Number.NaN) / ns));
}

const RESAMPLES = 1000;

/** The typical value with its interval: runs are drawn with replacement, then rounds within each (seeded bootstrap). */
export function estimate(rounds: Rounds): Estimate {
  return { value: typical(rounds), ...interval(resampled(rounds, seededRandom(1))) };
}

/** How many times the value of `before` that of `after` is. The two are independent of each other. */
export function change(before: Rounds, after: Rounds): Estimate {
  const olds = resampled(before, seededRandom(2));
  const news = resampled(after, seededRandom(3));
  return {
    value: typical(after) / typical(before),
    ...interval(news.map((value, i) => value / (olds[i] ?? Number.NaN))),
  };
}

function resampled(rounds: Rounds, uniform: () => number): number[] {
  return Array.from({ length: RESAMPLES }, () => typical(draw(rounds, uniform).map((run) => draw(run, uniform))));
}

function draw<T>(values: readonly T[], uniform: () => number): T[] {
  return values.map((value) => values[Math.floor(uniform() * values.length)] ?? value);
}

function interval(values: readonly number[]): { low: number; high: number } {
  return { low: quantile(values, 0.025), high: quantile(values, 0.975) };
}
