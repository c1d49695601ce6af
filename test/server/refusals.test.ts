import { describe, expect, test } from 'vitest';
import type { Scenario } from '../../src/server/index.ts';
import { ScriptedClient, userMessage } from './scripted-client.ts';

const scenario: Scenario = { turns: [{ replies: [[{ say: 'This is one second.' }]] }] };

interface Case {
  readonly why: string;
  readonly event: object | string;
  readonly code: string;
  readonly param?: string | null;
}

const update = (session: object): object => ({ type: 'session.update', session: { type: 'realtime', ...session } });
const input = (config: object): object => update({ audio: { input: config } });
const create = (item: object): object => ({ type: 'conversation.item.create', item });
const truncate = (fields: object): object => ({
  type: 'conversation.item.truncate',
  item_id: 'item_user',
  content_index: 0,
  audio_end_ms: 0,
  ...fields,
});

const cases: Case[] = [
  { why: 'text that is not JSON', event: '{"type":', code: 'invalid_json', param: null },
  { why: 'JSON that is no object', event: '[1]', code: 'invalid_json', param: null },
  { why: 'null', event: 'null', code: 'invalid_json' },
  {
    why: 'deep nesting',
    event: `{"type":"session.update","session":${'['.repeat(5000)}${']'.repeat(5000)}}`,
    code: 'invalid_json',
  },
  { why: 'no type', event: { event_id: 'e' }, code: 'missing_required_parameter', param: 'type' },
  { why: 'an unknown type', event: { type: 'session.destroy' }, code: 'invalid_value', param: 'type' },
  { why: 'a type that every object has', event: { type: 'constructor' }, code: 'invalid_value', param: 'type' },
  { why: 'a type of a wrong type', event: { type: 5 }, code: 'invalid_value', param: 'type' },
  {
    why: 'an unknown key of an event',
    event: { type: 'response.cancel', why: 1 },
    code: 'unknown_parameter',
    param: 'why',
  },
  {
    why: 'an unknown key of the session',
    event: update({ mood: 'good' }),
    code: 'unknown_parameter',
    param: 'session.mood',
  },
  {
    why: 'an unknown key deep down',
    event: input({ gain: 2 }),
    code: 'unknown_parameter',
    param: 'session.audio.input.gain',
  },
  {
    why: 'an event_id that is no text',
    event: { type: 'input_audio_buffer.clear', event_id: 7 },
    code: 'invalid_type',
    param: 'event_id',
  },
  {
    why: 'no session type',
    event: { type: 'session.update', session: {} },
    code: 'missing_required_parameter',
    param: 'session.type',
  },
  {
    why: 'another session type',
    event: update({ type: 'transcription' }),
    code: 'invalid_value',
    param: 'session.type',
  },
  { why: 'a wrong type', event: update({ instructions: 5 }), code: 'invalid_type', param: 'session.instructions' },
  {
    why: 'a response that is null',
    event: { type: 'response.create', response: null },
    code: 'invalid_type',
    param: 'response',
  },
  {
    why: 'a place that is null',
    event: { ...userMessage('Hello.'), previous_item_id: null },
    code: 'invalid_type',
    param: 'previous_item_id',
  },
  {
    why: 'two modalities',
    event: update({ output_modalities: ['text', 'audio'] }),
    code: 'above_max_value',
    param: 'session.output_modalities',
  },
  {
    why: 'another PCM rate',
    event: input({ format: { type: 'audio/pcm', rate: 16000 } }),
    code: 'invalid_value',
    param: 'session.audio.input.format.rate',
  },
  {
    why: 'an unknown format',
    event: input({ format: { type: 'audio/opus' } }),
    code: 'invalid_value',
    param: 'session.audio.input.format.type',
  },
  {
    why: 'an unknown turn detection',
    event: input({ turn_detection: { type: 'telepathy' } }),
    code: 'invalid_value',
    param: 'session.audio.input.turn_detection.type',
  },
  {
    why: 'a threshold beyond 1',
    event: input({ turn_detection: { type: 'server_vad', threshold: 1.5 } }),
    code: 'above_max_value',
    param: 'session.audio.input.turn_detection.threshold',
  },
  {
    why: 'silence of less than nothing',
    event: input({ turn_detection: { type: 'server_vad', silence_duration_ms: -1 } }),
    code: 'below_min_value',
    param: 'session.audio.input.turn_detection.silence_duration_ms',
  },
  {
    why: 'a key of the other turn detection',
    event: input({ turn_detection: { type: 'semantic_vad', threshold: 0.5 } }),
    code: 'unknown_parameter',
    param: 'session.audio.input.turn_detection.threshold',
  },
  {
    why: 'an idle timeout shorter than the service allows',
    event: input({ turn_detection: { type: 'server_vad', idle_timeout_ms: 4999 } }),
    code: 'below_min_value',
    param: 'session.audio.input.turn_detection.idle_timeout_ms',
  },
  {
    why: 'an idle timeout of semantic_vad',
    event: input({ turn_detection: { type: 'semantic_vad', idle_timeout_ms: 6000 } }),
    code: 'unknown_parameter',
    param: 'session.audio.input.turn_detection.idle_timeout_ms',
  },
  {
    why: 'an MCP tool without a label',
    event: update({ tools: [{ type: 'mcp', server_url: 'https://example.com' }] }),
    code: 'missing_required_parameter',
    param: 'session.tools[0].server_label',
  },
  {
    why: 'an approval of nothing',
    event: {
      type: 'conversation.item.create',
      item: { type: 'mcp_approval_response', approval_request_id: 'x', approve: true },
    },
    code: 'invalid_value',
    param: 'item.approval_request_id',
  },
  { why: 'another model', event: update({ model: 'gpt-other' }), code: 'invalid_value', param: 'session.model' },
  {
    why: 'a tool choice without a name',
    event: update({ tool_choice: { type: 'function' } }),
    code: 'missing_required_parameter',
    param: 'session.tool_choice.name',
  },
  {
    why: 'a tool name with a blank',
    event: update({ tools: [{ type: 'function', name: 'a b' }] }),
    code: 'invalid_value',
    param: 'session.tools[0].name',
  },
  {
    why: 'audio that is not base64',
    event: { type: 'input_audio_buffer.append', audio: 'no base64!' },
    code: 'invalid_value',
    param: 'audio',
  },
  {
    why: 'half a PCM16 sample',
    event: { type: 'input_audio_buffer.append', audio: 'AAAA' },
    code: 'invalid_value',
    param: 'audio',
  },
  {
    why: 'an append without audio',
    event: { type: 'input_audio_buffer.append' },
    code: 'missing_required_parameter',
    param: 'audio',
  },
  {
    why: 'the commit of an empty buffer',
    event: { type: 'input_audio_buffer.commit' },
    code: 'input_audio_buffer_commit_empty',
  },
  {
    why: 'output_audio_buffer.clear over a WebSocket',
    event: { type: 'output_audio_buffer.clear' },
    code: 'invalid_value',
    param: 'type',
  },
  { why: 'a cancel with nothing to cancel', event: { type: 'response.cancel' }, code: 'response_cancel_not_active' },
  {
    why: 'a cancel of another response',
    event: { type: 'response.cancel', response_id: 'resp_x' },
    code: 'response_cancel_not_active',
  },
  { why: 'an item of an unknown type', event: create({ type: 'poem' }), code: 'invalid_value', param: 'item.type' },
  {
    why: 'a message without a role',
    event: create({ type: 'message', content: [] }),
    code: 'missing_required_parameter',
    param: 'item.role',
  },
  {
    why: 'content that does not fit the role',
    event: create({ type: 'message', role: 'user', content: [{ type: 'output_text', text: '' }] }),
    code: 'invalid_value',
    param: 'item.content[0].type',
  },
  {
    why: 'broken audio in an item',
    event: create({ type: 'message', role: 'user', content: [{ type: 'input_audio', audio: '?' }] }),
    code: 'invalid_value',
    param: 'item.content[0].audio',
  },
  {
    why: 'a second item of the same id',
    event: userMessage('again', 'item_user'),
    code: 'item_create_duplicate_item_id',
    param: 'item.id',
  },
  {
    why: 'a place behind an unknown item',
    event: { ...userMessage('late'), previous_item_id: 'item_x' },
    code: 'item_create_invalid_previous_item_id',
    param: 'previous_item_id',
  },
  {
    why: 'the output of an unknown call',
    event: create({ type: 'function_call_output', call_id: 'call_x', output: '' }),
    code: 'invalid_tool_call_id',
    param: 'item.call_id',
  },
  {
    why: 'retrieving an unknown item',
    event: { type: 'conversation.item.retrieve', item_id: 'x' },
    code: 'item_retrieve_invalid_item_id',
  },
  {
    why: 'deleting an unknown item',
    event: { type: 'conversation.item.delete', item_id: 'x' },
    code: 'item_delete_invalid_item_id',
  },
  {
    why: 'truncating an unknown item',
    event: truncate({ item_id: 'x' }),
    code: 'item_truncate_invalid_item_id',
    param: 'item_id',
  },
  { why: "truncating a user's item", event: truncate({}), code: 'invalid_value', param: 'item_id' },
  {
    why: 'truncating an item without audio',
    event: truncate({ item_id: 'item_text' }),
    code: 'invalid_value',
    param: 'item_id',
  },
  {
    why: 'truncating another content part',
    event: truncate({ item_id: 'item_text', content_index: 1 }),
    code: 'invalid_value',
    param: 'content_index',
  },
  {
    why: 'truncating at a fraction',
    event: truncate({ audio_end_ms: 0.5 }),
    code: 'invalid_type',
    param: 'audio_end_ms',
  },
  {
    why: 'truncating before the beginning',
    event: truncate({ audio_end_ms: -1 }),
    code: 'below_min_value',
    param: 'audio_end_ms',
  },
  {
    why: 'a response from an item that does not exist',
    event: {
      type: 'response.create',
      response: { conversation: 'none', input: [{ type: 'item_reference', id: 'x' }] },
    },
    code: 'invalid_item_reference',
    param: 'response.input[0].id',
  },
  {
    why: 'a response with no tokens',
    event: { type: 'response.create', response: { max_output_tokens: 0 } },
    code: 'below_min_value',
    param: 'response.max_output_tokens',
  },
];

