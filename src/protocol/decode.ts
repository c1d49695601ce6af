import { ProtocolError } from '../errors.ts';
import type { RawServerEvent, ServerEvent } from './server-events.ts';

/** One message of the server: an event we read, one that only passes through, or something that is neither. */
export type DecodedEvent =
  | { readonly kind: 'read'; readonly raw: RawServerEvent; readonly event: ServerEvent }
  | { readonly kind: 'other'; readonly raw: RawServerEvent }
  /** `raw` is there when it was an event at all, so that it can still pass through. */
  | { readonly kind: 'malformed'; readonly raw: RawServerEvent | null; readonly error: ProtocolError };

/** Parses a message of the server once and checks what we read of it; never throws. */
export function decodeServerEvent(message: unknown): DecodedEvent {
  if (typeof message !== 'string') return malformed(null, `a server event must be text, got ${kindOf(message)}`);
  let raw: unknown;
  try {
    raw = JSON.parse(message);
  } catch {
    // The parser's own message quotes the text, which may be anybody's speech.
    return malformed(null, `a server event must be JSON, got ${message.length} characters that are not`);
  }
  if (!isRawEvent(raw)) return malformed(null, `a server event must be an object with a type, got ${kindOf(raw)}`);
  const check = checks.get(raw.type);
  if (check === undefined) return { kind: 'other', raw };
  const badField = check(raw);
  if (badField === null) return { kind: 'read', raw, event: raw as RawServerEvent & ServerEvent };
  if (badField === UNKNOWN_ITEM) return { kind: 'other', raw };
  return malformed(
    raw,
    `${raw.type}: ${badField} is missing or of the wrong type, got ${kindOf(fieldOf(raw, badField))}`,
  );
}

type Fields = Readonly<Record<string, unknown>>;

/** Names the first field that is not as the protocol says, `null` when all are. */
type Check = (event: Fields) => string | null;

/** Not a field: the event carries a kind of item that we do not know, so it is not for us and not malformed either. */
const UNKNOWN_ITEM = '(unknown item)';

const checks: ReadonlyMap<string, Check> = new Map<ServerEvent['type'], Check>([
  ['response.output_audio.delta', (event) => audioTarget(event) ?? text(event, 'delta')],
  ['response.output_audio_transcript.delta', (event) => outputTarget(event) ?? text(event, 'delta')],
  ['response.output_text.delta', (event) => outputTarget(event) ?? text(event, 'delta')],
  ['response.output_audio.done', audioTarget],
  ['response.created', response],
  ['response.done', response],
  ['response.output_item.added', (event) => text(event, 'response_id') ?? item(event)],
  ['response.output_item.done', (event) => text(event, 'response_id') ?? item(event)],
  ['conversation.item.added', (event) => optionalText(event, 'previous_item_id') ?? item(event)],
  ['conversation.item.done', (event) => optionalText(event, 'previous_item_id') ?? item(event)],
  ['conversation.item.retrieved', item],
  [
    'conversation.item.truncated',
    (event) => text(event, 'item_id') ?? count(event, 'content_index') ?? count(event, 'audio_end_ms'),
  ],
  ['conversation.item.deleted', (event) => text(event, 'item_id')],
  [
    'conversation.item.input_audio_transcription.completed',
    (event) => text(event, 'item_id') ?? count(event, 'content_index') ?? text(event, 'transcript'),
  ],
  ['input_audio_buffer.speech_started', (event) => text(event, 'item_id') ?? count(event, 'audio_start_ms')],
  ['input_audio_buffer.speech_stopped', (event) => text(event, 'item_id') ?? count(event, 'audio_end_ms')],
  ['session.created', (event) => (isFields(event.session) ? null : 'session')],
  ['session.updated', (event) => (isFields(event.session) ? null : 'session')],
  ['error', (event) => within(event, 'error', serverError)],
]);

function outputTarget(event: Fields): string | null {
  return text(event, 'response_id') ?? text(event, 'item_id');
}

function audioTarget(event: Fields): string | null {
  return outputTarget(event) ?? count(event, 'content_index');
}

function serverError(error: Fields): string | null {
  return (
    text(error, 'type') ??
    text(error, 'message') ??
    optionalText(error, 'code') ??
    optionalText(error, 'param') ??
    optionalText(error, 'event_id')
  );
}

function response(event: Fields): string | null {
  return within(
    event,
    'response',
    (fields) =>
      text(fields, 'id') ??
      oneOf(fields, 'status', RESPONSE_STATUSES) ??
      optional(fields, 'output', Array.isArray) ??
      optionalWithin(fields, 'status_details', statusDetails) ??
      optionalWithin(fields, 'usage', usage) ??
      optionalWithin(fields, 'audio', (audio) =>
        optionalWithin(audio, 'output', (output) =>
          optionalWithin(output, 'format', (format) => optionalText(format, 'type') ?? optionalCount(format, 'rate')),
        ),
      ),
  );
}

const RESPONSE_STATUSES: ReadonlySet<unknown> = new Set([
  'in_progress',
  'completed',
  'cancelled',
  'failed',
  'incomplete',
]);

