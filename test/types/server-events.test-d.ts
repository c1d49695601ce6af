import type {
  ConversationItem,
  RealtimeClientEvent,
  RealtimeServerEvent,
  ResponseCreateEventWithReferencesParam,
} from 'openai/resources/realtime/realtime';
import { expectTypeOf, test } from 'vitest';
import type { ClientEvent, WireItem } from '../../src/protocol/client-events.ts';
import type { EventBody, SentEvent } from '../../src/server/sent-event.ts';
import type { NullWhenOff, NullWhenSent } from './on-the-wire.ts';

/** The types of `openai` ask for an id that its own clients leave out. */
type Identified<T> = T extends { type: 'mcp_approval_response' } ? T & { id: string } : T;

/** A type of ours without null in some of its fields. */
type WithoutNulls<T, Field extends string> = T extends readonly (infer U)[]
  ? WithoutNulls<U, Field>[]
  : T extends object
    ? {
        [K in keyof Identified<T>]: WithoutNulls<
          K extends Field ? Exclude<Identified<T>[K], null> : Identified<T>[K],
          Field
        >;
      }
    : T;

test('the service could have sent every event that the server sends', () => {
  expectTypeOf<EventBody['type']>().toExtend<RealtimeServerEvent['type']>();
  expectTypeOf<WithoutNulls<SentEvent, NullWhenSent>>().toExtend<RealtimeServerEvent>();
});

test('the server knows the types of client events that the service knows', () => {
  expectTypeOf<ClientEvent['type']>().toEqualTypeOf<RealtimeClientEvent['type']>();
});

test('what the server accepts is well typed for the service', () => {
  expectTypeOf<WithoutNulls<ClientEvent, NullWhenOff | 'transcript'>>().toExtend<
    RealtimeClientEvent | ResponseCreateEventWithReferencesParam
  >();
  expectTypeOf<WithoutNulls<WireItem, 'transcript'>>().toExtend<ConversationItem>();
});
