/// <reference lib="esnext.disposable" preserve="true" />
// The emitter's types, shared by its two implementations: Node's own (`emitter.node.ts`) and ours for browsers and edge
// runtimes (`emitter.ts`). They name no platform type, so the package's declarations compile without `@types/node`.

/** Event names mapped to labelled argument tuples. */
export type EventMap = Record<string, unknown[]>;

/** The argument list of an event. */
export type EventArgs<Events, K extends keyof Events> = Events[K] extends unknown[] ? Events[K] : never;

/**
 * The part of Node's emitter that every transport has, typed by its event map. Whoever has a transport listens to it; `emit` is
 * the transport's own business, so that any emitter with these events will do.
 */
export interface TypedEmitter<Events extends Record<keyof Events, unknown[]>> {
  on<K extends keyof Events & string>(event: K, listener: (...args: Events[K]) => void): unknown;
  off<K extends keyof Events & string>(event: K, listener: (...args: Events[K]) => void): unknown;
  once<K extends keyof Events & string>(event: K, listener: (...args: Events[K]) => void): unknown;
  emit(event: never, ...args: never[]): boolean;
}

/** A listener whose event is not known statically. */
export type AnyListener = (...args: never[]) => unknown;

/** Events that an emitter sends about itself. */
export type ListenerEvent = 'newListener' | 'removeListener';
/** Listener of `newListener` and `removeListener`. */
export type ListenerEventListener = (event: string | symbol, listener: AnyListener) => unknown;

/** Name of the method that takes a rejected listener's error, when `captureRejections` is on. */
export const captureRejectionSymbol: unique symbol = Symbol.for('nodejs.rejection');

/** Listener of event `K`. Its result is ignored, but the promise of an asynchronous one may be watched for a rejection. */
export type ListenerOf<Events, K extends keyof Events> = {
  bivarianceHack(...args: EventArgs<Events, K>): unknown;
}['bivarianceHack'];

/** The whole instance surface of Node's `EventEmitter`, typed by an event map. */
export interface EventEmitter<Events = EventMap> {
  on<K extends keyof Events>(event: K, listener: ListenerOf<Events, K>): this;
  on(event: ListenerEvent, listener: ListenerEventListener): this;
  on(event: symbol, listener: AnyListener): this;
  addListener<K extends keyof Events>(event: K, listener: ListenerOf<Events, K>): this;
  addListener(event: ListenerEvent, listener: ListenerEventListener): this;
  addListener(event: symbol, listener: AnyListener): this;
  prependListener<K extends keyof Events>(event: K, listener: ListenerOf<Events, K>): this;
  prependListener(event: ListenerEvent, listener: ListenerEventListener): this;
  prependListener(event: symbol, listener: AnyListener): this;
  once<K extends keyof Events>(event: K, listener: ListenerOf<Events, K>): this;
  once(event: ListenerEvent, listener: ListenerEventListener): this;
  once(event: symbol, listener: AnyListener): this;
  prependOnceListener<K extends keyof Events>(event: K, listener: ListenerOf<Events, K>): this;
  prependOnceListener(event: ListenerEvent, listener: ListenerEventListener): this;
  prependOnceListener(event: symbol, listener: AnyListener): this;
  off<K extends keyof Events>(event: K, listener: ListenerOf<Events, K>): this;
  off(event: ListenerEvent, listener: ListenerEventListener): this;
  off(event: symbol, listener: AnyListener): this;
  removeListener<K extends keyof Events>(event: K, listener: ListenerOf<Events, K>): this;
  removeListener(event: ListenerEvent, listener: ListenerEventListener): this;
  removeListener(event: symbol, listener: AnyListener): this;
  removeAllListeners(event?: keyof Events | ListenerEvent | symbol): this;
  emit<K extends keyof Events>(event: K, ...args: EventArgs<Events, K>): boolean;
  emit(event: symbol, ...args: unknown[]): boolean;
  listeners<K extends keyof Events>(event: K): ListenerOf<Events, K>[];
  listeners(event: ListenerEvent | symbol): AnyListener[];
  rawListeners<K extends keyof Events>(event: K): ListenerOf<Events, K>[];
  rawListeners(event: ListenerEvent | symbol): AnyListener[];
  /** How many listeners the event has; with `listener`, how often that one is among them. */
  listenerCount(event: keyof Events | ListenerEvent | symbol, listener?: AnyListener): number;
  eventNames(): (keyof Events)[];
  /** 0 or `Infinity`: no warning, however many listeners an event gets. */
  setMaxListeners(count: number): this;
  getMaxListeners(): number;
  /** With `captureRejections`, called instead of emitting `error` when the promise of a listener rejects. */
  [captureRejectionSymbol]?(error: Error, event: keyof Events, ...args: unknown[]): void;
}

