// Every symbol that a package entry exports has a doc comment, read from the declarations that users get.

import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { namesIn } from '../../tools/export-lists.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const { exports } = JSON.parse(readFileSync(`${root}package.json`, 'utf8')) as {
  exports: Record<string, string | { types?: string }>;
};
const entries = Object.entries(exports).flatMap(([name, target]) =>
  typeof target === 'object' && target.types !== undefined ? [[name, join(root, target.types)] as const] : [],
);

const DECLARATION =
  /^(?:export )?(?:declare )?(?:abstract )?(?:class|interface|type|function|const|let|var|enum) (?!\{|\*)(\w+)/gm;
const LIST = /^export (?:type )?\{([^}]*)\}(?: from '([^']+)')?/gm;
const STAR = /^export (?:type )?\* from '([^']+)'/gm;
const IMPORT = /^import (?:type )?\{([^}]*)\} from '([^']+)'/gm;

function declarationsOf(file: string): string {
  return file.replace(/\.d\.ts$|\.[jt]s$/, '.d.ts');
}

/** Whether each symbol that a declaration file exports is documented; one of another package is theirs to document. */
function exportsOf(file: string): Map<string, boolean> {
  const text = readFileSync(file, 'utf8');
  const own = new Map<string, boolean>();
  const found = new Map<string, boolean>();
  const note = (into: Map<string, boolean>, name: string, isDocumented: boolean): void =>
    // Overloads, and a value with the type of its name, need one comment.
    void into.set(name, isDocumented || into.get(name) === true);
  for (const { 0: matched, 1: name = '', index } of text.matchAll(DECLARATION)) {
    const isDocumented = /\/\*\*(?:(?!\*\/)[\s\S])*\*\/\s*$/.test(text.slice(0, index));
    note(own, name, isDocumented);
    if (matched.startsWith('export ')) note(found, name, isDocumented);
  }
  const within = (path: string): Map<string, boolean> | null => {
    if (!path.startsWith('.')) return null;
    const target = declarationsOf(join(dirname(file), path));
    expect(existsSync(target), `${file} exports from ${path}`).toBe(true);
    return exportsOf(target);
  };
  for (const [, path = ''] of text.matchAll(STAR)) {
    for (const [name, isDocumented] of within(path) ?? []) note(found, name, isDocumented);
  }
  /** Where a name of this file comes from, when it is imported only to be exported. */
  const imported = (wanted: string): boolean | undefined => {
    for (const [, names = '', path = ''] of text.matchAll(IMPORT)) {
      const [there] = namesIn(names).find(([, here]) => here === wanted) ?? [];
      if (there !== undefined) return within(path)?.get(there) ?? !path.startsWith('.');
    }
    return undefined;
  };
  for (const [, names = '', path] of text.matchAll(LIST)) {
    const there = path === undefined ? own : within(path);
    for (const [name, here] of namesIn(names)) {
      const isDocumented = there?.get(name) ?? (path === undefined ? imported(name) : there === null);
      note(found, here, isDocumented ?? false);
    }
  }
  return found;
}

test('every entry with types is looked at', () => {
  expect(entries.map(([name]) => name)).toEqual(expect.arrayContaining(['.', './audio', './server', './testing']));
});

test.each(entries)('every symbol of %s has a doc comment', (_, file) => {
  const symbols = exportsOf(file);
  expect(symbols.size).toBeGreaterThan(0);
  expect([...symbols].flatMap(([name, isDocumented]) => (isDocumented ? [] : [name]))).toEqual([]);
});
