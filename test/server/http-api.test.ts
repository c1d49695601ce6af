import OpenAI from 'openai';
import { afterEach, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { createRealtimeServer, type RealtimeServer, type RealtimeServerOptions } from '../../src/server/index.ts';
import { VirtualClock } from '../../src/testing/virtual-clock.ts';
import { toneVoice, turns } from './scripted-client.ts';
import { WebRtcClient } from './webrtc-client.ts';

const servers: RealtimeServer[] = [];
const clients: WebRtcClient[] = [];

async function serve(options: RealtimeServerOptions = {}): Promise<{ baseUrl: string; url: string; openai: OpenAI }> {
  const server = createRealtimeServer({ voice: toneVoice, ...options });
  servers.push(server);
  const { baseUrl, url } = await server.listen();
  return { baseUrl, url, openai: new OpenAI({ apiKey: 'sk-local', baseURL: baseUrl, maxRetries: 0 }) };
}

async function caller(): Promise<WebRtcClient> {
  const client = await WebRtcClient.create('PCMU');
  clients.push(client);
  return client;
}

afterEach(async () => {
  for (const client of clients.splice(0)) client.close();
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

/** The first event of a WebSocket, or the status that it was refused with. */
async function greeting(url: string, key: string): Promise<unknown> {
  const socket = new WebSocket(url, { headers: { authorization: `Bearer ${key}` } });
  socket.on('error', () => {});
  const answer = await new Promise<unknown>((resolve) => {
    socket.once('unexpected-response', (_request, response) => resolve(response.statusCode));
    socket.once('message', (frame) => resolve(JSON.parse((frame as Buffer).toString())));
  });
  socket.terminate();
  return answer;
}

const SESSION = { type: 'realtime', model: 'gpt-realtime', instructions: 'Be brief.' } as const;

describe('a client secret', () => {
  test('lets a client in until it expires, with the session that it was minted for', async () => {
    const clock = new VirtualClock(turns);
    const { openai, url } = await serve({ apiKey: 'sk-local', clock });
    const minted = await openai.realtime.clientSecrets.create({
      session: SESSION,
      expires_after: { anchor: 'created_at', seconds: 60 },
    });
    expect(minted.value).toMatch(/^ek_[0-9a-f]{48}$/);
    expect(minted.session).toMatchObject({ ...SESSION, object: 'realtime.session' });
    expect(minted.expires_at - Math.floor(Date.now() / 1000)).toBeGreaterThan(0);

    expect(await greeting(url, minted.value)).toMatchObject({ type: 'session.created', session: SESSION });
    await clock.advance(59_999);
    expect(await greeting(url, minted.value)).toMatchObject({ type: 'session.created' });
    await clock.advance(1);
    expect(await greeting(url, minted.value)).toBe(401);
    expect(await greeting(url, 'ek_made_up')).toBe(401);
  });

  test('calls, but neither mints nor controls calls', async () => {
    const { openai, baseUrl } = await serve({ apiKey: 'sk-local' });
    const { value } = await openai.realtime.clientSecrets.create({ session: SESSION });
    const client = await caller();
    expect(await client.call(baseUrl, value)).toBe(201);
    expect((await client.next('session.created')).session).toMatchObject(SESSION);
    const guest = new OpenAI({ apiKey: value, baseURL: baseUrl, maxRetries: 0 });
    const callId = client.location.split('/').at(-1) ?? '';
    await expect(guest.realtime.clientSecrets.create({})).rejects.toMatchObject({ status: 401 });
    await expect(guest.realtime.calls.hangup(callId)).rejects.toMatchObject({ status: 401 });
    await openai.realtime.calls.hangup(callId);
    await client.closed;
    await expect(openai.realtime.calls.hangup(callId)).rejects.toMatchObject({ status: 404 });
  });

  test('is refused with a wrong lifetime or session', async () => {
    const { openai } = await serve();
    const mint = (body: object) => openai.realtime.clientSecrets.create(body);
    for (const seconds of [9, 7201, 60.5, 'long']) {
      await expect(mint({ expires_after: { anchor: 'created_at', seconds } })).rejects.toMatchObject({
        status: 400,
        param: 'expires_after.seconds',
      });
    }
    await expect(mint({ session: { type: 'realtime', mood: 'good' } })).rejects.toMatchObject({
      status: 400,
      code: 'unknown_parameter',
      param: 'session.mood',
    });
  });

  test('that has expired is refused even where any key is accepted', async () => {
    const clock = new VirtualClock(turns);
    const { openai, url } = await serve({ clock });
    const { value } = await openai.realtime.clientSecrets.create({});
    expect(await greeting(url, 'whatever')).toMatchObject({ type: 'session.created' });
    await clock.advance(600_000);
    expect(await greeting(url, value)).toBe(401);
  });
});

describe('the calls endpoint', () => {
  test('wants the key', async () => {
    const { baseUrl } = await serve({ apiKey: 'sk-local' });
    expect(await (await caller()).call(baseUrl, 'sk-other')).toBe(401);
    expect(await (await caller()).call(baseUrl, 'sk-local')).toBe(201);
  });

  test('takes the session beside the offer', async () => {
    const { baseUrl } = await serve();
    const client = await caller();
    expect(await client.call(baseUrl, 'local', { type: 'realtime', instructions: 'Sing.' })).toBe(201);
    expect((await client.next('session.created')).session.instructions).toBe('Sing.');
    const wrong = await caller();
    expect(await wrong.call(baseUrl, 'local', { type: 'realtime', mood: 'good' })).toBe(400);
    expect(JSON.parse(wrong.answerSdp)).toMatchObject({ error: { param: 'session.mood' } });
  });

  test('refuses offers that no call can be made of, and goes on', async () => {
    const { baseUrl } = await serve();
    const good = await (await caller()).offer();
    const offers = {
      nothing: '',
      'no SDP': 'hello',
      'no media': good.replace(/m=[^]*/, ''),
      'no audio': good.replace('m=audio', 'm=video'),
      'no data channel': good.replace(/m=application[^]*/, ''),
      'an unknown codec': good
        .replace(/m=audio (\d+) (\S+) 0/, 'm=audio $1 $2 96')
        .replace('0 PCMU/8000', '96 telepathy/8000'),
      'no ICE credentials': good.replaceAll(/a=ice-(ufrag|pwd):.*\r\n/g, ''),
      'no fingerprint': good.replaceAll(/a=fingerprint:.*\r\n/g, ''),
      'a wrong fingerprint': good.replaceAll(/a=fingerprint:.*\r\n/g, 'a=fingerprint:sha-256 xyz\r\n'),
    };
    for (const [why, offer] of Object.entries(offers)) {
      const response = await fetch(`${baseUrl}/realtime/calls`, {
        method: 'POST',
        headers: { 'content-type': 'application/sdp' },
        body: offer,
      });
      expect([why, response.status]).toEqual([why, 400]);
      expect(await response.json()).toMatchObject({ error: { code: 'invalid_offer' } });
    }
    expect(await (await caller()).call(baseUrl)).toBe(201);
  });

  test('answers a browser of another origin, and nonsense in JSON', async () => {
    const { baseUrl } = await serve();
    const asked = await fetch(`${baseUrl}/realtime/calls`, {
      method: 'OPTIONS',
      headers: { 'access-control-request-headers': 'authorization,x-openai-agents-sdk' },
    });
    expect(asked.status).toBe(204);
    expect(asked.headers.get('access-control-allow-origin')).toBe('*');
    expect(asked.headers.get('access-control-allow-headers')).toBe('authorization,x-openai-agents-sdk');
    const post = (path: string, body: string, type = 'application/json') =>
      fetch(`${baseUrl}/realtime/${path}`, { method: 'POST', headers: { 'content-type': type }, body });
    for (const [response, status, code] of [
      [await post('nowhere', ''), 404, 'not_found'],
      [await fetch(`${baseUrl}/realtime/calls`), 404, 'not_found'],
      [await post('client_secrets', '{"session":'), 400, 'invalid_json'],
      [await post('calls', 'no form', 'multipart/form-data; boundary=x'), 400, 'invalid_form'],
      [await post('calls', 'x'.repeat(2 * 1024 * 1024), 'application/sdp'), 413, 'body_too_large'],
    ] as const) {
      expect(response.status).toBe(status);
      expect(await response.json()).toMatchObject({ error: { code, message: expect.any(String) } });
    }
  });
});
