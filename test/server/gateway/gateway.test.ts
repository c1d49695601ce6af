import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import { encodeMulaw } from '../../../src/audio/index.ts';
import { readSpeech } from '../../../src/cli/demo/wav.ts';
import { systemClock } from '../../../src/clock.ts';
import { twilioSignature } from '../../../src/node/twilio-calls.ts';
import { createGateway, createRealtimeServer, type Gateway, type GatewayOptions } from '../../../src/server/index.ts';
import { PhoneSimulator } from '../../../src/testing/phone-simulator.ts';
import { wireOver } from '../../../src/testing/phone-wire.ts';
import onCall from './calls.ts';

const CALLS = new URL('./calls.ts', import.meta.url);
const LINE = '1-hold-a-room-44100.wav';
const ANSWER_SECONDS = 1;
/** Nothing that this machine does at the same time shall refuse a call. */
const UNLIMITED = { maxLoopDelayMs: 60_000, maxCpuShare: 100 };

const model = createRealtimeServer({
  scenario: { turns: Array.from({ length: 4 }, () => ({ replies: [[{ say: 'As you like.' }]] })) },
  voice: {
    synthesize: async ({ sampleRate }) =>
      Int16Array.from({ length: ANSWER_SECONDS * sampleRate }, (_, n) => 8000 * Math.sin(n / 20)),
  },
});

beforeAll(async () => {
  // Workers have the environment of the thread that starts them.
  process.env['BARGEIN_TEST_MODEL_URL'] = (await model.listen({ port: 0 })).url;
});
afterAll(() => model.close());

interface Listening {
  readonly gateway: Gateway;
  readonly url: string;
  readonly streamUrl: string;
}

async function listening(options: Partial<GatewayOptions> = {}): Promise<Listening> {
  const gateway = createGateway({ onCall, authToken: null, admission: UNLIMITED, drainSignals: [], ...options });
  const { url } = await gateway.listen();
  onTestFinished(() => gateway.drain(0));
  return { gateway, url, streamUrl: `${url.replace('http', 'ws')}/media` };
}

/** A caller's line that has started. */
async function call(streamUrl: string, parameters: Record<string, string> = {}): Promise<WebSocket> {
  const socket = new WebSocket(streamUrl);
  socket.on('error', () => {});
  onTestFinished(() => socket.terminate());
  await once(socket, 'open');
  const start = {
    streamSid: 'MZ1',
    callSid: 'CA1',
    tracks: ['inbound'],
    customParameters: parameters,
    mediaFormat: { encoding: 'audio/x-mulaw', sampleRate: 8000, channels: 1 },
  };
  socket.send(JSON.stringify({ event: 'start', sequenceNumber: '1', streamSid: 'MZ1', start }));
  return socket;
}

async function until(isTrue: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isTrue())) await wait(20);
}

async function figure(url: string, name: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  return Number(new RegExp(`^bargein_${name} (.+)$`, 'm').exec(text)?.[1]);
}

describe.each([
  { where: 'in this thread', options: { onCall } },
  { where: 'in two workers on one port', options: { onCall: CALLS, workers: 2, reusePort: true } },
  { where: 'in two workers behind this thread', options: { onCall: CALLS, workers: 2, reusePort: false } },
])('a gateway whose calls are $where', ({ options }) => {
  it('carries a call whose caller asks and hears an answer, and counts it', async () => {
    const { gateway, url, streamUrl } = await listening(options);
    const socket = new WebSocket(streamUrl);
    const phone = new PhoneSimulator({ clock: systemClock, wire: wireOver(socket) });
    phone.start();
    const samples = readSpeech(readFileSync(new URL(`../../../src/cli/demo/speech/${LINE}`, import.meta.url)), 8000);
    phone.speak(encodeMulaw(samples, new Uint8Array(samples.length)));
    await until(() => phone.playedFrames > 4000);
    expect(gateway.calls).toBe(1);
    expect(await figure(url, 'calls_active')).toBe(1);
    phone.hangUp();
    await until(async () => (await figure(url, 'calls_active')) === 0);
    expect(await figure(url, 'calls_total{end="hung_up"}'.replace(/[{}]/g, '\\$&'))).toBe(1);
    expect(gateway.calls).toBe(0);
  });

  it('says that it lives and is ready, until it drains; then new calls are refused and those it has go on', async () => {
    const { gateway, url, streamUrl } = await listening(options);
    expect((await fetch(`${url}/live`)).status).toBe(200);
    expect(await (await fetch(`${url}/ready`)).json()).toEqual({ ready: true, refusal: null, calls: 0 });
    const sockets = await Promise.all(Array.from({ length: 100 }, () => call(streamUrl)));
    const drained = gateway.drain(60_000);
    expect(await (await fetch(`${url}/ready`)).json()).toEqual({ ready: false, refusal: 'draining', calls: 100 });
    const late = new WebSocket(streamUrl);
    const [error] = (await once(late, 'error')) as [Error];
    expect(error.message).toMatch('503');
    expect(sockets.every(({ readyState }) => readyState === WebSocket.OPEN)).toBe(true);
    for (const socket of sockets) socket.close();
    await drained;
    await expect(fetch(`${url}/live`)).rejects.toThrow('fetch failed');
  });

  it('closes the lines that are left when its time to drain is up', async () => {
    const { gateway, streamUrl } = await listening(options);
    const socket = await call(streamUrl);
    await until(() => gateway.calls === 1);
    await Promise.all([once(socket, 'close'), gateway.drain(10)]);
    expect(gateway.calls).toBe(0);
  });
});

