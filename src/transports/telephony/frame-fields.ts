// Fields of a provider's frames, each checked where it is read: a caller's socket is open to the world.

import { TransportConnectionError } from '../../errors.ts';

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** Longest text that is quoted in an error. */
const QUOTED_CHARS = 40;

export type Fields = Readonly<Record<string, unknown>>;

/** The frame, or a part of it, as an object. */
export function fieldsOf(value: unknown, name: string): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw wrong(name, 'an object', value);
  return value as Fields;
}

export function textOf(value: unknown, name: string): string {
  if (typeof value !== 'string' || value === '') throw wrong(name, 'a text', value);
  return value;
}

/** A count, which providers send as text. */
export function countOf(value: unknown, name: string): number {
  const count = typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value;
  if (typeof count !== 'number' || !Number.isSafeInteger(count) || count < 0) throw wrong(name, 'a count', value);
  return count;
}

/** Base64 of at least one octet, and how many it holds. */
export function payloadOf(value: unknown, name: string): { readonly payload: string; readonly frames: number } {
  if (typeof value !== 'string' || value === '' || !BASE64.test(value)) throw wrong(name, 'base64', value);
  return { payload: value, frames: base64Octets(value) };
}

/** How many octets well-formed base64 holds. */
export function base64Octets(base64: string): number {
  const padding = base64.endsWith('==') ? 2 : base64.endsWith('=') ? 1 : 0;
  return (base64.length / 4) * 3 - padding;
}

/** The fields that are texts; anything else a caller put there is left out. */
export function textsOf(value: unknown): Readonly<Record<string, string>> {
  if (typeof value !== 'object' || value === null) return {};
  return Object.fromEntries(
    Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}

/** The error of a frame that is not what the provider's protocol says. */
export function wrong(name: string, expected: string, given: unknown): TransportConnectionError {
  const quoted =
    typeof given === 'string' ? `'${given.slice(0, QUOTED_CHARS)}'` : given === null ? 'null' : typeof given;
  return new TransportConnectionError(`a phone frame has no valid ${name}: expected ${expected}, got ${quoted}`, {
    code: 'ERR_PHONE_FRAME',
  });
}
