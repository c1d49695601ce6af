import { type Clock, systemClock } from '../clock.ts';
import type { ServerConnection } from './connection.ts';
import type { RealtimeServer } from './server.ts';

/** Options of `connectInMemory`. */
export interface MemoryConnectionOptions {
  /** Delay of each frame, each way; default 1 ms. */
  readonly latencyMs?: number;
  /** As a client would open it; the server reads its `model`. */
  readonly url?: string;
}

/** The events of a `MemorySocket`, in the shape of the platform's own. */
export interface MemorySocketEvents {
  readonly open: { readonly type: 'open' };
  readonly message: { readonly type: 'message'; readonly data: string };
  readonly error: { readonly type: 'error'; readonly message: string };
  readonly close: {
    readonly type: 'close';
    readonly code: number;
    readonly reason: string;
    readonly wasClean: boolean;
  };
}

type Listener<K extends keyof MemorySocketEvents> = (event: MemorySocketEvents[K]) => void;
type Listeners = { readonly [K in keyof MemorySocketEvents]: Set<Listener<K>> };

const CONNECTING = 0;
const OPEN = 1;
const CLOSING = 2;
const CLOSED = 3;

/**
 * Opens a connection to `server` without a network: a WebSocket for the client, with the same order and asynchrony. The
 * clock is the one that the server runs on.
 */
export function connectInMemory(
  server: RealtimeServer,
  clock: Clock = systemClock,
  options: MemoryConnectionOptions = {},
): MemorySocket {
  return new MemorySocket(server, clock, options);
}

/** The client's end of a connection in memory, as much of a WebSocket as clients use. */
export class MemorySocket {
  static readonly CONNECTING: number = CONNECTING;
  static readonly OPEN: number = OPEN;
  static readonly CLOSING: number = CLOSING;
  static readonly CLOSED: number = CLOSED;

  readonly url: string;
  readonly protocol = 'realtime';
  readonly bufferedAmount = 0;
  onopen: Listener<'open'> | null = null;
  onmessage: Listener<'message'> | null = null;
  onerror: Listener<'error'> | null = null;
  onclose: Listener<'close'> | null = null;
  readonly #clock: Clock;
  readonly #latencyMs: number;
  readonly #listeners: Listeners = { open: new Set(), message: new Set(), error: new Set(), close: new Set() };
  readonly #serverSide: ServerSide = { onText: () => {}, onClose: () => {}, isOpen: true };
  #readyState = CONNECTING;

  constructor(server: RealtimeServer, clock: Clock, options: MemoryConnectionOptions) {
    this.#clock = clock;
    this.#latencyMs = options.latencyMs ?? 1;
    this.url = options.url ?? 'ws://memory/v1/realtime';
    this.#later(() => {
      if (this.#readyState !== CONNECTING) return;
      this.#readyState = OPEN;
      this.#dispatch('open', { type: 'open' });
      server.accept(this.#connection(), { model: new URL(this.url).searchParams.get('model') ?? undefined });
    });
  }

  get readyState(): number {
    return this.#readyState;
  }

  send(text: string): void {
    if (this.#readyState === CONNECTING) throw new Error('the socket is still connecting');
    if (this.#readyState === OPEN) this.#later(() => this.#serverSide.isOpen && this.#serverSide.onText(text));
  }

  close(code = 1000, reason = ''): void {
    if (this.#readyState >= CLOSING) return;
    this.#readyState = CLOSING;
    this.#later(() => {
      this.#endServerSide();
      this.#later(() => this.#closed(code, reason));
    });
  }

  addEventListener<K extends keyof MemorySocketEvents>(type: K, listener: Listener<K>): void {
    this.#listeners[type].add(listener);
  }

  removeEventListener<K extends keyof MemorySocketEvents>(type: K, listener: Listener<K>): void {
    this.#listeners[type].delete(listener);
  }

  #connection(): ServerConnection {
    const side = this.#serverSide;
    return {
      send: (text) => {
        if (side.isOpen) this.#later(() => this.#received(text));
      },
      close: (code, reason) => {
        if (!side.isOpen) return;
        this.#endServerSide();
        this.#later(() => this.#closed(code, reason));
      },
      onText: (listener) => {
        side.onText = listener;
      },
      onClose: (listener) => {
        side.onClose = listener;
      },
    };
  }

  #received(text: string): void {
    if (this.#readyState === OPEN) this.#dispatch('message', { type: 'message', data: text });
  }

  #endServerSide(): void {
    if (!this.#serverSide.isOpen) return;
    this.#serverSide.isOpen = false;
    this.#serverSide.onClose();
  }

  #closed(code: number, reason: string): void {
    if (this.#readyState === CLOSED) return;
    this.#readyState = CLOSED;
    this.#dispatch('close', { type: 'close', code, reason, wasClean: true });
  }

  /** Timers of one delay fire in the order in which they were set, so frames never overtake each other. */
  #later(action: () => void): void {
    this.#clock.schedule(this.#latencyMs, action);
  }

  #dispatch<K extends keyof MemorySocketEvents>(type: K, event: MemorySocketEvents[K]): void {
    const handler = this[`on${type}`] as Listener<K> | null;
    handler?.(event);
    for (const listener of this.#listeners[type]) listener(event);
  }
}

interface ServerSide {
  onText: (text: string) => void;
  onClose: () => void;
  isOpen: boolean;
}
