import { describe, expect, it } from 'vitest';
import { compare } from '../../bench/compare.ts';
import { seededRandom } from '../../src/server/seeded-random.ts';
import type { Outcome } from '../../bench/subject.ts';

/** Three runs of eleven rounds that scatter by ±5 %. */
function outcome(times: Readonly<Record<string, number>>, seed: number): Outcome {
  const uniform = seededRandom(seed);
  const entries = Object.entries(times).map(([contender, ns]) => ({
    contender,
    rounds: Array.from({ length: 3 }, () => Array.from({ length: 11 }, () => ns * (0.95 + 0.1 * uniform()))),
    facts: {},
  }));
  return { subject: 'meter', operation: '', build: 'simd', entries };
}

const BEFORE = outcome({ bargein: 100, loop: 500 }, 1);

describe('a comparison', () => {
  it('finds what became slower', () => {
    const [found] = compare([BEFORE], [outcome({ bargein: 130, loop: 500 }, 2)]);
    expect(found).toMatchObject({ yardstick: 'loop', isSlower: true, isFaster: false });
    expect(found?.change.value).toBeCloseTo(1.3, 1);
  });

  it('finds what became faster', () => {
    expect(compare([BEFORE], [outcome({ bargein: 70, loop: 500 }, 2)])[0]).toMatchObject({
      isSlower: false,
      isFaster: true,
    });
  });

  it('finds 10 % and cries wolf as seldom as its 95 % say', () => {
    const verdicts = (ns: number): boolean[] =>
      Array.from({ length: 200 }, (_, i) => {
        const before = outcome({ bargein: 100, loop: 500 }, 2 * i + 10);
        return compare([before], [outcome({ bargein: ns, loop: 500 }, 2 * i + 11)])[0]?.isSlower === true;
      });
    expect(verdicts(110).filter(Boolean).length).toBeGreaterThanOrEqual(190);
    expect(verdicts(100).filter(Boolean).length).toBeLessThanOrEqual(10);
  });

  it('sees no change in a machine that is three times as slow', () => {
    const [found] = compare([BEFORE], [outcome({ bargein: 300, loop: 1500 }, 2)]);
    expect(found).toMatchObject({ isSlower: false, isFaster: false });
    expect(found?.change.value).toBeCloseTo(1, 1);
  });

  it('takes the clock where no peer was there both times', () => {
    const [found] = compare([outcome({ bargein: 100 }, 1)], [outcome({ bargein: 130, loop: 500 }, 2)]);
    expect(found).toMatchObject({ yardstick: null, isSlower: true });
  });

  it('leaves out what only one of them has', () => {
    expect(compare([], [BEFORE])).toEqual([]);
    expect(compare([BEFORE], [{ ...BEFORE, build: 'relaxed' }])).toEqual([]);
  });
});
