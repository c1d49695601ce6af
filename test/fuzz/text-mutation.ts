// New texts from those of a corpus: a tree of JSON is changed in one to four places, or its text is, and parts of one
// text go into another.

import type { Choice } from '../session/choices.ts';

const NUMBERS = [0, -1, 1, 0.5, 8000, 24_000, 2 ** 53, -(2 ** 53), 1e300];
const TEXTS = [
  '',
  ' ',
  '0',
  '8000',
  '-1',
  '1e3',
  '=',
  'AAA',
  'AAAA',
  '////',
  '__proto__',
  'constructor',
  '\ud800',
  '{',
];
const WORDS = ['\0', 'in_progress', 'completed', 'a'.repeat(20_000)];
const VALUES: readonly unknown[] = [null, true, false, ...NUMBERS, ...TEXTS, ...WORDS, {}, [], [[]], [null]];
const SPLICES = ['', '"', '\\', '{', '}', '[', ']', ',', ':', 'null', '1', '-', '.', 'e9', '\\u0000', '=', '\u{1f600}'];
const DEEPEST = 100_000;

interface Place {
  readonly parent: Record<string, unknown>;
  readonly key: string;
}

/** Parts of a value, each with where it is; how deep is bounded, since texts may nest without end. */
function placesOf(value: unknown, places: Place[] = [], levels = 80): Place[] {
  if (typeof value !== 'object' || value === null || levels === 0) return places;
  const parent = value as Record<string, unknown>;
  for (const key of Object.keys(parent)) {
    places.push({ parent, key });
    placesOf(parent[key], places, levels - 1);
  }
  return places;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** A part of another text, or a value that is wrong wherever it stands. */
function anyValue(choice: Choice, corpus: readonly string[], places: readonly Place[]): unknown {
  if (choice.oneIn(2)) return structuredClone(choice.among(VALUES));
  const donors = choice.oneIn(2) ? places : placesOf(parsed(choice.among(corpus) ?? ''));
  const donor = choice.among(donors);
  return donor === null ? choice.below(200) - 100 : structuredClone(donor.parent[donor.key]);
}

function changeTree(choice: Choice, corpus: readonly string[], root: unknown): void {
  const places = placesOf(root);
  const place = choice.among(places);
  if (place === null) return;
  const { parent, key } = place;
  const kind = choice.below(8);
  if (kind === 0) delete parent[key];
  else if (kind === 1 && Array.isArray(parent)) parent.push(structuredClone(parent[Number(key)]));
  else {
    // Another name that the corpus has, or one that nothing has.
    const added = choice.oneIn(2)
      ? `${key}2`
      : (choice.among(placesOf(parsed(choice.among(corpus) ?? '')))?.key ?? key);
    const value = anyValue(choice, corpus, places);
    const name = kind === 2 ? added : key;
    // Not by assignment: `__proto__` is a name like any other here.
    Object.defineProperty(parent, name, { value, enumerable: true, configurable: true, writable: true });
  }
}

function changeText(choice: Choice, corpus: readonly string[], text: string): string {
  const at = choice.below(text.length + 1);
  switch (choice.below(5)) {
    case 0:
      return text.slice(0, at);
    case 1:
      return text.slice(0, at) + (choice.among(corpus) ?? '').slice(choice.below(text.length + 1));
    case 2:
      return text.slice(0, at) + String.fromCharCode(choice.below(0x1_00_00)) + text.slice(at + 1);
    default:
      return text.slice(0, at) + (choice.among(SPLICES) ?? '') + text.slice(at + choice.below(4));
  }
}

/** A text made from those of the corpus. */
export function mutatedText(choice: Choice, corpus: readonly string[]): string {
  if (choice.oneIn(2000)) return choice.of(['[', '{"type":']).repeat(choice.below(DEEPEST));
  const original = choice.among(corpus) ?? '';
  const changes = 1 + choice.below(4);
  const root = choice.oneIn(4) ? null : parsed(original);
  let text = original;
  if (typeof root === 'object' && root !== null) {
    for (let change = 0; change < changes; change++) changeTree(choice, corpus, root);
    text = JSON.stringify(root);
    if (!choice.oneIn(8)) return text;
  }
  for (let change = 0; change < changes; change++) text = changeText(choice, corpus, text);
  return text;
}
