import type { ClientEvent } from '../../src/protocol/client-events.ts';
import {
  connectInMemory,
  createRealtimeServer,
  type RealtimeServerOptions,
  type ServerFaults,
  type Voice,
} from '../../src/server/index.ts';
import type { SentEvent } from '../../src/server/sent-event.ts';
import { VirtualClock } from '../../src/testing/virtual-clock.ts';

/** A received event and when it arrived. */
export interface Arrival {
  readonly atMs: number;
  readonly event: SentEvent;
}

export type EventOf<T extends SentEvent['type']> = WithType<SentEvent, T>;

/** Several types of event share a shape, so the shape is picked by whether its `type` may be `T`. */
type WithType<E extends SentEvent, T> = E extends SentEvent ? (T extends E['type'] ? E & { type: T } : never) : never;

/** 50 ms of a tone for each character, so that a test knows how long a text sounds. */
export const toneVoice: Voice = {
  synthesize: async ({ text, sampleRate }) =>
    Int16Array.from({ length: (text.length * sampleRate) / 20 }, (_, i) => Math.round(8000 * Math.sin(i / 7))),
};

/** A client that a test drives step by step, on a virtual clock, against a server of its own. */
export class ScriptedClient {
  readonly clock: VirtualClock = new VirtualClock(turns);
  readonly arrivals: Arrival[] = [];
  /** Every frame as it came, malformed ones included. */
  readonly texts: string[] = [];
  readonly faults: ServerFaults;
  closeCode: number | null = null;
  readonly #socket: ReturnType<typeof connectInMemory>;
  readonly #close: () => Promise<void>;

  constructor(options: RealtimeServerOptions = {}) {
    const server = createRealtimeServer({ voice: toneVoice, ...options, clock: this.clock });
    this.faults = server.faults;
    this.#close = () => server.close();
    this.#socket = connectInMemory(server, this.clock, { url: 'ws://memory/v1/realtime?model=gpt-realtime' });
    this.#socket.addEventListener('message', ({ data }) => {
      this.texts.push(data);
      const event = eventIn(data);
      if (event !== null) this.arrivals.push({ atMs: this.clock.nowMs(), event });
    });
    this.#socket.addEventListener('close', ({ code }) => {
      this.closeCode = code;
    });
  }

  /** Connects and waits for `session.created`. */
  static async open(options: RealtimeServerOptions = {}): Promise<ScriptedClient> {
    const client = new ScriptedClient(options);
    await client.next('session.created');
    return client;
  }

  get events(): SentEvent[] {
    return this.arrivals.map(({ event }) => event);
  }

  get types(): string[] {
    return this.events.map(({ type }) => type);
  }

  of<T extends SentEvent['type']>(type: T): EventOf<T>[] {
    return this.events.filter((event): event is EventOf<T> => event.type === type);
  }

  send(...events: ClientEvent[]): void {
    for (const event of events) this.sendText(JSON.stringify(event));
  }

  sendText(text: string): void {
    this.#socket.send(text);
  }

  /** Says something in writing and asks for a response. */
  say(text: string): void {
    this.send(userMessage(text), { type: 'response.create' });
  }

  /** The next event of a type that has not arrived yet. */
  async next<T extends SentEvent['type']>(type: T): Promise<EventOf<T>> {
    const known = this.of(type).length;
    for (let waitedMs = 0; waitedMs < 60_000; waitedMs += 5) {
      const event = this.of(type)[known];
      if (event !== undefined) return event;
      await this.clock.advance(5);
    }
    throw new Error(`no ${type} within a minute; got ${this.types.join(', ')}`);
  }

  /** Lets everything on the way arrive. */
  async settle(): Promise<void> {
    await this.clock.advance(5);
  }

  /** Sends text frames and gives the `error` that each of them gets. */
  async refusalOf(event: object | string): Promise<EventOf<'error'>['error']> {
    this.sendText(typeof event === 'string' ? event : JSON.stringify(event));
    return (await this.next('error')).error;
  }

  async close(): Promise<void> {
    await this.#close();
    await this.settle();
  }
}

/** A message of the user, as an event. */
export function userMessage(text: string, id?: string): ClientEvent {
  return {
    type: 'conversation.item.create',
    item: { type: 'message', role: 'user', ...(id !== undefined && { id }), content: [{ type: 'input_text', text }] },
  };
}

/** Samples as the `append` events of 20 ms packets. */
export function appendsOf(samples: Int16Array, packetFrames = 480): ClientEvent[] {
  const events: ClientEvent[] = [];
  for (let at = 0; at < samples.length; at += packetFrames) {
    const packet = samples.slice(at, at + packetFrames);
    events.push({ type: 'input_audio_buffer.append', audio: Buffer.from(packet.buffer).toString('base64') });
  }
  return events;
}

/** Bytes of all audio deltas of a client so far. */
export function audioBytes(client: ScriptedClient): Buffer {
  return Buffer.concat(client.of('response.output_audio.delta').map(({ delta }) => Buffer.from(delta, 'base64')));
}

/** A few turns of the event loop: enough for promises and for messages from a worker. */
export async function turns(): Promise<void> {
  for (let i = 0; i < 4; i++) await new Promise((resolve) => void setImmediate(resolve));
}

function eventIn(text: string): SentEvent | null {
  try {
    return JSON.parse(text) as SentEvent;
  } catch {
    return null;
  }
}
