// Wrong, odd and nearly right client events, made from right ones: a tree is changed in one to three places, then
// sometimes its text. One number decides everything, so a finding is its seed.

import type { Choice } from '../session/choices.ts';
import { corpus } from './client-event-corpus.ts';

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** What a mutation may use of the conversation, so that it also hits what exists. */
export interface LiveIds {
  readonly items: readonly string[];
  /** Items, some of them deleted, that the assistant has spoken. */
  readonly spoken: readonly string[];
  readonly responses: readonly string[];
  readonly calls: readonly string[];
}

const SCALARS = [
  null,
  true,
  false,
  0,
  -0,
  1,
  -1,
  0.5,
  7,
  99,
  100,
  4096,
  4097,
  5000,
  24_000,
  2 ** 31,
  2 ** 53,
  -(2 ** 53),
  1e21,
  1e308,
  5e-324,
  '',
  ' ',
  'root',
  'inf',
  'auto',
  'none',
  'realtime',
  '\u0000',
  '\ud800',
  '😀',
  'İ',
  '\u202e',
  '__proto__',
  'constructor',
  'true',
  '1',
  'A',
  'AAA',
  'AAAA',
  'AA==',
  'AB==',
  'A A=',
  '-_-_',
  '=',
  '!!!!!!!!',
  '. . . .',
  '../../etc/passwd',
] as const satisfies readonly Json[];
const KEYS = [
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  'length',
  'then',
  'toJSON',
  '',
  '0',
  '\u0000',
  'type',
  'id',
  'event_id',
  'session',
  'item',
  'response',
  'audio',
  'content',
  'role',
  'object',
  'status',
  'idle_timeout_ms',
  'unknown',
] as const;
const TEXTS = [
  '',
  'null',
  '[]',
  '{}',
  '"',
  '{"type":',
  '\ufeff{}',
  '{"type":"response.cancel"}}',
  '{"type":"a","type":"response.cancel"}',
  '1e999',
  '{"a":1e999}',
  "{'type':1}",
] as const;
const LONG_CHARACTERS = 20_000;
const HUGE_CHARACTERS = 1_000_000;

/** The text of one frame: a right event, changed. */
export function mutatedEvent(choice: Choice, live: LiveIds): string {
  if (choice.oneIn(100)) return choice.of(TEXTS);
  const event = structuredClone(choice.among(corpus)) as Json;
  const changes = 1 + choice.below(3);
  // What names something that exists passes the schema, and only then a session has to think.
  for (let i = 0; i < changes; i++) {
    if (choice.oneIn(2)) nameLive(choice, event, live);
    else mutateTree(choice, event);
  }
  const text = choice.oneIn(50) ? nested(choice, event) : JSON.stringify(event);
  return choice.oneIn(20) ? mutateText(choice, text) : text;
}

function nameLive(choice: Choice, node: Json, live: LiveIds): void {
  if (typeof node !== 'object' || node === null) return;
  for (const [key, value] of Object.entries(node)) {
    if (key === 'audio_end_ms') {
      assign(node, key, choice.below(400));
      assign(node, 'item_id', choice.among(live.spoken));
    } else if (key === 'item_id' || key === 'id' || key === 'previous_item_id') {
      assign(node, key, choice.among(live.items) ?? value);
    } else if (key === 'response_id') assign(node, key, choice.among(live.responses) ?? value);
    else if (key === 'call_id') assign(node, key, choice.among(live.calls) ?? value);
    else nameLive(choice, value, live);
  }
  // A client's item mostly has no id, else every second one would be a duplicate.
  if ('role' in node && !choice.oneIn(8)) delete node['id'];
}

function mutateTree(choice: Choice, root: Json): void {
  const places = placesOf(root);
  const place = choice.among(places);
  if (place === null) return;
  const { parent, key } = place;
  switch (choice.below(6)) {
    case 0:
      if (Array.isArray(parent)) parent.splice(Number(key), 1);
      else delete parent[key];
      return;
    case 1:
      return assign(parent, key, strangeValue(choice));
    case 2:
      return assign(parent, choice.of(KEYS), strangeValue(choice));
    case 3: {
      const other = choice.among(placesOf(structuredClone(choice.among(corpus)) as Json));
      return assign(parent, key, other === null ? null : valueAt(other));
    }
    case 4:
      return assign(parent, key, changedScalar(choice, valueAt(place)));
    default:
      return Array.isArray(parent)
        ? void parent.push(structuredClone(valueAt(place)))
        : assign(parent, key, [valueAt(place)]);
  }
}

