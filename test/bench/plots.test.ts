import { describe, expect, it } from 'vitest';
import { converterPoints, ratioBars } from '../../bench/plots.ts';
import type { Entry, Outcome } from '../../bench/subject.ts';

function timing(contender: string, ns: number): Entry {
  return { contender, rounds: [[ns], [ns], [ns]], facts: {} };
}

const RACE: Outcome = {
  subject: 'resample 24 to 48 kHz, 20 ms',
  operation: '480 frames in',
  build: 'simd',
  entries: [timing('bargein voice', 4000), timing('speex wasm q5', 20_000), timing('wave-resampler sinc', 1e6)],
};
const QUALITY: Outcome = {
  subject: 'resampler quality 24 to 48 kHz',
  operation: '',
  build: null,
  entries: [
    { contender: 'bargein voice', rounds: [], facts: { alias85Db: -103, latencyMs: 0.9 } },
    { contender: 'speex wasm q5', rounds: [], facts: { alias85Db: -104, latencyMs: 1.7 } },
    { contender: 'wave-resampler sinc', rounds: [], facts: { alias85Db: -144 } },
  ],
};

describe('the points of the resampler plot', () => {
  it('join speed, quality and latency of streaming converters', () => {
    expect(converterPoints([RACE, QUALITY])).toEqual([
      {
        pair: '24 to 48 kHz',
        converter: 'bargein voice',
        family: 'bargein',
        realtime: 5000,
        latencyMs: 0.9,
        rejectionDb: 103,
      },
      {
        pair: '24 to 48 kHz',
        converter: 'speex wasm q5',
        family: 'speex wasm',
        realtime: 1000,
        latencyMs: 1.7,
        rejectionDb: 104,
      },
    ]);
  });

  it('take the build that the engine prefers, which comes last', () => {
    const relaxed = { ...RACE, build: 'relaxed' as const, entries: [timing('bargein voice', 2000)] };
    expect(converterPoints([RACE, relaxed, QUALITY]).map(({ realtime }) => realtime)).toEqual([10_000]);
  });

  it('are none where quality was not measured', () => {
    expect(converterPoints([RACE])).toEqual([]);
  });
});

describe('the ratios', () => {
  it('are those of each peer to ours', () => {
    const outcome = { ...RACE, subject: 'meter', entries: [timing('bargein', 100), timing('loop', 450)] };
    expect(ratioBars([outcome])).toEqual([{ subject: 'meter', peer: 'loop', ratio: 4.5, low: 4.5, high: 4.5 }]);
  });

  it('leave out subjects that are raced by grade', () => {
    expect(ratioBars([RACE])).toEqual([]);
  });
});