describe('a client event that is refused', () => {
  test.each(cases)('$why: $code', async ({ event, code, param }) => {
    const client = await ScriptedClient.open({ scenario });
    client.send(userMessage('hello', 'item_user'), {
      type: 'conversation.item.create',
      item: { type: 'message', role: 'assistant', id: 'item_text', content: [{ type: 'output_text', text: 'hi' }] },
    });
    await client.settle();
    const before = client.events.length;
    const error = await client.refusalOf(event);
    expect(error).toMatchObject({ type: 'invalid_request_error', code, ...(param !== undefined && { param }) });
    expect(error.message.length).toBeGreaterThan(10);
    expect(client.events.length).toBe(before + 1);

    // The session goes on as if nothing had been sent.
    client.send({ type: 'response.create' });
    expect((await client.next('response.done')).response.status).toBe('completed');
    await client.close();
  });

  test('is named by its event_id', async () => {
    const client = await ScriptedClient.open();
    expect(await client.refusalOf({ type: 'nonsense', event_id: 'mine_1' })).toMatchObject({ event_id: 'mine_1' });
    expect(await client.refusalOf({ type: 'nonsense' })).toMatchObject({ event_id: null });
    expect(await client.refusalOf({ type: 'response.cancel', event_id: 'mine_2' })).toMatchObject({
      event_id: 'mine_2',
    });
    await client.close();
  });

  test('a second response while one is active', async () => {
    const client = await ScriptedClient.open({ scenario });
    client.say('hello');
    const { response } = await client.next('response.created');
    const error = await client.refusalOf({ type: 'response.create', event_id: 'second' });
    expect(error).toMatchObject({ code: 'conversation_already_has_active_response', event_id: 'second' });
    expect(error.message).toContain(response.id);
    expect((await client.next('response.done')).response).toMatchObject({ id: response.id, status: 'completed' });
    await client.close();
  });

  test('a commit of less than 100 ms keeps what is buffered', async () => {
    const client = await ScriptedClient.open();
    client.send({ type: 'session.update', session: { type: 'realtime', audio: { input: { turn_detection: null } } } });
    // 105 ms: five packets and a part of one.
    const audio = Buffer.from(Int16Array.from({ length: 2520 }, (_, i) => i).buffer);
    client.send({ type: 'input_audio_buffer.append', audio: audio.subarray(0, 60 * 48).toString('base64') });
    const error = await client.refusalOf({ type: 'input_audio_buffer.commit' });
    expect(error.message).toContain('only has 60.00ms');
    client.send({ type: 'input_audio_buffer.append', audio: audio.subarray(60 * 48).toString('base64') });
    client.send({ type: 'input_audio_buffer.commit' });
    const { item_id } = await client.next('input_audio_buffer.committed');
    client.send({ type: 'conversation.item.retrieve', item_id });
    const { item } = await client.next('conversation.item.retrieved');
    expect(item).toMatchObject({ content: [{ type: 'input_audio', audio: audio.toString('base64') }] });
    await client.close();
  });

  test('a voice other than the one that has been heard', async () => {
    const client = await ScriptedClient.open({ scenario });
    client.send({ type: 'session.update', session: { type: 'realtime', audio: { output: { voice: 'cedar' } } } });
    expect((await client.next('session.updated')).session.audio?.output?.voice).toBe('cedar');
    client.say('hello');
    await client.next('response.done');
    expect(await client.refusalOf(update({ audio: { output: { voice: 'marin' } } }))).toMatchObject({
      code: 'cannot_update_voice',
    });
    client.send({
      type: 'session.update',
      session: { type: 'realtime', instructions: 'new', audio: { output: { voice: 'cedar' } } },
    });
    expect((await client.next('session.updated')).session.instructions).toBe('new');
    await client.close();
  });
});

