import type { ClientEvent } from '../../src/protocol/client-events.ts';

const packet = Buffer.from(Int16Array.from({ length: 480 }, (_, i) => 9000 * Math.sin(i / 5)).buffer).toString(
  'base64',
);
const silence = Buffer.alloc(960).toString('base64');
const png = 'data:image/png;base64,iVBORw0KGgo=';
const tool = {
  type: 'function',
  name: 'add',
  description: 'Adds.',
  parameters: { type: 'object', properties: {} },
} as const;

/** At least one right event of each type, with as many of its fields as may stand together. */
export const corpus: readonly ClientEvent[] = [
  {
    type: 'session.update',
    event_id: 'mine',
    session: {
      type: 'realtime',
      model: 'gpt-realtime',
      instructions: 'Be brief.',
      output_modalities: ['audio'],
      tools: [tool],
      tool_choice: { type: 'function', name: 'add' },
      parallel_tool_calls: true,
      reasoning: { effort: 'low' },
      max_output_tokens: 200,
      tracing: { workflow_name: 'w', group_id: 'g', metadata: { a: 1 } },
      prompt: { id: 'pmpt_1', version: '2', variables: { name: 'x', text: { type: 'input_text', text: 'y' } } },
      truncation: { type: 'retention_ratio', retention_ratio: 0.5, token_limits: { post_instructions: 100 } },
      include: ['item.input_audio_transcription.logprobs'],
      audio: {
        input: {
          format: { type: 'audio/pcm', rate: 24000 },
          noise_reduction: { type: 'near_field' },
          transcription: { model: 'whisper-1', language: 'en', prompt: 'hotel' },
          turn_detection: {
            type: 'server_vad',
            threshold: 0.5,
            prefix_padding_ms: 300,
            silence_duration_ms: 200,
            idle_timeout_ms: null,
            create_response: true,
            interrupt_response: true,
          },
        },
        output: { format: { type: 'audio/pcmu' }, voice: 'marin', speed: 1.2 },
      },
    },
  },
  {
    type: 'session.update',
    session: {
      type: 'realtime',
      tool_choice: 'auto',
      tracing: 'auto',
      truncation: 'disabled',
      max_output_tokens: 'inf',
      audio: { input: { format: { type: 'audio/pcma' }, turn_detection: { type: 'semantic_vad', eagerness: 'high' } } },
    },
  },
  { type: 'session.update', session: { type: 'realtime', audio: { input: { turn_detection: null } } } },
  { type: 'session.update', session: { type: 'realtime', output_modalities: ['text'], tools: [] } },
  { type: 'input_audio_buffer.append', audio: packet.repeat(20) },
  { type: 'input_audio_buffer.append', audio: silence.repeat(50) },
  { type: 'input_audio_buffer.append', audio: packet, event_id: 'a' },
  { type: 'input_audio_buffer.commit' },
  { type: 'input_audio_buffer.clear', event_id: 'c' },
  { type: 'output_audio_buffer.clear' },
  {
    type: 'conversation.item.create',
    previous_item_id: 'root',
    item: {
      id: 'item_mine',
      type: 'message',
      role: 'user',
      status: 'completed',
      content: [
        { type: 'input_text', text: 'Hello. Who are you?' },
        { type: 'input_audio', audio: packet, transcript: 'hm' },
        { type: 'input_image', image_url: png, detail: 'low' },
      ],
    },
  },
  {
    type: 'conversation.item.create',
    item: { type: 'message', role: 'assistant', content: [{ type: 'output_audio', audio: packet, transcript: 'Ah.' }] },
  },
  {
    type: 'conversation.item.create',
    item: {
      type: 'message',
      role: 'system',
      object: 'realtime.item',
      content: [{ type: 'input_text', text: 'Note.' }],
    },
  },
  {
    type: 'conversation.item.create',
    item: { type: 'function_call', call_id: 'call_1', name: 'add', arguments: '{}' },
  },
  { type: 'conversation.item.create', item: { type: 'function_call_output', call_id: 'call_1', output: '5' } },
  { type: 'conversation.item.retrieve', item_id: 'item_mine' },
  { type: 'conversation.item.truncate', item_id: 'item_mine', content_index: 0, audio_end_ms: 10 },
  { type: 'conversation.item.delete', item_id: 'item_mine' },
  { type: 'response.create' },
  {
    type: 'response.create',
    response: {
      conversation: 'none',
      input: [
        { type: 'item_reference', id: 'item_mine' },
        { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'Sum up.' }] },
      ],
      instructions: 'Short.',
      output_modalities: ['audio'],
      audio: { output: { format: { type: 'audio/pcm' }, voice: { id: 'voice_1' } } },
      tools: [tool],
      tool_choice: 'required',
      max_output_tokens: 50,
      metadata: { topic: 'sum' },
    },
  },
  { type: 'response.cancel', response_id: 'resp_1' },
  { type: 'response.cancel' },
];
