import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ProtocolError } from '../../src/errors.ts';
import { decodeServerEvent } from '../../src/protocol/decode.ts';
import type { ServerEvent } from '../../src/protocol/server-events.ts';
import { SAMPLE_EVENTS } from './sample-events.ts';
import { SERVER_EVENT_SCHEMAS } from './server-event-schemas.ts';

const READ_TYPES = Object.keys(SAMPLE_EVENTS) as ServerEvent['type'][];
const KNOWN_ITEMS = new Set([
  'message',
  'function_call',
  'function_call_output',
  'mcp_call',
  'mcp_tool_call',
  'mcp_approval_request',
  'mcp_approval_response',
  'mcp_list_tools',
]);

const MENDED_TYPES = new Set<string>([
  'response.created',
  'response.done',
  'input_audio_buffer.speech_started',
  'input_audio_buffer.speech_stopped',
]);

/** Every path to a value inside `value`, as lists of keys. */
function pathsIn(value: unknown, path: readonly string[] = []): string[][] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.keys(value).flatMap((key) => {
    const inner = [...path, key];
    return [inner, ...pathsIn(Reflect.get(value, key), inner)];
  });
}

/** `value` with another value at `path`; `undefined` removes it. */
function replaced(value: object, path: readonly string[], replacement: unknown): object {
  const copy = structuredClone(value);
  const parent = path.slice(0, -1).reduce<object>((inner, key) => Reflect.get(inner, key) as object, copy);
  Reflect.set(parent, path.at(-1) ?? '', replacement);
  return copy;
}

