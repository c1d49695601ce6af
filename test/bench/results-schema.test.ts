import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { circumstances, makeResults, printResults } from '../../bench/results.ts';

const folder = new URL('../../bench/', import.meta.url);
const schema = z.fromJSONSchema(JSON.parse(readFileSync(new URL('results.schema.json', folder), 'utf8')) as never);

const ENTRY = { contender: 'bargein', rounds: [[123.4, 100]], facts: { mismatches: 0 } };
const OUTCOME = { subject: 'meter', operation: '480 frames', build: 'simd' as const, entries: [ENTRY] };
const MADE = makeResults(circumstances(3, { rounds: 2, batchMs: 2, warmUpMs: 60 }), [OUTCOME]);

function isValid(results: unknown): boolean {
  return schema.safeParse(results).success;
}

describe('the schema of results', () => {
  it('is that of the file that --json writes', () => {
    expect(isValid(JSON.parse(printResults(MADE)))).toBe(true);
  });

  it('is that of the results in the repository', () => {
    const results: unknown = JSON.parse(readFileSync(new URL('results/latest.json', folder), 'utf8'));
    expect(schema.safeParse(results).error?.issues ?? []).toEqual([]);
  });

  it.each([
    ['another version', { ...MADE, schema: 2 }],
    ['no circumstances', { schema: 1, outcomes: [] }],
    ['an unknown build', { ...MADE, outcomes: [{ ...OUTCOME, build: 'sse' }] }],
    ['negative times', { ...MADE, outcomes: [{ ...OUTCOME, entries: [{ ...ENTRY, rounds: [[-1]] }] }] }],
    ['text for a fact', { ...MADE, outcomes: [{ ...OUTCOME, entries: [{ ...ENTRY, facts: { bytes: '1' } }] }] }],
    ['an unknown field', { ...MADE, outcomes: [{ ...OUTCOME, note: 'fast' }] }],
  ])('refuses %s', (_case, results) => {
    expect(isValid(results)).toBe(false);
  });
});
