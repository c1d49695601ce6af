import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import OpenAI from 'openai';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { WebSocket } from 'ws';
import { encodeMulaw } from '../../src/audio/index.ts';
import { systemClock } from '../../src/clock.ts';
import { CloudflareRealtimeTransportLayer } from '../../src/cloudflare.ts';
import type { RealtimeSession } from '../../src/index.ts';
import { OpenAIRealtimeSIP, OpenAIRealtimeWebSocket } from '../../src/index.ts';
import { readSpeech } from '../../src/cli/demo/wav.ts';
import { createRealtimeServer } from '../../src/server/index.ts';
import { PhoneSimulator } from '../../src/testing/phone-simulator.ts';
import { wireInMemory } from '../../src/testing/phone-wire.ts';
import { TwilioRealtimeTransportLayer } from '../../src/twilio.ts';
import { HandMadeTransport } from './hand-made-transport.ts';
import type { CallerSide, Line } from './scenario.ts';
import { converse, EVENTS, SCENARIO } from './scenario.ts';

const TIMEOUT = { timeout: 60_000 };

const server = createRealtimeServer({ scenario: SCENARIO });
let url: string;

beforeAll(async () => {
  ({ url } = await server.listen({ port: 0 }));
});
afterAll(() => server.close());
afterEach(() => void vi.unstubAllGlobals());

function line(file: Line, sampleRate: number): Int16Array {
  return readSpeech(readFileSync(new URL(`../../src/cli/demo/speech/${file}`, import.meta.url)), sampleRate);
}

/** Calls `send` with a packet of 20 ms, speech or silence, in real time, until the test is over. */
function packets(frames: number, sampleRate: number, send: (packet: Int16Array<ArrayBuffer>) => void): CallerSide {
  let samples: Int16Array = new Int16Array(0);
  const timer = setInterval(() => {
    const packet = new Int16Array(frames);
    packet.set(samples.subarray(0, frames));
    samples = samples.subarray(frames);
    send(packet);
  }, 20);
  return {
    say: (file) => {
      samples = line(file, sampleRate);
    },
    stop: () => clearInterval(timer),
  };
}

async function byMicrophone(session: RealtimeSession): Promise<CallerSide> {
  await session.connect({ apiKey: 'local', url });
  return packets(480, 24_000, (packet) => session.sendAudio(packet.buffer));
}

test('over a WebSocket', TIMEOUT, async () => {
  expect(await converse(new OpenAIRealtimeWebSocket(), byMicrophone)).toEqual(EVENTS);
});

test('over a Cloudflare upgrade', TIMEOUT, async () => {
  vi.stubGlobal('fetch', async (input: string, init: { headers: Record<string, string> }) => {
    const headers = { Authorization: String(init.headers['Authorization']) };
    const webSocket = new WebSocket(input.replace(/^http/, 'ws'), 'realtime', { headers });
    await once(webSocket, 'open');
    return { status: 101, webSocket: Object.assign(webSocket, { accept: () => {} }) };
  });
  expect(await converse(new CloudflareRealtimeTransportLayer(), byMicrophone)).toEqual(EVENTS);
});

test('over a telephone line of Twilio', TIMEOUT, async () => {
  const { wire, socket } = wireInMemory(systemClock, 5);
  const phone = new PhoneSimulator({ clock: systemClock, wire });
  const transport = new TwilioRealtimeTransportLayer({ twilioWebSocket: socket });
  const events = await converse(transport, async (session) => {
    phone.start();
    await session.connect({ apiKey: 'local', url });
    return {
      say: (file) => phone.speak(encodeMulaw(line(file, 8000), new Uint8Array(line(file, 8000).length))),
      stop: () => phone.hangUp(),
    };
  });
  expect(events).toEqual(EVENTS);
  expect(phone.warnings).toEqual([]);
});

test('over a telephone call that the service has taken', TIMEOUT, async () => {
  const hook = createServer((_request, response) => void response.end()).listen(0, '127.0.0.1');
  await once(hook, 'listening');
  const secret = `whsec_${Buffer.from('a key of the tests').toString('base64')}`;
  const { port } = hook.address() as AddressInfo;
  const sip = createRealtimeServer({ scenario: SCENARIO, webhook: { url: `http://127.0.0.1:${port}/hook`, secret } });
  const address = await sip.listen({ port: 0 });
  const { calls } = new OpenAI({ apiKey: 'local', baseURL: address.baseUrl, maxRetries: 0 }).realtime;
  const caller = await sip.ring();
  await calls.accept(caller.callId, { type: 'realtime' });
  const events = await converse(new OpenAIRealtimeSIP({ calls }), async (session) => {
    const { callId } = caller;
    await session.connect({ apiKey: 'local', url: `${address.url}?call_id=${callId}`, callId });
    return packets(160, 8000, (packet) => caller.speak(encodeMulaw(packet)));
  });
  expect(events).toEqual(EVENTS);
  caller.hangUp();
  hook.close();
  await sip.close();
});

test('over a transport that a user wrote for the interface of the peer', TIMEOUT, async () => {
  // That interface has no words for these; the app's own player would know when it was done.
  const unsaid = new Set(['user_speech_started', 'user_speech_stopped', 'playback_done']);
  const transport = new HandMadeTransport();
  const events = await converse(transport, byMicrophone, { hasPlayback: false });
  expect(events).toEqual(EVENTS.filter((name) => !unsaid.has(name)));
});
