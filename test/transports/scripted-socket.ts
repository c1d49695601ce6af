import { clientEventSchemas } from '../../src/protocol/client-event-schemas.ts';
import type { WebSocketLike } from '../../src/transports/defaults.ts';
import type { OpenAIRealtimeWebSocketOptions } from '../../src/transports/openai-websocket.ts';
import { OpenAIRealtimeWebSocket } from '../../src/transports/openai-websocket.ts';
import type { SessionConfig } from '../../src/protocol/session-config.ts';
import { VirtualClock } from '../../src/testing/virtual-clock.ts';

type Listener = (event: never) => void;

/** The server's end of a connection, played by a test. What the client sends is checked as strictly as the service does. */
export class ScriptedSocket implements WebSocketLike {
  readonly sent: Record<string, unknown>[] = [];
  readonly #listeners = new Map<string, Listener[]>();
  readyState = 0;
  bufferedAmount = 0;
  /** Off for what only the real service knows, hosted tool servers for instance. */
  isStrict = true;

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

  open(): void {
    this.readyState = 1;
    this.#dispatch('open', {});
  }

  receive(event: object | string): void {
    this.#dispatch('message', { data: typeof event === 'string' ? event : JSON.stringify(event) });
  }

  fail(event: object): void {
    this.#dispatch('error', event);
  }

  /** The server closes, or the network does. */
  drop(code: number, reason: string): void {
    this.readyState = 3;
    this.#dispatch('close', { code, reason });
  }

  /** What was sent since the last call, as `type` or the whole event. */
  take(): Record<string, unknown>[] {
    return this.sent.splice(0);
  }

  takeTypes(): unknown[] {
    return this.take().map((event) => event.type);
  }

  #dispatch(type: string, event: object): void {
    for (const listener of this.#listeners.get(type) ?? []) listener(event as never);
  }
}

const TRANSPORT_EVENTS = [
  'audio',
  'audio_done',
  'audio_interrupted',
  'audio_transcript_delta',
  'connection_change',
  'error',
  'function_call',
  'item_deleted',
  'item_update',
  'mcp_approval_request',
  'mcp_tool_call_completed',
  'mcp_tools_listed',
  'output_text_delta',
  'speech_started',
  'speech_stopped',
  'turn_done',
  'turn_started',
  'usage_update',
] as const;

export interface Rig {
  readonly transport: OpenAIRealtimeWebSocket;
  readonly socket: ScriptedSocket;
  readonly clock: VirtualClock;
  /** Every event of the transport since the last look, in order: name and arguments. */
  takeEvents(): [name: string, ...args: unknown[]][];
}

export function virtualClock(): VirtualClock {
  return new VirtualClock(() => new Promise((resolve) => setImmediate(resolve)));
}

/** A transport that is connected to a scripted socket; `session.update` has been taken from what was sent. */
export async function connectedRig(
  options: OpenAIRealtimeWebSocketOptions & { config?: SessionConfig; isDriven?: boolean } = {},
): Promise<Rig> {
  const { config, isDriven, ...transportOptions } = options;
  const clock = virtualClock();
  const socket = new ScriptedSocket();
  const transport = new OpenAIRealtimeWebSocket({
    clock,
    createWebSocket: async () => socket,
    skipOpenEventListeners: true,
    ...transportOptions,
  });
  const events: [string, ...unknown[]][] = [];
  for (const name of TRANSPORT_EVENTS) transport.on(name, (...args: unknown[]) => events.push([name, ...args]));
  if (isDriven === true) transport.drive();
  await transport.connect({ apiKey: 'ek_test', ...(config === undefined ? {} : { initialSessionConfig: config }) });
  socket.take();
  events.splice(0);
  return { transport, socket, clock, takeEvents: () => events.splice(0) };
}