describe('decodeServerEvent', () => {
  it.each(READ_TYPES)('reads %s', (type) => {
    const decoded = decodeServerEvent(JSON.stringify(SAMPLE_EVENTS[type]));
    expect(decoded).toEqual({ kind: 'read', raw: SAMPLE_EVENTS[type], event: SAMPLE_EVENTS[type] });
  });

  it('hands out the event as it was parsed, without a copy', () => {
    const decoded = decodeServerEvent(JSON.stringify(SAMPLE_EVENTS['response.done']));
    if (decoded.kind !== 'read') throw new Error(`expected it to be read, got ${decoded.kind}`);
    expect(decoded.event).toBe(decoded.raw);
  });

  it('passes types through that it does not read, whatever is in them', () => {
    const raw = { type: 'response.made_up', event_id: 7, deep: [{ a: null }] };
    expect(decodeServerEvent(JSON.stringify(raw))).toEqual({ kind: 'other', raw });
  });

  it('passes events with items of an unknown type through', () => {
    const raw = { type: 'conversation.item.added', event_id: 'e', item: { type: 'hologram' } };
    expect(decodeServerEvent(JSON.stringify(raw))).toEqual({ kind: 'other', raw });
  });

  it.each([
    ['{"type":', 'JSON'],
    ['', 'JSON'],
    ['[]', 'an array'],
    ['null', 'null'],
    ['17', 'number'],
    ['{"event_id":"e1"}', 'an object with a type'],
    ['{"type":12}', 'an object with a type'],
  ])('reports %j as malformed', (text, words) => {
    const decoded = decodeServerEvent(text);
    if (decoded.kind !== 'malformed') throw new Error(`expected it to be malformed, got ${decoded.kind}`);
    expect(decoded.raw).toBeNull();
    expect(decoded.error).toBeInstanceOf(ProtocolError);
    expect(decoded.error.code).toBe('ERR_MALFORMED_EVENT');
    expect(decoded.error.message).toContain(words);
  });

  it('reports binary messages as malformed', () => {
    expect(decodeServerEvent(new Uint8Array(4)).kind).toBe('malformed');
  });

  it('names the event and the field that is wrong, and quotes nothing of it', () => {
    const raw = { ...SAMPLE_EVENTS['response.output_audio_transcript.delta'], delta: { secret: 'what she said' } };
    const decoded = decodeServerEvent(JSON.stringify(raw));
    if (decoded.kind !== 'malformed') throw new Error(`expected it to be malformed, got ${decoded.kind}`);
    expect(decoded.error.eventId).toBe('event_18');
    expect(decoded.error.message).toContain('response.output_audio_transcript.delta: delta');
    expect(decoded.error.message).toContain('event_18');
    expect(decoded.error.message).not.toContain('she said');
    expect(decoded.raw).toEqual(raw);
  });

  it('names fields inside of others by their path', () => {
    const decoded = decodeServerEvent(
      JSON.stringify(replaced(SAMPLE_EVENTS['conversation.item.added'], ['item', 'role'], 'nobody')),
    );
    if (decoded.kind !== 'malformed') throw new Error(`expected it to be malformed, got ${decoded.kind}`);
    expect(decoded.error.message).toContain('item.role');
  });

  it('reads the end of a response without the optional part that is wrong, and says what it was', () => {
    const decoded = decodeServerEvent(
      JSON.stringify(replaced(SAMPLE_EVENTS['response.done'], ['response', 'usage', 'input_tokens'], 'ten')),
    );
    if (decoded.kind !== 'read') throw new Error(`expected it to be read, got ${decoded.kind}`);
    expect(decoded.error?.message).toContain('response.usage.input_tokens');
    expect(decoded.event).toMatchObject({ response: { id: 'resp_1', status: 'completed', usage: undefined } });
  });

  it('never throws, whatever JSON it gets', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        expect(['read', 'other', 'malformed']).toContain(decodeServerEvent(text).kind);
      }),
      { numRuns: 2000 },
    );
  });

  it('never throws, whatever an event of a type it reads contains', () => {
    fc.assert(
      fc.property(fc.constantFrom(...READ_TYPES), fc.dictionary(fc.string(), fc.jsonValue()), (type, fields) => {
        const decoded = decodeServerEvent(JSON.stringify({ ...fields, type }));
        expect(decoded.raw?.type).toBe(type);
      }),
      { numRuns: 2000 },
    );
  });

  it('accepts exactly what the schemas accept, when one value anywhere in an event is replaced', () => {
    const places = READ_TYPES.flatMap((type) =>
      pathsIn(SAMPLE_EVENTS[type])
        .filter((path) => path[0] !== 'type')
        .map((path) => ({ type, path })),
    );
    const replacement = fc.oneof(
      fc.constant(undefined),
      fc.jsonValue(),
      fc.constantFrom('completed', 'in_progress', 'message', 'function_call', 'user', 0, true, [], {}),
    );
    fc.assert(
      fc.property(fc.constantFrom(...places), replacement, ({ type, path }, value) => {
        const raw = JSON.parse(JSON.stringify(replaced(SAMPLE_EVENTS[type], path, value))) as {
          item?: { type?: unknown } | null;
        };
        const decoded = decodeServerEvent(JSON.stringify(raw));
        const itemType = raw.item?.type;
        const isForeign = typeof itemType === 'string' && !KNOWN_ITEMS.has(itemType);
        const accepted = SERVER_EVENT_SCHEMAS[type].safeParse(raw).success;
        if (decoded.kind === 'read' && decoded.error !== undefined) {
          // Mended: an event of a turn's life that is wrong only in what the turn can do without.
          expect({ accepted, isMendable: MENDED_TYPES.has(type) }).toEqual({ accepted: false, isMendable: true });
          const rest = { ...SAMPLE_EVENTS[type], ...(JSON.parse(JSON.stringify(decoded.event)) as object) };
          expect(SERVER_EVENT_SCHEMAS[type].safeParse(rest).success).toBe(true);
        } else if (decoded.kind !== 'other') expect(decoded.kind).toBe(accepted ? 'read' : 'malformed');
        else expect({ isForeign, accepted }).toEqual({ isForeign: true, accepted: false });
      }),
      { numRuns: 20_000 },
    );
  });
});