/** Options of an emitter. */
export interface EventEmitterOptions {
  /** A listener's rejected promise becomes an `error` event. */
  captureRejections?: boolean;
}

/** What the static functions need of an emitter; every `EventEmitter` has it. */
export interface EmitterLike {
  on(event: never, listener: never): unknown;
  off(event: never, listener: never): unknown;
  listenerCount(event: never, listener?: never): number;
}

/** What the static functions need of an `EventTarget`. */
export interface EventTargetLike {
  addEventListener(type: string, listener: (event: unknown) => void, options?: { once?: boolean }): void;
  removeEventListener(type: string, listener: (event: unknown) => void): void;
}

/** What the static functions need of an `AbortSignal`. */
export interface AbortSignalLike {
  readonly aborted: boolean;
  readonly reason: unknown;
  addEventListener(type: 'abort', listener: () => void, options?: { once?: boolean }): void;
  removeEventListener(type: 'abort', listener: () => void): void;
}

/** Options of the static `once`. */
export interface StaticEventEmitterOptions {
  signal?: AbortSignalLike;
}

/** Options of the static `on`. */
export interface StaticEventEmitterIteratorOptions extends StaticEventEmitterOptions {
  /** Events that end the iteration. */
  close?: string[];
  /** Above so many waiting events the emitter is paused, if it has `pause`. */
  highWaterMark?: number;
  /** Below so many waiting events the emitter is resumed, if it has `resume`. */
  lowWaterMark?: number;
}

/** The constructor and static surface of Node's `EventEmitter`. */
export interface EventEmitterConstructor {
  new <Events = EventMap>(options?: EventEmitterOptions): EventEmitter<Events>;
  /** Iterates over the argument lists of an event; throws when the emitter emits `error`. */
  on(
    emitter: EmitterLike | EventTargetLike,
    event: string | symbol,
    options?: StaticEventEmitterIteratorOptions,
  ): AsyncIterableIterator<unknown[]>;
  /** The arguments of the next such event; rejects when the emitter emits `error` before. */
  once(
    emitter: EmitterLike | EventTargetLike,
    event: string | symbol,
    options?: StaticEventEmitterOptions,
  ): Promise<unknown[]>;
  /** Listens once for the abort of a signal; at once if it is aborted already. */
  addAbortListener(signal: AbortSignalLike, listener: (event: never) => void): Disposable;
  getEventListeners(emitter: EmitterLike | EventTargetLike, event: string | symbol): AnyListener[];
  getMaxListeners(emitter: EmitterLike | EventTargetLike): number;
  /** Without emitters: the default of all that have no limit of their own. */
  setMaxListeners(count?: number, ...emitters: (EmitterLike | EventTargetLike)[]): void;
  listenerCount(emitter: EmitterLike, event: string | symbol): number;
  defaultMaxListeners: number;
  captureRejections: boolean;
  readonly captureRejectionSymbol: typeof captureRejectionSymbol;
  /** Listeners of this symbol see each `error` first, without handling it. */
  readonly errorMonitor: symbol;
}
