import * as z from 'zod/mini';
import type { ClientEvent } from './client-events.ts';

// As strict as the service: unknown keys and wrong values are refused. What depends on the state of the conversation
// (does the item exist, is a response active) is decided by the server.

const eventId = z.optional(z.string().check(z.maxLength(512)));
const itemId = z.string().check(z.minLength(1), z.maxLength(64));
const toolName = z
  .string()
  .check(z.regex(/^[a-zA-Z0-9_-]{1,64}$/, { error: 'expected 1 to 64 letters, digits, _ or -' }));

const audioFormat = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('audio/pcm'), rate: z.optional(z.literal(24000)) }),
  z.strictObject({ type: z.literal('audio/pcmu') }),
  z.strictObject({ type: z.literal('audio/pcma') }),
]);

const milliseconds = z.int().check(z.gte(0));
const turnDetection = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('server_vad'),
    threshold: z.optional(z.number().check(z.gte(0), z.lte(1))),
    prefix_padding_ms: z.optional(milliseconds),
    silence_duration_ms: z.optional(milliseconds),
    idle_timeout_ms: z.optional(z.nullable(z.int().check(z.gte(5000), z.lte(30_000)))),
    create_response: z.optional(z.boolean()),
    interrupt_response: z.optional(z.boolean()),
  }),
  z.strictObject({
    type: z.literal('semantic_vad'),
    eagerness: z.optional(z.enum(['low', 'medium', 'high', 'auto'])),
    create_response: z.optional(z.boolean()),
    interrupt_response: z.optional(z.boolean()),
  }),
]);

const noiseReduction = z.strictObject({
  type: z.optional(z.enum(['near_field', 'far_field'])),
  strength: z.optional(z.number().check(z.gte(0))),
});
const transcription = z.strictObject({
  model: z.optional(z.string()),
  language: z.optional(z.string()),
  languages: z.optional(z.array(z.string())),
  keywords: z.optional(z.array(z.string())),
  prompt: z.optional(z.string()),
  delay: z.optional(z.enum(['minimal', 'low', 'medium', 'high', 'xhigh'])),
});
const modalities = z.array(z.enum(['text', 'audio'])).check(z.minLength(1), z.maxLength(1));
const voice = z.union([z.string().check(z.minLength(1)), z.strictObject({ id: z.string() })]);
const toolFilter = z.strictObject({ tool_names: z.optional(z.array(z.string())), read_only: z.optional(z.boolean()) });
const serverLabel = z.string().check(z.minLength(1));
const tools = z.array(
  z.discriminatedUnion('type', [
    z.strictObject({
      type: z.literal('function'),
      name: toolName,
      description: z.optional(z.string()),
      parameters: z.optional(z.record(z.string(), z.unknown())),
    }),
    z.strictObject({
      type: z.literal('mcp'),
      server_label: serverLabel,
      server_url: z.optional(z.string()),
      server_description: z.optional(z.string()),
      authorization: z.optional(z.string()),
      headers: z.optional(z.nullable(z.record(z.string(), z.string()))),
      allowed_tools: z.optional(z.nullable(z.union([z.array(z.string()), toolFilter]))),
      require_approval: z.optional(
        z.nullable(
          z.union([
            z.enum(['always', 'never']),
            z.strictObject({ always: z.optional(toolFilter), never: z.optional(toolFilter) }),
          ]),
        ),
      ),
    }),
  ]),
);
const toolChoice = z.union([
  z.enum(['none', 'auto', 'required']),
  z.strictObject({ type: z.literal('function'), name: toolName }),
  z.strictObject({
    type: z.literal('mcp'),
    server_label: serverLabel,
    name: z.optional(z.nullable(z.string())),
  }),
]);
const reasoning = z.strictObject({ effort: z.optional(z.enum(['minimal', 'low', 'medium', 'high', 'xhigh'])) });
const maxOutputTokens = z.union([z.int().check(z.gte(1), z.lte(4096)), z.literal('inf')]);
const inputText = z.strictObject({ type: z.literal('input_text'), text: z.string() });
const prompt = z.strictObject({
  id: z.string(),
  version: z.optional(z.nullable(z.string())),
  variables: z.optional(z.nullable(z.record(z.string(), z.union([z.string(), inputText])))),
});

const session = z.strictObject({
  type: z.literal('realtime'),
  model: z.optional(z.string()),
  instructions: z.optional(z.string()),
  output_modalities: z.optional(modalities),
  audio: z.optional(
    z.strictObject({
      input: z.optional(
        z.strictObject({
          format: z.optional(audioFormat),
          noise_reduction: z.optional(z.nullable(noiseReduction)),
          transcription: z.optional(z.nullable(transcription)),
          turn_detection: z.optional(z.nullable(turnDetection)),
        }),
      ),
      output: z.optional(
        z.strictObject({
          format: z.optional(audioFormat),
          voice: z.optional(voice),
          speed: z.optional(z.number().check(z.gte(0.25), z.lte(1.5))),
        }),
      ),
    }),
  ),
  tools: z.optional(tools),
  tool_choice: z.optional(toolChoice),
  parallel_tool_calls: z.optional(z.boolean()),
  reasoning: z.optional(reasoning),
  max_output_tokens: z.optional(maxOutputTokens),
  tracing: z.optional(
    z.nullable(
      z.union([
        z.literal('auto'),
        z.strictObject({
          workflow_name: z.optional(z.string()),
          group_id: z.optional(z.string()),
          metadata: z.optional(z.record(z.string(), z.unknown())),
        }),
      ]),
    ),
  ),
  prompt: z.optional(z.nullable(prompt)),
  truncation: z.optional(
    z.union([
      z.enum(['auto', 'disabled']),
      z.strictObject({
        type: z.literal('retention_ratio'),
        retention_ratio: z.number().check(z.gte(0), z.lte(1)),
        token_limits: z.optional(z.strictObject({ post_instructions: z.optional(z.int().check(z.gte(0))) })),
      }),
    ]),
  ),
  include: z.optional(z.array(z.literal('item.input_audio_transcription.logprobs'))),
});

