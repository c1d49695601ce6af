import { UserError } from '../errors.ts';

/** Throws `ERR_SESSION_OPTION` unless `min` ≤ `value` ≤ `max`. */
export function checkRange(name: string, value: number, min: number, max: number): void {
  if (value >= min && value <= max) return;
  throw new UserError(`${name} must be ${min}…${max}, got ${value}`, { code: 'ERR_SESSION_OPTION' });
}
