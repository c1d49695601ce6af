// Every TypeScript example of the README and the documents, compiled against the built package as its users compile it.

import { execFileSync } from 'node:child_process';
import { globSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { examplesOf } from './examples.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
// Within the package, so that its own name resolves as it does for users.
const folder = `${root}build/docs-examples`;
const pages = ['README.md', ...globSync(['docs/*.md', 'docs/{concepts,quick-starts}/*.md'], { cwd: root })].filter(
  (page) => examplesOf(page).length > 0,
);

/** What the compiler has to say about each page. */
let complaints: string[] = [];

beforeAll(() => {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const page of pages) {
    for (const [at, example] of examplesOf(page).entries())
      writeFileSync(`${folder}/${nameOf(page)}.${at + 1}.ts`, example);
  }
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
  complaints = compile();
}, 120_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

function nameOf(page: string): string {
  return page.replaceAll('/', '-').replace(/\.md$/, '');
}

function compile(): string[] {
  try {
    execFileSync(process.execPath, [`${root}node_modules/typescript/bin/tsc`, '-p', folder, '--pretty', 'false'], {
      cwd: folder,
      encoding: 'utf8',
    });
    return [];
  } catch (error) {
    const output = error instanceof Error && 'stdout' in error ? String(error.stdout) : String(error);
    return output.split('\n').filter((line) => line !== '');
  }
}

test('the pages with examples are found', () => {
  expect(pages).toEqual(expect.arrayContaining(['README.md', 'docs/audio.md', 'docs/session-features.md']));
});

test.each(pages)('every example of %s compiles', (page) => {
  expect(complaints.filter((line) => line.startsWith(`${nameOf(page)}.`))).toEqual([]);
});

test('the compiler has nothing else to say', () => {
  const isOfPage = (line: string): boolean =>
    pages.some((page) => line.startsWith(`${nameOf(page)}.`)) || /^\s/.test(line);
  expect(complaints.filter((line) => !isOfPage(line))).toEqual([]);
});
