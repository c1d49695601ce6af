// The examples of docs/browser.md, compiled as they stand against the built package.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const FOLDER = 'out/browser-docs';
const EXAMPLES = [...readFileSync('docs/browser.md', 'utf8').matchAll(/```ts\n([\s\S]*?)```/g)];

test('compile', () => {
  // Inside the package, so that they import it by name.
  rmSync(FOLDER, { recursive: true, force: true });
  mkdirSync(FOLDER, { recursive: true });
  for (const [i, [, text = '']] of EXAMPLES.entries()) writeFileSync(`${FOLDER}/example-${i + 1}.ts`, text);
  const compilerOptions = {
    strict: true,
    noEmit: true,
    target: 'esnext',
    module: 'nodenext',
    lib: ['esnext', 'dom'],
    types: [],
    skipLibCheck: true,
  };
  writeFileSync(`${FOLDER}/tsconfig.json`, JSON.stringify({ compilerOptions, include: ['*.ts'] }));
  expect(EXAMPLES).toHaveLength(2);
  expect(execFileSync(process.execPath, ['node_modules/typescript/bin/tsc', '-p', FOLDER], { encoding: 'utf8' })).toBe(
    '',
  );
});
