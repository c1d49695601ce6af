import { readFileSync } from 'node:fs';
import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { judge } from '../../bench/bars.ts';
import { describeBars, describeCircumstances, describeComparisons, describeOutcome } from '../../bench/report.ts';
import { compare } from '../../bench/compare.ts';
import type { Results } from '../../bench/results.ts';
import type { Outcome } from '../../bench/subject.ts';

const RESULTS = JSON.parse(
  readFileSync(new URL('../../bench/results/latest.json', import.meta.url), 'utf8'),
) as Results;
const { outcomes } = RESULTS;

/** The results again, with what is ours in one subject slower by a factor. */
function slowed(subject: string, factor: number): Outcome[] {
  return outcomes.map((outcome) => ({
    ...outcome,
    entries: outcome.entries.map((entry) => {
      if (outcome.subject !== subject || entry.contender !== 'bargein') return entry;
      return { ...entry, rounds: entry.rounds.map((run) => run.map((ns) => ns * factor)) };
    }),
  }));
}

describe('the report', () => {
  it('fits a hundred columns, whatever was measured', () => {
    const bars = judge(outcomes);
    const lines = [
      ...describeCircumstances(RESULTS.circumstances),
      ...outcomes.flatMap((outcome) => describeOutcome(outcome)),
      ...describeBars(bars, false),
      ...describeBars(bars, true),
      ...describeComparisons(compare(outcomes, slowed('path telephony out', 2))),
    ];
    expect(lines.filter((line) => stripVTControlCharacters(line).length > 100)).toEqual([]);
  });

  it('names every contender and every fact of a survey in tables', () => {
    const survey = outcomes.find(({ subject }) => subject === 'resampler quality 24 to 48 kHz');
    const text = survey === undefined ? '' : describeOutcome(survey).join('\n');
    for (const { contender, facts } of survey?.entries ?? []) {
      expect(text).toContain(contender);
      for (const name of Object.keys(facts)) expect(text).toContain(name);
    }
    expect(text).toContain('bargein voice');
  });
});

describe('a comparison of real results', () => {
  it('finds nothing in a file compared with itself', () => {
    expect(compare(outcomes, outcomes).filter(({ isSlower, isFaster }) => isSlower || isFaster)).toEqual([]);
  });

  it('finds a path that takes a tenth longer, with 95 % confidence, and nothing else', () => {
    const slower = compare(outcomes, slowed('path telephony out', 1.1)).filter(({ isSlower }) => isSlower);
    expect(new Set(slower.map(({ name }) => name.split(',')[0]))).toEqual(new Set(['path telephony out']));
    for (const { change } of slower) {
      expect(change.value).toBeCloseTo(1.1, 5);
      expect(change.low).toBeGreaterThan(1);
    }
  });
});
