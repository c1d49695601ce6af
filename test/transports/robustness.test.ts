// What a hostile or broken peer, network or clock does to the transports to the model. That of the caller's leg of a
// telephone call is in telephony/hostile-line.test.ts.

import '../../src/platform/node.ts';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { inspect } from 'node:util';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { WebSocketServer } from 'ws';
import { RealtimeAgent, RealtimeSession, tool } from '../../src/index.ts';
import { OpenAIRealtimeWebSocket } from '../../src/transports/openai-websocket.ts';
import type { ConnectionStatus } from '../../src/transports/transport.ts';
import { ScriptedSocket } from '../../src/testing/scripted-socket.ts';
import { connectedRig } from './connected-rig.ts';

const KEY = 'sk-proj-very_secret_0123456789';

afterEach(() => void vi.useRealTimers());

/** All that can be printed of `value`, however deep one looks; `getters` are asked too. */
function printed(value: unknown, getters: boolean): string {
  return inspect(value, { depth: Infinity, showHidden: true, getters, maxArrayLength: null, maxStringLength: null });
}

function audioDelta(bytes: Uint8Array): string {
  const delta = Buffer.from(bytes.buffer).toString('base64');
  const ids = { event_id: 'e1', response_id: 'r1', item_id: 'a1', output_index: 0, content_index: 0 };
  return JSON.stringify({ type: 'response.output_audio.delta', ...ids, delta });
}

/** Nested lists, `levels` deep, as JSON. */
function nested(levels: number): string {
  return '['.repeat(levels) + ']'.repeat(levels);
}

/** A transport whose sockets the test opens; the newest of them comes last. */
function openedByHand() {
  const sockets: ScriptedSocket[] = [];
  const transport = new OpenAIRealtimeWebSocket({
    apiKey: KEY,
    createWebSocket: async () => {
      const socket = new ScriptedSocket();
      sockets.push(socket);
      return socket;
    },
  });
  const changes: string[] = [];
  transport.on('connection_change', (status) => void changes.push(status));
  transport.on('connected', () => void changes.push('(connected)'));
  transport.on('disconnected', () => void changes.push('(disconnected)'));
  return { transport, sockets, changes };
}

async function settle(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}

describe('a key', () => {
  it('is in nothing that can be printed of a session, its transport and its socket, before, during and after a connection', async () => {
    const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
    await once(server, 'listening');
    const url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const transport = new OpenAIRealtimeWebSocket({ apiKey: KEY });
    const session = new RealtimeSession(new RealtimeAgent({ name: 'Ann' }), { transport, apiKey: KEY });
    const look = (): void => {
      for (const value of [session, transport, transport.connectionState]) {
        expect(printed(value, false)).not.toContain(KEY);
      }
      expect(printed(transport, true)).not.toContain(KEY);
      expect(printed(transport.connectionState, true)).not.toContain(KEY);
    };
    look();
    const connecting = session.connect({ url });
    await vi.waitUntil(() => transport.connectionState.websocket !== undefined, { interval: 0 });
    look();
    await connecting;
    look();
    session.close();
    look();
    server.close();
  });

  it('that a session was given as its option is the one that it connects with', async () => {
    const { transport, sockets } = openedByHand();
    const keys: string[] = [];
    const own = new OpenAIRealtimeWebSocket({
      skipOpenEventListeners: true,
      createWebSocket: async ({ apiKey }) => {
        keys.push(apiKey);
        return new ScriptedSocket();
      },
    });
    const session = new RealtimeSession(new RealtimeAgent({ name: 'Ann' }), { transport: own, apiKey: KEY });
    await session.connect();
    expect([keys, sockets, transport.status]).toEqual([[KEY], [], 'disconnected']);
    session.close();
  });
});

