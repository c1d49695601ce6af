// A complete emitter for browsers and edge runtimes, with the behaviour of Node's. Node itself uses `node:events`
// (`emitter.node.ts`); one contract test holds both to the same rules.

import { addAbortListener, eventArguments, iterateEvents } from './emitter-statics.ts';
import { captureRejectionSymbol } from './emitter-surface.ts';
import type * as surface from './emitter-surface.ts';

export type { EventMap, TypedEmitter } from './emitter-surface.ts';

type EventName = string | symbol;
/** A registered function. A `once` wrapper carries the function that the app gave. */
interface Registered {
  (...args: unknown[]): unknown;
  listener?: Registered;
}

const errorMonitor: symbol = Symbol('events.errorMonitor');
/** Limits set from outside on event targets, which can't store one themselves. */
const targetLimits = new WeakMap<object, number>();

let defaultMaxListeners = 10;
let capturesRejections = false;

function checkedListener(listener: unknown): Registered {
  if (typeof listener === 'function') return listener as Registered;
  throw wrongType('"listener" argument', 'function', listener);
}

function checkedFlag(value: unknown, name: string): boolean {
  if (typeof value === 'boolean') return value;
  throw wrongType(`"${name}" property`, 'boolean', value);
}

function wrongType(name: string, type: string, value: unknown): TypeError {
  return new TypeError(`The ${name} must be of type ${type}. Received ${typeof value}`);
}

function checkedLimit(count: unknown, name: string): number {
  if (typeof count === 'number' && count >= 0) return count;
  throw new RangeError(
    `The value of "${name}" is out of range. It must be a non-negative number. Received ${String(count)}`,
  );
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}

class OwnEventEmitter {
  #listeners = new Map<EventName, readonly Registered[]>();
  #maxListeners: number | undefined;
  #capturesRejections: boolean;
  /** Events whose limit was reported, so that a leak warns once. */
  #warned = new Set<EventName>();

  constructor(options?: surface.EventEmitterOptions) {
    const { captureRejections = capturesRejections } = options ?? {};
    this.#capturesRejections = checkedFlag(captureRejections, 'options.captureRejections');
  }

  on(event: EventName, listener: unknown): this {
    return this.#add(event, checkedListener(listener), false);
  }

  addListener(event: EventName, listener: unknown): this {
    return this.on(event, listener);
  }

  prependListener(event: EventName, listener: unknown): this {
    return this.#add(event, checkedListener(listener), true);
  }

