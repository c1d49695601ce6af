// What models, networks and clocks do wrong to one call of a gateway, over real sockets; another call of the same thread goes on.
// Three of the rows wait for deadlines of 5 s, so all of them run at one time.

import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { inspect } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';
import { logger } from '../../../src/logger.ts';
import { RealtimeAgent, RealtimeSession, tool } from '../../../src/index.ts';
import { createGateway, type Gateway, type GatewayCall } from '../../../src/server/index.ts';
import { CallerLine } from './caller-line.ts';

const INTERNAL_ERROR = 1011;
const KEY = 'sk-that-nobody-may-read';
/** 20 ms of a caller. */
const SPEECH = Buffer.alloc(160, 0x55).toString('base64');
const HOUR_MS = 3_600_000;

interface ModelEvent {
  readonly type: string;
  readonly [key: string]: unknown;
}

/** One call's connection to the model. */
interface Leg {
  readonly socket: WebSocket;
  readonly events: ModelEvent[];
}

/** By the name of the call, the newest leg last. */
const legs = new Map<string, Leg[]>();
const unread = new Set<string>();
const errors = new Map<string, unknown[]>();
const transports = new Map<string, GatewayCall['transport']>();
const logged: unknown[] = [];

const legsOf = (name: string): Leg[] => legs.get(name) ?? [];
const newest = (name: string): Leg => {
  const leg = legsOf(name).at(-1);
  if (leg === undefined) throw new Error(`the model knows nothing of ${name}`);
  return leg;
};
const tell = (name: string, event: object): void => newest(name).socket.send(JSON.stringify(event));

/** A model that says what a row tells it to, and nothing else. */
const sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false });
const model: Server = createServer();
model.on('upgrade', (request, stream, head) => {
  const name = request.url?.slice(1) ?? '';
  stream.on('error', () => {});
  if (name.startsWith('silent')) return;
  if (name.startsWith('refusing')) {
    stream.end('HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n');
    return;
  }
  sockets.handleUpgrade(request, stream, head, (socket) => {
    const leg: Leg = { socket, events: [] };
    legs.set(name, [...legsOf(name), leg]);
    socket.on('message', (text: Buffer) => {
      const event = JSON.parse(String(text)) as ModelEvent;
      leg.events.push(event);
      if (event.type === 'session.update') socket.send('{"type":"session.updated","session":{"type":"realtime"}}');
    });
    if (unread.has(name)) socket.pause();
  });
});

let gateway: Gateway;
let streamUrl = '';
let bystander: CallerLine;

beforeAll(async () => {
  for (const level of ['error', 'warn'] as const) {
    vi.spyOn(logger, level).mockImplementation((...words) => void logged.push(words));
  }
  model.listen(0, '127.0.0.1');
  await once(model, 'listening');
  const { port } = model.address() as AddressInfo;
  gateway = createGateway({
    authToken: null,
    admission: { maxLoopDelayMs: 60_000, maxCpuShare: 100 },
    drainSignals: [],
    onCall: async ({ transport }) => {
      const { callId = '' } = await transport.started();
      transports.set(callId, transport);
      const ring = tool({
        name: 'ring',
        description: 'Rings.',
        parameters: {
          type: 'object',
          properties: { bell: { type: 'string' } },
          required: ['bell'],
          additionalProperties: false,
        },
        execute: async () => 'rung',
      });
      const session = new RealtimeSession(new RealtimeAgent({ name: 'Desk', tools: [ring] }), { transport });
      const found: unknown[] = [];
      errors.set(callId, found);
      session.on('error', (error) => void found.push(error));
      await session.connect({ apiKey: KEY, url: `ws://127.0.0.1:${port}/${callId}` });
      return session;
    },
  });
  streamUrl = `${(await gateway.listen()).url.replace('http', 'ws')}/media`;
  bystander = await called('bystander');
});
afterAll(async () => {
  await gateway.drain(0);
  for (const socket of sockets.clients) socket.terminate();
  model.closeAllConnections();
  model.close();
  vi.restoreAllMocks();
});