describe('a connection', () => {
  it('is not made when a listener closes it as it begins', async () => {
    const { transport, sockets, changes } = openedByHand();
    transport.once('connection_change', () => transport.close());
    await expect(transport.connect({})).rejects.toMatchObject({ code: 'ERR_CONNECT_ABANDONED' });
    await settle();
    expect([sockets.length, transport.status, changes]).toEqual([
      0,
      'disconnected',
      ['connecting', 'disconnected', '(disconnected)'],
    ]);
  });

  it('that a listener closes as it opens is not announced any more', async () => {
    const { transport, sockets, changes } = openedByHand();
    transport.prependListener('connection_change', (status: ConnectionStatus) => {
      if (status === 'connected') transport.close();
    });
    const connecting = transport.connect({});
    await settle();
    sockets[0]?.open();
    await expect(connecting).rejects.toMatchObject({ code: 'ERR_CONNECT_ABANDONED' });
    expect(changes).not.toContain('(connected)');
    expect([transport.status, sockets[0]?.readyState, sockets[0]?.sent]).toEqual(['disconnected', 3, []]);
  });

  it('that follows at once on one that was given up is left alone by what remains of that', async () => {
    const { transport, sockets } = openedByHand();
    const first = transport.connect({});
    first.catch(() => {});
    transport.close();
    const second = transport.connect({});
    await expect(first).rejects.toMatchObject({ code: 'ERR_CONNECT_ABANDONED' });
    await settle();
    sockets.at(-1)?.open();
    await second;
    expect(transport.status).toBe('connected');
    transport.close();
  });

  it('to a server that accepts and never upgrades is given up, also by a session', async () => {
    const silent = createServer(() => {});
    silent.listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const accepted = once(silent, 'connection');
    const { clock } = await connectedRig();
    const transport = new OpenAIRealtimeWebSocket({ clock });
    const session = new RealtimeSession(new RealtimeAgent({ name: 'Ann' }), { transport, clock });
    const url = `ws://127.0.0.1:${(silent.address() as AddressInfo).port}`;
    const connecting = session.connect({ apiKey: KEY, url });
    connecting.catch(() => {});
    const [socket] = (await accepted) as [NodeJS.Socket];
    const isClosed = once(socket, 'close');
    socket.resume();
    await clock.advance(5000);
    const error: unknown = await connecting.catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'ERR_CONNECT_TIMEOUT' });
    expect(printed(error, true)).not.toContain(KEY);
    await isClosed;
    silent.close();
  });
});

describe('an event of the server', () => {
  it('that nests deeper than 64 levels is an error and reaches nobody', async () => {
    const { transport, socket, takeEvents } = await connectedRig();
    const seen: string[] = [];
    transport.on('*', ({ type }) => void seen.push(type));
    for (const levels of [65, 5000, 200_000]) socket.receive(`{"type":"made.up","deep":${nested(levels)}}`);
    expect(seen).toEqual([]);
    expect(takeEvents().map(([name, detail]) => [name, (detail as { code?: string }).code])).toEqual(
      Array.from({ length: 3 }, () => ['error', 'ERR_MALFORMED_EVENT']),
    );
    socket.receive(`{"type":"made.up","deep":${nested(60)}}`);
    expect(seen).toEqual(['made.up']);
  });

  it('with 15 MB of audio is refused unread, by a limit that the error names, and the next one is heard', async () => {
    const { transport, socket, takeEvents } = await connectedRig();
    const parse = vi.spyOn(JSON, 'parse');
    socket.receive(audioDelta(new Uint8Array(11 << 20)));
    expect(parse).not.toHaveBeenCalled();
    parse.mockRestore();
    expect(takeEvents()).toMatchObject([
      ['error', { code: 'ERR_MALFORMED_EVENT', error: { message: expect.stringContaining('8388608 characters') } }],
    ]);
    socket.receive(audioDelta(new Uint8Array(4800)));
    expect(takeEvents().map(([name]) => name)).toEqual(['audio']);
    expect(transport.playout.positions()).toMatchObject([{ itemId: 'a1', receivedFrames: 2400 }]);
  });

  it('with two minutes of audio is heard to its last sample', async () => {
    const { transport, socket } = await connectedRig();
    const bytes = new Uint8Array(2 * 60 * 48_000).map((_, n) => n % 251);
    const received: ArrayBuffer[] = [];
    transport.on('audio', ({ data }) => void received.push(data));
    socket.receive(audioDelta(bytes));
    expect(received.map((data) => Buffer.compare(new Uint8Array(data), bytes))).toEqual([0]);
    expect(transport.playout.positions()).toMatchObject([{ itemId: 'a1', receivedFrames: bytes.length / 2 }]);
  });

  it('of a type that nobody knows passes, however many there are', async () => {
    const { transport, socket, takeEvents } = await connectedRig();
    let seen = 0;
    transport.on('made.up', () => void seen++);
    for (let n = 0; n < 20_000; n++) socket.receive(`{"type":"made.up","event_id":"e${n}","part":{"n":${n}}}`);
    expect([seen, takeEvents()]).toEqual([20_000, []]);
  });
});

