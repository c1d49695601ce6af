import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { circumstances, makeResults, readResults, writeResults } from '../../bench/results.ts';

const folder = mkdtempSync(join(tmpdir(), 'bargein-bench-'));
afterAll(() => rmSync(folder, { recursive: true }));

const SETTINGS = { rounds: 2, batchMs: 2, warmUpMs: 60 };
const OUTCOME = {
  subject: 'meter',
  operation: '480 frames',
  build: 'simd' as const,
  entries: [{ contender: 'bargein', rounds: [[123.456_789, 100]], facts: { mismatches: 0 } }],
};

describe('a file of results', () => {
  it('comes back as it was written, times to five digits', () => {
    const path = join(folder, 'results.json');
    const made = circumstances(3, SETTINGS);
    writeResults(path, makeResults(made, [OUTCOME]));
    expect(readResults(path)).toEqual({
      schema: 1,
      circumstances: made,
      outcomes: [{ ...OUTCOME, entries: [{ ...OUTCOME.entries[0], rounds: [[123.46, 100]] }] }],
    });
  });

  it('names the machine and what ran on it', () => {
    expect(circumstances(3, SETTINGS)).toMatchObject({ node: process.version, v8: process.versions.v8, runs: 3 });
  });

  it.each([
    ['text that is not JSON', 'nonsense', 'be read as results'],
    ['another schema', '{"schema":2,"circumstances":{},"outcomes":[]}', 'schema 2, this version reads 1'],
    ['half a file', '{"schema":1}', 'this version reads 1'],
  ])('is refused when it is %s', (_case, text, message) => {
    const path = join(folder, 'wrong.json');
    writeFileSync(path, text);
    expect(() => readResults(path)).toThrow(expect.objectContaining({ code: 'ERR_BENCH' }));
    expect(() => readResults(path)).toThrow(message);
  });

  it('is refused when it is not there', () => {
    expect(() => readResults(join(folder, 'none.json'))).toThrow(expect.objectContaining({ code: 'ERR_BENCH' }));
  });
});
