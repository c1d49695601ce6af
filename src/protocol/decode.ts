import { ProtocolError } from '../errors.ts';
import { MAX_NESTING, nestsWithin } from './nesting.ts';
import type { RawServerEvent, ServerEvent } from './server-events.ts';

/** One message of the server: an event we read, one that only passes through, or something that is neither. */
export type DecodedEvent =
  /** `error` says which fields were wrong and are left out, of an event that the call can't do without. */
  | { readonly kind: 'read'; readonly raw: RawServerEvent; readonly event: ServerEvent; readonly error?: ProtocolError }
  | { readonly kind: 'other'; readonly raw: RawServerEvent; readonly error?: undefined }
  /** `raw` is there when it was an event at all, so that it can still pass through. */
  | { readonly kind: 'malformed'; readonly raw: RawServerEvent | null; readonly error: ProtocolError };

/**
 * Characters of an event with audio: two minutes of it at 24 kHz. Its text is parsed in one piece, during which nothing else
 * runs, about 4 ms a megabyte, and servers send a second at a time.
 */
const MAX_AUDIO_EVENT_CHARACTERS = 8 << 20;

/** Parses a message of the server once and checks what we read of it; never throws. */
export function decodeServerEvent(message: unknown): DecodedEvent {
  if (typeof message !== 'string') return malformed(null, `a server event must be text, got ${kindOf(message)}`);
  // All fields of a delta but the audio are short, so its type shows without reading the whole.
  if (message.length > MAX_AUDIO_EVENT_CHARACTERS && /"response.output_audio.delta"/.test(message.slice(0, 512))) {
    return malformed(
      null,
      `an audio delta must have at most ${MAX_AUDIO_EVENT_CHARACTERS} characters, got ${message.length}`,
    );
  }
  let raw: unknown;
  try {
    raw = JSON.parse(message);
  } catch {
    // The parser's own message quotes the text, which may be anybody's speech.
    return malformed(null, `a server event must be JSON, got ${message.length} characters that are not`);
  }
  if (!isRawEvent(raw)) return malformed(null, `a server event must be an object with a type, got ${kindOf(raw)}`);
  const known = checks.get(raw.type);
  // Nobody walks a delta, and its copies for listeners are flat.
  if (known?.isDelta !== true && !nestsWithin(raw))
    return malformed(null, `a server event must nest at most ${MAX_NESTING} deep`);
  if (known === undefined) return { kind: 'other', raw };
  const { check } = known;
  // The same word, but the program's own copy of it, which engines look up and compare by its address from here on.
  raw.type = known.type;
  const badField = known.isDelta && isWholeDelta(raw) ? null : check(raw);
  if (badField === null) return { kind: 'read', raw, event: raw as RawServerEvent & ServerEvent };
  if (badField === UNKNOWN_ITEM) return { kind: 'other', raw };
  const bad = malformed(
    raw,
    `${raw.type}: ${badField} is missing or of the wrong type, got ${kindOf(fieldOf(raw, badField))}`,
  );
  if (essentials.get(raw.type)?.check(raw) !== null) return bad;
  return { kind: 'read', raw, event: mended(raw, check) as RawServerEvent & ServerEvent, error: bad.error };
}

/** Leaves out every field that is wrong: the whole of an optional part, if anything in it is. */
function mended(raw: RawServerEvent, check: Check): RawServerEvent {
  const event = { ...raw };
  for (let path = check(event); path !== null; path = check(event)) {
    const [first = '', second] = path.split('.');
    const part = event[first];
    if (second !== undefined && isFields(part)) event[first] = { ...part, [second]: undefined };
    else event[first] = undefined;
    if (check(event) === path) break;
  }
  return event;
}

type Fields = Readonly<Record<string, unknown>>;

/** The path to the first thing in a value that is not as the protocol says: '' is the value itself, null is nothing. */
type Check = (value: unknown) => string | null;

/** Checks by field name. */
type Shape = Readonly<Record<string, Check>>;

const text: Check = (value) => (typeof value === 'string' ? null : '');
const count: Check = (value) => (Number.isFinite(value) ? null : '');
const index: Check = (value) => (Number.isSafeInteger(value) && Number(value) >= 0 ? null : '');
const flag: Check = (value) => (typeof value === 'boolean' ? null : '');
const object: Check = (value) => (isFields(value) ? null : '');
const list: Check = (value) => (Array.isArray(value) ? null : '');

function optional(check: Check): Check {
  return (value) => (value === undefined || value === null ? null : check(value));
}

function oneOf(...values: unknown[]): Check {
  return (value) => (values.includes(value) ? null : '');
}

function listOf(check: Check): Check {
  return (value) => (Array.isArray(value) && value.every((entry) => check(entry) === null) ? null : '');
}

/** An object with these fields, checked in this order, and any others. */
function fields(shape: Shape): Check {
  const entries = Object.entries(shape).map(([key, check]) => ({ key, check }));
  return (value) => {
    if (!isFields(value)) return '';
    for (const { key, check } of entries) {
      const path = check(value[key]);
      if (path !== null) return path === '' ? key : `${key}.${path}`;
    }
    return null;
  };
}

/** The shapes of events, or of items, by their type. A map: a type from the wire may be any word, `constructor` too. */
function checksByType<Type extends string>(
  shapes: Readonly<Record<Type, Shape>>,
): ReadonlyMap<string, { readonly type: string; readonly check: Check; readonly isDelta: boolean }> {
  return new Map(
    Object.entries<Shape>(shapes).map(([type, shape]) => [
      type,
      { type, check: fields(shape), isDelta: type.endsWith('.delta') },
    ]),
  );
}