  once(event: EventName, listener: unknown): this {
    return this.on(event, this.#onceWrapper(event, checkedListener(listener)));
  }

  prependOnceListener(event: EventName, listener: unknown): this {
    return this.prependListener(event, this.#onceWrapper(event, checkedListener(listener)));
  }

  off(event: EventName, listener: unknown): this {
    return this.removeListener(event, listener);
  }

  removeListener(event: EventName, listener: unknown): this {
    const wanted = checkedListener(listener);
    const list = this.#listeners.get(event) ?? [];
    const index = list.findLastIndex((entry) => entry === wanted || entry.listener === wanted);
    const removed = list[index];
    if (removed === undefined) return this;
    this.#store(event, list.toSpliced(index, 1));
    if (this.#listeners.has('removeListener')) this.emit('removeListener', event, removed.listener ?? removed);
    return this;
  }

  removeAllListeners(event?: EventName): this {
    if (!this.#listeners.has('removeListener')) {
      if (event === undefined) this.#listeners.clear();
      else this.#store(event, []);
      return this;
    }
    if (event === undefined) {
      for (const name of this.#listeners.keys()) if (name !== 'removeListener') this.removeAllListeners(name);
      return this.removeAllListeners('removeListener');
    }
    for (const listener of (this.#listeners.get(event) ?? []).toReversed()) this.removeListener(event, listener);
    return this;
  }

  emit(event: EventName, ...args: unknown[]): boolean {
    if (event === 'error') {
      if (this.#listeners.has(errorMonitor)) this.emit(errorMonitor, ...args);
      if (!this.#listeners.has('error')) throw unhandled(args[0]);
    }
    const list = this.#listeners.get(event);
    if (list === undefined) return false;
    for (const listener of list) {
      const result = listener.apply(this, args);
      if (this.#capturesRejections && isThenable(result)) {
        result.then(undefined, (error: unknown) => queueMicrotask(() => this.#reject(error, event, args)));
      }
    }
    return true;
  }

  listeners(event: EventName): Registered[] {
    return (this.#listeners.get(event) ?? []).map((entry) => entry.listener ?? entry);
  }

  rawListeners(event: EventName): Registered[] {
    return [...(this.#listeners.get(event) ?? [])];
  }

  listenerCount(event: EventName, listener?: unknown): number {
    const list = this.#listeners.get(event) ?? [];
    if (listener === undefined || listener === null) return list.length;
    return list.filter((entry) => entry === listener || entry.listener === listener).length;
  }

  eventNames(): EventName[] {
    return [...this.#listeners.keys()];
  }

  setMaxListeners(count: number): this {
    this.#maxListeners = checkedLimit(count, 'setMaxListeners');
    return this;
  }

  getMaxListeners(): number {
    return this.#maxListeners ?? defaultMaxListeners;
  }

  #onceWrapper(event: EventName, listener: Registered): Registered {
    let hasFired = false;
    const wrapper: Registered = (...args) => {
      if (hasFired) return undefined;
      hasFired = true;
      this.removeListener(event, wrapper);
      return listener.apply(this, args);
    };
    wrapper.listener = listener;
    return wrapper;
  }

  #add(event: EventName, listener: Registered, isFirst: boolean): this {
    // Before it is added, so that a listener of `newListener` never hears of itself.
    if (this.#listeners.has('newListener')) this.emit('newListener', event, listener.listener ?? listener);
    const list = this.#listeners.get(event) ?? [];
    const next = isFirst ? [listener, ...list] : [...list, listener];
    this.#store(event, next);
    const limit = this.getMaxListeners();
    if (limit > 0 && next.length > limit && !this.#warned.has(event)) {
      this.#warned.add(event);
      console.warn(
        `MaxListenersExceededWarning: ${next.length} ${String(event)} listeners added to ${this.constructor.name}, ` +
          `more than ${limit}. Remove listeners that are no longer needed, or raise the limit with setMaxListeners().`,
      );
    }
    return this;
  }

  #store(event: EventName, list: readonly Registered[]): void {
    if (list.length > 0) {
      this.#listeners.set(event, list);
      return;
    }
    this.#listeners.delete(event);
    this.#warned.delete(event);
  }

  /** A listener's promise rejected. While `error` is emitted for it, capture is off: a second failure would never end. */
  #reject(error: unknown, event: EventName, args: unknown[]): void {
    const handler: unknown = Reflect.get(this, captureRejectionSymbol);
    if (typeof handler === 'function') {
      handler.call(this, error, event, ...args);
      return;
    }
    const before = this.#capturesRejections;
    this.#capturesRejections = false;
    try {
      this.emit('error', error);
    } finally {
      this.#capturesRejections = before;
    }
  }

  static readonly on: typeof iterateEvents = iterateEvents;
  static readonly once: typeof eventArguments = eventArguments;
  static readonly addAbortListener: typeof addAbortListener = addAbortListener;

  /** The listeners of an emitter. An `EventTarget` does not tell its listeners outside Node. */
  static getEventListeners(emitter: object, event: EventName): Registered[] {
    if (emitter instanceof OwnEventEmitter) return emitter.listeners(event);
    throw new TypeError(
      'getEventListeners() takes an EventEmitter; this runtime cannot list the listeners of an EventTarget',
    );
  }

  static getMaxListeners(emitter: object): number {
    if (emitter instanceof OwnEventEmitter) return emitter.getMaxListeners();
    return targetLimits.get(emitter) ?? defaultMaxListeners;
  }

  static setMaxListeners(count: number = defaultMaxListeners, ...emitters: object[]): void {
    const limit = checkedLimit(count, 'setMaxListeners');
    if (emitters.length === 0) defaultMaxListeners = limit;
    for (const emitter of emitters) {
      if (emitter instanceof OwnEventEmitter) emitter.setMaxListeners(limit);
      else targetLimits.set(emitter, limit);
    }
  }

  static listenerCount(emitter: { listenerCount(event: EventName): number }, event: EventName): number {
    return emitter.listenerCount(event);
  }

  static get defaultMaxListeners(): number {
    return defaultMaxListeners;
  }

  static set defaultMaxListeners(count: number) {
    defaultMaxListeners = checkedLimit(count, 'defaultMaxListeners');
  }

  static get captureRejections(): boolean {
    return capturesRejections;
  }

  static set captureRejections(value: boolean) {
    capturesRejections = checkedFlag(value, 'EventEmitter.captureRejections');
  }

  static readonly captureRejectionSymbol: typeof captureRejectionSymbol = captureRejectionSymbol;
  static readonly errorMonitor: symbol = errorMonitor;
}

/** What an `error` without a listener throws. */
function unhandled(error: unknown): Error {
  if (error instanceof Error) return error;
  const wrapped = new Error(`Unhandled error. (${typeof error === 'string' ? `'${error}'` : String(error)})`);
  return Object.assign(wrapped, { code: 'ERR_UNHANDLED_ERROR', context: error });
}

// The name that subclasses and `toString` show.
Object.defineProperty(OwnEventEmitter, 'name', { value: 'EventEmitter' });

/** An emitter typed by an event map. */
export type EventEmitter<Events = surface.EventMap> = surface.EventEmitter<Events>;

/** The emitter class of platforms that have none. */
export const EventEmitter: surface.EventEmitterConstructor = OwnEventEmitter as never;
