import type {
  ConversationItemCreateEvent,
  RealtimeClientEvent,
  RealtimeMcpApprovalResponse,
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

/** What the service sends. Its sessions have an id and an end, which the types leave out. */
export type ServerEventOnTheWire =
  | OnTheWire<Exclude<RealtimeServerEvent, SessionEvent>>
  | (OnTheWire<SessionEvent> & { session: { id: string; object: 'realtime.session'; expires_at?: number } });

/** An approval, which the package's own clients send without the id that its types ask for. */
type ApprovalCreateEvent = Omit<ConversationItemCreateEvent, 'item'> & {
  item: Omit<RealtimeMcpApprovalResponse, 'id'> & { id?: string };
};

/** What the service takes. */
export type ClientEventOnTheWire =
  | OnTheWire<RealtimeClientEvent | ResponseCreateEventWithReferencesParam>
  | OnTheWire<ApprovalCreateEvent>;