const itemBase = {
  id: z.optional(itemId),
  object: z.optional(z.literal('realtime.item')),
  status: z.optional(z.enum(['completed', 'incomplete', 'in_progress'])),
};
const message = z.discriminatedUnion('role', [
  z.strictObject({ ...itemBase, type: z.literal('message'), role: z.literal('system'), content: z.array(inputText) }),
  z.strictObject({
    ...itemBase,
    type: z.literal('message'),
    role: z.literal('user'),
    content: z.array(
      z.discriminatedUnion('type', [
        inputText,
        z.strictObject({ type: z.literal('input_audio'), audio: z.string(), transcript: z.optional(z.string()) }),
        z.strictObject({
          type: z.literal('input_image'),
          image_url: z.string().check(z.regex(/^data:image\//, { error: 'expected a data:image/… URL' })),
          detail: z.optional(z.enum(['auto', 'low', 'high'])),
        }),
      ]),
    ),
  }),
  z.strictObject({
    ...itemBase,
    type: z.literal('message'),
    role: z.literal('assistant'),
    content: z.array(
      z.discriminatedUnion('type', [
        z.strictObject({ type: z.literal('output_text'), text: z.string() }),
        z.strictObject({
          type: z.literal('output_audio'),
          audio: z.optional(z.string()),
          transcript: z.optional(z.string()),
        }),
      ]),
    ),
  }),
]);
const functionCall = z.strictObject({
  ...itemBase,
  type: z.literal('function_call'),
  call_id: z.optional(z.string().check(z.minLength(1))),
  name: toolName,
  arguments: z.string(),
});
const functionCallOutput = z.strictObject({
  ...itemBase,
  type: z.literal('function_call_output'),
  call_id: z.string(),
  output: z.string(),
});
const itemReference = z.strictObject({ type: z.literal('item_reference'), id: itemId });
const mcpApprovalResponse = z.strictObject({
  id: z.optional(itemId),
  type: z.literal('mcp_approval_response'),
  approval_request_id: z.string(),
  approve: z.boolean(),
  reason: z.optional(z.nullable(z.string())),
});
const item = z.discriminatedUnion('type', [message, functionCall, functionCallOutput, mcpApprovalResponse]);
const inputItem = z.discriminatedUnion('type', [message, functionCall, functionCallOutput, itemReference]);

const response = z.strictObject({
  conversation: z.optional(z.enum(['auto', 'none'])),
  input: z.optional(z.array(inputItem)),
  instructions: z.optional(z.string()),
  output_modalities: z.optional(modalities),
  audio: z.optional(
    z.strictObject({
      output: z.optional(z.strictObject({ format: z.optional(audioFormat), voice: z.optional(voice) })),
    }),
  ),
  tools: z.optional(tools),
  tool_choice: z.optional(toolChoice),
  parallel_tool_calls: z.optional(z.boolean()),
  reasoning: z.optional(reasoning),
  max_output_tokens: z.optional(maxOutputTokens),
  metadata: z.optional(z.nullable(z.record(z.string().check(z.maxLength(64)), z.string().check(z.maxLength(512))))),
  prompt: z.optional(z.nullable(prompt)),
});

type Schemas = { readonly [T in ClientEvent['type']]: z.ZodMiniType<Extract<ClientEvent, { type: T }>> };

/** The schema of each client event, by its `type`. */
export const clientEventSchemas: Schemas = {
  'session.update': z.strictObject({ event_id: eventId, type: z.literal('session.update'), session }),
  'input_audio_buffer.append': z.strictObject({
    event_id: eventId,
    type: z.literal('input_audio_buffer.append'),
    audio: z.string(),
  }),
  'input_audio_buffer.commit': z.strictObject({ event_id: eventId, type: z.literal('input_audio_buffer.commit') }),
  'input_audio_buffer.clear': z.strictObject({ event_id: eventId, type: z.literal('input_audio_buffer.clear') }),
  'output_audio_buffer.clear': z.strictObject({ event_id: eventId, type: z.literal('output_audio_buffer.clear') }),
  'conversation.item.create': z.strictObject({
    event_id: eventId,
    type: z.literal('conversation.item.create'),
    item,
    previous_item_id: z.optional(z.string()),
  }),
  'conversation.item.retrieve': z.strictObject({
    event_id: eventId,
    type: z.literal('conversation.item.retrieve'),
    item_id: z.string(),
  }),
  'conversation.item.truncate': z.strictObject({
    event_id: eventId,
    type: z.literal('conversation.item.truncate'),
    item_id: z.string(),
    content_index: z.int(),
    audio_end_ms: milliseconds,
  }),
  'conversation.item.delete': z.strictObject({
    event_id: eventId,
    type: z.literal('conversation.item.delete'),
    item_id: z.string(),
  }),
  'response.create': z.strictObject({
    event_id: eventId,
    type: z.literal('response.create'),
    response: z.optional(response),
  }),
  'response.cancel': z.strictObject({
    event_id: eventId,
    type: z.literal('response.cancel'),
    response_id: z.optional(z.string()),
  }),
};
