import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { encodeAlaw, encodeMulaw } from '../../src/audio/g711.ts';
import type { WireSession } from '../../src/protocol/client-events.ts';
import { FliteVoice, type Scenario } from '../../src/server/index.ts';
import { appendsOf, ScriptedClient } from './scripted-client.ts';

const voice = new FliteVoice();
const scenario: Scenario = {
  turns: [
    {
      heard: 'What is the weather like?',
      replies: [[{ say: 'It is a fine day, and it will stay like that for the whole of the week.' }]],
    },
    { heard: 'Stop, that is enough.', replies: [[{ say: 'All right.' }]] },
  ],
};

/** A second of silence, speech, a second of silence. */
let spoken: Int16Array;
let speechMs = 0;

beforeAll(async () => {
  const speech = await voice.synthesize({
    text: 'What is the weather like?',
    voice: 'cedar',
    speed: 1,
    sampleRate: 24_000,
  });
  spoken = new Int16Array(24_000 + speech.length + 24_000);
  spoken.set(speech, 24_000);
  speechMs = (speech.length * 1000) / 24_000;
});
afterAll(() => voice.close());

async function withInput(input: NonNullable<WireSession['audio']>['input']): Promise<ScriptedClient> {
  const client = await ScriptedClient.open({ scenario });
  client.send({ type: 'session.update', session: { type: 'realtime', audio: { input } } });
  await client.next('session.updated');
  return client;
}

describe('turn detection on real speech', () => {
  test('finds the turn, commits it, transcribes it and answers it', async () => {
    const client = await withInput({ transcription: { model: 'whisper-1' } });
    client.send(...appendsOf(spoken));
    const { response } = await client.next('response.done');
    const order = client.types.filter((type) => /input_audio|response.created/.test(type));
    expect(order).toEqual([
      'input_audio_buffer.speech_started',
      'input_audio_buffer.speech_stopped',
      'input_audio_buffer.committed',
      'response.created',
      'conversation.item.input_audio_transcription.delta',
      'conversation.item.input_audio_transcription.completed',
    ]);
    const [started] = client.of('input_audio_buffer.speech_started');
    const [stopped] = client.of('input_audio_buffer.speech_stopped');
    const [committed] = client.of('input_audio_buffer.committed');
    const [added] = client.of('conversation.item.added');
    expect(new Set([started?.item_id, stopped?.item_id, committed?.item_id, added?.item.id]).size).toBe(1);
    // Speech begins 1000 ms into the audio; 300 ms of padding lie before it, 500 ms of silence behind its end.
    expect(started?.audio_start_ms).toBeGreaterThanOrEqual(680);
    expect(started?.audio_start_ms).toBeLessThanOrEqual(900);
    expect(stopped?.audio_end_ms).toBeGreaterThanOrEqual(1000 + speechMs);
    expect(stopped?.audio_end_ms).toBeLessThanOrEqual(1000 + speechMs + 600);
    expect(client.of('conversation.item.input_audio_transcription.completed')).toMatchObject([
      { transcript: 'What is the weather like?', item_id: started?.item_id },
    ]);
    expect(response).toMatchObject({
      status: 'completed',
      output: [{ content: [{ transcript: expect.stringMatching(/^It is a fine day/) }] }],
    });
    await client.close();
  });

  test('commits exactly the audio from start to end', async () => {
    const client = await withInput({});
    client.send(...appendsOf(spoken));
    const { audio_end_ms } = await client.next('input_audio_buffer.speech_stopped');
    const [started] = client.of('input_audio_buffer.speech_started');
    client.send({ type: 'conversation.item.retrieve', item_id: started?.item_id ?? '' });
    const { item } = await client.next('conversation.item.retrieved');
    const part = item.type === 'message' ? item.content[0] : undefined;
    const bytes = Buffer.from(part?.type === 'input_audio' ? (part.audio ?? '') : '', 'base64');
    const source = Buffer.from(
      spoken.buffer,
      (started?.audio_start_ms ?? 0) * 48,
      (audio_end_ms - (started?.audio_start_ms ?? 0)) * 48,
    );
    expect(bytes.equals(source)).toBe(true);
    await client.close();
  });

  test('finds the same turn whatever the size of the packets', async () => {
    const found: unknown[] = [];
    for (const packetFrames of [480, 111, 4800, 100_000]) {
      const client = await withInput({});
      client.send(...appendsOf(spoken, packetFrames));
      const { audio_end_ms } = await client.next('input_audio_buffer.speech_stopped');
      found.push([client.of('input_audio_buffer.speech_started')[0]?.audio_start_ms, audio_end_ms]);
      await client.close();
    }
    expect(found).toEqual(found.map(() => found[0]));
  });

  test('cancels the response that the user speaks into', async () => {
    const client = await withInput({});
    client.send(...appendsOf(spoken));
    await client.next('response.output_audio.delta');
    client.send(...appendsOf(spoken));
    const { response } = await client.next('response.done');
    expect(response).toMatchObject({
      status: 'cancelled',
      status_details: { type: 'cancelled', reason: 'turn_detected' },
    });
    const types = client.types.filter(
      (type) => type === 'input_audio_buffer.speech_started' || type === 'response.done',
    );
    expect(types.slice(1)).toEqual(['input_audio_buffer.speech_started', 'response.done']);
    expect((await client.next('response.done')).response).toMatchObject({
      output: [{ content: [{ transcript: 'All right.' }] }],
    });
    await client.close();
  });

  test('leaves the response alone with interrupt_response false, and says why it does not answer', async () => {
    const client = await withInput({ turn_detection: { type: 'server_vad', interrupt_response: false } });
    client.send(...appendsOf(spoken));
    await client.next('response.output_audio.delta');
    client.send(...appendsOf(spoken));
    const { error } = await client.next('error');
    expect(error).toMatchObject({ code: 'conversation_already_has_active_response', event_id: null });
    expect((await client.next('response.done')).response.status).toBe('completed');
    expect(client.of('input_audio_buffer.committed')).toHaveLength(2);
    await client.close();
  });

  test('does not answer with create_response false', async () => {
    const client = await withInput({
      turn_detection: { type: 'semantic_vad', eagerness: 'high', create_response: false },
    });
    client.send(...appendsOf(spoken));
    await client.next('input_audio_buffer.committed');
    await client.clock.advance(1000);
    expect(client.of('response.created')).toEqual([]);
    client.send({ type: 'response.create' });
    expect((await client.next('response.done')).response.status).toBe('completed');
    await client.close();
  });

  test('is off with null: the client commits and asks', async () => {
    const client = await withInput({ turn_detection: null });
    client.send(...appendsOf(spoken));
    await client.settle();
    expect(client.types.filter((type) => type.startsWith('input_audio_buffer'))).toEqual([]);
    client.send({ type: 'input_audio_buffer.commit' }, { type: 'response.create' });
    const { response } = await client.next('response.done');
    expect(response.output).toMatchObject([{ content: [{ transcript: expect.stringMatching(/^It is a fine day/) }] }]);
    // 10 tokens for a second of the user's audio.
    expect(response.usage?.input_token_details.audio_tokens).toBe(Math.ceil(spoken.length / 2400));
    await client.close();
  });

  test('forgets a cleared buffer', async () => {
    const client = await withInput({});
    client.send(...appendsOf(spoken.subarray(0, 24_000 + 12_000)));
    await client.next('input_audio_buffer.speech_started');
    client.send({ type: 'input_audio_buffer.clear' });
    await client.next('input_audio_buffer.cleared');
    client.send(...appendsOf(new Int16Array(24_000)));
    await client.settle();
    expect(client.of('input_audio_buffer.committed')).toEqual([]);
    await client.close();
  });

  test('goes on through an update that changes nothing of the input', async () => {
    const client = await withInput({});
    client.send(...appendsOf(spoken.subarray(0, 24_000 + 12_000)));
    await client.next('input_audio_buffer.speech_started');
    client.send({ type: 'session.update', session: { type: 'realtime', instructions: 'Another agent.' } });
    client.send(...appendsOf(spoken.subarray(24_000 + 12_000)));
    await client.next('input_audio_buffer.speech_stopped');
    expect(client.of('input_audio_buffer.speech_started')).toHaveLength(1);
    await client.close();
  });
});

