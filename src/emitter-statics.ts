// The static functions of the emitter for browsers and edge runtimes: one event as a promise, many as an iterator.

import type { Deferred } from './deferred.ts';
import { deferred } from './deferred.ts';
import type {
  AbortSignalLike,
  EmitterLike,
  EventTargetLike,
  StaticEventEmitterIteratorOptions,
  StaticEventEmitterOptions,
} from './emitter-surface.ts';

type EventName = string | symbol;
type Source = EmitterLike | EventTargetLike;
type Listener = (...args: unknown[]) => void;

interface Subscribable {
  on(event: EventName, listener: Listener): unknown;
  off(event: EventName, listener: Listener): unknown;
  pause?(): unknown;
  resume?(): unknown;
}

/** What both kinds of source can do. An emitter says `error`, an event target has no such rule. */
interface Subscription {
  readonly saysError: boolean;
  add(event: EventName, listener: Listener): void;
  remove(event: EventName, listener: Listener): void;
}

function isEventTarget(source: Source): source is EventTargetLike {
  return 'addEventListener' in source && !('on' in source && typeof source.on === 'function');
}

function subscriptionOf(source: Source): Subscription {
  if (isEventTarget(source)) {
    return {
      saysError: false,
      add: (event, listener) => source.addEventListener(String(event), listener),
      remove: (event, listener) => source.removeEventListener(String(event), listener),
    };
  }
  const emitter = source as unknown as Subscribable;
  return {
    saysError: true,
    add: (event, listener) => void emitter.on(event, listener),
    remove: (event, listener) => void emitter.off(event, listener),
  };
}

function abortError(signal: AbortSignalLike): Error {
  const error = new Error('The operation was aborted', { cause: signal.reason });
  error.name = 'AbortError';
  return Object.assign(error, { code: 'ABORT_ERR' });
}

/** Listens once for the abort of a signal; at once, in a microtask, if it is aborted already. */
export function addAbortListener(signal: AbortSignalLike, listener: (event: never) => void): Disposable {
  const call = listener as () => void;
  let isDisposed = false;
  if (signal.aborted) {
    queueMicrotask(() => {
      if (!isDisposed) call();
    });
  } else {
    signal.addEventListener('abort', call, { once: true });
  }
  return {
    [Symbol.dispose]() {
      isDisposed = true;
      signal.removeEventListener('abort', call);
    },
  };
}

/** The arguments of the next such event. Rejects when the emitter says `error` first, or the signal aborts. */
export function eventArguments(
  source: Source,
  event: EventName,
  options: StaticEventEmitterOptions,
): Promise<unknown[]> {
  const { signal } = options;
  if (signal?.aborted) return Promise.reject(abortError(signal));
  const subscription = subscriptionOf(source);
  const { promise, resolve, reject } = deferred<unknown[]>();
  const onEvent: Listener = (...args) => {
    release();
    resolve(args);
  };
  const onError: Listener = (error) => {
    release();
    reject(error);
  };
  const onAbort = (): void => {
    release();
    reject(signal === undefined ? undefined : abortError(signal));
  };
  const watchesError = subscription.saysError && event !== 'error';
  const release = (): void => {
    subscription.remove(event, onEvent);
    if (watchesError) subscription.remove('error', onError);
    signal?.removeEventListener('abort', onAbort);
  };
  subscription.add(event, onEvent);
  if (watchesError) subscription.add('error', onError);
  signal?.addEventListener('abort', onAbort, { once: true });
  return promise;
}

/** Iterates over the argument lists of an event until it is closed, fails, or the signal aborts. */
export function iterateEvents(
  source: Source,
  event: EventName,
  options: StaticEventEmitterIteratorOptions,
): AsyncIterableIterator<unknown[]> {
  const { signal, close = [], highWaterMark = Infinity, lowWaterMark = 1 } = options;
  if (signal?.aborted) throw abortError(signal);
  const subscription = subscriptionOf(source);
  const flow = source as { pause?: () => unknown; resume?: () => unknown };
  const waiting: unknown[][] = [];
  const readers: Deferred<IteratorResult<unknown[]>>[] = [];
  let failure: { readonly error: unknown } | null = null;
  let hasEnded = false;
  let isPaused = false;

  const onEvent: Listener = (...args) => {
    const reader = readers.shift();
    if (reader !== undefined) {
      reader.resolve({ value: args, done: false });
      return;
    }
    waiting.push(args);
    if (!isPaused && waiting.length > highWaterMark) {
      isPaused = true;
      flow.pause?.();
    }
  };
  const onError: Listener = (error) => fail(error);
  const onClose: Listener = () => end();
  const onAbort = (): void => {
    if (signal !== undefined) fail(abortError(signal));
  };
  const watchesError = subscription.saysError && event !== 'error';

  function release(): void {
    subscription.remove(event, onEvent);
    if (watchesError) subscription.remove('error', onError);
    for (const name of close) subscription.remove(name, onClose);
    signal?.removeEventListener('abort', onAbort);
  }
  function end(): void {
    release();
    hasEnded = true;
    for (const reader of readers.splice(0)) reader.resolve({ value: undefined, done: true });
  }
  function fail(error: unknown): void {
    const reader = readers.shift();
    if (reader === undefined) failure = { error };
    else reader.reject(error);
    end();
  }

  subscription.add(event, onEvent);
  if (watchesError) subscription.add('error', onError);
  for (const name of close) subscription.add(name, onClose);
  signal?.addEventListener('abort', onAbort, { once: true });

  return {
    next() {
      const value = waiting.shift();
      if (value !== undefined) {
        if (isPaused && waiting.length < lowWaterMark) {
          isPaused = false;
          flow.resume?.();
        }
        return Promise.resolve({ value, done: false });
      }
      if (failure !== null) {
        const { error } = failure;
        failure = null;
        return Promise.reject(error);
      }
      if (hasEnded) return Promise.resolve({ value: undefined, done: true });
      const reader = deferred<IteratorResult<unknown[]>>();
      readers.push(reader);
      return reader.promise;
    },
    return() {
      waiting.length = 0;
      end();
      return Promise.resolve({ value: undefined, done: true });
    },
    throw(error: unknown) {
      fail(error);
      return Promise.resolve({ value: undefined, done: true });
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