describe('a gateway with workers', () => {
  it('loses the calls of a worker that crashes, no others, and has another one soon', async () => {
    const { gateway, streamUrl } = await listening({ onCall: CALLS, workers: 2, reusePort: false });
    const sockets = await Promise.all(Array.from({ length: 6 }, () => call(streamUrl)));
    await until(() => gateway.calls === 6);
    const closed: WebSocket[] = [];
    for (const socket of sockets) socket.on('close', () => closed.push(socket));
    const fatal = await call(streamUrl, { crash: 'now' });
    await once(fatal, 'close');
    await until(() => gateway.calls === 3 && closed.length >= 3);
    expect(closed).toHaveLength(3);
    // In turn: one of two goes to the worker that was started again.
    await until(async () => {
      const again = await Promise.all([call(streamUrl), call(streamUrl)]);
      await wait(50);
      return again.every(({ readyState }) => readyState === WebSocket.OPEN) && gateway.calls >= 5;
    });
    expect(sockets.filter(({ readyState }) => readyState === WebSocket.OPEN)).toHaveLength(3);
  });

  it('rejects listen when its module can not be loaded', async () => {
    const gateway = createGateway({
      onCall: new URL('./no-such-module.ts', import.meta.url),
      authToken: null,
      workers: 1,
      drainSignals: [],
    });
    await expect(gateway.listen()).rejects.toMatchObject({ code: 'ERR_GATEWAY_WORKER' });
  });
});

describe('admission', () => {
  it('refuses a stream with 503 and a new call with the busy tone when there are calls enough', async () => {
    const { url, streamUrl } = await listening({ admission: { ...UNLIMITED, maxCalls: 1 } });
    const voice = (): Promise<Response> =>
      fetch(`${url}/voice`, { method: 'POST', body: new URLSearchParams({ CallSid: 'CA1' }) });
    expect(await (await voice()).text()).toMatch(
      /<Connect><Stream url="wss:\/\/127\.0\.0\.1:\d+\/media" \/><\/Connect>/,
    );
    await call(streamUrl);
    expect(await (await voice()).text()).toContain('<Reject reason="busy" />');
    const second = new WebSocket(streamUrl);
    const [error] = (await once(second, 'error')) as [Error];
    expect(error.message).toMatch('503');
    expect((await fetch(`${url}/ready`)).status).toBe(503);
    expect(await figure(url, 'calls_refused_total\\{reason="calls"\\}')).toBe(2);
  });

  it('has Twilio ask elsewhere how the call goes on behind its stream', async () => {
    const { url } = await listening({ redirectUrl: 'https://voice.example.com/next?a=1&b=2' });
    const answer = await fetch(`${url}/voice`, { method: 'POST', body: new URLSearchParams({ CallSid: 'CA1' }) });
    expect(await answer.text()).toMatch(
      /<\/Connect><Redirect>https:\/\/voice\.example\.com\/next\?a=1&amp;b=2<\/Redirect><\/Response>$/,
    );
  });

  it('answers only new calls that Twilio signed', async () => {
    const { url } = await listening({ authToken: 'token', streamUrl: 'wss://voice.example.com/media' });
    const form = { CallSid: 'CA1', From: '+123' };
    const signed = twilioSignature({ authToken: 'token', url: 'https://voice.example.com/voice', form });
    const status = async (signature: string): Promise<number> => {
      const headers = { 'X-Twilio-Signature': signature };
      return (await fetch(`${url}/voice`, { method: 'POST', headers, body: new URLSearchParams(form) })).status;
    };
    expect(await status(signed)).toBe(200);
    expect(await status(twilioSignature({ authToken: 'other', url: 'https://voice.example.com/voice', form }))).toBe(
      403,
    );
  });

  it.each([
    { limit: 'maxCalls', value: Number.NaN },
    { limit: 'maxLoopDelayMs', value: -1 },
  ])('takes no $value as $limit', ({ limit, value }) => {
    expect(() => createGateway({ onCall, authToken: null, admission: { [limit]: value } })).toThrow(
      expect.objectContaining({ code: 'ERR_GATEWAY_OPTIONS' }),
    );
  });
});

it('drains at SIGTERM', async () => {
  const { url, streamUrl } = await listening({ drainSignals: ['SIGTERM'] });
  const socket = await call(streamUrl);
  process.emit('SIGTERM');
  expect((await fetch(`${url}/ready`)).status).toBe(503);
  socket.close();
  await until(async () => (await fetch(`${url}/live`).catch(() => null)) === null);
});

it.each([
  { options: { onCall, workers: 2 }, code: 'ERR_GATEWAY_OPTIONS' },
  { options: { onCall, redirectUrl: '' }, code: 'ERR_GATEWAY_OPTIONS' },
  { options: { onCall: CALLS, workers: 0 }, code: 'ERR_GATEWAY_OPTIONS' },
  { options: { onCall, authToken: '' }, code: 'ERR_TWILIO_TOKEN' },
])('refuses wrong options with $code', ({ options, code }) => {
  expect(() => createGateway({ authToken: null, ...options })).toThrow(expect.objectContaining({ code }));
});
