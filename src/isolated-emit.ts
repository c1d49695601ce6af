// Emitting for a session or a transport: one failing listener takes neither the others nor the connection with it.

import { ListenerError } from './errors.ts';

/** What is needed of an emitter to call its listeners one by one. */
export interface ListenerSource {
  rawListeners(event: string | symbol): ((...args: never[]) => unknown)[];
}

/**
 * Calls every listener of an event. A throw or a rejected promise goes to `onFailure` as a `ListenerError`, and the other
 * listeners still run. Returns whether there were listeners.
 */
export function emitIsolated(
  emitter: Partial<ListenerSource>,
  event: string | symbol,
  args: readonly unknown[],
  onFailure: (error: ListenerError) => void,
): boolean {
  const listeners = listenersOf(emitter, event);
  const fail = (error: unknown): void => onFailure(new ListenerError(String(event), error));
  for (const listener of listeners) {
    try {
      const result = listener.apply(emitter, args as unknown[]);
      if (isThenable(result)) result.then(undefined, fail);
    } catch (error) {
      fail(error);
    }
  }
  return listeners.length > 0;
}

/** An agent made elsewhere may have no more than `emit`. */
function listenersOf(
  emitter: Partial<ListenerSource>,
  event: string | symbol,
): ((...args: readonly unknown[]) => unknown)[] {
  if (emitter.rawListeners !== undefined) return emitter.rawListeners(event) as ReturnType<typeof listenersOf>;
  const emit: unknown = Reflect.get(emitter, 'emit');
  return typeof emit === 'function' ? [(...args) => Reflect.apply(emit, emitter, [event, ...args]) as unknown] : [];
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}
