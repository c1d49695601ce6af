import { clientEventSchemas } from '../protocol/client-event-schemas.ts';
import type { WebSocketLike } from '../transports/defaults.ts';

type Listener = (event: never) => void;

/**
 * The server's end of a connection, played by a test: `receive` delivers an event to the client, `take` reads what it sent.
 * What the client sends is checked as strictly as the service does; what the service would refuse throws.
 * Hand it to `OpenAIRealtimeWebSocket` as `createWebSocket: async () => socket`.
 */
export class ScriptedSocket implements WebSocketLike {
  /** What the client sent and nobody took yet, in order. */
  readonly sent: Record<string, unknown>[] = [];
  readonly #listeners = new Map<string, Listener[]>();
  /** 0 connecting, 1 open, 3 closed, as a WebSocket has it. */
  readyState: number = 0;
  /** Bytes that wait for the network; a test raises it to play a slow one. */
  bufferedAmount: number = 0;
  /** Off for what only the real service knows, hosted tool servers for instance. */
  isStrict: boolean = true;

  addEventListener(type: string, listener: Listener): void {
    this.#listeners.set(type, [...(this.#listeners.get(type) ?? []), listener]);
  }

  send(text: string): void {
    const event = JSON.parse(text) as Record<string, unknown>;
    const schema = clientEventSchemas[event.type as keyof typeof clientEventSchemas];
    if (this.isStrict) schema.parse(event);
    this.sent.push(event);
  }

  /** The client closes. */
  close(): void {
    this.readyState = 3;
  }

  /** The connection is open. */
  open(): void {
    this.readyState = 1;
    this.#dispatch('open', {});
  }

  /** The server sends an event; a text goes as it is, malformed or not. */
  receive(event: object | string): void {
    this.#dispatch('message', { data: typeof event === 'string' ? event : JSON.stringify(event) });
  }

  /** The platform reports an `error` of the socket. */
  fail(event: object): void {
    this.#dispatch('error', event);
  }

  /** The server closes, or the network does. */
  drop(code: number, reason: string): void {
    this.readyState = 3;
    this.#dispatch('close', { code, reason });
  }

  /** The events sent since the last look. */
  take(): Record<string, unknown>[] {
    return this.sent.splice(0);
  }

  /** Their types, in order. */
  takeTypes(): unknown[] {
    return this.take().map((event) => event.type);
  }

  #dispatch(type: string, event: object): void {
    for (const listener of this.#listeners.get(type) ?? []) listener(event as never);
  }
}