interface Place {
  readonly parent: Json[] | { [key: string]: Json };
  readonly key: string;
}

function placesOf(node: Json, found: Place[] = []): Place[] {
  if (typeof node !== 'object' || node === null) return found;
  for (const [key, value] of Object.entries(node)) {
    found.push({ parent: node, key });
    placesOf(value, found);
  }
  return found;
}

function valueAt({ parent, key }: Place): Json {
  return (Array.isArray(parent) ? parent[Number(key)] : parent[key]) ?? null;
}

/** As JSON.parse would: `__proto__` is a key like any other. */
function assign(target: Json[] | { [key: string]: Json }, key: string, value: Json): void {
  if (!Array.isArray(target)) {
    Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true });
  } else if (key in target && key !== 'length') target[Number(key)] = value;
  else target.push(value);
}

function strangeValue(choice: Choice): Json {
  switch (choice.below(12)) {
    case 0:
      return {};
    case 1:
      return [];
    case 2:
      return Array.from({ length: choice.below(50) }, () => choice.of(SCALARS));
    case 3: {
      const node = {};
      assign(node, choice.of(KEYS), choice.of(SCALARS));
      return node;
    }
    case 4:
      return longText(choice);
    default:
      return choice.of(SCALARS);
  }
}

function longText(choice: Choice): string {
  const unit = choice.of(['!', ' ', 'a', 'A', '. ', '😀', '\ud800', '\\"', 'ab. c', '\u0000']);
  const characters = choice.oneIn(2000) ? HUGE_CHARACTERS : choice.oneIn(20) ? LONG_CHARACTERS : choice.below(600);
  return unit.repeat(characters / unit.length);
}

function changedScalar(choice: Choice, value: Json): Json {
  if (typeof value === 'number') return choice.of([value + 1, -value, value / 3, value * 1e6, String(value)]);
  if (typeof value === 'boolean') return !value;
  if (typeof value !== 'string') return null;
  const at = choice.below(value.length + 1);
  const inserted = choice.of(['=', 'A', ' ', '\n', '.', '_', 'é', '\udc00', '\u0000', '']);
  return value.slice(0, at) + inserted + value.slice(at + choice.below(3));
}

/** The event with a value that nests, near the depth that a server may refuse and far beyond. */
function nested(choice: Choice, event: Json): string {
  const depth = choice.of([5, 60, 63, 64, 65, 1000, 20_000]);
  const [open, close] = choice.of([
    ['[', ']'],
    ['{"a":', '}'],
  ]);
  const text = JSON.stringify(event);
  const scalars = [...text.matchAll(/:(?:"[^"]*"|\d+|null)/g)];
  const scalar = choice.among(scalars);
  if (scalar === null) return text;
  const value = `:${open.repeat(depth)}1${close.repeat(depth)}`;
  return text.slice(0, scalar.index) + value + text.slice(scalar.index + scalar[0].length);
}

function mutateText(choice: Choice, text: string): string {
  const at = choice.below(text.length + 1);
  switch (choice.below(6)) {
    case 0:
      return text.slice(0, at);
    case 1:
      return text.slice(0, at) + String.fromCharCode(choice.below(0x1_0000)) + text.slice(at + 1);
    case 2:
      return text.slice(at) + text.slice(0, at);
    case 3:
      return `${' '.repeat(choice.below(2000))}${text}\n`;
    case 4:
      return text.replace(
        /"([^"]*)":/,
        (_, key: string) => `"${key}":0,"\\u00${key.charCodeAt(0).toString(16)}${key.slice(1)}":`,
      );
    default:
      return text.replaceAll(/-?\d+/g, choice.of(['1e999', '-0', '01', '1E2', '0.1e-3', '9'.repeat(400)]));
  }
}
