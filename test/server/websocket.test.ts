import { connect } from 'node:net';
import { once } from 'node:events';
import { OpenAIRealtimeWS } from 'openai/realtime/ws';
import type { RealtimeServerEvent } from 'openai/resources/realtime/realtime';
import { afterEach, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import {
  createRealtimeServer,
  FliteVoice,
  type RealtimeServer,
  type RealtimeServerOptions,
} from '../../src/server/index.ts';
import { toneVoice } from './scripted-client.ts';

const servers: RealtimeServer[] = [];

async function serve(
  options: RealtimeServerOptions = {},
): Promise<{ url: string; port: number; server: RealtimeServer }> {
  const server = createRealtimeServer({ voice: toneVoice, pace: { intervalMs: 0 }, ...options });
  servers.push(server);
  return { ...(await server.listen()), server };
}

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

async function statusOf(url: string, protocols: string[], headers: Record<string, string>): Promise<number | 'open'> {
  const socket = new WebSocket(url, protocols, { headers });
  const status = await new Promise<number | 'open'>((resolve) => {
    socket.on('error', () => {});
    socket.once('unexpected-response', (_request, response) => resolve(response.statusCode ?? 0));
    socket.once('open', () => resolve('open'));
  });
  socket.terminate();
  return status;
}

describe('over a WebSocket', () => {
  test("openai's own client holds a turn in real speech", async () => {
    const voice = new FliteVoice();
    const { url, port } = await serve({ apiKey: 'sk-local', voice });
    const baseURL = url.replace(/^ws/, 'http').replace('/realtime', '');
    // It insists on wss; here the bytes go over a plain socket all the same.
    const options = { createConnection: () => connect(port, '127.0.0.1') };
    const client = new OpenAIRealtimeWS({ model: 'gpt-realtime', options }, { apiKey: 'sk-local', baseURL });
    const events: RealtimeServerEvent[] = [];
    client.on('event', (event) => void events.push(event));
    const errors: unknown[] = [];
    client.on('error', (error) => void errors.push(error));
    client.on('session.created', () => {
      client.send({
        type: 'session.update',
        session: {
          type: 'realtime',
          instructions: 'Be kind.',
          audio: { output: { voice: 'cedar', format: { type: 'audio/pcm', rate: 24000 } } },
        },
      });
      client.send({
        type: 'conversation.item.create',
        item: { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'Good morning' }] },
      });
      client.send({ type: 'response.create' });
    });
    const done = await new Promise<Extract<RealtimeServerEvent, { type: 'response.done' }>>((resolve) =>
      client.on('response.done', resolve),
    );
    expect(errors).toEqual([]);
    expect(done.response).toMatchObject({
      status: 'completed',
      output: [{ content: [{ type: 'output_audio', transcript: 'I heard you say: Good morning' }] }],
    });
    const audio = Buffer.concat(
      events.flatMap((event) =>
        event.type === 'response.output_audio.delta' ? [Buffer.from(event.delta, 'base64')] : [],
      ),
    );
    const samples = Array.from({ length: audio.length / 2 }, (_, i) => audio.readInt16LE(2 * i));
    expect(samples.length).toBeGreaterThan(24_000);
    expect(Math.sqrt(samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length)).toBeGreaterThan(500);
    client.close();
    await voice.close();
  });

  test('lets in who has the key, by header or sub-protocol, and answers others with 401', async () => {
    const { url } = await serve({ apiKey: 'sk-local' });
    expect(await statusOf(url, [], { authorization: 'Bearer sk-local' })).toBe('open');
    expect(await statusOf(url, ['realtime', 'openai-insecure-api-key.sk-local'], {})).toBe('open');
    expect(await statusOf(url, ['realtime', 'openai-insecure-api-key.sk-other'], {})).toBe(401);
    expect(await statusOf(url, [], { authorization: 'Bearer sk-other' })).toBe(401);
    expect(await statusOf(url, [], {})).toBe(401);
    expect(await statusOf(url.replace('realtime', 'other'), [], { authorization: 'Bearer sk-local' })).toBe(404);
  });

  test('answers with the sub-protocol `realtime`, never with the key, and does not compress', async () => {
    const { url } = await serve();
    const socket = new WebSocket(`${url}?model=gpt-realtime`, ['realtime', 'openai-insecure-api-key.sk-secret']);
    const [frame] = (await once(socket, 'message')) as [Buffer];
    expect(socket.protocol).toBe('realtime');
    expect(socket.extensions).toBe('');
    expect(JSON.parse(String(frame))).toMatchObject({ type: 'session.created', session: { model: 'gpt-realtime' } });
    socket.terminate();
  });

  test('survives frames, requests and clients that make no sense', async () => {
    const { url, port } = await serve();
    const bad = connect(port, '127.0.0.1');
    bad.write(
      'GET // HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\r\n',
    );
    const [answer] = (await once(bad, 'data')) as [Buffer];
    expect(String(answer)).toMatch(/^HTTP\/1\.1 404/);
    bad.destroy();

    const huge = new WebSocket(url);
    await once(huge, 'open');
    huge.send(Buffer.alloc(17 * 1024 * 1024, 32));
    expect((await once(huge, 'close'))[0]).toBe(1009);

    const socket = new WebSocket(url);
    await once(socket, 'message');
    socket.send(Buffer.from([0xff, 0xfe]));
    const [refused] = (await once(socket, 'message')) as [Buffer];
    expect(JSON.parse(String(refused))).toMatchObject({ type: 'error', error: { code: 'invalid_json' } });
    socket.terminate();
  });

  test('says goodbye with 1001 when it closes', async () => {
    const { url, server } = await serve();
    const socket = new WebSocket(url);
    await once(socket, 'message');
    const closed = once(socket, 'close');
    await server.close();
    expect((await closed)[0]).toBe(1001);
    expect(
      await new Promise((resolve) =>
        new WebSocket(url).once('error', (error) => resolve('code' in error && error.code)),
      ),
    ).toBe('ECONNREFUSED');
  });

  test('shows every event of both directions to onEvent', async () => {
    const seen: string[] = [];
    const { url } = await serve({
      onEvent: (direction, event) => void seen.push(`${direction} ${event.type}`),
    });
    const socket = new WebSocket(url);
    await once(socket, 'message');
    socket.send('{"type":"input_audio_buffer.clear"}');
    await once(socket, 'message');
    socket.send('oops');
    await once(socket, 'message');
    expect(seen).toEqual([
      'out session.created',
      'in input_audio_buffer.clear',
      'out input_audio_buffer.cleared',
      'in (malformed)',
      'out error',
    ]);
    socket.terminate();
  });
});
