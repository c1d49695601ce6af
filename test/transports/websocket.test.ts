// The connection itself, against a real server on this machine.

import '../../src/platform/node.ts';
import type { IncomingMessage, Server } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { inspect } from 'node:util';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { WebSocket } from 'ws';
import { WebSocketServer } from 'ws';
import { TransportConnectionError, UserError } from '../../src/errors.ts';
import { OpenAIRealtimeWebSocket } from '../../src/transports/openai-websocket.ts';
import { ScriptedSocket } from '../../src/testing/scripted-socket.ts';
import { virtualClock } from './connected-rig.ts';

const KEY = 'sk-proj-very_secret_0123456789';

interface TestServer {
  readonly url: string;
  readonly requests: IncomingMessage[];
  /** The next connection's socket. */
  connection(): Promise<WebSocket>;
}

const open: Server[] = [];

/** A server that accepts every connection, or refuses each with `status`; `null` takes the request and never answers. */
async function startServer(status?: number | null): Promise<TestServer> {
  const http = createServer();
  const websockets = new WebSocketServer({ noServer: true, perMessageDeflate: true });
  const requests: IncomingMessage[] = [];
  http.on('upgrade', (request, socket, head) => {
    requests.push(request);
    if (status === undefined) {
      websockets.handleUpgrade(request, socket, head, (websocket) => websockets.emit('connection', websocket, request));
    } else if (status !== null) {
      socket.end(`HTTP/1.1 ${status} No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`);
    }
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  open.push(http);
  const { port } = http.address() as AddressInfo;
  return {
    url: `ws://127.0.0.1:${port}/v1/realtime?model=m`,
    requests,
    connection: () => new Promise((resolve) => websockets.once('connection', (websocket) => resolve(websocket))),
  };
}

afterEach(() => {
  for (const server of open.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

const nextMessage = (socket: WebSocket): Promise<unknown> =>
  new Promise((resolve) => socket.once('message', (data: Buffer) => resolve(JSON.parse(data.toString()))));

/** Waits for one event of the transport. */
function event(
  transport: OpenAIRealtimeWebSocket,
  name: 'connection_change' | 'disconnected' | 'item_deleted' | 'error',
): Promise<unknown[]> {
  return new Promise((resolve) => transport.once(name, (...args: unknown[]) => resolve(args)));
}

async function rejectionOf(promise: Promise<unknown>): Promise<Error> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof Error) return error;
  }
  throw new Error('it did not reject with an error');
}

/** Fails when the key can be seen in `value`, however deep one looks. */
function expectNoKeyIn(value: unknown): void {
  expect(inspect(value, { depth: 10, showHidden: true, getters: true })).not.toContain(KEY);
  expect(JSON.stringify(value) ?? '').not.toContain(KEY);
}

describe('connect', () => {
  it('opens with the key as a header and without compression, sends the configuration and resolves', async () => {
    const server = await startServer();
    const transport = new OpenAIRealtimeWebSocket({ url: server.url, apiKey: () => Promise.resolve(KEY) });
    const changes: unknown[][] = [];
    transport.on('connection_change', (...change) => changes.push(change));
    const accepted = server.connection().then(async (socket) => ({ socket, first: await nextMessage(socket) }));
    await transport.connect({ apiKey: KEY, initialSessionConfig: { instructions: 'be kind' } });
    expect(transport.status).toBe('connected');
    const { socket, first } = await accepted;
    expect(first).toMatchObject({ type: 'session.update', session: { type: 'realtime', instructions: 'be kind' } });
    expect(server.requests[0]?.headers.authorization).toBe(`Bearer ${KEY}`);
    expect(server.requests[0]?.headers['sec-websocket-extensions']).toBeUndefined();
    expect(changes).toEqual([['connecting'], ['connected']]);

    const deleted = event(transport, 'item_deleted');
    socket.send(JSON.stringify({ type: 'conversation.item.deleted', item_id: 'a' }));
    expect(await deleted).toEqual([{ itemId: 'a' }]);

    const received = nextMessage(socket);
    transport.sendAudio(Uint8Array.of(1, 2, 3, 4));
    expect(await received).toEqual({ type: 'input_audio_buffer.append', audio: 'AQIDBA==' });

    expectNoKeyIn(transport);
    const closed = new Promise((resolve) => socket.once('close', resolve));
    transport.close();
    await closed;
    expect(changes.at(-1)).toEqual(['disconnected', { code: 1000 }]);
  });

  it.each([401, 403, 500])('rejects when the server answers %i, and the key is nowhere in it', async (status) => {
    const server = await startServer(status);
    const transport = new OpenAIRealtimeWebSocket({ url: server.url });
    const events: unknown[] = [];
    transport.on('error', (failure) => events.push(failure));
    const error = await rejectionOf(transport.connect({ apiKey: KEY }));
    expect(error).toBeInstanceOf(TransportConnectionError);
    expect(error).toMatchObject({ code: status === 500 ? 'ERR_CONNECT_FAILED' : 'ERR_CONNECT_REFUSED' });
    expect(error.message).toContain(String(status));
    expect(transport.status).toBe('disconnected');
    expectNoKeyIn([error, events, transport]);
  });

  it('rejects when nobody listens there', async () => {
    const server = await startServer();
    open.splice(0).forEach((http) => http.close());
    const error = await rejectionOf(new OpenAIRealtimeWebSocket({ url: server.url }).connect({ apiKey: KEY }));
    expect(error).toMatchObject({ code: 'ERR_CONNECT_FAILED', message: expect.stringContaining('ECONNREFUSED') });
    expectNoKeyIn(error);
  });

  it('rejects after 5 s when the server never answers', async () => {
    const server = await startServer(null);
    const clock = virtualClock();
    const transport = new OpenAIRealtimeWebSocket({ url: server.url, clock });
    const rejection = rejectionOf(transport.connect({ apiKey: KEY }));
    await clock.advance(5000);
    expect(await rejection).toMatchObject({ code: 'ERR_CONNECT_TIMEOUT' });
    expect(transport.status).toBe('disconnected');
  });

  it('rejects when it is closed meanwhile, and can connect again', async () => {
    const server = await startServer();
    const transport = new OpenAIRealtimeWebSocket({ url: server.url });
    const abandoned = rejectionOf(transport.connect({ apiKey: KEY }));
    transport.close();
    expect(await abandoned).toMatchObject({ code: 'ERR_CONNECT_ABANDONED' });
    await transport.connect({ apiKey: KEY });
    expect(transport.status).toBe('connected');
    transport.close();
  });

  it('refuses a second connection and keeps the first', async () => {
    const server = await startServer();
    const transport = new OpenAIRealtimeWebSocket({ url: server.url });
    await transport.connect({ apiKey: KEY });
    expect(await rejectionOf(transport.connect({ apiKey: KEY }))).toMatchObject({
      constructor: UserError,
      code: 'ERR_ALREADY_CONNECTED',
    });
    expect(transport.status).toBe('connected');
    transport.close();
  });

  it('closes a socket that comes after it was given up', async () => {
    const socket = new ScriptedSocket();
    let deliver: (socket: ScriptedSocket) => void = () => {};
    const transport = new OpenAIRealtimeWebSocket({
      createWebSocket: () => new Promise((resolve) => (deliver = resolve)),
    });
    const abandoned = rejectionOf(transport.connect({ apiKey: KEY }));
    await Promise.resolve();
    await Promise.resolve();
    transport.close();
    await abandoned;
    deliver(socket);
    await new Promise((resolve) => setImmediate(resolve));
    expect(socket.readyState).toBe(3);
    expect(transport.status).toBe('disconnected');
  });

  it('takes the key out of whatever a socket says', async () => {
    const transport = new OpenAIRealtimeWebSocket({
      createWebSocket: async ({ apiKey }) => {
        throw new SyntaxError(`The subprotocol 'openai-insecure-api-key.${apiKey}' is invalid.`);
      },
    });
    const error = await rejectionOf(transport.connect({ apiKey: KEY }));
    expect(error.message).toContain('[key]');
    expectNoKeyIn(error);
  });

  it.each([undefined, '', () => ''])('needs a key (%s)', async (apiKey) => {
    const transport = new OpenAIRealtimeWebSocket();
    const error = await rejectionOf(transport.connect({ apiKey: apiKey ?? '' }));
    expect(error).toMatchObject({ code: 'ERR_NO_API_KEY' });
  });

  it.each([
    [{}, {}, 'wss://api.openai.com/v1/realtime?model=gpt-realtime-2.1'],
    [{ model: 'a b' }, {}, 'wss://api.openai.com/v1/realtime?model=a%20b'],
    [{ model: 'a' }, { model: 'b' }, 'wss://api.openai.com/v1/realtime?model=b'],
    [{}, { callId: 'rtc_1' }, 'wss://api.openai.com/v1/realtime?call_id=rtc_1'],
    [{ url: 'ws://own' }, {}, 'ws://own'],
    [{ url: 'ws://own' }, { url: 'ws://other' }, 'ws://other'],
  ])('%j with %j goes to %s', async (options, connectOptions, expected) => {
    const urls: string[] = [];
    const transport = new OpenAIRealtimeWebSocket({
      ...options,
      skipOpenEventListeners: true,
      createWebSocket: async ({ url }) => {
        urls.push(url);
        return new ScriptedSocket();
      },
    });
    await transport.connect({ apiKey: KEY, ...connectOptions });
    expect(urls).toEqual([expected]);
    transport.close();
  });
});

describe('a connection that ends', () => {
  it('tells the code and the reason, and sending says that there is none', async () => {
    const server = await startServer();
    const transport = new OpenAIRealtimeWebSocket({ url: server.url });
    const accepted = server.connection();
    await transport.connect({ apiKey: KEY });
    const disconnected = vi.fn();
    transport.on('disconnected', disconnected);
    const change = event(transport, 'connection_change');
    (await accepted).close(4001, 'session expired');
    expect(await change).toEqual(['disconnected', { code: 4001, reason: 'session expired' }]);
    expect(disconnected).toHaveBeenCalledOnce();
    expect(() => transport.sendMessage('hello', {})).toThrowError(
      expect.objectContaining({ constructor: TransportConnectionError, code: 'ERR_NOT_CONNECTED' }),
    );
  });

  it('by an error of the network reports it without the key', async () => {
    const server = await startServer();
    const transport = new OpenAIRealtimeWebSocket({ url: server.url });
    const accepted = server.connection();
    await transport.connect({ apiKey: KEY });
    const failure = event(transport, 'error');
    const change = event(transport, 'connection_change');
    // A frame with reserved bits is a protocol error for the client.
    const raw = await accepted;
    const tcp = server.requests[0]?.socket;
    tcp?.write(Uint8Array.of(0xf1, 0x00));
    const [reported] = await failure;
    expect(reported).toMatchObject({ type: 'error', code: 'ERR_CONNECT_FAILED' });
    expectNoKeyIn(reported);
    expect(await change).toEqual(['disconnected', { code: 1006 }]);
    raw.terminate();
  });
});

describe('the package on Node', () => {
  it('does not load ws before it connects', async () => {
    vi.resetModules();
    const loaded = vi.fn();
    vi.doMock('ws', async (original) => {
      loaded();
      return original();
    });
    await import('../../src/platform/node.ts');
    const fresh = await import('../../src/transports/openai-websocket.ts');
    expect(loaded).not.toHaveBeenCalled();
    const server = await startServer();
    const transport = new fresh.OpenAIRealtimeWebSocket({ url: server.url });
    await transport.connect({ apiKey: KEY });
    expect(loaded).toHaveBeenCalledOnce();
    transport.close();
    vi.doUnmock('ws');
  });
});

describe('another endpoint', () => {
  it('is reached by its own URL and its own headers', async () => {
    const server = await startServer();
    const transport = new OpenAIRealtimeWebSocket({
      url: server.url.replace('?model=m', '/openai/v1/realtime?model=deployment'),
      headers: (apiKey) => ({ 'api-key': apiKey }),
    });
    await transport.connect({ apiKey: KEY });
    const [request] = server.requests;
    expect(request?.url).toBe('/v1/realtime/openai/v1/realtime?model=deployment');
    expect(request?.headers['api-key']).toBe(KEY);
    expect(request?.headers.authorization).toBeUndefined();
    expect(inspect(transport, { depth: 10, showHidden: false })).not.toContain(KEY);
    transport.close();
  });
});

describe('a signal', () => {
  it('abandons the attempt, before it begins and while it lasts', async () => {
    const server = await startServer(null);
    const transport = new OpenAIRealtimeWebSocket({ url: server.url });
    const abort = new AbortController();
    const connecting = transport.connect({ apiKey: KEY, signal: abort.signal });
    abort.abort(new Error('changed my mind'));
    await expect(connecting).rejects.toMatchObject({ code: 'ERR_CONNECT_ABANDONED', cause: abort.signal.reason });
    await expect(transport.connect({ apiKey: KEY, signal: abort.signal })).rejects.toMatchObject({
      code: 'ERR_CONNECT_ABANDONED',
    });
    expect(transport.status).toBe('disconnected');
  });

  it('does not end a connection that is open', async () => {
    const server = await startServer();
    const transport = new OpenAIRealtimeWebSocket({ url: server.url });
    const abort = new AbortController();
    await transport.connect({ apiKey: KEY, signal: abort.signal });
    abort.abort();
    expect(transport.status).toBe('connected');
    transport.close();
  });
});

describe('a connection that is only half there', () => {
  it('is noticed the sooner the shorter the interval of pings is', async () => {
    const server = await startServer();
    const transport = new OpenAIRealtimeWebSocket({ url: server.url, pingIntervalMs: 100 });
    const [websocket] = await Promise.all([server.connection(), transport.connect({ apiKey: KEY })]);
    let pings = 0;
    websocket.on('ping', () => (pings += 1));
    const changed = event(transport, 'connection_change');
    await vi.waitUntil(() => pings >= 3, { interval: 5 });
    expect(transport.status).toBe('connected');
    websocket.pause();
    expect(await changed).toEqual(['disconnected', { code: 1006 }]);
  });

  it.each([0, 99, 60_001, Number.NaN])('refuses an interval of %d ms', async (pingIntervalMs) => {
    const transport = new OpenAIRealtimeWebSocket({ url: 'ws://127.0.0.1:1', pingIntervalMs });
    const error = await rejectionOf(transport.connect({ apiKey: KEY }));
    expect(error).toMatchObject({ code: 'ERR_PING_INTERVAL', message: expect.stringContaining('100 to 60000') });
  });

  it('is noticed within 5 s, although nobody closes it', { timeout: 15_000 }, async () => {
    const server = await startServer();
    const transport = new OpenAIRealtimeWebSocket({ url: server.url });
    const [websocket] = await Promise.all([server.connection(), transport.connect({ apiKey: KEY })]);
    const disconnected = event(transport, 'disconnected');
    // It reads nothing any more, pings neither, as behind a cable that was pulled.
    websocket.pause();
    const sinceMs = performance.now();
    await disconnected;
    expect(Math.round((performance.now() - sinceMs) / 1000)).toBeLessThanOrEqual(5);
    expect(transport.status).toBe('disconnected');
  });
});
