import { describe, expect, test } from 'vitest';
import { createRealtimeServer, type RealtimeServerTap } from '../../src/server/index.ts';
import { appendsOf, ScriptedClient } from './scripted-client.ts';

const idleDetection = { type: 'server_vad' as const, idle_timeout_ms: 6000 };

async function withIdleTimeout(scenario?: NonNullable<ConstructorParameters<typeof ScriptedClient>[0]>['scenario']) {
  const client = await ScriptedClient.open(scenario === undefined ? {} : { scenario });
  client.send({
    type: 'session.update',
    session: { type: 'realtime', audio: { input: { turn_detection: idleDetection } } },
  });
  await client.next('session.updated');
  return client;
}

describe('the idle timeout', () => {
  test('counts from the end of playback, commits the silence and speaks up', async () => {
    const client = await withIdleTimeout();
    client.say('Hello');
    await client.next('response.done');
    const firstDelta = client.arrivals.find(({ event }) => event.type === 'response.output_audio.delta');
    client.send(...appendsOf(new Int16Array(24_000)));
    const timeout = await client.next('input_audio_buffer.timeout_triggered');
    const firedAt = client.arrivals.find(({ event }) => event === timeout)?.atMs;
    // "I heard you say: Hello" sounds for 50 ms a character.
    expect(firedAt).toBe((firstDelta?.atMs ?? 0) + 22 * 50 + 6000);
    expect(timeout).toMatchObject({ audio_start_ms: 1000, audio_end_ms: 1000 });
    const { response } = await client.next('response.done');
    expect(response.output).toMatchObject([{ content: [{ transcript: 'Are you still there?' }] }]);
    const [committed] = client.of('input_audio_buffer.committed');
    expect(committed?.item_id).toBe(timeout.item_id);
    expect(client.of('conversation.item.done').map(({ item }) => item.id)).toContain(timeout.item_id);
    await client.close();
  });

  test('speaks as a scenario says, without a turn of the user', async () => {
    const client = await withIdleTimeout({
      idle: [{ say: 'Hello?' }],
      turns: [{ replies: [[{ say: 'First.' }]] }, { replies: [[{ say: 'Second.' }]] }],
    });
    client.say('a');
    await client.next('response.done');
    await client.next('response.done');
    client.say('b');
    await client.next('response.done');
    const said = client.of('response.output_audio_transcript.done').map(({ transcript }) => transcript);
    expect(said).toEqual(['First.', 'Hello?', 'Second.']);
    await client.close();
  });

  test.each([
    ['without one', null],
    ['when another kind of detection takes over', { type: 'semantic_vad' as const }],
  ])('does not come %s', async (_why, turn_detection) => {
    const client = await withIdleTimeout();
    client.say('Hello');
    await client.next('response.done');
    client.send({ type: 'session.update', session: { type: 'realtime', audio: { input: { turn_detection } } } });
    await client.clock.advance(30_000);
    expect(client.of('input_audio_buffer.timeout_triggered')).toEqual([]);
    await client.close();
  });

  test('does not come while the next answer is on its way', async () => {
    const client = await withIdleTimeout({
      turns: [{ replies: [[{ say: 'First.' }]] }, { replies: [[{ stallMs: 20_000 }, { say: 'Second.' }]] }],
    });
    client.say('a');
    await client.next('response.done');
    client.say('b');
    await client.clock.advance(15_000);
    expect(client.of('input_audio_buffer.timeout_triggered')).toEqual([]);
    await client.close();
  });
});

describe('a session', () => {
  test('expires at its limit, with the error of the service, and is closed', async () => {
    const client = await ScriptedClient.open({ sessionLimitMs: 120_000 });
    expect(client.of('session.created')[0]?.session.expires_at).toBe(120);
    await client.clock.advance(119_990);
    expect(client.of('error')).toEqual([]);
    await client.clock.advance(20);
    expect(client.of('error')).toMatchObject([
      { error: { code: 'session_expired', message: 'Your session hit the maximum duration of 2 minutes.' } },
    ]);
    expect(client.closeCode).toBe(1001);
  });

  test('lasts an hour by default', async () => {
    const client = await ScriptedClient.open();
    expect(client.of('session.created')[0]?.session.expires_at).toBe(3600);
    await client.close();
  });

  test.each([0, -1, Number.NaN, Infinity])('can not last %s ms', (sessionLimitMs) => {
    expect(() => createRealtimeServer({ sessionLimitMs })).toThrow(
      expect.objectContaining({ code: 'ERR_SESSION_LIMIT' }),
    );
  });

  test('can end its tracing, not change it', async () => {
    const client = await ScriptedClient.open();
    const update = (tracing: 'auto' | { workflow_name: string } | null): object => ({
      type: 'session.update',
      session: { type: 'realtime', tracing },
    });
    client.sendText(JSON.stringify(update({ workflow_name: 'a' })));
    client.sendText(JSON.stringify(update({ workflow_name: 'a' })));
    await client.settle();
    expect(client.of('session.updated').map(({ session }) => session.tracing)).toEqual([
      { workflow_name: 'a' },
      { workflow_name: 'a' },
    ]);
    expect(await client.refusalOf(update('auto'))).toMatchObject({ code: 'invalid_value', param: 'session.tracing' });
    client.sendText(JSON.stringify(update(null)));
    expect((await client.next('session.updated')).session.tracing).toBeNull();
    await client.close();
  });

  test('is named to the tap, with the size of each frame', async () => {
    const seen: Parameters<RealtimeServerTap>[3][] = [];
    const client = await ScriptedClient.open({ onEvent: (_direction, _event, _atMs, details) => seen.push(details) });
    expect(seen).toEqual([{ sessionId: client.of('session.created')[0]?.session.id, bytes: client.texts[0]?.length }]);
    client.sendText('{"type":"ä"}');
    await client.settle();
    expect(seen[1]?.bytes).toBe(13);
    await client.close();
  });
});

test('nobody else reaches a server without a key', async () => {
  const server = createRealtimeServer();
  for (const host of ['0.0.0.0', '::', '192.0.2.1']) {
    await expect(server.listen({ host })).rejects.toMatchObject({ code: 'ERR_PUBLIC_WITHOUT_KEY' });
  }
  const guarded = createRealtimeServer({ apiKey: 'secret' });
  expect((await guarded.listen({ host: '0.0.0.0' })).port).toBeGreaterThan(0);
  await guarded.close();
});

test.each([NaN, -1, 65_536, 80.5])('port %s is refused', async (port) => {
  await expect(createRealtimeServer().listen({ port })).rejects.toMatchObject({ code: 'ERR_PORT' });
});