describe('the conversation', () => {
  test('places items at the front, behind another, and at the end', async () => {
    const client = await ScriptedClient.open();
    client.send(userMessage('b', 'b'), userMessage('d', 'd'));
    client.sendText(JSON.stringify({ ...userMessage('a', 'a'), previous_item_id: 'root' }));
    client.sendText(JSON.stringify({ ...userMessage('c', 'c'), previous_item_id: 'b' }));
    await client.settle();
    const placed = client
      .of('conversation.item.added')
      .map(({ item, previous_item_id }) => [item.id, previous_item_id]);
    expect(placed).toEqual([
      ['b', null],
      ['d', 'b'],
      ['a', null],
      ['c', 'b'],
    ]);
    client.send({ type: 'conversation.item.delete', item_id: 'b' });
    expect(await client.next('conversation.item.deleted')).toMatchObject({ item_id: 'b' });
    client.sendText(JSON.stringify({ ...userMessage('e', 'e'), previous_item_id: 'a' }));
    expect((await client.next('conversation.item.done')).previous_item_id).toBe('a');
    expect(client.of('error')).toEqual([]);
    await client.close();
  });

  test('merges updates of the session', async () => {
    const client = await ScriptedClient.open();
    client.send({
      type: 'session.update',
      session: { type: 'realtime', audio: { input: { format: { type: 'audio/pcmu' } } } },
    });
    await client.next('session.updated');
    client.send({ type: 'session.update', session: { type: 'realtime', instructions: 'Be brief.', tracing: 'auto' } });
    const { session } = await client.next('session.updated');
    expect(session).toMatchObject({
      type: 'realtime',
      object: 'realtime.session',
      model: 'gpt-realtime',
      instructions: 'Be brief.',
      tracing: 'auto',
      audio: {
        input: { format: { type: 'audio/pcmu' } },
        output: { format: { type: 'audio/pcm', rate: 24000 }, voice: 'marin' },
      },
    });
    await client.close();
  });
});
