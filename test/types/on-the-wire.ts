import type {
  ConversationItemCreateEvent,
  RealtimeClientEvent,
  RealtimeMcpApprovalResponse,
  RealtimeServerEvent,
  ResponseCreateEventWithReferencesParam,
  SessionCreatedEvent,
  SessionUpdatedEvent,
} from 'openai/resources/realtime/realtime';

/** What a session says of what is turned off: null, as the service's own documentation has it. Its types know no null. */
export type NullWhenOff = 'noise_reduction' | 'transcription';
/** The transcript of speech that nobody has transcribed yet is sent as null. */
export type NullWhenSent = NullWhenOff | 'transcript';

/** A type of `openai` with null in some of its fields. */
export type WithNulls<T, Field extends string> = T extends readonly (infer U)[]
  ? WithNulls<U, Field>[]
  : T extends object
    ? { [K in keyof T]: WithNulls<T[K], Field> | (K extends Field ? null : never) }
    : T;

type SessionEvent = SessionCreatedEvent | SessionUpdatedEvent;

/** What the service sends. Its sessions have an id and an end, which the types leave out. */
export type ServerEventOnTheWire =
  | WithNulls<Exclude<RealtimeServerEvent, SessionEvent>, NullWhenSent>
  | (WithNulls<SessionEvent, NullWhenSent> & {
      session: { id: string; object: 'realtime.session'; expires_at?: number };
    });

/** An approval, which the package's own clients send without the id that its types ask for. */
type ApprovalCreateEvent = Omit<ConversationItemCreateEvent, 'item'> & {
  item: Omit<RealtimeMcpApprovalResponse, 'id'> & { id?: string };
};

/** What the service takes. */
export type ClientEventOnTheWire =
  | WithNulls<RealtimeClientEvent | ResponseCreateEventWithReferencesParam, NullWhenOff>
  | ApprovalCreateEvent;
