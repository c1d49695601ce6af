import { describe, expect, test } from 'vitest';
import { OpenAIBrain, OpenAIEars, OpenAIVoice } from '../../src/server/index.ts';
import { appendsOf, audioBytes, ScriptedClient } from './scripted-client.ts';
import { chatChunks, standIn } from './stand-in.ts';

const weather = {
  type: 'function' as const,
  name: 'weather',
  description: 'Tells the weather.',
  parameters: { type: 'object', properties: { city: { type: 'string' } } },
};

describe('an OpenAI-compatible brain', () => {
  test('streams speech, calls a tool, and is asked again with its output', async () => {
    await using model = await standIn((_request, index) =>
      index === 0
        ? {
            stream: chatChunks(
              { content: 'One mo' },
              { content: 'ment. I loo' },
              { content: 'k it up.' },
              { tool_calls: [{ index: 0, id: 'x', function: { name: 'weather', arguments: '{"ci' } }] },
              { tool_calls: [{ index: 0, function: { arguments: 'ty":"Oslo"}' } }] },
            ),
          }
        : { stream: chatChunks({ content: 'It rains in Oslo.' }) },
    );
    const brain = new OpenAIBrain({ baseUrl: model.baseUrl, model: 'small', apiKey: 'secret' });
    const client = await ScriptedClient.open({ brain });
    client.send({ type: 'session.update', session: { type: 'realtime', instructions: 'Be brief.', tools: [weather] } });
    client.say('Weather in Oslo?');
    const { response } = await client.next('response.done');
    expect(response.output).toMatchObject([
      { type: 'message', content: [{ transcript: 'One moment. I look it up.' }] },
      { type: 'function_call', name: 'weather', arguments: '{"city":"Oslo"}' },
    ]);
    const [call] = client.of('response.function_call_arguments.done');
    client.send(
      {
        type: 'conversation.item.create',
        item: { type: 'function_call_output', call_id: call?.call_id ?? '', output: 'rain' },
      },
      { type: 'response.create' },
    );
    expect((await client.next('response.done')).response.output).toMatchObject([
      { content: [{ transcript: 'It rains in Oslo.' }] },
    ]);
    const [first, second] = model.seen.map(({ text }) => JSON.parse(text) as unknown);
    expect(model.seen[0]).toMatchObject({ path: '/v1/chat/completions', authorization: 'Bearer secret' });
    expect(first).toEqual({
      model: 'small',
      stream: true,
      messages: [
        { role: 'system', content: 'Be brief.' },
        { role: 'user', content: 'Weather in Oslo?' },
      ],
      tools: [
        {
          type: 'function',
          function: { name: 'weather', description: 'Tells the weather.', parameters: weather.parameters },
        },
      ],
      tool_choice: 'auto',
    });
    expect(second).toMatchObject({
      messages: [
        { role: 'system' },
        { role: 'user' },
        { role: 'assistant', content: 'One moment. I look it up.' },
        { role: 'assistant', tool_calls: [{ id: call?.call_id, function: { arguments: '{"city":"Oslo"}' } }] },
        { role: 'tool', tool_call_id: call?.call_id, content: 'rain' },
      ],
    });
    await client.close();
  });

  test('reads pictures, heard speech, and of its own words those that were heard', async () => {
    await using model = await standIn(() => ({
      stream: chatChunks({ content: 'One two three four five six seven.' }),
    }));
    const client = await ScriptedClient.open({
      brain: new OpenAIBrain({ baseUrl: model.baseUrl, model: 'small' }),
      scenario: { turns: [{ heard: 'spoken words', replies: [] }] },
    });
    client.send({
      type: 'session.update',
      session: { type: 'realtime', audio: { input: { turn_detection: null } } },
    });
    client.send(...appendsOf(new Int16Array(4800)), { type: 'input_audio_buffer.commit' }, { type: 'response.create' });
    const { response } = await client.next('response.done');
    const itemId = response.output[0]?.id ?? '';
    // 34 characters of 50 ms; the first 13 of them are "One two three".
    client.send({ type: 'conversation.item.truncate', item_id: itemId, content_index: 0, audio_end_ms: 13 * 50 });
    const image_url = 'data:image/png;base64,AAAA';
    client.send({
      type: 'conversation.item.create',
      item: {
        type: 'message',
        role: 'user',
        content: [
          { type: 'input_text', text: 'What is this?' },
          { type: 'input_image', image_url, detail: 'low' },
        ],
      },
    });
    client.send({ type: 'response.create' });
    await client.next('response.done');
    expect(JSON.parse(model.seen[1]?.text ?? '')).toMatchObject({
      messages: [
        { role: 'user', content: 'spoken words' },
        { role: 'assistant', content: 'One two three' },
        {
          role: 'user',
          content: [
            { type: 'text', text: 'What is this?' },
            { type: 'image_url', image_url: { url: image_url, detail: 'low' } },
          ],
        },
      ],
    });
    await client.close();
  });

  test('answers in writing as the model writes', async () => {
    await using model = await standIn(() => ({ stream: chatChunks({ content: 'One mo' }, { content: 'ment.' }) }));
    const client = await ScriptedClient.open({ brain: new OpenAIBrain({ baseUrl: model.baseUrl, model: 'small' }) });
    client.send({ type: 'session.update', session: { type: 'realtime', output_modalities: ['text'] } });
    client.say('Hello.');
    await client.next('response.done');
    expect(client.of('response.output_text.delta').map(({ delta }) => delta)).toEqual(['One mo', 'ment.']);
    await client.close();
  });

  test('fails the response when the back end does, and the conversation goes on', async () => {
    await using model = await standIn((_request, index) =>
      index === 0
        ? { json: { error: { message: 'no such model' } }, status: 404 }
        : { stream: chatChunks({ content: 'Yes.' }) },
    );
    const client = await ScriptedClient.open({ brain: new OpenAIBrain({ baseUrl: model.baseUrl, model: 'none' }) });
    client.say('Are you there?');
    const { response } = await client.next('response.done');
    expect(response.status_details).toMatchObject({ error: { message: '404 no such model' } });
    client.send({ type: 'response.create' });
    expect((await client.next('response.done')).response.status).toBe('completed');
    await client.close();
  });
});

