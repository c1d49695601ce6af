// What CONTRIBUTING.md names is there: files and folders, scripts, functions of the walks, tests.

import { existsSync, globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const page = readFileSync(`${ROOT}CONTRIBUTING.md`, 'utf8');
const words = [...page.matchAll(/`([^`\n]+)`/g)].map(([, word = '']) => word);
const paths = [
  ...new Set([
    ...words.filter(
      (word) => /^(\.?[\w-]+\/)+([\w.-]+\.\w+)?$|^src\/[\w/.-]+$/.test(word) && !word.startsWith('dist/'),
    ),
    ...[...page.matchAll(/\]\(([^)#]+)\)/g)].map(([, link = '']) => link),
  ]),
];
const { scripts } = JSON.parse(readFileSync(`${ROOT}package.json`, 'utf8')) as { scripts: Record<string, string> };

test('files and folders are named', () => expect(paths.length).toBeGreaterThan(40));

test.each(paths)('%s is there', (path) => expect(existsSync(`${ROOT}${path}`)).toBe(true));

test.each(
  [...new Set([...page.matchAll(/npm (?:run )?([\w:]+)/g)].map(([, name = '']) => name))].filter(
    (name) => name !== 'ci',
  ),
)('the script %s is there', (script) => expect(Object.keys(scripts)).toContain(script));

test.each([...page.matchAll(/^npx vitest run --project (\w+) (\S+)(?: -t (\S+))?$/gm)].map(([, ...found]) => found))(
  'project %s has the test %s, by the name %s if one is given',
  (project = '', path = '', name) => {
    expect(path.startsWith('test/browser/')).toBe(project === 'browser');
    expect(readFileSync(`${ROOT}${path}`, 'utf8')).toContain(name ?? 'test(');
  },
);

test('every function that a walk names is in the file that it names', () => {
  const named = [...page.matchAll(/`(\w+)` in `([^`]+)`/g)];
  expect(named.length).toBeGreaterThanOrEqual(3);
  for (const [, name = '', path = ''] of named) {
    expect(readFileSync(`${ROOT}${path}`, 'utf8'), path).toMatch(new RegExp(`(?:function |^  )${name}\\(`, 'm'));
  }
});

test('every room of src is on the map', () => {
  const rooms = globSync('src/*/', { cwd: ROOT }).map((room) => room.replace(/\/$/, ''));
  const map = page.slice(page.indexOf('## The rooms'), page.indexOf('## Three walks'));
  for (const room of rooms) expect(map).toContain(`\`${room}\``);
});
