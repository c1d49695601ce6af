import { describe, expect, test } from 'vitest';
import type { Scenario } from '../../src/server/index.ts';
import { audioBytes, ScriptedClient, toneVoice, userMessage } from './scripted-client.ts';

/** Of the tone voice: 40 characters are two seconds. */
const TWO_SECONDS = 'This sentence has just forty characters.';

const scenario: Scenario = {
  turns: [
    { replies: [[{ say: TWO_SECONDS }, { call: 'weather', arguments: { city: 'Ulm' } }], [{ say: 'It rains.' }]] },
    { replies: [[{ say: 'The second turn.' }]] },
  ],
};

describe('a response', () => {
  test('sends its events in the documented order', async () => {
    const client = await ScriptedClient.open({ scenario });
    client.say('hello');
    await client.next('response.done');
    const order = client.types.filter((type, at, all) => type !== all[at - 1] && !type.endsWith('.delta'));
    expect(order).toEqual([
      'session.created',
      'conversation.item.added',
      'conversation.item.done',
      'response.created',
      'response.output_item.added',
      'conversation.item.added',
      'response.content_part.added',
      'response.output_audio.done',
      'response.output_audio_transcript.done',
      'response.content_part.done',
      'response.output_item.done',
      'conversation.item.done',
      'response.output_item.added',
      'conversation.item.added',
      'response.function_call_arguments.done',
      'response.output_item.done',
      'conversation.item.done',
      'response.done',
      'rate_limits.updated',
    ]);
    await client.close();
  });

  test('links each item to the one before it', async () => {
    const client = await ScriptedClient.open({ scenario });
    client.send(userMessage('hello', 'item_mine'));
    client.send({ type: 'response.create' });
    await client.next('response.done');
    const added = client.of('conversation.item.added');
    expect(added.map(({ previous_item_id }) => previous_item_id)).toEqual([null, 'item_mine', added[1]?.item.id]);
    await client.close();
  });

  test('sends audio in bursts: 200 ms at once, then 200 ms every 50 ms', async () => {
    const client = await ScriptedClient.open({ scenario });
    client.say('hello');
    await client.next('response.output_audio.done');
    const deltas = client.arrivals.filter(({ event }) => event.type === 'response.output_audio.delta');
    const createdMs = client.arrivals.find(({ event }) => event.type === 'response.created')?.atMs ?? Number.NaN;
    expect(deltas.map(({ atMs }) => atMs - createdMs)).toEqual([0, 50, 100, 150, 200, 250, 300, 350, 400, 450]);
    expect(audioBytes(client).length).toBe(2 * 24_000 * 2);
    await client.close();
  });

  test('keeps the pace it is given', async () => {
    const client = await ScriptedClient.open({ scenario, pace: { deltaMs: 500, intervalMs: 500 } });
    client.say('hello');
    await client.next('response.output_audio.done');
    const at = client.arrivals
      .filter(({ event }) => event.type === 'response.output_audio.delta')
      .map(({ atMs }) => atMs);
    expect(at.map((ms) => ms - (at[0] ?? 0))).toEqual([0, 500, 1000, 1500]);
    await client.close();
  });

  test('sends the words along with the audio in which they begin', async () => {
    const client = await ScriptedClient.open({ scenario });
    client.say('hello');
    await client.next('response.output_audio_transcript.done');
    let said = '';
    let heardMs = 0;
    for (const event of client.events) {
      if (event.type === 'response.output_audio.delta') heardMs += 200;
      if (event.type !== 'response.output_audio_transcript.delta') continue;
      // The next delta is the one in which the first of these words begins.
      const startMs = said.length * 50;
      expect(startMs).toBeGreaterThanOrEqual(heardMs);
      expect(startMs).toBeLessThan(heardMs + 200);
      said += event.delta;
    }
    expect(said).toBe(TWO_SECONDS);
    await client.close();
  });

  test('calls a function, and the next response follows its output', async () => {
    const client = await ScriptedClient.open({ scenario });
    client.say('hello');
    const { response } = await client.next('response.done');
    const call = response.output[1];
    expect(call).toMatchObject({
      type: 'function_call',
      name: 'weather',
      arguments: '{"city":"Ulm"}',
      status: 'completed',
    });
    expect(
      client
        .of('response.function_call_arguments.delta')
        .map(({ delta }) => delta)
        .join(''),
    ).toBe('{"city":"Ulm"}');
    const callId = call?.type === 'function_call' ? (call.call_id ?? '') : '';
    client.send(
      { type: 'conversation.item.create', item: { type: 'function_call_output', call_id: callId, output: 'rain' } },
      { type: 'response.create' },
    );
    const second = await client.next('response.done');
    expect(second.response.output).toMatchObject([{ content: [{ type: 'output_audio', transcript: 'It rains.' }] }]);
    client.say('and tomorrow?');
    const third = await client.next('response.done');
    expect(third.response.output).toMatchObject([{ content: [{ transcript: 'The second turn.' }] }]);
    expect(client.of('error')).toEqual([]);
    await client.close();
  });

  test('is text when the session says so', async () => {
    const client = await ScriptedClient.open({ scenario });
    client.send({ type: 'session.update', session: { type: 'realtime', output_modalities: ['text'] } });
    client.say('hello');
    const { response } = await client.next('response.done');
    expect(response.output[0]).toMatchObject({ content: [{ type: 'output_text', text: TWO_SECONDS }] });
    expect(
      client
        .of('response.output_text.delta')
        .map(({ delta }) => delta)
        .join(''),
    ).toBe(TWO_SECONDS);
    expect(client.of('response.output_text.done')).toMatchObject([{ text: TWO_SECONDS }]);
    expect(client.of('response.output_audio.delta')).toEqual([]);
    await client.close();
  });

  test('counts a token for 50 ms of its audio, and text by characters', async () => {
    const client = await ScriptedClient.open({ scenario });
    client.say('four');
    const { response } = await client.next('response.done');
    // Transcript 10, `weather` 2, arguments 4; the question 1.
    expect(response.usage).toEqual({
      total_tokens: 57,
      input_tokens: 1,
      output_tokens: 56,
      input_token_details: { text_tokens: 1, audio_tokens: 0, image_tokens: 0, cached_tokens: 0 },
      output_token_details: { text_tokens: 16, audio_tokens: 40 },
    });
    await client.close();
  });

  test('ends as incomplete when its tokens are used up', async () => {
    const client = await ScriptedClient.open({ scenario });
    client.send(userMessage('hello'), { type: 'response.create', response: { max_output_tokens: 8 } });
    const { response } = await client.next('response.done');
    expect(response).toMatchObject({ status: 'incomplete', status_details: { reason: 'max_output_tokens' } });
    expect(audioBytes(client).length).toBe(0.4 * 24_000 * 2);
    await client.close();
  });

  test('outside the conversation runs beside the active one and leaves no item', async () => {
    const client = await ScriptedClient.open({
      scenario: { turns: [...scenario.turns, { heardIncludes: 'classify', replies: [[{ say: 'Friendly.' }]] }] },
    });
    client.say('hello');
    await client.next('response.created');
    client.send({
      type: 'response.create',
      response: {
        conversation: 'none',
        output_modalities: ['text'],
        metadata: { topic: 'mood' },
        input: [{ type: 'message', role: 'user', content: [{ type: 'input_text', text: 'Please classify this.' }] }],
      },
    });
    await client.next('response.done');
    await client.next('response.done');
    const [first, second] = client.of('response.done').map(({ response }) => response);
    expect(first).toMatchObject({ metadata: { topic: 'mood' }, output: [{ content: [{ text: 'Friendly.' }] }] });
    expect(first).not.toHaveProperty('conversation_id');
    expect(second).toMatchObject({ status: 'completed', conversation_id: expect.any(String) });
    expect(client.of('conversation.item.added')).toHaveLength(3);
    await client.close();
  });

  test('fails when the voice fails, and the next one works', async () => {
    let isBroken = true;
    const client = await ScriptedClient.open({
      scenario,
      voice: {
        synthesize: async (request) => {
          if (isBroken) throw new Error('no breath');
          return toneVoice.synthesize(request);
        },
      },
    });
    client.say('hello');
    const { response } = await client.next('response.done');
    expect(response).toMatchObject({ status: 'failed', status_details: { error: { message: 'no breath' } } });
    isBroken = false;
    client.say('hello');
    expect((await client.next('response.done')).response.status).toBe('completed');
    await client.close();
  });

  test('without a scenario repeats what was said, and speaks a function output', async () => {
    const client = await ScriptedClient.open();
    client.say('good morning');
    await client.next('response.done');
    client.send({
      type: 'conversation.item.create',
      item: { type: 'function_call', name: 'f', call_id: 'c', arguments: '{}' },
    });
    client.send({
      type: 'conversation.item.create',
      item: { type: 'function_call_output', call_id: 'c', output: 'forty-two' },
    });
    client.send({ type: 'response.create' });
    await client.next('response.done');
    const said = client.of('response.output_audio_transcript.done').map(({ transcript }) => transcript);
    expect(said).toEqual(['I heard you say: good morning', 'The answer is: forty-two']);
    await client.close();
  });
});

