import type {
  RealtimeClientEvent,
  RealtimeServerEvent,
  ResponseCreateEventWithReferencesParam,
  SessionCreatedEvent,
  SessionUpdatedEvent,
} from 'openai/resources/realtime/realtime';

/**
 * Fields in which the service says and takes null, as clients rely on, while the types of `openai` know only their
 * absence.
 */
export type NullableOnTheWire = 'transcript' | 'noise_reduction' | 'transcription' | 'previous_item_id' | 'response';

/** A type of `openai` with those nulls. */
export type OnTheWire<T> = T extends readonly (infer U)[]
  ? OnTheWire<U>[]
  : T extends object
    ? { [K in keyof T]: OnTheWire<T[K]> | (K extends NullableOnTheWire ? null : never) }
    : T;

type SessionEvent = SessionCreatedEvent | SessionUpdatedEvent;

/** What the service sends. Its sessions have an id, which the types leave out. */
export type ServerEventOnTheWire =
  | OnTheWire<Exclude<RealtimeServerEvent, SessionEvent>>
  | (OnTheWire<SessionEvent> & { session: { id: string; object: 'realtime.session' } });

/** What the service takes. */
export type ClientEventOnTheWire = OnTheWire<RealtimeClientEvent | ResponseCreateEventWithReferencesParam>;