describe('G.711', () => {
  const laws = [
    { type: 'audio/pcmu', encode: encodeMulaw },
    { type: 'audio/pcma', encode: encodeAlaw },
  ] as const;

  test.each(laws)('$type goes both ways at 8 kHz', async ({ type, encode }) => {
    const speech = await voice.synthesize({
      text: 'What is the weather like?',
      voice: 'rms',
      speed: 1,
      sampleRate: 8000,
    });
    const padded = new Int16Array(8000 + speech.length + 8000);
    padded.set(speech, 8000);
    const octets = encode(padded);
    const client = await ScriptedClient.open({ scenario });
    client.send({
      type: 'session.update',
      session: { type: 'realtime', audio: { input: { format: { type } }, output: { format: { type } } } },
    });
    for (let at = 0; at < octets.length; at += 160) {
      client.send({
        type: 'input_audio_buffer.append',
        audio: Buffer.from(octets.subarray(at, at + 160)).toString('base64'),
      });
    }
    await client.next('input_audio_buffer.committed');
    const [started] = client.of('input_audio_buffer.speech_started');
    expect(started?.audio_start_ms).toBeGreaterThanOrEqual(680);
    expect(started?.audio_start_ms).toBeLessThanOrEqual(900);
    const { response } = await client.next('response.done');
    expect(response).toMatchObject({ status: 'completed', audio: { output: { format: { type } } } });
    const text = scenario.turns[0]?.replies[0]?.[0];
    const characters = text !== undefined && 'say' in text ? text.say.length : 0;
    const sent = client.of('response.output_audio.delta').map(({ delta }) => Buffer.from(delta, 'base64').length);
    expect(sent.reduce((sum, octetCount) => sum + octetCount, 0)).toBe(characters * 400);
    expect(sent[0]).toBe(1600);
    await client.close();
  });
});