/** Whether all that is read of any delta is there. They come by the hundred, and properties with a name are read the fastest. */
function isWholeDelta({ response_id, item_id, content_index, delta }: RawServerEvent): boolean {
  return (
    typeof delta === 'string' &&
    typeof item_id === 'string' &&
    typeof response_id === 'string' &&
    index(content_index) === null
  );
}

const optionalText = optional(text);
const optionalCount = optional(count);

const mcpCall = { id: text, name: text, arguments: text, output: optionalText };
const itemStatus = optional(oneOf('in_progress', 'completed', 'incomplete'));
const contentPart = { type: optionalText, text: optionalText, transcript: optionalText, audio: optionalText };

const itemChecks = checksByType({
  message: {
    id: text,
    role: oneOf('system', 'user', 'assistant'),
    status: itemStatus,
    content: listOf(fields(contentPart)),
  },
  function_call: { id: text, status: itemStatus, call_id: optionalText, name: text, arguments: text },
  function_call_output: { id: text, call_id: text, output: text },
  mcp_call: mcpCall,
  mcp_tool_call: mcpCall,
  mcp_approval_request: { id: text, server_label: text, name: text, arguments: text },
  mcp_approval_response: { id: text, approval_request_id: text, approve: flag },
  mcp_list_tools: { id: text, server_label: text, tools: listOf(fields({ name: text, description: optionalText })) },
});

/** Not a path: the item is of a kind that we do not know, so the event is not for us and not malformed either. */
const UNKNOWN_KIND = '(unknown kind)';
const UNKNOWN_ITEM = `item.${UNKNOWN_KIND}`;

const item: Check = (value) => {
  if (!isFields(value) || typeof value.type !== 'string') return isFields(value) ? 'type' : '';
  const known = itemChecks.get(value.type);
  return known === undefined ? UNKNOWN_KIND : known.check(value);
};

const responseEvent = {
  response: fields({
    id: text,
    status: optional(oneOf('in_progress', 'completed', 'cancelled', 'failed', 'incomplete')),
    output: optional(list),
    status_details: optional(
      fields({ reason: optionalText, error: optional(fields({ code: optionalText, message: optionalText })) }),
    ),
    usage: optional(
      fields({
        input_tokens: optionalCount,
        output_tokens: optionalCount,
        total_tokens: optionalCount,
        input_token_details: optional(object),
        output_token_details: optional(object),
      }),
    ),
    audio: optional(
      fields({
        output: optional(fields({ format: optional(fields({ type: optionalText, rate: optionalCount })) })),
      }),
    ),
  }),
};
const outputTarget = { response_id: text, item_id: text };
const audioTarget = { ...outputTarget, content_index: index };
const outputItem = { response_id: text, item };
const placedItem = { previous_item_id: optionalText, item };

const checks = checksByType<ServerEvent['type']>({
  'response.output_audio.delta': { ...audioTarget, delta: text },
  'response.output_audio_transcript.delta': { ...outputTarget, delta: text },
  'response.output_text.delta': { ...outputTarget, delta: text },
  'response.output_audio.done': audioTarget,
  'response.created': responseEvent,
  'response.done': responseEvent,
  'response.output_item.added': outputItem,
  'response.output_item.done': outputItem,
  'conversation.item.added': placedItem,
  'conversation.item.done': placedItem,
  'conversation.item.retrieved': { item },
  'conversation.item.truncated': { item_id: text, content_index: index, audio_end_ms: count },
  'conversation.item.deleted': { item_id: text },
  'conversation.item.input_audio_transcription.completed': { item_id: text, content_index: index, transcript: text },
  'input_audio_buffer.speech_started': { item_id: text, audio_start_ms: count },
  'input_audio_buffer.speech_stopped': { item_id: text, audio_end_ms: count },
  'input_audio_buffer.committed': {},
  'input_audio_buffer.cleared': {},
  'session.created': { session: object },
  'session.updated': { session: object },
  error: {
    error: fields({ type: text, message: text, code: optionalText, param: optionalText, event_id: optionalText }),
  },
});

/** What the call would wait for in vain: without these events it stands still, so only what they can't do without counts. */
const essentials = checksByType({
  'response.created': { response: fields({ id: text }) },
  'response.done': { response: fields({ id: text }) },
  'input_audio_buffer.speech_started': {},
  'input_audio_buffer.speech_stopped': {},
});

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isRawEvent(value: unknown): value is RawServerEvent {
  return isFields(value) && typeof value.type === 'string';
}

function fieldOf(event: Fields, path: string): unknown {
  return path.split('.').reduce<unknown>((value, key) => (isFields(value) ? value[key] : undefined), event);
}

/** What kind of value it is, never the value: a report must not quote what people said. */
function kindOf(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  return Array.isArray(value) ? 'an array' : `a value of type ${typeof value}`;
}

function malformed(raw: RawServerEvent | null, message: string): DecodedEvent {
  const eventId = typeof raw?.event_id === 'string' ? raw.event_id : undefined;
  // An id may be as long as the event; `eventId` has the whole of it.
  const named = eventId === undefined ? message : `${message} (event ${eventId.slice(0, 64)})`;
  return { kind: 'malformed', raw, error: new ProtocolError(named, { code: 'ERR_MALFORMED_EVENT', eventId }) };
}
