/** Schemas of tools nest the deepest, about 20; whoever copies or walks an event must not run out of stack. */
export const MAX_NESTING = 64;

/** Whether the text of an object can have no other within it, as those of audio can't: nothing has to be walked then. */
export function isFlat(text: string): boolean {
  return !text.includes('{', 1) && !text.includes('[');
}

/** Whether a value of JSON nests at most `levels` deep. */
export function nestsWithin(value: object, levels: number = MAX_NESTING): boolean {
  if (levels === 0) return false;
  for (const key in value) {
    const inner: unknown = value[key as keyof typeof value];
    if (typeof inner === 'object' && inner !== null && !nestsWithin(inner, levels - 1)) return false;
  }
  return true;
}
