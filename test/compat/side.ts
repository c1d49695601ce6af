// The two packages behind one face, each over a scripted socket: what a scenario does to one, it does to the other.

import { setImmediate } from 'node:timers/promises';
import * as peer from '@openai/agents-realtime';
import { vi } from 'vitest';
import { z } from 'zod';
import * as ours from '../../src/index.ts';
import { ScriptedSocket } from '../../src/testing/scripted-socket.ts';

export type Event = Record<string, unknown>;
type Listener = (...args: never[]) => unknown;

/** A session of either package, as far as scenarios use it. */
export interface AnySession {
  connect(options: { apiKey: string; model?: string }): Promise<void>;
  close(): void;
  on(event: string, listener: Listener): unknown;
  emit(event: string, ...args: unknown[]): unknown;
  sendMessage(message: unknown, other?: object): void;
  sendAudio(audio: unknown, options?: object): void;
  addImage(image: string, options?: object): void;
  interrupt(): void;
  mute(muted: boolean): void;
  updateHistory(items: unknown): void;
  updateAgent(agent: unknown): Promise<unknown>;
  approve(item: unknown, options?: object): Promise<void>;
  reject(item: unknown, options?: object): Promise<void>;
  readonly history: { itemId: string; [key: string]: unknown }[];
  readonly usage: { requests: number; totalTokens: number };
  readonly currentAgent: { name: string };
  readonly transport: {
    sendEvent(event: Event): void;
    requestResponse(response?: object): void;
    sendMessage(message: unknown, other: object): void;
    interrupt(): void;
    close(): void;
  };
  readonly muted: boolean | null;
  readonly availableMcpTools: { name: string }[];
  readonly context: { context: Record<string, unknown> };
}

/** What a package exports, as far as scenarios use it. */
export interface Side {
  readonly name: 'bargein' | 'peer';
  readonly agent: (config: object) => {
    name: string;
    clone(config: object): unknown;
    on(event: string, l: Listener): unknown;
  };
  readonly session: (agent: unknown, options: object) => AnySession;
  readonly tool: (options: object) => { name: string };
  readonly backgroundResult: (content: unknown) => unknown;
  readonly socketTransport: (socket: ScriptedSocket) => object;
  readonly computeConfig: (agent: unknown, options?: object, overrides?: object) => Promise<Event>;
}

function sideOf(name: Side['name'], from: unknown): Side {
  const lib = from as {
    RealtimeAgent: new (config: object) => ReturnType<Side['agent']>;
    RealtimeSession: (new (agent: unknown, options: object) => AnySession) & {
      computeInitialSessionConfig: Side['computeConfig'];
    };
    OpenAIRealtimeWebSocket: new (options: object) => object;
    tool: Side['tool'];
    backgroundResult: Side['backgroundResult'];
  };
  return {
    name,
    agent: (config) => new lib.RealtimeAgent(config),
    session: (agent, options) => new lib.RealtimeSession(agent, options),
    tool: (options) => lib.tool(options),
    backgroundResult: (content) => lib.backgroundResult(content),
    socketTransport: (socket) =>
      new lib.OpenAIRealtimeWebSocket({ createWebSocket: async () => socket, skipOpenEventListeners: true }),
    computeConfig: (agent, options, overrides) =>
      lib.RealtimeSession.computeInitialSessionConfig(agent, options, overrides),
  };
}

export const sides: readonly Side[] = [sideOf('peer', peer), sideOf('bargein', ours)];

/** Lets everything that is ready run; timers stand still. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 6; turn++) await setImmediate();
}

/** Moves time on for timers and clocks. */
export async function wait(ms: number): Promise<void> {
  await vi.advanceTimersByTimeAsync(ms);
  await settle();
}

/** A connected session over a scripted server, with notes of what it sends and tells. */
export class Call {
  readonly side: Side;
  readonly socket: ScriptedSocket;
  readonly session: AnySession;
  readonly told: [name: string, ...args: unknown[]][] = [];
  /** What escaped into the socket's own handler: over a real socket the process would end. */
  escaped: unknown;

  private constructor(side: Side, socket: ScriptedSocket, session: AnySession) {
    this.side = side;
    this.socket = socket;
    this.session = session;
  }

  static async open(
    side: Side,
    options: {
      agent?: unknown;
      session?: object;
      hears?: readonly string[];
      connect?: object;
      /** Sees what was sent while the session connected. */
      onSent?: (event: Event) => void;
    } = {},
  ): Promise<Call> {
    const socket = new ScriptedSocket();
    socket.isStrict = false;
    const agent = options.agent ?? side.agent({ name: 'Ann' });
    const session = side.session(agent, { transport: side.socketTransport(socket), ...options.session });
    const call = new Call(side, socket, session);
    for (const name of options.hears ?? HEARD) {
      session.on(name, (...args: never[]) => void call.told.push([name, ...args]));
    }
    await session.connect({ apiKey: 'ek_test', ...options.connect });
    await settle();
    for (const sent of socket.sent) options.onSent?.(sent);
    socket.sent.length = 0;
    call.told.length = 0;
    return call;
  }

  /** The server says something; a throw that reaches the socket is noted. */
  async server(...events: (Event | string)[]): Promise<void> {
    for (const each of events) {
      try {
        this.socket.receive(each);
      } catch (error) {
        this.escaped = error;
      }
    }
    await settle();
  }

