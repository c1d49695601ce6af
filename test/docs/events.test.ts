// docs/events.md against the event map: each event with the labels of its arguments.

import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

/** The members of a type, each with the text up to the next one. */
function membersOf(path: string, from: RegExp): Map<string, string> {
  const text = readFileSync(path, 'utf8').split(from)[1] ?? '';
  const body = text.slice(0, text.search(/^\}/m)).replaceAll(/\/\*\*[\s\S]*?\*\//g, '');
  const starts = [...body.matchAll(/^ {2}(\w+): /gm)];
  return new Map(
    starts.map(({ 0: start, 1: name = '', index }, at) => [
      name,
      body.slice(index + start.length, starts[at + 1]?.index ?? body.length),
    ]),
  );
}

/** The labels of a tuple type, without those of what is inside. */
function labelsOf(tuple: string): string[] {
  let depth = 0;
  let flat = '';
  for (const letter of tuple) {
    if ('[{<('.includes(letter)) depth++;
    if (depth <= 1) flat += letter;
    if (']}>)'.includes(letter)) depth--;
  }
  return [...flat.matchAll(/(\w+): /g)].map(([, label = '']) => label);
}

const expected = new Map<string, readonly string[]>([
  ...[...membersOf('src/session-events.ts', /^\} & \{/m)].map(([name, tuple]) => [name, labelsOf(tuple)] as const),
  ...[...membersOf('src/session/plain-events.ts', /interface PlainSessionEvents \{/).keys()].map(
    (name) => [name, ['event']] as const,
  ),
]);

const rows = [...readFileSync('docs/events.md', 'utf8').matchAll(/^\| `(\w+)` *\| (.*?) *\| (.*?) *\|/gm)].map(
  ([, name = '', labels = '', when = '']) => ({
    name,
    labels: [...labels.matchAll(/`(\w+)`/g)].map(([, label = '']) => label),
    when,
  }),
);

test('docs/events.md lists every event once, and no other', () => {
  expect(expected.size).toBeGreaterThan(25);
  expect(rows.map(({ name }) => name).toSorted()).toEqual([...expected.keys()].toSorted());
});

test.each(rows)('it names the arguments of $name, and when it comes', ({ name, labels, when }) => {
  expect(labels).toEqual(expected.get(name));
  expect(when).not.toBe('');
});
