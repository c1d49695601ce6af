// Emitting for a session or a transport: one failing listener takes neither the others nor the connection with it.

import { ListenerError } from './errors.ts';
import { isThenable } from './thenable.ts';

/** What is needed of an emitter to call its listeners one by one. */
export interface ListenerSource {
  rawListeners(event: string | symbol): ((...args: never[]) => unknown)[];
  listenerCount(event: string | symbol): number;
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
  for (const listener of listeners) {
    try {
      const result = listener.apply(emitter, args as unknown[]);
      if (isThenable(result)) watch(result, event, onFailure);
    } catch (error) {
      onFailure(new ListenerError(String(event), error));
    }
  }
  return listeners.length > 0;
}

/** By itself, so that only listeners that return a promise cost a closure. */
function watch(result: PromiseLike<unknown>, event: string | symbol, onFailure: (error: ListenerError) => void): void {
  result.then(undefined, (error: unknown) => onFailure(new ListenerError(String(event), error)));
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