  /** Types of what was sent, in order. */
  types(): string[] {
    return this.socket.sent.map(({ type }) => String(type));
  }

  sent(type: string): Event[] {
    return this.socket.sent.filter((sent) => sent['type'] === type);
  }

  count(type: string): number {
    return this.sent(type).length;
  }

  heard(name: string): unknown[][] {
    return this.told.filter(([told]) => told === name).map(([, ...args]) => args);
  }

  names(...wanted: string[]): string[] {
    return this.told.map(([name]) => name).filter((name) => wanted.length === 0 || wanted.includes(name));
  }

  /** The item of the first event that was sent. */
  firstItem(): Event {
    return (this.socket.sent[0]?.['item'] ?? {}) as Event;
  }

  /** The configuration that was sent last. */
  lastUpdate(): Event {
    return (this.sent('session.update').at(-1)?.['session'] ?? {}) as Event;
  }

  /** Outputs of function calls that were sent, as text. */
  outputs(): string[] {
    return this.sent('conversation.item.create').flatMap(({ item }) => {
      const { type, output } = item as Event;
      return type === 'function_call_output' ? [String(output)] : [];
    });
  }

  /** `n outputs, m responses asked for`. */
  answer(): string {
    return `${this.outputs().length} output, ${this.count('response.create')} response asked for`;
  }

  historyIds(): string {
    return this.session.history.map(({ itemId }) => itemId).join(' ');
  }
}

const HEARD = [
  'agent_start',
  'agent_end',
  'agent_handoff',
  'agent_tool_start',
  'agent_tool_end',
  'audio_start',
  'audio',
  'audio_stopped',
  'audio_interrupted',
  'guardrail_tripped',
  'history_added',
  'history_updated',
  'error',
  'tool_approval_requested',
  'mcp_tool_call_completed',
  'mcp_tools_changed',
  'transport_event',
];

let eventCount = 0;
function event(type: string, fields: Event = {}): Event {
  return { type, event_id: `ev_${++eventCount}`, ...fields };
}

/** What the server says, in as few words as scenarios need. */
export const says = {
  started: (id: string) =>
    event('response.created', { response: { id, object: 'realtime.response', status: 'in_progress', output: [] } }),
  done: (id: string, output: Event[] = [], fields: Event = {}) =>
    event('response.done', {
      response: {
        id,
        object: 'realtime.response',
        status: 'completed',
        output,
        usage: { total_tokens: 3, input_tokens: 1, output_tokens: 2 },
        ...fields,
      },
    }),
  audio: (responseId: string, itemId: string, ms: number, fields: Event = {}) =>
    event('response.output_audio.delta', {
      response_id: responseId,
      item_id: itemId,
      output_index: 0,
      content_index: 0,
      delta: Buffer.alloc(ms * 48).toString('base64'),
      ...fields,
    }),
  audioDone: (responseId: string, itemId: string) =>
    event('response.output_audio.done', {
      response_id: responseId,
      item_id: itemId,
      output_index: 0,
      content_index: 0,
    }),
  transcript: (responseId: string, itemId: string, delta: string) =>
    event('response.output_audio_transcript.delta', {
      response_id: responseId,
      item_id: itemId,
      output_index: 0,
      content_index: 0,
      delta,
    }),
  item: (item: Event, previousItemId?: string | null, name = 'added') =>
    event(`conversation.item.${name}`, {
      item,
      ...(previousItemId !== undefined && { previous_item_id: previousItemId }),
    }),
  outputItem: (responseId: string, item: Event, name = 'done') =>
    event(`response.output_item.${name}`, { response_id: responseId, output_index: 0, item }),
  speechStarted: () => event('input_audio_buffer.speech_started', { item_id: 'u1', audio_start_ms: 0 }),
  speechStopped: () => event('input_audio_buffer.speech_stopped', { item_id: 'u1', audio_end_ms: 500 }),
  error: (fields: Event) =>
    event('error', { error: { type: 'invalid_request_error', code: 'x', message: 'wrong', param: null, ...fields } }),
  other: event,
};

export const item = {
  user: (id: string, text: string): Event => ({
    id,
    type: 'message',
    role: 'user',
    status: 'completed',
    content: [{ type: 'input_text', text }],
  }),
  spoken: (id: string, transcript: string, status = 'completed'): Event => ({
    id,
    type: 'message',
    role: 'assistant',
    status,
    content: [{ type: 'output_audio', transcript }],
  }),
  call: (callId: string, name: string, args: unknown): Event => ({
    id: `item_${callId}`,
    type: 'function_call',
    status: 'completed',
    name,
    call_id: callId,
    arguments: typeof args === 'string' ? args : JSON.stringify(args),
  }),
};

/** Plays one response that calls a function, to its end. */
export async function calls(
  call: Call,
  name: string,
  args: unknown = {},
  callId = 'c1',
  responseId = 'r1',
): Promise<void> {
  const made = item.call(callId, name, args);
  await call.server(says.started(responseId), says.outputItem(responseId, made), says.done(responseId, [made]));
}

/** A tool of either package. */
export function toolOf(side: Side, options: object = {}): { name: string } {
  return side.tool({
    name: 'weather',
    description: 'Weather of a city.',
    parameters: z.object({ city: z.string().optional() }),
    execute: () => 'sunny',
    ...options,
  });
}