test('a brain is told that its response was cancelled, and what it throws then changes nothing', async () => {
  async function* untilAborted(signal: AbortSignal): AsyncGenerator<string> {
    yield 'One moment ';
    await new Promise((_resolve, reject) => {
      signal.addEventListener('abort', () => reject(new Error('aborted')));
    });
  }
  const client = await ScriptedClient.open({
    brain: { respond: async ({ signal }) => [{ say: untilAborted(signal) }] },
  });
  client.send({ type: 'session.update', session: { type: 'realtime', output_modalities: ['text'] } });
  client.say('Hello');
  await client.next('response.output_text.delta');
  client.send({ type: 'response.cancel' });
  const { response } = await client.next('response.done');
  await client.clock.advance(1000);
  expect(response).toMatchObject({ status: 'cancelled', output: [{ content: [{ text: 'One moment ' }] }] });
  expect(client.of('response.done')).toHaveLength(1);
  await client.close();
});

describe('OpenAI-compatible ears', () => {
  test('send the turn as WAV, and their deltas go out as they come', async () => {
    await using model = await standIn(() => ({
      stream: [
        { type: 'transcript.text.delta', delta: 'Good ' },
        { type: 'transcript.text.delta', delta: 'morning' },
        { type: 'transcript.text.done', text: 'Good morning' },
      ],
    }));
    const client = await ScriptedClient.open({ ears: new OpenAIEars({ baseUrl: model.baseUrl, model: 'whisper' }) });
    const transcription = { model: 'gpt-4o-transcribe', language: 'en' };
    client.send({
      type: 'session.update',
      session: { type: 'realtime', audio: { input: { turn_detection: null, transcription } } },
    });
    client.send(...appendsOf(new Int16Array(4800)), { type: 'input_audio_buffer.commit' });
    const { transcript } = await client.next('conversation.item.input_audio_transcription.completed');
    expect(transcript).toBe('Good morning');
    const deltas = client.of('conversation.item.input_audio_transcription.delta');
    expect(deltas.map(({ delta }) => delta)).toEqual(['Good ', 'morning']);
    expect(model.seen[0]?.path).toBe('/v1/audio/transcriptions');
    expect(model.seen[0]?.text).toMatch(/name="language"\r\n\r\nen\r\n/);
    expect(model.seen[0]?.text).toMatch(/name="file"; filename="turn.wav"\r\nContent-Type: audio\/wav\r\n\r\nRIFF/);
    await client.close();
  });

  test('that fail make a failed transcription', async () => {
    await using model = await standIn(() => ({ json: { error: { message: 'too noisy' } }, status: 400 }));
    const client = await ScriptedClient.open({ ears: new OpenAIEars({ baseUrl: model.baseUrl, model: 'whisper' }) });
    client.send({
      type: 'session.update',
      session: { type: 'realtime', audio: { input: { turn_detection: null, transcription: { model: 'whisper-1' } } } },
    });
    client.send(...appendsOf(new Int16Array(4800)), { type: 'input_audio_buffer.commit' });
    const { error } = await client.next('conversation.item.input_audio_transcription.failed');
    expect(error.message).toContain('too noisy');
    await client.close();
  });
});

describe('an OpenAI-compatible voice', () => {
  const samples = Int16Array.from({ length: 24_000 }, (_, i) => Math.round(9000 * Math.sin(i / 5)));

  test('speaks with the names of the back end', async () => {
    await using model = await standIn(() => ({ bytes: new Uint8Array(samples.buffer) }));
    const voice = new OpenAIVoice({ baseUrl: model.baseUrl, model: 'kokoro', voices: { marin: 'af_sky' } });
    const client = await ScriptedClient.open({ voice });
    client.say('Hello.');
    await client.next('response.done');
    expect(audioBytes(client).equals(Buffer.from(samples.buffer))).toBe(true);
    expect(JSON.parse(model.seen[0]?.text ?? '')).toEqual({
      model: 'kokoro',
      input: 'I heard you say: Hello.',
      voice: 'af_sky',
      speed: 1,
      response_format: 'pcm',
    });
    await client.close();
  });

  test('comes down to 8 kHz for a phone', async () => {
    await using model = await standIn(() => ({ bytes: new Uint8Array(samples.buffer) }));
    const voice = new OpenAIVoice({ baseUrl: model.baseUrl, model: 'kokoro' });
    const phone = await voice.synthesize({ text: 'Hello.', voice: 'marin', speed: 1, sampleRate: 8000 });
    expect(phone.length).toBeGreaterThan(7900);
    expect(phone.length).toBeLessThan(8100);
  });

  test('refuses what is no PCM', async () => {
    await using model = await standIn(() => ({ bytes: new TextEncoder().encode('RIFF and so on') }));
    const voice = new OpenAIVoice({ baseUrl: model.baseUrl, model: 'kokoro' });
    await expect(voice.synthesize({ text: 'Hi.', voice: 'x', speed: 1, sampleRate: 24_000 })).rejects.toMatchObject({
      code: 'ERR_VOICE',
    });
  });

  test('needs a whole URL', () => {
    expect(() => new OpenAIVoice({ baseUrl: 'localhost', model: 'm' })).toThrow(
      expect.objectContaining({ code: 'ERR_BACKEND_URL' }),
    );
  });
});
