// The key is nowhere in what a rejected connect() leaves behind, whatever the transport and whoever quotes it.

import '../../src/platform/node.ts';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { inspect } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { CloudflareRealtimeTransportLayer } from '../../src/cloudflare.ts';
import { OpenAIRealtimeSIP, OpenAIRealtimeWebSocket, RealtimeAgent, RealtimeSession } from '../../src/index.ts';
import type { OpenAIRealtimeWebSocketOptions, RealtimeTransportLayer } from '../../src/index.ts';
import { PhoneSimulator } from '../../src/testing/phone-simulator.ts';
import { wireInMemory } from '../../src/testing/phone-wire.ts';
import { TwilioRealtimeTransportLayer } from '../../src/twilio.ts';

const KEY = 'sk-proj-very_secret_0123456789';

/** A transport, ready to connect, and what else belongs to it. */
type Make = (options?: OpenAIRealtimeWebSocketOptions) => RealtimeTransportLayer;

const withSocketOfNode: [name: string, make: Make][] = [
  ['WebSocket', (options) => new OpenAIRealtimeWebSocket(options)],
  ['SIP', (options) => new OpenAIRealtimeSIP(options)],
  ['Twilio', onThePhone],
];

function onThePhone(options?: OpenAIRealtimeWebSocketOptions): RealtimeTransportLayer {
  const { wire, socket } = wireInMemory(systemClock, 1);
  new PhoneSimulator({ clock: systemClock, wire }).start();
  return new TwilioRealtimeTransportLayer({ twilioWebSocket: socket, ...options });
}

/** Answers every request for a WebSocket with 401. */
let refusing: Server;
let refusingUrl: string;
/** Nobody listens here any more. */
let deadUrl: string;

async function listening(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `ws://127.0.0.1:${(server.address() as AddressInfo).port}/v1/realtime`;
}

beforeAll(async () => {
  refusing = createServer();
  refusing.on('upgrade', (request, socket) => {
    // As some proxies do, it says what it was sent.
    const words = `no: ${request.headers.authorization}`;
    socket.end(`HTTP/1.1 401 No\r\nContent-Length: ${words.length}\r\nConnection: close\r\n\r\n${words}`);
  });
  refusingUrl = await listening(refusing);
  const gone = createServer();
  deadUrl = await listening(gone);
  gone.close();
});
afterAll(() => void refusing.close());
afterEach(() => void vi.unstubAllGlobals());

/** All that a program can print of a value, however it does. */
function printed(value: unknown): string {
  const texts = [
    inspect(value, { depth: Infinity, showHidden: true, getters: true, maxStringLength: null, maxArrayLength: null }),
    JSON.stringify(value) ?? '',
    String(value),
  ];
  for (let error = value; error instanceof Error; error = error.cause) {
    texts.push(error.message, error.stack ?? '', JSON.stringify(Object.getOwnPropertyDescriptors(error)));
  }
  return texts.join('\n');
}

/** Connects in vain, by itself and driven by a session; everything that was thrown and told of it, as text. */
async function failures(make: Make, url: string, options?: OpenAIRealtimeWebSocketOptions): Promise<string[]> {
  const told: unknown[] = [];
  const codes: unknown[] = [];
  const attempt = async (connecting: Promise<unknown>): Promise<void> => {
    const error: unknown = await connecting.then(
      () => new Error('it has connected'),
      (reason: unknown) => reason,
    );
    codes.push((error as { code?: unknown }).code);
    told.push(error);
  };
  const alone = make(options);
  alone.on('error', (event) => told.push(event, event.error));
  alone.on('connection_change', (...change) => told.push(change));
  await attempt(alone.connect({ apiKey: KEY, url, callId: 'rtc_1' }));
  const transport = make(options);
  const session = new RealtimeSession(new RealtimeAgent({ name: 'Desk' }), { transport });
  session.on('error', (event) => told.push(event, event.error));
  session.on('transport_event', (event) => told.push(event));
  await attempt(session.connect({ apiKey: KEY, url, callId: 'rtc_1' }));
  session.close();
  alone.close();
  for (const value of told) expect(printed(value)).not.toContain(KEY);
  for (const value of [alone, transport, session]) expect(inspect(value, { depth: Infinity })).not.toContain(KEY);
  return codes.map(String);
}

it('looks where a key would be', () => {
  const nested = new Error('outer', { cause: Object.assign(new Error('inner'), { request: { headers: [KEY] } }) });
  expect(printed(nested)).toContain(KEY);
  expect(printed(Object.defineProperty(new Error('hidden'), 'config', { value: { KEY } }))).toContain(KEY);
});

describe.each(withSocketOfNode)('over %s, the key is not in the errors of a connection', (_name, make) => {
  it('that the server refuses, quoting it', async () => {
    expect(await failures(make, refusingUrl)).toEqual(['ERR_CONNECT_REFUSED', 'ERR_CONNECT_REFUSED']);
  });

  it('to where nobody listens', async () => {
    expect(await failures(make, deadUrl)).toEqual(['ERR_CONNECT_FAILED', 'ERR_CONNECT_FAILED']);
  });

  it('whose socket quotes it', async () => {
    const createWebSocket = async ({ apiKey }: { apiKey: string }): Promise<never> => {
      const cause = new Error(`Bearer ${apiKey} is no header`);
      throw Object.assign(new Error(`can't open with ${apiKey}`, { cause }), { request: { apiKey } });
    };
    const codes = await failures(make, refusingUrl, { createWebSocket });
    expect(codes).toEqual(['ERR_CONNECT_FAILED', 'ERR_CONNECT_FAILED']);
  });
});

describe('over Cloudflare, the key is not in the errors of a connection', () => {
  const make: Make = (options) => new CloudflareRealtimeTransportLayer(options);

  it('that the server refuses', async () => {
    vi.stubGlobal('fetch', async () => ({ status: 401, webSocket: null }));
    expect(await failures(make, refusingUrl)).toEqual(['ERR_CONNECT_REFUSED', 'ERR_CONNECT_REFUSED']);
  });

  it('whose fetch quotes it', async () => {
    vi.stubGlobal('fetch', async (_url: string, init: { headers: Record<string, string> }) => {
      const cause = Object.assign(new Error('invalid header'), { init });
      throw new TypeError(`${init.headers['Authorization']} is an invalid header value`, { cause });
    });
    expect(await failures(make, refusingUrl)).toEqual(['ERR_CONNECT_FAILED', 'ERR_CONNECT_FAILED']);
  });
});