describe('a clock of the machine that is set back an hour', () => {
  it('changes nothing at a barge-in: the response is cancelled and truncated at what was played', async () => {
    vi.useFakeTimers();
    const socket = new ScriptedSocket();
    const transport = new OpenAIRealtimeWebSocket({
      createWebSocket: async () => socket,
      skipOpenEventListeners: true,
    });
    await transport.connect({
      apiKey: KEY,
      initialSessionConfig: { audio: { input: { turnDetection: { type: 'server_vad', interruptResponse: false } } } },
    });
    socket.take();
    socket.receive({ type: 'response.created', event_id: 'e', response: { id: 'r1' } });
    socket.receive(audioDelta(new Uint8Array(48_000)));
    vi.advanceTimersByTime(400);
    vi.setSystemTime(Date.now() - 3_600_000);
    socket.receive({ type: 'input_audio_buffer.speech_started', event_id: 'e', item_id: 'u1', audio_start_ms: 1 });
    expect(socket.take()).toMatchObject([
      { type: 'response.cancel' },
      { type: 'conversation.item.truncate', item_id: 'a1', audio_end_ms: 400 },
    ]);
    transport.close();
  });
});

/** The model calls a tool with these arguments: what the tool saw, what the model was sent and what the app was told. */
async function called(name: string, args: string) {
  const { transport, socket, clock } = await connectedRig();
  transport.close();
  const given: unknown[] = [];
  const look = tool({
    name: 'look',
    description: 'Looks.',
    parameters: { type: 'object', properties: {}, required: [], additionalProperties: true },
    strict: false,
    execute: (input) => {
      given.push(input);
      return 'Seen.';
    },
  });
  const session = new RealtimeSession(new RealtimeAgent({ name: 'Ann', tools: [look] }), { transport, clock });
  const errors: unknown[] = [];
  session.on('error', ({ error }) => errors.push(error));
  await session.connect({ apiKey: KEY });
  socket.take();
  const item = { id: 'f1', type: 'function_call', status: 'completed', call_id: 'c1', name, arguments: args };
  socket.receive({ type: 'response.created', event_id: 'e', response: { id: 'r1' } });
  socket.receive({ type: 'response.output_item.done', event_id: 'e', response_id: 'r1', output_index: 0, item });
  socket.receive({ type: 'response.done', event_id: 'e', response: { id: 'r1', status: 'completed', output: [item] } });
  for (let turn = 0; turn < 10; turn++) await settle();
  const sent = socket.take();
  session.close();
  return { given, sent, errors };
}

/** The output of a call, whose text contains this, and the request for an answer to it. */
function answeredWith(text: string): unknown[] {
  const output = expect.stringContaining(text);
  return [
    { type: 'conversation.item.create', item: { type: 'function_call_output', call_id: 'c1', output } },
    { type: 'response.create' },
  ];
}

describe('a call of the model', () => {
  it('whose arguments name __proto__ changes no prototype, and the tool does not see them as its own', async () => {
    const args = '{"__proto__":{"isAdmin":true},"constructor":{"prototype":{"isAdmin":true}}}';
    const { given, sent, errors } = await called('look', args);
    expect(given.map((input) => (input as { isAdmin?: unknown }).isAdmin)).toEqual([undefined]);
    expect(({} as { isAdmin?: unknown }).isAdmin).toBeUndefined();
    expect(sent).toMatchObject(answeredWith('Seen.'));
    expect(errors).toEqual([]);
  });

  it.each(['{"topic":', 'null}', '[[['])(
    'whose arguments are no JSON (%s) is answered so, and nothing rejects',
    async (args) => {
      const { given, sent, errors } = await called('look', args);
      expect(given).toEqual([]);
      expect(sent).toMatchObject(answeredWith('JSON'));
      expect(errors).toMatchObject([{ code: 'ERR_TOOL_ARGUMENTS' }]);
    },
  );

  it('of a tool that nobody has is answered so, and nothing rejects', async () => {
    const { given, sent, errors } = await called('fly', '{}');
    expect(given).toEqual([]);
    expect(sent).toMatchObject(answeredWith('no such tool'));
    expect(errors).toMatchObject([{ code: 'ERR_UNKNOWN_TOOL', message: expect.stringContaining('fly') }]);
  });
});
