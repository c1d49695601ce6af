// `bargein bench` as it is installed, over results that are there already.

import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { z } from 'zod';
import { seededRandom } from '../../src/server/seeded-random.ts';
import { circumstances, makeResults, writeResults } from '../../bench/results.ts';

const ROOT = new URL('../../', import.meta.url);
const folder = mkdtempSync(join(tmpdir(), 'bargein-bench-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** A file of results in which our meter takes `ns`, give or take 5 %. */
function resultsOf(ns: number, seed: number): string {
  const uniform = seededRandom(seed);
  const rounds = (typicalNs: number): number[][] =>
    Array.from({ length: 3 }, () => Array.from({ length: 11 }, () => typicalNs * (0.95 + 0.1 * uniform())));
  const entries = [
    { contender: 'bargein', rounds: rounds(ns), facts: {} },
    { contender: 'loop', rounds: rounds(500), facts: {} },
  ];
  const made = circumstances(3, { rounds: 11, batchMs: 2, warmUpMs: 60 });
  const path = join(folder, `${ns}.json`);
  writeResults(path, makeResults(made, [{ subject: 'meter', operation: '480 frames', build: 'simd', entries }]));
  return path;
}

const run = (...args: string[]): Promise<{ code: number | null; stdout: string }> =>
  new Promise((resolve) => {
    const main = fileURLToPath(new URL('dist/cli/main.js', ROOT));
    const child = execFile(process.execPath, [main, 'bench', ...args], (_error, stdout) =>
      resolve({ code: child.exitCode, stdout }),
    );
  });

test('ends with 1 and says so when something takes 10 % longer than before, with 0 when nothing does', async () => {
  const before = resultsOf(100, 1);
  const slower = await run('--from', resultsOf(110, 2), '--compare', before);
  expect(slower.code).toBe(1);
  expect(slower.stdout).toMatch(/slower +1\.\d+× the time \[1\.0\d*…1\.\d+\] relative to loop/);
  const same = await run('--from', before, '--compare', before);
  expect(same).toMatchObject({ code: 0, stdout: expect.stringContaining('1 of 1 timings are unchanged') });
});

test('prints with --json what its schema describes, and nothing else', async () => {
  const { code, stdout } = await run('--from', resultsOf(100, 1), '--json');
  const schema = z.fromJSONSchema(
    JSON.parse(readFileSync(new URL('bench/results.schema.json', ROOT), 'utf8')) as never,
  );
  expect(code).toBe(0);
  expect(schema.safeParse(JSON.parse(stdout)).success).toBe(true);
});
