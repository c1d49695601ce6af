import type { Clock } from '../clock.ts';
import type { WebSocketLike } from '../transports/defaults.ts';

/** States of a socket, as a WebSocket counts them. */
const CONNECTING = 0;
const OPEN = 1;
const CLOSED = 3;

/** The provider's end of the socket that it opens to the app. */
export interface PhoneWire {
  send(text: string): void;
  close(code?: number): void;
  onText: (text: string) => void;
  onClose: (code: number | undefined) => void;
}

/** The provider's end over a real socket, which may still be opening. */
export function wireOver(socket: WebSocketLike): PhoneWire {
  const early: string[] = [];
  const wire: PhoneWire = {
    send(text) {
      if (socket.readyState === CONNECTING) early.push(text);
      else if (socket.readyState === OPEN) socket.send(text);
    },
    close: (code) => socket.close(code),
    onText: () => {},
    onClose: () => {},
  };
  socket.addEventListener('open', () => {
    for (const text of early.splice(0)) socket.send(text);
  });
  socket.addEventListener('message', ({ data }) => wire.onText(String(data)));
  socket.addEventListener('close', ({ code }) => wire.onClose(code));
  socket.addEventListener('error', () => {});
  return wire;
}

/** A socket without a network: the provider's end, and the app's as a WebSocket server would hand it over, open. */
export interface PhoneWirePair {
  readonly wire: PhoneWire;
  readonly socket: MemoryPhoneSocket;
}

/**
 * Makes both ends of a socket in memory. `latencyMs` is how long the next text takes, a number or one drawn each time; texts
 * never overtake each other.
 */
export function wireInMemory(clock: Clock, latencyMs: number | (() => number)): PhoneWirePair {
  const inOrder = (): ((action: () => void) => void) => {
    let lastMs = 0;
    return (action) => {
      const nowMs = clock.nowMs();
      lastMs = Math.max(lastMs, nowMs + (typeof latencyMs === 'number' ? latencyMs : latencyMs()));
      clock.schedule(lastMs - nowMs, action);
    };
  };
  const toApp = inOrder();
  const toProvider = inOrder();
  const wire: PhoneWire = {
    send: (text) => toApp(() => socket.receive(text)),
    close: (code) => toApp(() => socket.drop(code)),
    onText: () => {},
    onClose: () => {},
  };
  const socket = new MemoryPhoneSocket({
    text: (text) => toProvider(() => wire.onText(text)),
    closed: (code) => toProvider(() => wire.onClose(code)),
  });
  return { wire, socket };
}

type Listener = (event: never) => void;

/** The app's end of a socket in memory. A provider that does not read lets `bufferedAmount` grow, as a network does. */
export class MemoryPhoneSocket implements WebSocketLike {
  readonly #out: { text(text: string): void; closed(code: number | undefined): void };
  readonly #listeners = new Map<string, Listener[]>();
  #unread: string[] | null = null;
  #readyState = OPEN;

  constructor(out: { text(text: string): void; closed(code: number | undefined): void }) {
    this.#out = out;
  }

  get readyState(): number {
    return this.#readyState;
  }

  get bufferedAmount(): number {
    return this.#unread?.reduce((bytes, text) => bytes + text.length, 0) ?? 0;
  }

  /** Whether the other side reads. */
  set isRead(isRead: boolean) {
    const unread = this.#unread ?? [];
    this.#unread = isRead ? null : unread;
    if (isRead) for (const text of unread) this.#out.text(text);
  }

  send(text: string): void {
    if (this.#readyState !== OPEN) return;
    if (this.#unread === null) this.#out.text(text);
    else this.#unread.push(text);
  }

  close(code?: number): void {
    if (this.#readyState === CLOSED) return;
    this.#readyState = CLOSED;
    this.#out.closed(code);
  }

  addEventListener(type: string, listener: Listener): void {
    this.#listeners.set(type, [...(this.#listeners.get(type) ?? []), listener]);
  }

  /** A text of the other side arrives. */
  receive(data: string): void {
    if (this.#readyState === OPEN) this.#dispatch('message', { data });
  }

  /** The other side has closed. */
  drop(code?: number): void {
    if (this.#readyState === CLOSED) return;
    this.#readyState = CLOSED;
    this.#dispatch('close', { code });
  }

  #dispatch(type: string, event: object): void {
    for (const listener of this.#listeners.get(type) ?? []) listener(event as never);
  }
}
