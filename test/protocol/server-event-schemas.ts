import * as z from 'zod';
import type { ServerEvent } from '../../src/protocol/server-events.ts';

// A second statement of what a readable event is, independent of the hand-written guards.

const status = z.enum(['in_progress', 'completed', 'incomplete']).nullish();
const id = z.string();
const contentPart = z.object({
  type: z.string().nullish(),
  text: z.string().nullish(),
  transcript: z.string().nullish(),
  audio: z.string().nullish(),
});
const item = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('message'),
    id,
    role: z.enum(['system', 'user', 'assistant']),
    status,
    content: z.array(contentPart),
  }),
  z.object({
    type: z.literal('function_call'),
    id,
    status,
    call_id: z.string().nullish(),
    name: z.string(),
    arguments: z.string(),
  }),
  z.object({ type: z.literal('function_call_output'), id, call_id: z.string(), output: z.string() }),
  z.object({
    type: z.enum(['mcp_call', 'mcp_tool_call']),
    id,
    name: z.string(),
    arguments: z.string(),
    output: z.string().nullish(),
  }),
  z.object({
    type: z.literal('mcp_approval_request'),
    id,
    server_label: z.string(),
    name: z.string(),
    arguments: z.string(),
  }),
  z.object({ type: z.literal('mcp_approval_response'), id, approval_request_id: z.string(), approve: z.boolean() }),
  z.object({
    type: z.literal('mcp_list_tools'),
    id,
    server_label: z.string(),
    tools: z.array(z.object({ name: z.string(), description: z.string().nullish() })),
  }),
]);

const anyObject = z.record(z.string(), z.unknown());
const response = z.object({
  id,
  status: z.enum(['in_progress', 'completed', 'cancelled', 'failed', 'incomplete']).nullish(),
  output: z.array(z.unknown()).nullish(),
  status_details: z
    .object({
      reason: z.string().nullish(),
      error: z.object({ code: z.string().nullish(), message: z.string().nullish() }).nullish(),
    })
    .nullish(),
  usage: z
    .object({
      input_tokens: z.number().nullish(),
      output_tokens: z.number().nullish(),
      total_tokens: z.number().nullish(),
      input_token_details: anyObject.nullish(),
      output_token_details: anyObject.nullish(),
    })
    .nullish(),
  audio: z
    .object({
      output: z
        .object({ format: z.object({ type: z.string().nullish(), rate: z.number().nullish() }).nullish() })
        .nullish(),
    })
    .nullish(),
});

const target = { response_id: z.string(), item_id: z.string() };
const placed = z.object({ previous_item_id: z.string().nullish(), item });

export const SERVER_EVENT_SCHEMAS: { readonly [Type in ServerEvent['type']]: z.ZodType } = {
  error: z.object({
    error: z.object({
      type: z.string(),
      message: z.string(),
      code: z.string().nullish(),
      param: z.string().nullish(),
      event_id: z.string().nullish(),
    }),
  }),
  'session.created': z.object({ session: anyObject }),
  'session.updated': z.object({ session: anyObject }),
  'conversation.item.added': placed,
  'conversation.item.done': placed,
  'conversation.item.retrieved': z.object({ item }),
  'conversation.item.truncated': z.object({ item_id: id, content_index: z.int().min(0), audio_end_ms: z.number() }),
  'conversation.item.deleted': z.object({ item_id: id }),
  'conversation.item.input_audio_transcription.completed': z.object({
    item_id: id,
    content_index: z.int().min(0),
    transcript: z.string(),
  }),
  'input_audio_buffer.speech_started': z.object({ item_id: id, audio_start_ms: z.number() }),
  'input_audio_buffer.speech_stopped': z.object({ item_id: id, audio_end_ms: z.number() }),
  'input_audio_buffer.committed': z.object({}),
  'input_audio_buffer.cleared': z.object({}),
  'response.created': z.object({ response }),
  'response.done': z.object({ response }),
  'response.output_item.added': z.object({ response_id: z.string(), item }),
  'response.output_item.done': z.object({ response_id: z.string(), item }),
  'response.output_audio.delta': z.object({ ...target, content_index: z.int().min(0), delta: z.string() }),
  'response.output_audio.done': z.object({ ...target, content_index: z.int().min(0) }),
  'response.output_audio_transcript.delta': z.object({ ...target, delta: z.string() }),
  'response.output_text.delta': z.object({ ...target, delta: z.string() }),
};
