// What callers, models and apps do wrong to one call of a gateway, over real sockets; another call of the same thread goes on.

import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { logger } from '../../../src/logger.ts';
import { RealtimeAgent, RealtimeSession, tool } from '../../../src/index.ts';
import { createGateway, createRealtimeServer, type Fault, type Gateway } from '../../../src/server/index.ts';
import { CallerLine } from './caller-line.ts';

const POLICY_VIOLATION = 1008;
const TOO_BIG = 1009;

interface UpstreamCall {
  readonly sessionId: string;
  readonly events: { readonly type: string; readonly [key: string]: unknown }[];
}

/** A session of the model for each call, by the name that the call's instructions carry. */
const upstream = new Map<string, UpstreamCall>();
const errors = new Map<string, unknown[]>();
const listeners = new Map<string, (session: RealtimeSession) => void>();
const bySession = new Map<string, { type: string }[]>();

const model = createRealtimeServer({
  scenario: { opening: [[{ say: 'Yes.' }], [{ say: 'Yes.' }]], turns: [] },
  voice: { synthesize: async ({ sampleRate }) => new Int16Array(sampleRate / 10) },
  onEvent: (direction, event, _atMs, { sessionId }) => {
    if (direction !== 'in') return;
    const events = bySession.get(sessionId) ?? [];
    bySession.set(sessionId, events);
    events.push(event);
    const name = /call (CA\d+)/.exec(event.type === 'session.update' ? JSON.stringify(event) : '')?.[1];
    if (name !== undefined) upstream.set(name, { sessionId, events });
  },
});
let gateway: Gateway;
let streamUrl = '';

beforeAll(async () => {
  const { url } = await model.listen({ port: 0 });
  gateway = createGateway({
    authToken: null,
    admission: { maxLoopDelayMs: 60_000, maxCpuShare: 100 },
    drainSignals: [],
    onCall: async ({ transport }) => {
      const { callId = '' } = await transport.started();
      const ring = tool({ name: 'ring', description: 'Rings.', parameters: undefined, execute: async () => 'rung' });
      const agent = new RealtimeAgent({ name: 'Desk', instructions: `call ${callId}`, tools: [ring] });
      const session = new RealtimeSession(agent, { transport });
      const found: unknown[] = [];
      errors.set(callId, found);
      session.on('error', ({ error }) => void found.push((error as { code?: unknown }).code));
      listeners.get(callId)?.(session);
      await session.connect({ apiKey: 'local', url });
      return session;
    },
  });
  streamUrl = `${(await gateway.listen()).url.replace('http', 'ws')}/media`;
});
afterAll(async () => {
  await gateway.drain(0);
  await model.close();
});

async function until(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await wait(5);
}

/** One caller's line, and what is known of the call at the other end. */
class Line extends CallerLine {
  static open(name: string): Promise<Line> {
    return new Line(streamUrl, name).opened();
  }

  /** The stream starts, and the model is told who calls. */
  async start(): Promise<void> {
    this.sendStart();
    await until(() => upstream.has(this.name));
  }

  get upstream(): UpstreamCall {
    const found = upstream.get(this.name);
    if (found === undefined) throw new Error(`the model knows nothing of ${this.name}`);
    return found;
  }

  get errors(): readonly unknown[] {
    return errors.get(this.name) ?? [];
  }

  /** Octets of G.711 that the model was sent. */
  get appendedOctets(): number {
    return this.upstream.events.reduce(
      (sum, { audio }) => sum + (typeof audio === 'string' ? Buffer.from(audio, 'base64').length : 0),
      0,
    );
  }
}

const SPEECH = Buffer.alloc(160, 0xff).toString('base64');

interface Row {
  readonly what: string;
  /** Before the stream starts. */
  readonly prepare?: (line: Line) => void;
  readonly act: (line: Line) => void | Promise<void>;
  /** What becomes of the call. */
  readonly outcome: (line: Line) => Promise<void>;
}

const reports =
  (code: string): Row['outcome'] =>
  (line) =>
    until(() => line.errors.includes(code));
const closes =
  (code: number): Row['outcome'] =>
  (line) =>
    until(() => line.closeCode === code);
const goesOn: Row['outcome'] = async (line) => {
  const before = line.appendedOctets;
  line.media(SPEECH, 1e6);
  await until(() => line.appendedOctets > before);
  expect(line.closeCode).toBe(null);
};
const fault =
  (one: Fault): Row['act'] =>
  (line) =>
    void model.faults.inject(one, line.upstream.sessionId);

