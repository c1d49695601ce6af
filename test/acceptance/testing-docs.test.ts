// The examples of docs/testing.md, run as they stand by the runners that they are for.
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { examplesOf } from '../docs/examples.ts';

// Inside the package, so that they import it by name.
const FOLDER = 'out/testing-docs';

test.each([
  ['node:test', 0, 'example.ts', ['--test'], /pass 1\n.*fail 0\n/s],
  ['vitest', 1, 'example.test.ts', ['node_modules/vitest/vitest.mjs', 'run', '--root', FOLDER], /1 passed/],
  ['a telephone call', 2, 'call.ts', [], /^\d{4,} octets heard, 0 frames refused\n$/],
])('the example runs: %s', (_, index, name, args, output) => {
  const file = `${FOLDER}/${name}`;
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(file, examplesOf('docs/testing.md')[index] ?? '');
  writeFileSync(`${FOLDER}/vitest.config.ts`, 'export default {};\n');
  // A runner inside this one must not take itself for a part of it.
  const { NODE_TEST_CONTEXT: _context, VITEST: _vitest, ...environment } = process.env;
  const env = { ...environment, NO_COLOR: '1' };
  const target = name.endsWith('.test.ts') ? [] : [file];
  expect(execFileSync(process.execPath, [...args, ...target], { encoding: 'utf8', env })).toMatch(output);
});
