import { clientEventSchemas } from '../protocol/client-event-schemas.ts';
import type { ClientEvent, WireSession } from '../protocol/client-events.ts';
import { Refusal } from './refusal.ts';

/** Deeper nesting than any real event has; refused before it reaches code that recurses. */
const MAX_DEPTH = 64;
/** More than the largest set of tools has. A frame has room for millions, and each that is wrong costs an issue. */
const MAX_VALUES = 50_000;
/** Longest stretch of a client's text that a refusal repeats. */
const MAX_ECHO_CHARACTERS = 200;

const QUOTE = 34;
const COMMA = 44;
const OPEN_BRACKET = 91;
const BACKSLASH = 92;
const CLOSE_BRACKET = 93;
const OPEN_BRACE = 123;
const CLOSE_BRACE = 125;

/** A JSON object whose fields nobody has checked yet. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** The part of a zod issue that an answer is made of. */
interface Issue {
  readonly code?: string | undefined;
  readonly path: readonly PropertyKey[];
  readonly message?: string | undefined;
  readonly keys?: readonly string[];
  readonly expected?: string;
  readonly values?: readonly unknown[];
  readonly options?: readonly unknown[];
  readonly errors?: readonly (readonly Issue[])[];
  readonly minimum?: number | bigint;
  readonly maximum?: number | bigint;
}

/** Parses the text of one frame into a JSON object; refuses anything else. */
export function parseClientText(text: string): JsonObject {
  checkSize(text);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Refusal('We could not parse the JSON of this event.', { code: 'invalid_json' });
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new Refusal(`An event must be a JSON object, got ${describe(value)}.`, { code: 'invalid_json' });
  }
  return value as JsonObject;
}

/** Checks a parsed object against the schema of its type; refuses unknown types, unknown keys and wrong values. */
export function checkClientEvent(value: JsonObject): ClientEvent {
  const { type } = value;
  if (type === undefined) throw missing('type');
  if (!isClientEventType(type)) throw unsupportedValue('type', type, Object.keys(clientEventSchemas));
  const result = clientEventSchemas[type].safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  throw issue === undefined ? new Refusal('Invalid event.', { code: 'invalid_value' }) : refusalOf(issue, value);
}

/** Checks a session configuration as `session.update` does; throws `Refusal`. */
export function checkSession(session: unknown): WireSession {
  const event = checkClientEvent({ type: 'session.update', session });
  if (event.type !== 'session.update') throw new TypeError('unreachable: the type was given above');
  return event.session;
}

function isClientEventType(type: unknown): type is ClientEvent['type'] {
  return typeof type === 'string' && Object.hasOwn(clientEventSchemas, type);
}

function refusalOf(issue: Issue, event: JsonObject): Refusal {
  const param = pathText(issue.path);
  if (issue.code === 'unrecognized_keys') {
    const key = pathText([...issue.path, issue.keys?.[0] ?? '?']);
    return new Refusal(`Unknown parameter: '${key}'.`, { code: 'unknown_parameter', param: key });
  }
  const given = valueAt(event, issue.path);
  if (given === undefined) return missing(param);
  switch (issue.code) {
    case 'invalid_type':
      return new Refusal(
        `Invalid type for '${param}': expected ${issue.expected}, but got ${describe(given)} instead.`,
        {
          code: 'invalid_type',
          param,
        },
      );
    case 'invalid_value':
      return unsupportedValue(param, given, issue.values ?? []);
    case 'invalid_union':
      return issue.options !== undefined ? unsupportedValue(param, given, issue.options) : closestMember(issue, event);
    case 'too_big':
      return new Refusal(`Invalid '${param}': expected ${issue.maximum} at most, but got ${measure(given)}.`, {
        code: 'above_max_value',
        param,
      });
    case 'too_small':
      return new Refusal(`Invalid '${param}': expected ${issue.minimum} at least, but got ${measure(given)}.`, {
        code: 'below_min_value',
        param,
      });
    default:
      return new Refusal(`Invalid value for '${param}': ${issue.message ?? 'not allowed'}.`, {
        code: 'invalid_value',
        param,
      });
  }
}

/** Of the members of a union, the one that accepted the value's type explains best what is wrong inside it. */
function closestMember(issue: Issue, event: JsonObject): Refusal {
  const param = pathText(issue.path);
  const inner = issue.errors?.find((issues) => issues.every(({ path }) => path.length > 0))?.[0];
  if (inner !== undefined) return refusalOf({ ...inner, path: [...issue.path, ...inner.path] }, event);
  return new Refusal(`Invalid value for '${param}': ${describe(valueAt(event, issue.path))} is not supported here.`, {
    code: 'invalid_value',
    param,
  });
}

function missing(param: string): Refusal {
  return new Refusal(`Missing required parameter: '${param}'.`, { code: 'missing_required_parameter', param });
}

function unsupportedValue(param: string, given: unknown, supported: readonly unknown[]): Refusal {
  const list = supported.map((value) => `'${String(value)}'`).join(', ');
  return new Refusal(`Invalid value: ${describe(given)}. Supported values are: ${list}.`, {
    code: 'invalid_value',
    param,
  });
}

function valueAt(event: JsonObject, path: readonly PropertyKey[]): unknown {
  let value: unknown = event;
  for (const key of path) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = (value as Record<PropertyKey, unknown>)[key];
  }
  return value;
}

function pathText(path: readonly PropertyKey[]): string {
  const text = path
    .map((key, at) => (typeof key === 'number' ? `[${key}]` : `${at > 0 ? '.' : ''}${String(key)}`))
    .join('');
  return text.length > MAX_ECHO_CHARACTERS ? `${text.slice(0, MAX_ECHO_CHARACTERS)}…` : text;
}

function describe(value: unknown): string {
  if (value === null) return 'null';
  if (typeof value === 'string') return `'${value.length > 60 ? `${value.slice(0, 60)}…` : value}'`;
  if (typeof value === 'object') return Array.isArray(value) ? 'an array' : 'an object';
  return JSON.stringify(value);
}

function measure(value: unknown): string {
  return typeof value === 'number' ? String(value) : `a length of ${(value as { length: number }).length}`;
}

/**
 * Refuses what would take seconds and gigabytes to parse and check. Counts brackets and commas outside of strings; a
 * long string costs one native search, not a look at each character.
 */
function checkSize(text: string): void {
  let depth = 0;
  let values = 1;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) at = endOfString(text, at);
    else if (code === COMMA) values += 1;
    else if (code === OPEN_BRACE || code === OPEN_BRACKET) depth += 1;
    else if (code === CLOSE_BRACE || code === CLOSE_BRACKET) depth -= 1;
    if (depth > MAX_DEPTH)
      throw new Refusal(`An event may nest ${MAX_DEPTH} levels at most.`, { code: 'invalid_json' });
    if (values > MAX_VALUES)
      throw new Refusal(`An event may have ${MAX_VALUES} values at most.`, { code: 'invalid_json' });
  }
}

function endOfString(text: string, start: number): number {
  let end = text.indexOf('"', start + 1);
  while (end >= 0 && isEscaped(text, end)) end = text.indexOf('"', end + 1);
  return end < 0 ? text.length : end;
}

function isEscaped(text: string, at: number): boolean {
  let backslashes = 0;
  while (text.charCodeAt(at - 1 - backslashes) === BACKSLASH) backslashes += 1;
  return backslashes % 2 === 1;
}