describe('cancelling', () => {
  test('ends the response where it is, and nothing of it follows', async () => {
    const client = await ScriptedClient.open({ scenario });
    client.say('hello');
    await client.next('response.output_audio.delta');
    client.send({ type: 'response.cancel' });
    const { response } = await client.next('response.done');
    expect(response).toMatchObject({
      status: 'cancelled',
      status_details: { type: 'cancelled', reason: 'client_cancelled' },
      output: [{ status: 'incomplete' }],
    });
    const count = client.events.length;
    await client.clock.advance(5000);
    expect(client.types.slice(count)).toEqual([]);
    await client.close();
  });

  test('frees the conversation for the next response', async () => {
    const client = await ScriptedClient.open({ scenario });
    client.say('hello');
    await client.next('response.created');
    client.send({ type: 'response.cancel' }, { type: 'response.create' });
    await client.next('response.done');
    const { response } = await client.next('response.done');
    expect(response).toMatchObject({ status: 'completed', output: [{ content: [{ transcript: 'It rains.' }] }] });
    await client.close();
  });
});

describe('truncating', () => {
  async function spoken(): Promise<{ client: ScriptedClient; itemId: string }> {
    const client = await ScriptedClient.open({ scenario });
    client.say('hello');
    const { response } = await client.next('response.done');
    return { client, itemId: response.output[0]?.id ?? '' };
  }

  test('cuts the audio and drops the transcript', async () => {
    const { client, itemId } = await spoken();
    client.send({ type: 'conversation.item.truncate', item_id: itemId, content_index: 0, audio_end_ms: 750 });
    expect(await client.next('conversation.item.truncated')).toMatchObject({ item_id: itemId, audio_end_ms: 750 });
    client.send({ type: 'conversation.item.retrieve', item_id: itemId });
    const { item } = await client.next('conversation.item.retrieved');
    const part = item.type === 'message' ? item.content[0] : undefined;
    expect(part).toEqual({ type: 'output_audio', audio: expect.any(String) });
    expect(part?.type === 'output_audio' && Buffer.from(part.audio ?? '', 'base64').length).toBe(0.75 * 24_000 * 2);
    await client.close();
  });

  test('takes the exact length, and refuses a millisecond more', async () => {
    const { client, itemId } = await spoken();
    const truncate = { type: 'conversation.item.truncate', item_id: itemId, content_index: 0 };
    expect(await client.refusalOf({ ...truncate, audio_end_ms: 2001 })).toMatchObject({ param: 'audio_end_ms' });
    client.sendText(JSON.stringify({ ...truncate, audio_end_ms: 2000 }));
    await client.next('conversation.item.truncated');
    client.sendText(JSON.stringify({ ...truncate, audio_end_ms: 300 }));
    await client.next('conversation.item.truncated');
    expect(await client.refusalOf({ ...truncate, audio_end_ms: 301 })).toMatchObject({
      code: 'invalid_value',
      message: 'Audio content of 300ms is already shorter than 301ms',
    });
    await client.close();
  });

  test('while the item is still being spoken leaves it without a transcript', async () => {
    const client = await ScriptedClient.open({ scenario });
    client.say('hello');
    const { item_id } = await client.next('response.output_audio.delta');
    client.send({ type: 'conversation.item.truncate', item_id, content_index: 0, audio_end_ms: 100 });
    await client.next('response.done');
    client.send({ type: 'conversation.item.retrieve', item_id });
    const { item } = await client.next('conversation.item.retrieved');
    expect(JSON.stringify(item)).not.toContain('transcript');
    await client.close();
  });
});
