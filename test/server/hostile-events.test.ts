// What a client may send and a server must survive: findings of the fuzzer and of reading with ill intent.

import { describe, expect, test } from 'vitest';
import type { Brain } from '../../src/server/index.ts';
import { audioBytes, ScriptedClient, userMessage } from './scripted-client.ts';

describe('a response', () => {
  test('that is cancelled while the brain thinks ends once, whatever the brain does then', async () => {
    const thoughts: (() => void)[] = [];
    const brain: Brain = {
      respond: () =>
        new Promise((_, reject) => {
          thoughts.push(() => reject(new Error('too late')));
        }),
    };
    const client = new ScriptedClient({ brain });
    client.clock.during = (work) => work;
    await client.next('session.created');
    client.say('hello');
    await client.next('response.created');
    client.send({ type: 'response.cancel' });
    expect((await client.next('response.done')).response.status).toBe('cancelled');
    for (const fail of thoughts) fail();
    await client.clock.advance(100);
    expect(thoughts).toHaveLength(1);
    expect(client.of('response.done')).toHaveLength(1);
    expect(client.of('rate_limits.updated')).toHaveLength(1);
    await client.close();
  });

  test('adds nothing to an item that was cut while it was spoken', async () => {
    const client = await ScriptedClient.open();
    client.say('a sentence that is long enough to go on');
    const { item_id } = await client.next('response.output_audio.delta');
    client.send({ type: 'conversation.item.truncate', item_id, content_index: 0, audio_end_ms: 100 });
    await client.next('conversation.item.truncated');
    await client.next('response.done');
    expect(audioBytes(client).length).toBeGreaterThan(24_000 * 2);
    expect(
      await client.refusalOf({ type: 'conversation.item.truncate', item_id, content_index: 0, audio_end_ms: 101 }),
    ).toMatchObject({ param: 'audio_end_ms' });
    client.send({ type: 'conversation.item.retrieve', item_id });
    const { item } = await client.next('conversation.item.retrieved');
    expect(item).toMatchObject({ content: [{ type: 'output_audio', audio: expect.stringMatching(/^.{6400}$/) }] });
    // Nor does the end of the response bring the words back.
    expect(client.of('conversation.item.done').at(-1)?.item).toMatchObject({
      id: item_id,
      content: [{ type: 'output_audio' }],
    });
    expect(JSON.stringify(client.of('conversation.item.done').at(-1))).not.toContain('transcript');
    await client.close();
  });

  test('leaves alone what a client has put in the place of its deleted item', async () => {
    const client = await ScriptedClient.open();
    client.say('hello there');
    const { item_id } = await client.next('response.output_audio.delta');
    client.send({ type: 'conversation.item.delete', item_id }, userMessage('mine now', item_id));
    await client.next('response.done');
    client.send({ type: 'conversation.item.retrieve', item_id });
    expect((await client.next('conversation.item.retrieved')).item).toMatchObject({
      role: 'user',
      content: [{ type: 'input_text', text: 'mine now' }],
    });
    expect(client.of('error')).toEqual([]);
    await client.close();
  });

  test('finds an id of its own when a client has used up those that come next', async () => {
    const client = await ScriptedClient.open();
    for (let number = 1; number <= 60; number++) {
      client.send(userMessage('taken', `item_1_${String(number).padStart(6, '0')}`));
    }
    client.say('hello');
    expect((await client.next('response.done')).response.status).toBe('completed');
    const ids = client.of('conversation.item.added').map(({ item }) => item.id);
    expect(new Set(ids).size).toBe(ids.length);
    await client.close();
  });

  test.each([
    ['full stops without an end', `${'!'.repeat(500_000)}a`],
    ['nothing but blanks', ' '.repeat(500_000)],
    ['one long word', 'a'.repeat(500_000)],
  ])('to %s begins, and can be cancelled', async (_, text) => {
    const client = await ScriptedClient.open({
      brain: { respond: async () => [{ say: text }] },
      voice: { synthesize: async () => new Int16Array(24_000) },
    });
    client.say('go');
    await client.next('response.output_audio.delta');
    client.send({ type: 'response.cancel' });
    expect((await client.next('response.done')).response.status).toBe('cancelled');
    await client.close();
  });
});

describe('speech', () => {
  test('keeps the id that was announced for it', async () => {
    const client = await ScriptedClient.open();
    const tone = Int16Array.from({ length: 12_000 }, (_, i) => 12_000 * Math.sin(i / 5));
    client.send({ type: 'input_audio_buffer.append', audio: Buffer.alloc(24_000).toString('base64') });
    client.send({ type: 'input_audio_buffer.append', audio: Buffer.from(tone.buffer).toString('base64') });
    const { item_id } = await client.next('input_audio_buffer.speech_started');
    expect(await client.refusalOf(userMessage('me first', item_id))).toMatchObject({
      code: 'item_create_duplicate_item_id',
    });
    client.send({ type: 'input_audio_buffer.append', audio: Buffer.alloc(72_000).toString('base64') });
    expect((await client.next('conversation.item.done')).item.id).toBe(item_id);
    await client.close();
  });
});

describe('an event of many megabytes', () => {
  test.each([
    ['a million tools', `{"type":"session.update","session":{"type":"realtime","tools":[${'0,'.repeat(1e6)}0]}}`],
    ['millions of levels', `{"type":"session.update","session":${'['.repeat(4e6)}${']'.repeat(4e6)}}`],
    ['millions of levels and no end', '{"type":'.repeat(1e6)],
    ['a string without an end', `{"type":"${'a'.repeat(1e6)}`],
  ])('that has %s is refused unread', async (_, text) => {
    const client = await ScriptedClient.open();
    expect(await client.refusalOf(text)).toMatchObject({ type: 'invalid_request_error', code: 'invalid_json' });
    await client.close();
  });

  test('is not repeated in its refusal', async () => {
    const client = await ScriptedClient.open();
    const long = 'k'.repeat(1e6);
    await client.refusalOf({ type: 'response.cancel', [long]: 0 });
    await client.refusalOf({ type: long });
    await client.refusalOf({ type: 'response.cancel', event_id: long });
    await client.refusalOf({ type: 'response.create', response: { metadata: { [long]: 0 } } });
    const [longest] = client
      .of('error')
      .map((event) => JSON.stringify(event).length)
      .toSorted((a, b) => b - a);
    expect(client.of('error')).toHaveLength(4);
    expect(longest).toBeLessThan(1500);
    await client.close();
  });
});
