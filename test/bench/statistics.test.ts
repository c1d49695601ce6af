import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../src/server/seeded-random.ts';
import { change, estimate, median, pairedRatios, quantile, spread, typical } from '../../bench/statistics.ts';

/** Rounds that scatter evenly by ±5 % round `centreNs`. */
function scattered(centreNs: number, seed: number): number[][] {
  const uniform = seededRandom(seed);
  return Array.from({ length: 3 }, () => Array.from({ length: 11 }, () => centreNs * (0.95 + 0.1 * uniform())));
}

describe('quantile', () => {
  it('lies linearly between the neighbours, whatever the order', () => {
    expect(quantile([4, 1, 3, 2], 0)).toBe(1);
    expect(quantile([4, 1, 3, 2], 1)).toBe(4);
    expect(quantile([4, 1, 3, 2], 0.25)).toBe(1.75);
    expect(median([4, 1, 3, 2])).toBe(2.5);
  });

  it('is not a number for nothing', () => {
    expect(median([])).toBeNaN();
  });
});

describe('rounds', () => {
  it('give the median of the medians, so that one slow process is no majority', () => {
    expect(
      typical([
        [1, 1, 1],
        [100, 100, 100],
        [2, 2, 2],
      ]),
    ).toBe(2);
  });

  it('give quartiles over all of them', () => {
    expect(
      spread([
        [1, 2],
        [3, 4, 5],
      ]),
    ).toEqual({ q1: 2, q3: 4 });
  });

  it('cancel what slows both contenders in the same round', () => {
    const ours = [[10, 50, 10], [20]];
    const peer = [[30, 150, 30], [60]];
    expect(estimate(pairedRatios(ours, peer))).toEqual({ value: 3, low: 3, high: 3 });
  });
});

describe('intervals', () => {
  it('hold the value and are the same every time', () => {
    const once = estimate(scattered(100, 5));
    expect(once.low).toBeLessThanOrEqual(once.value);
    expect(once.high).toBeGreaterThanOrEqual(once.value);
    expect(once.high - once.low).toBeGreaterThan(0);
    expect(estimate(scattered(100, 5))).toEqual(once);
  });

  it('widen when processes disagree, however steady each of them is', () => {
    const agreeing = estimate([
      [10, 10],
      [10, 10],
      [10, 10],
    ]);
    const disagreeing = estimate([
      [8, 8],
      [10, 10],
      [13, 13],
    ]);
    expect(agreeing).toEqual({ value: 10, low: 10, high: 10 });
    expect(disagreeing).toEqual({ value: 10, low: 8, high: 13 });
  });

  it('see a change of 30 %, and none where only the scatter differs', () => {
    const slower = change(scattered(100, 5), scattered(130, 6));
    expect(slower.value).toBeCloseTo(1.3, 1);
    expect(slower.low).toBeGreaterThan(1);
    const same = change(scattered(100, 5), scattered(100, 6));
    expect(same.low).toBeLessThan(1);
    expect(same.high).toBeGreaterThan(1);
  });
});