const ROWS: readonly Row[] = [
  { what: 'audio that is no base64', act: (line) => line.media('=bad', 20), outcome: reports('ERR_PHONE_FRAME') },
  { what: 'a frame that is null', act: (line) => line.send('null'), outcome: reports('ERR_PHONE_FRAME') },
  { what: 'a start without a body', act: (line) => line.send({ event: 'start' }), outcome: reports('ERR_PHONE_FRAME') },
  { what: 'a frame that is no JSON', act: (line) => line.send('{'), outcome: reports('ERR_PHONE_FRAME') },
  { what: 'nesting 30,000 deep', act: (line) => line.send('['.repeat(30_000)), outcome: reports('ERR_PHONE_FRAME') },
  {
    what: 'malformed frames without an end',
    act: (line) => {
      for (let frame = 0; frame < 200; frame++) line.send('{');
    },
    outcome: closes(POLICY_VIOLATION),
  },
  { what: 'a message of 20 MB', act: (line) => line.send('"'.repeat(20_000_000)), outcome: closes(TOO_BIG) },
  {
    what: 'timestamps that forge gaps',
    act: (line) => {
      for (let at = 1; at <= 200; at++) line.media(SPEECH, at * 10_000);
    },
    outcome: async (line) => {
      await until(() => line.appendedOctets >= 200 * 160);
      // A second of silence at most, and what came.
      expect(line.appendedOctets).toBeLessThan(200 * 160 + 1.2 * 8000);
    },
  },
  {
    what: 'marks and keys that nobody asked for',
    act: (line) => {
      for (let at = 0; at < 100; at++) line.send({ event: 'mark', streamSid: 'MZ1', mark: { name: `forged ${at}` } });
      line.send({ event: 'dtmf', streamSid: 'MZ1', dtmf: { digit: '5' } });
    },
    outcome: goesOn,
  },
  {
    what: 'a message of the model that is no JSON',
    act: fault({ kind: 'malformed' }),
    outcome: reports('ERR_MALFORMED_EVENT'),
  },
  { what: 'nesting from the model', act: fault({ kind: 'deep-nesting' }), outcome: reports('ERR_MALFORMED_EVENT') },
  {
    what: 'a delta of 15 MB from the model',
    act: fault({ kind: 'huge-delta' }),
    outcome: reports('ERR_MALFORMED_EVENT'),
  },
  {
    what: 'a connection to the model that breaks',
    act: async (line) => {
      const { sessionId } = line.upstream;
      model.faults.inject({ kind: 'close', code: 1006 }, sessionId);
      await until(() => line.upstream.sessionId !== sessionId);
    },
    outcome: goesOn,
  },
  {
    what: 'listeners of the app that throw at every sound',
    prepare: ({ name }) =>
      void listeners.set(name, (session) => {
        session.transport.on('audio', () => {
          throw new Error('a bug of the app');
        });
        session.on('transport_event', ({ type }) => {
          if (type === 'session.updated') session.sendMessage('Speak.');
        });
      }),
    act: (line) => until(() => line.heardFrames > 0),
    outcome: goesOn,
  },
  {
    what: 'a caller who ends without a word',
    act: (line) => line.socket.terminate(),
    outcome: (line) => until(() => line.closeCode !== null),
  },
];

describe('a call of a gateway', () => {
  let names = 0;
  let bystander: Line;
  beforeEach(async () => {
    vi.spyOn(logger, 'error').mockReturnValue();
    vi.spyOn(logger, 'warn').mockReturnValue();
    bystander = await Line.open(`CA${(names += 1)}`);
    await bystander.start();
  });
  afterEach(async () => {
    vi.restoreAllMocks();
    bystander.socket.close();
    await until(() => gateway.calls === 0);
  });

  it.each(ROWS)('meets $what, and no other call notices', async ({ prepare, act, outcome }) => {
    const line = await Line.open(`CA${(names += 1)}`);
    prepare?.(line);
    await line.start();
    await act(line);
    await outcome(line);
    line.socket.close();
    await goesOn(bystander);
    expect(bystander.errors).toEqual([]);
    await until(() => gateway.calls === 1);
  });

  it('costs no session of the model before its stream has started', async () => {
    const before = bySession.size;
    const line = await Line.open(`CA${(names += 1)}`);
    for (let frame = 0; frame < 5; frame++) line.media(SPEECH, frame * 20);
    await goesOn(bystander);
    expect(bySession.size).toBe(before);
    line.socket.close();
  });
});