async function until(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await wait(5);
}

/** A caller whose stream has started, and whose model is there and, if it reads, knows what it is there for. */
async function called(name: string): Promise<CallerLine> {
  const line = await new CallerLine(streamUrl, name).opened();
  line.sendStart();
  await until(() => legsOf(name).some(({ events }) => events.length > 0 || unread.has(name)));
  return line;
}

const codes = (name: string): unknown[] => (errors.get(name) ?? []).map(codeOf);

function codeOf(event: unknown): unknown {
  const { error } = event as { error: unknown };
  return error instanceof Error && 'code' in error ? error.code : error;
}

/** Octets of the caller that the newest leg was sent. */
function appendedOctets(name: string): number {
  return newest(name).events.reduce(
    (sum, { audio }) => sum + (typeof audio === 'string' ? Buffer.byteLength(audio, 'base64') : 0),
    0,
  );
}

/** What the caller says still reaches the model. */
async function goesOn(line: CallerLine): Promise<void> {
  const before = appendedOctets(line.name);
  line.media(SPEECH, 20);
  await until(() => appendedOctets(line.name) > before);
  expect(line.closeCode).toBe(null);
}

/** The model answers with so many seconds of audio at once. */
function answer(name: string, seconds: number): void {
  const part = { response_id: 'resp_1', item_id: 'item_1', output_index: 0, content_index: 0 };
  const item = { id: 'item_1', type: 'message', role: 'assistant', status: 'in_progress', content: [] };
  tell(name, { type: 'response.created', response: { id: 'resp_1', object: 'realtime.response', output: [] } });
  tell(name, { type: 'conversation.item.added', previous_item_id: null, item });
  const delta = Buffer.alloc(8000, 0x2a).toString('base64');
  for (let second = 0; second < seconds; second++) {
    tell(name, { type: 'response.output_audio.delta', ...part, delta });
  }
}

interface Row {
  readonly what: string;
  readonly meets: (name: string) => Promise<void>;
}

