// The static functions of the emitter for browsers and edge runtimes: one event as a promise, many as an iterator.

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

/** Who is told what while somebody waits for an event. */
interface Watch {
  readonly signal: AbortSignalLike | undefined;
  readonly onEvent: Listener;
  /** `error` was emitted, or the signal aborted. */
  readonly onFailure: (error: unknown) => void;
  readonly endEvents?: readonly string[];
  readonly onEnd?: Listener;
}

/** Who waits for the next arguments of an iterator. */
interface Reader {
  resolve(result: IteratorResult<unknown[]>): void;
  reject(error: unknown): void;
}

function isEventTarget(source: Source): source is EventTargetLike {
  return 'addEventListener' in source && !('on' in source && typeof source.on === 'function');
}

/** Listens for an event and for what ends the wait; returns how to stop. Throws if the signal is aborted already. */
function watch(
  source: Source,
  event: EventName,
  { signal, onEvent, onFailure, endEvents = [], onEnd }: Watch,
): () => void {
  if (signal?.aborted) throw abortError(signal);
  const listeners: (readonly [EventName, Listener])[] = [[event, onEvent]];
  // An emitter says `error`, an event target has no such rule.
  if (event !== 'error' && !isEventTarget(source)) listeners.push(['error', onFailure]);
  if (onEnd !== undefined) listeners.push(...endEvents.map((name) => [name, onEnd] as const));
  const onAbort = (): void => {
    if (signal !== undefined) onFailure(abortError(signal));
  };
  for (const [name, listener] of listeners) {
    if (isEventTarget(source)) source.addEventListener(String(name), listener);
    else (source as unknown as Subscribable).on(name, listener);
  }
  signal?.addEventListener('abort', onAbort, { once: true });
  return (): void => {
    for (const [name, listener] of listeners) {
      if (isEventTarget(source)) source.removeEventListener(String(name), listener);
      else (source as unknown as Subscribable).off(name, listener);
    }
    signal?.removeEventListener('abort', onAbort);
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

const ENDED = { value: undefined, done: true } as const;

/** The arguments of the next such event. Rejects when the emitter says `error` first, or the signal aborts. */
export async function eventArguments(
  source: Source,
  event: EventName,
  { signal }: StaticEventEmitterOptions = {},
): Promise<unknown[]> {
  return new Promise((resolve, reject) => {
    const release = watch(source, event, {
      signal,
      onEvent(...args) {
        release();
        resolve(args);
      },
      onFailure(error) {
        release();
        reject(error);
      },
    });
  });
}

/** Iterates over the argument lists of an event until it is closed, fails, or the signal aborts. */
export function iterateEvents(
  source: Source,
  event: EventName,
  options: StaticEventEmitterIteratorOptions = {},
): AsyncIterableIterator<unknown[]> {
  const { signal, close = [], highWaterMark = Infinity, lowWaterMark = 1 } = options;
  const flow = source as { pause?: () => unknown; resume?: () => unknown };
  const waiting: unknown[][] = [];
  const readers: Reader[] = [];
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
  function end(): void {
    release();
    hasEnded = true;
    for (const reader of readers.splice(0)) reader.resolve(ENDED);
  }
  function fail(error: unknown): void {
    const reader = readers.shift();
    if (reader === undefined) failure = { error };
    else reader.reject(error);
    end();
  }

  const release = watch(source, event, { signal, onEvent, onFailure: fail, endEvents: close, onEnd: end });
  return {
    async next() {
      const value = waiting.shift();
      if (value !== undefined) {
        if (isPaused && waiting.length < lowWaterMark) {
          isPaused = false;
          flow.resume?.();
        }
        return { value, done: false };
      }
      if (failure !== null) {
        const { error } = failure;
        failure = null;
        throw error;
      }
      if (hasEnded) return ENDED;
      return new Promise((resolve, reject) => void readers.push({ resolve, reject }));
    },
    async return() {
      waiting.length = 0;
      end();
      return ENDED;
    },
    async throw(error: unknown) {
      fail(error);
      return ENDED;
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
