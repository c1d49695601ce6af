// docs/errors.md against the sources: each code that they use, with the classes that carry it.

import { globSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

interface Row {
  readonly code: string;
  readonly classes: readonly string[];
  readonly meaning: string;
  readonly advice: string;
}

/** How far before a code, in characters, its `new …Error(` may begin. */
const REACH = 600;

/** What carries the code that starts at `at`: the error made there, else the class whose constructor names the code. */
function carrierOf(text: string, at: number): string | undefined {
  const before = text.slice(0, at);
  const [made] = [...before.matchAll(/new (\w*Error)\(/g)].slice(-1);
  const [declared] = [...before.matchAll(/class (\w+)[^{]* extends \w*Error\b/g)].slice(-1);
  const madeAt = made?.index ?? -1;
  if (declared !== undefined && declared.index > madeAt) return declared[1];
  return at - madeAt < REACH ? made?.[1] : undefined;
}

function codesOfSources(): Map<string, Set<string>> {
  const codes = new Map<string, Set<string>>();
  for (const path of globSync(['src/**/*.ts', 'worklets/*.ts'])) {
    if (path.endsWith('.generated.ts')) continue;
    const text = readFileSync(path, 'utf8');
    // A code that is only compared with comes from elsewhere.
    for (const { 1: code = '', index } of text.matchAll(/(?<!=== )['"](ERR_[A-Z0-9_]+)['"]/g)) {
      const carriers = codes.get(code) ?? new Set();
      codes.set(code, carriers);
      // A worklet can't throw to the page: its refusals carry the codes of the classes that run in it.
      const isInWorklet = path.startsWith('worklets/') || text.startsWith('// Render thread:');
      const carrier = isInWorklet ? 'AudioError' : carrierOf(text, index);
      expect(carrier, `${path} uses ${code} in no error`).toBeDefined();
      carriers.add(carrier ?? '');
    }
  }
  return codes;
}

const rows = [
  ...readFileSync('docs/errors.md', 'utf8').matchAll(/^\| `(ERR_\w+)` *\| (.*?) *\| (.*?) *\| (.*?) *\|$/gm),
].map(([, code = '', classes = '', meaning = '', advice = '']): Row => ({
  code,
  classes: classes.split(', ').map((name) => name.replaceAll('`', '')),
  meaning,
  advice,
}));

describe('docs/errors.md', () => {
  const codes = codesOfSources();

  it('lists every code of the sources once, and no other', () => {
    expect(codes.size).toBeGreaterThan(100);
    expect(rows.map(({ code }) => code).toSorted()).toEqual([...codes.keys()].toSorted());
  });

  it.each(rows)('names the classes that carry $code, what it means and what to do', (row) => {
    expect(row.classes.toSorted()).toEqual([...(codes.get(row.code) ?? [])].toSorted());
    expect(row.meaning).toMatch(/\S.*\.$/);
    expect(row.advice).not.toBe('');
  });
});
