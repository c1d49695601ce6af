/** Whether a value is a promise, of whatever kind. */
export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}

/** Watches what a function returned that may be asynchronous, whatever its type says. */
export function onRejection(result: unknown, failed: (error: unknown) => void): void {
  if (isThenable(result)) result.then(undefined, failed);
}
