import { afterEach, describe, expect, test } from 'vitest';
import { createRealtimeServer, type RealtimeServer, type RealtimeServerOptions } from '../../src/server/index.ts';
import { toneVoice, userMessage } from './scripted-client.ts';
import { WebRtcClient } from './webrtc-client.ts';

const servers: RealtimeServer[] = [];
const clients: WebRtcClient[] = [];

async function serve(options: RealtimeServerOptions = {}): Promise<string> {
  const server = createRealtimeServer({ voice: toneVoice, ...options });
  servers.push(server);
  return (await server.listen()).baseUrl;
}

async function caller(codec: 'opus' | 'PCMU'): Promise<WebRtcClient> {
  const client = await WebRtcClient.create(codec);
  clients.push(client);
  return client;
}

afterEach(async () => {
  for (const client of clients.splice(0)) client.close();
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

function levelOf(packets: readonly Int16Array[]): number {
  const frames = packets.reduce((sum, packet) => sum + packet.length, 0);
  return Math.sqrt(packets.reduce((sum, packet) => packet.reduce((part, x) => part + x * x, sum), 0) / frames);
}

describe('a call over WebRTC', () => {
  test.each(['opus', 'PCMU'] as const)('carries events and speech with %s', async (codec) => {
    const baseUrl = await serve({ scenario: { turns: [{ replies: [[{ say: 'It is about noon.' }]] }] } });
    const client = await caller(codec);
    expect(await client.call(baseUrl)).toBe(201);
    expect(client.location).toMatch(/^\/v1\/realtime\/calls\/rtc_[0-9a-f]{32}$/);
    expect(client.answerSdp.match(/^a=candidate:.*$/gm)).toEqual([expect.stringContaining(' 127.0.0.1 ')]);
    await client.next('session.created');

    client.send(userMessage('What time is it?'), { type: 'response.create' });
    const { response_id } = await client.next('output_audio_buffer.started');
    expect(await client.next('output_audio_buffer.stopped')).toMatchObject({ response_id });
    const types = client.events.map(({ type }) => type);
    expect(types).not.toContain('response.output_audio.delta');
    expect(types).toContain('response.output_audio_transcript.done');
    expect(types.indexOf('response.done')).toBeLessThan(types.indexOf('output_audio_buffer.stopped'));
    // The voice is a tone of 5,657 RMS, 50 ms a character.
    const loud = client.heard.filter((packet) => levelOf([packet]) > 4000);
    expect(loud.length).toBeGreaterThan(40);
    expect(levelOf(loud)).toBeGreaterThan(5200);
    expect(levelOf(loud)).toBeLessThan(6100);
  });
});
