import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
// Within the package, so that its own name resolves as it does for users.
const folder = `${root}build/docs-examples`;
const pages = ['session-features.md'];

afterAll(() => rmSync(folder, { recursive: true, force: true }));

test.each(pages)('every example of docs/%s compiles as users would compile it', { timeout: 60_000 }, (page) => {
  const text = readFileSync(`${root}docs/${page}`, 'utf8');
  const examples = [...text.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, code = '']) => code);
  expect(examples.length).toBeGreaterThan(0);
  mkdirSync(folder, { recursive: true });
  examples.forEach((code, at) => writeFileSync(`${folder}/${page}.${at}.ts`, code));
  const compilerOptions = {
    target: 'es2023',
    module: 'nodenext',
    lib: ['es2024', 'dom'],
    types: ['node'],
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    noUnusedLocals: true,
  };
  writeFileSync(`${folder}/tsconfig.json`, JSON.stringify({ compilerOptions, include: ['*.ts'] }));
  let complaints = '';
  try {
    execFileSync(process.execPath, [`${root}node_modules/typescript/bin/tsc`, '-p', folder], { encoding: 'utf8' });
  } catch (error) {
    complaints = error instanceof Error && 'stdout' in error ? String(error.stdout) : String(error);
  }
  expect(complaints).toBe('');
});