const ROWS: readonly Row[] = [
  {
    what: 'a caller who does not read what the model says: it waits here, and no more is sent than a phone should hold',
    meets: async (name) => {
      const line = await called(name);
      line.socket.pause();
      const sinceMs = performance.now();
      answer(name, 60);

      await until(() => (transports.get(name)?.stats.waitingMs ?? 0) > 50_000);
      line.socket.resume();
      await until(() => line.heardMs > 0);
      await goesOn(line);
      // Five seconds ahead, and the piece that passes them.
      expect(line.heardMs).toBeLessThan(performance.now() - sinceMs + 5000 + 1000);
      line.socket.close();
    },
  },
  {
    what: 'a model that does not read: the oldest audio is dropped, and what comes when it reads again arrives',
    meets: async (name) => {
      unread.add(name);
      const line = await called(name);
      const piece = Buffer.alloc(30_000, 0x55).toString('base64');
      for (let sent = 0; !codes(name).includes('ERR_SEND_BACKLOG'); sent++) {
        line.media(piece, sent * 3750);
        if (sent % 8 === 0) await wait(1);
      }
      unread.delete(name);
      newest(name).socket.resume();
      await goesOn(line);
      line.socket.close();
    },
  },
  {
    what: 'a model that is gone without a word: it is noticed, and another connection takes its place',
    meets: async (name) => {
      const line = await called(name);
      const [first] = legsOf(name);
      first?.socket.pause();
      await until(() => legsOf(name).length > 1);
      await goesOn(line);
      line.socket.close();
    },
  },
  {
    what: 'a model that takes the connection and never upgrades it: the caller is let go',
    meets: async (name) => {
      const line = await new CallerLine(streamUrl, `silent ${name}`).opened();
      line.sendStart();
      await until(() => line.closeCode !== null);
      expect(line.closeCode).toBe(INTERNAL_ERROR);
      expect(inspect(logged, { depth: 10 })).toContain('ERR_CONNECT_TIMEOUT');
    },
  },
  {
    what: 'a line that never starts: it is closed',
    meets: async () => {
      const line = await new CallerLine(streamUrl, 'none').opened();
      await until(() => line.closeCode !== null);
      expect(line.closeCode).toBe(INTERNAL_ERROR);
      expect(inspect(logged, { depth: 10 })).toContain('ERR_PHONE_START_TIMEOUT');
    },
  },
  {
    what: 'a clock that is set back an hour: a barge-in empties the phone and truncates what was heard',
    meets: async (name) => {
      const line = await called(name);
      answer(name, 4);
      await until(() => line.heardMs > 0);
      const sinceMs = performance.now();
      const now = Date.now.bind(Date);
      const setBack = vi.spyOn(Date, 'now').mockImplementation(() => now() - HOUR_MS);
      try {
        tell(name, { type: 'input_audio_buffer.speech_started', audio_start_ms: 0, item_id: 'item_2' });
        await until(() => newest(name).events.some(({ type }) => type === 'conversation.item.truncate'));
      } finally {
        setBack.mockRestore();
      }
      await until(() => line.clears > 0);
      const cut = newest(name).events.find(({ type }) => type === 'conversation.item.truncate');
      expect(cut).toMatchObject({ item_id: 'item_1', content_index: 0 });
      expect(cut?.['audio_end_ms']).toBeGreaterThanOrEqual(0);
      expect(cut?.['audio_end_ms']).toBeLessThan(performance.now() - sinceMs + 1000);
      await goesOn(line);
      line.socket.close();
    },
  },
  {
    what: 'a model that refuses the key: it is said why, without the key',
    meets: async (name) => {
      const line = await new CallerLine(streamUrl, `refusing ${name}`).opened();
      line.sendStart();
      await until(() => line.closeCode !== null);
      const said = inspect([logged, [...errors.values()], await gateway.metrics()], { depth: 12, showHidden: true });
      expect(said).toContain('ERR_CONNECT_REFUSED');
      expect(said).not.toContain(KEY);
    },
  },
  {
    what: 'a call of a tool whose arguments are no JSON: the model is told so',
    meets: async (name) => {
      const line = await called(name);
      const item = { id: 'item_1', type: 'function_call', call_id: 'call_1', name: 'ring', arguments: '{"bell"' };
      tell(name, { type: 'response.created', response: { id: 'resp_1', object: 'realtime.response', output: [] } });
      tell(name, { type: 'response.output_item.done', response_id: 'resp_1', output_index: 0, item });
      const response = { id: 'resp_1', object: 'realtime.response', status: 'completed', output: [item] };
      tell(name, { type: 'response.done', response });
      const answered = (): ModelEvent | undefined =>
        newest(name).events.find(({ item: sent }) => (sent as ModelEvent | undefined)?.['call_id'] === 'call_1');
      await until(() => answered() !== undefined);
      expect(answered()).toMatchObject({ type: 'conversation.item.create', item: { type: 'function_call_output' } });
      expect(answered()?.['item']).not.toMatchObject({ output: 'rung' });
      await until(() => newest(name).events.some(({ type }) => type === 'response.create'));
      await goesOn(line);
      line.socket.close();
    },
  },
  {
    what: '20,000 events that nobody knows: what follows them is heard',
    meets: async (name) => {
      const line = await called(name);
      for (let event = 0; event < 20_000; event++) tell(name, { type: 'model.mused', event, of: { depth: [event] } });
      answer(name, 1);
      await until(() => line.heardMs > 0);
      await goesOn(line);
      expect(codes(name)).toEqual([]);
      line.socket.close();
    },
  },
];

describe.concurrent('a call of a gateway', () => {
  it.each(ROWS.map((row, at) => ({ ...row, name: `CA${at}` })))(
    'meets $what',
    async ({ meets, name }) => {
      await meets(name);
      await goesOn(bystander);
      expect(codes('bystander')).toEqual([]);
    },
    60_000,
  );
});
