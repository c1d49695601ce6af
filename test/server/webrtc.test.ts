import { afterEach, describe, expect, test } from 'vitest';
import type { ClientEvent } from '../../src/protocol/client-events.ts';
import { createRealtimeServer, type RealtimeServer, type RealtimeServerOptions } from '../../src/server/index.ts';
import { WEBRTC_LIBRARIES } from '../../src/server/webrtc/answer-offer.ts';
import { VirtualClock } from '../../src/testing/virtual-clock.ts';
import { toneVoice, turns, userMessage } from './scripted-client.ts';
import { WebRtcClient } from './webrtc-client.ts';

const servers: RealtimeServer[] = [];
const clients: WebRtcClient[] = [];

async function serve(options: RealtimeServerOptions): Promise<string> {
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

describe.each(WEBRTC_LIBRARIES)('a call over WebRTC by way of %s', (webrtc) => {
  test.each(['opus', 'PCMU'] as const)('carries events and speech with %s', async (codec) => {
    const baseUrl = await serve({ webrtc, scenario: { turns: [{ replies: [[{ say: 'It is about noon.' }]] }] } });
    const client = await caller(codec);
    expect(await client.call(baseUrl)).toBe(201);
    expect(client.location).toMatch(/^\/v1\/realtime\/calls\/rtc_[0-9a-f]{32}$/);
    const addresses = Array.from(
      client.answerSdp.matchAll(/^a=candidate:(?:\S+ ){4}(\S+)/gm),
      ([, address]) => address,
    );
    expect([...new Set(addresses)]).toEqual(['127.0.0.1']);
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

  test('is truncated by the server when the client clears the output', async () => {
    const say = 'This goes on for so long that nobody will ever hear the end of it.';
    const baseUrl = await serve({ webrtc, scenario: { turns: [{ replies: [[{ say }]] }] } });
    const client = await caller('opus');
    await client.call(baseUrl);
    await client.next('session.created');
    client.send({ type: 'output_audio_buffer.clear' }, userMessage('Go on'), { type: 'response.create' });
    const { response_id } = await client.next('output_audio_buffer.started');
    await client.until(() => client.heard.find((packet) => levelOf([packet]) > 4000));
    client.send({ type: 'response.cancel' }, { type: 'output_audio_buffer.clear' });
    expect(await client.next('output_audio_buffer.cleared')).toMatchObject({ response_id });
    const { audio_end_ms, item_id } = await client.next('conversation.item.truncated');
    expect(audio_end_ms).toBeGreaterThan(0);
    expect(audio_end_ms).toBeLessThan(say.length * 50);
    client.send({ type: 'conversation.item.retrieve', item_id });
    const { item } = await client.next('conversation.item.retrieved');
    const [part] = item.type === 'message' ? item.content : [];
    const audio = part?.type === 'output_audio' ? part.audio : undefined;
    expect(Buffer.from(audio ?? '', 'base64').length).toBe(audio_end_ms * 48);
    expect(client.events.map(({ type }) => type)).not.toContain('error');
  });

  test('sends an item that is too large for the channel without its audio', async () => {
    const baseUrl = await serve({ webrtc });
    const client = await caller('PCMU');
    await client.call(baseUrl);
    await client.next('session.created');
    client.send({ type: 'session.update', session: { type: 'realtime', audio: { input: { turn_detection: null } } } });
    const second: ClientEvent = { type: 'input_audio_buffer.append', audio: Buffer.alloc(48_000).toString('base64') };
    client.send(second, second, second, second, second, second, { type: 'input_audio_buffer.commit' });
    const { item_id } = await client.next('input_audio_buffer.committed');
    client.send({ type: 'conversation.item.retrieve', item_id });
    const { item } = await client.next('conversation.item.retrieved');
    expect(item).toMatchObject({ id: item_id, content: [{ type: 'input_audio' }] });
    expect(JSON.stringify(item)).not.toContain('"audio":');
  });

  test('ends when the browser never comes', async () => {
    const clock = new VirtualClock(turns);
    const baseUrl = await serve({ webrtc, clock });
    const sdp = await (await caller('PCMU')).offer();
    const response = await fetch(`${baseUrl}/realtime/calls`, { method: 'POST', body: sdp });
    const hangUp = `${baseUrl.replace('/v1', '')}${response.headers.get('location') ?? ''}/hangup`;
    await clock.advance(30_000);
    expect((await fetch(hangUp, { method: 'POST' })).status).toBe(404);
  });
});