function statusDetails(details: Fields): string | null {
  return (
    optionalText(details, 'reason') ??
    optionalWithin(details, 'error', (error) => optionalText(error, 'code') ?? optionalText(error, 'message'))
  );
}

function usage(fields: Fields): string | null {
  return (
    optionalCount(fields, 'input_tokens') ??
    optionalCount(fields, 'output_tokens') ??
    optionalCount(fields, 'total_tokens') ??
    optional(fields, 'input_token_details', isFields) ??
    optional(fields, 'output_token_details', isFields)
  );
}

function item(event: Fields): string | null {
  const fields = event.item;
  if (!isFields(fields) || typeof fields.type !== 'string') return isFields(fields) ? 'item.type' : 'item';
  const check = itemChecks.get(fields.type);
  return check === undefined ? UNKNOWN_ITEM : within(event, 'item', (known) => text(known, 'id') ?? check(known));
}

const ITEM_STATUSES: ReadonlySet<unknown> = new Set(['in_progress', 'completed', 'incomplete']);
const ROLES: ReadonlySet<unknown> = new Set(['system', 'user', 'assistant']);

const itemChecks: ReadonlyMap<unknown, Check> = new Map<unknown, Check>([
  [
    'message',
    (fields) =>
      (ROLES.has(fields.role) ? null : 'role') ??
      oneOf(fields, 'status', ITEM_STATUSES) ??
      (Array.isArray(fields.content) && fields.content.every(isContentPart) ? null : 'content'),
  ],
  [
    'function_call',
    (fields) =>
      oneOf(fields, 'status', ITEM_STATUSES) ??
      optionalText(fields, 'call_id') ??
      text(fields, 'name') ??
      text(fields, 'arguments'),
  ],
  ['function_call_output', (fields) => text(fields, 'call_id') ?? text(fields, 'output')],
  ['mcp_call', mcpCall],
  ['mcp_tool_call', mcpCall],
  [
    'mcp_approval_request',
    (fields) => text(fields, 'server_label') ?? text(fields, 'name') ?? text(fields, 'arguments'),
  ],
  [
    'mcp_approval_response',
    (fields) => text(fields, 'approval_request_id') ?? (typeof fields.approve === 'boolean' ? null : 'approve'),
  ],
  [
    'mcp_list_tools',
    (fields) =>
      text(fields, 'server_label') ?? (Array.isArray(fields.tools) && fields.tools.every(isMcpTool) ? null : 'tools'),
  ],
]);

function mcpCall(fields: Fields): string | null {
  return text(fields, 'name') ?? text(fields, 'arguments') ?? optionalText(fields, 'output');
}

function isContentPart(part: unknown): boolean {
  return (
    isFields(part) &&
    (optionalText(part, 'type') ??
      optionalText(part, 'text') ??
      optionalText(part, 'transcript') ??
      optionalText(part, 'audio')) === null
  );
}

function isMcpTool(tool: unknown): boolean {
  return isFields(tool) && (text(tool, 'name') ?? optionalText(tool, 'description')) === null;
}

function text(fields: Fields, key: string): string | null {
  return typeof fields[key] === 'string' ? null : key;
}

function count(fields: Fields, key: string): string | null {
  return Number.isFinite(fields[key]) ? null : key;
}

function optional(fields: Fields, key: string, holds: (value: unknown) => boolean): string | null {
  const value = fields[key];
  return value === undefined || value === null || holds(value) ? null : key;
}

function optionalText(fields: Fields, key: string): string | null {
  return optional(fields, key, (value) => typeof value === 'string');
}

function optionalCount(fields: Fields, key: string): string | null {
  return optional(fields, key, Number.isFinite);
}

function oneOf(fields: Fields, key: string, values: ReadonlySet<unknown>): string | null {
  return optional(fields, key, (value) => values.has(value));
}

function within(fields: Fields, key: string, check: Check): string | null {
  const inner = fields[key];
  if (!isFields(inner)) return key;
  const bad = check(inner);
  return bad === null ? null : `${key}.${bad}`;
}

function optionalWithin(fields: Fields, key: string, check: Check): string | null {
  const inner = fields[key];
  return inner === undefined || inner === null ? null : within(fields, key, check);
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isRawEvent(value: unknown): value is RawServerEvent {
  return isFields(value) && typeof value.type === 'string';
}

function fieldOf(fields: Fields, path: string): unknown {
  return path.split('.').reduce<unknown>((value, key) => (isFields(value) ? value[key] : undefined), fields);
}

/** What kind of value it is, never the value: a report must not quote what people said. */
function kindOf(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  return Array.isArray(value) ? 'an array' : `a value of type ${typeof value}`;
}

function malformed(raw: RawServerEvent | null, message: string): DecodedEvent {
  const eventId = typeof raw?.event_id === 'string' ? raw.event_id : undefined;
  const named = eventId === undefined ? message : `${message} (event ${eventId})`;
  return { kind: 'malformed', raw, error: new ProtocolError(named, { code: 'ERR_MALFORMED_EVENT', eventId }) };
}
