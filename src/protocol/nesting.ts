/** Schemas of tools nest the deepest, about 20; whoever copies or walks an event must not run out of stack. */
export const MAX_NESTING = 64;

/** Whether a value of JSON nests at most `levels` deep. */
export function nestsWithin(value: object, levels: number = MAX_NESTING): boolean {
  if (levels === 0) return false;
  // Tried: `for in`, which V8 compiles for the shapes seen so far and discards at each further one: 2.4 µs an event, now 0.3.
  for (const key of Object.keys(value)) {
    const inner: unknown = value[key as keyof typeof value];
    if (typeof inner === 'object' && inner !== null && !nestsWithin(inner, levels - 1)) return false;
  }
  return true;
}
