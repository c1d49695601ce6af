import type { ServerEvent } from '../../src/protocol/server-events.ts';

const message = {
  type: 'message',
  id: 'item_2',
  role: 'assistant',
  status: 'completed',
  content: [{ type: 'output_audio', transcript: 'Good morning.' }],
} as const;
const response = {
  id: 'resp_1',
  status: 'completed',
  status_details: null,
  output: [],
  usage: {
    total_tokens: 30,
    input_tokens: 10,
    output_tokens: 20,
    input_token_details: { text_tokens: 10, cached_tokens_details: { text_tokens: 3 } },
    output_token_details: { audio_tokens: 20 },
  },
  audio: { output: { format: { type: 'audio/pcm', rate: 24000 }, voice: 'marin' } },
} as const;
const part = { response_id: 'resp_1', item_id: 'item_2', output_index: 0, content_index: 0 } as const;

/** One well-formed event of each type that we read. */
export const SAMPLE_EVENTS: { readonly [Type in ServerEvent['type']]: { type: Type; [field: string]: unknown } } = {
  error: {
    type: 'error',
    event_id: 'event_1',
    error: { type: 'invalid_request_error', code: 'invalid_value', message: 'no', param: null, event_id: 'mine_1' },
  },
  'session.created': { type: 'session.created', event_id: 'event_2', session: { type: 'realtime', model: 'm' } },
  'session.updated': { type: 'session.updated', event_id: 'event_3', session: { type: 'realtime', model: 'm' } },
  'conversation.item.added': {
    type: 'conversation.item.added',
    event_id: 'event_4',
    previous_item_id: 'item_1',
    item: message,
  },
  'conversation.item.done': {
    type: 'conversation.item.done',
    event_id: 'event_5',
    previous_item_id: null,
    item: {
      type: 'function_call',
      id: 'item_3',
      call_id: 'call_1',
      name: 'book',
      arguments: '{}',
      status: 'completed',
    },
  },
  'conversation.item.retrieved': {
    type: 'conversation.item.retrieved',
    event_id: 'event_6',
    item: { type: 'mcp_list_tools', id: 'item_4', server_label: 'desk', tools: [{ name: 'find', input_schema: {} }] },
  },
  'conversation.item.truncated': {
    type: 'conversation.item.truncated',
    event_id: 'event_7',
    item_id: 'item_2',
    content_index: 0,
    audio_end_ms: 480,
  },
  'conversation.item.deleted': { type: 'conversation.item.deleted', event_id: 'event_8', item_id: 'item_2' },
  'conversation.item.input_audio_transcription.completed': {
    type: 'conversation.item.input_audio_transcription.completed',
    event_id: 'event_9',
    item_id: 'item_1',
    content_index: 0,
    transcript: 'Hello',
    usage: { type: 'duration', seconds: 1 },
  },
  'input_audio_buffer.speech_started': {
    type: 'input_audio_buffer.speech_started',
    event_id: 'event_10',
    item_id: 'item_5',
    audio_start_ms: 1200,
  },
  'input_audio_buffer.speech_stopped': {
    type: 'input_audio_buffer.speech_stopped',
    event_id: 'event_11',
    item_id: 'item_5',
    audio_end_ms: 2200,
  },
  'input_audio_buffer.committed': { type: 'input_audio_buffer.committed', event_id: 'event_11b', item_id: 'item_5' },
  'input_audio_buffer.cleared': { type: 'input_audio_buffer.cleared', event_id: 'event_11c' },
  'response.created': {
    type: 'response.created',
    event_id: 'event_12',
    response: { ...response, status: 'in_progress' },
  },
  'response.done': { type: 'response.done', event_id: 'event_13', response },
  'response.output_item.added': {
    type: 'response.output_item.added',
    event_id: 'event_14',
    response_id: 'resp_1',
    output_index: 0,
    item: { type: 'mcp_call', id: 'item_6', name: 'find', arguments: '{}', server_label: 'desk', output: null },
  },
  'response.output_item.done': {
    type: 'response.output_item.done',
    event_id: 'event_15',
    response_id: 'resp_1',
    output_index: 0,
    item: { type: 'mcp_approval_request', id: 'item_7', server_label: 'desk', name: 'find', arguments: '{"q":1}' },
  },
  'response.output_audio.delta': { type: 'response.output_audio.delta', event_id: 'event_16', ...part, delta: 'AAEC' },
  'response.output_audio.done': { type: 'response.output_audio.done', event_id: 'event_17', ...part },
  'response.output_audio_transcript.delta': {
    type: 'response.output_audio_transcript.delta',
    event_id: 'event_18',
    ...part,
    delta: 'Good ',
  },
  'response.output_text.delta': { type: 'response.output_text.delta', event_id: 'event_19', ...part, delta: 'Good ' },
};
