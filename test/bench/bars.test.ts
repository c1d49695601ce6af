import { describe, expect, it } from 'vitest';
import { type Bar, verdictOf } from '../../bench/bar.ts';
import { judge } from '../../bench/bars.ts';
import type { Outcome } from '../../bench/subject.ts';

/** An outcome whose contenders take these steady times. */
function race(subject: string, build: Outcome['build'], times: Readonly<Record<string, number>>): Outcome {
  const entries = Object.entries(times).map(([contender, ns]) => ({
    contender,
    rounds: [
      [ns, ns],
      [ns, ns],
    ],
    facts: { mismatches: 0 },
  }));
  return { subject, operation: '', build, entries };
}

function survey(subject: string, build: Outcome['build'], facts: Readonly<Record<string, number>>): Outcome {
  return { subject, operation: '', build, entries: [{ contender: 'bargein', rounds: [], facts }] };
}

function barOf(subject: string, outcomes: readonly Outcome[]): Bar {
  const bar = judge(outcomes).find((candidate) => candidate.subject === subject);
  if (bar === undefined) throw new Error(`no bar is called ${subject}`);
  return bar;
}

const METER = 'RMS and peak';

describe('a bar', () => {
  it('is met when every figure passes its limit', () => {
    const bar = barOf(METER, [race(METER, 'simd', { 'bargein, own views': 10, bargein: 20, loop: 90 })]);
    expect(bar.cells.map(({ measured }) => measured?.value)).toEqual([9, 4.5]);
    expect(bar.verdict).toBe('met');
  });

  it('is not met when one figure fails', () => {
    const bar = barOf(METER, [race(METER, 'simd', { 'bargein, own views': 10, bargein: 21, loop: 90 })]);
    expect(bar.cells.map((cell) => verdictOf(cell))).toEqual(['met', 'not met']);
    expect(bar.verdict).toBe('not met');
  });

  it('is not measured as long as a figure is missing and none fails', () => {
    expect(barOf(METER, []).verdict).toBe('not measured');
    expect(barOf(METER, [race(METER, 'simd', { bargein: 20, loop: 90 })]).verdict).toBe('not measured');
  });

  it('counts against the fastest of the peers', () => {
    const times = { 'bargein, own views': 10, bargein: 20, alawmulaw: 300, 'x-law': 130, g711: 500 };
    const laws = ['µ-law encode', 'µ-law decode', 'A-law encode', 'A-law decode'];
    const bar = barOf(
      'µ-law and A-law',
      laws.map((law) => race(law, 'simd', times)),
    );
    expect(bar.cells[0]).toMatchObject({ measured: { value: 13 }, limit: 12 });
    expect(bar.cells[0]?.name).toContain('x-law');
    expect(bar.verdict).toBe('met');
  });

  it('sets an upper limit where less is better', () => {
    const outcomes = (p999Us: number): Outcome[] =>
      (['simd', 'relaxed'] as const).flatMap((build) => [
        survey('core size and start', build, { wasmBytes: 30_000, gzipBytes: 10_000, instantiateMs: 0.5 }),
        survey('render quantum', build, { p999Us }),
      ]);
    expect(barOf('size, start, render quantum', outcomes(5)).verdict).toBe('met');
    expect(barOf('size, start, render quantum', outcomes(5.1)).verdict).toBe('not met');
  });
});
