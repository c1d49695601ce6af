import type { RawServerEvent, ServerEvent } from '../protocol/server-events.ts';
import type { RealtimeTransportEventTypes } from './transport.ts';

/** Events of the transports to the Realtime service: those of every transport, and each of the server by its own name. */
export type OpenAIRealtimeEventTypes = RealtimeTransportEventTypes & {
  connected: [];
  disconnected: [];
} & { [Type in Exclude<ServerEvent['type'], 'error'>]: [event: ServerEventOf<Type>] } & Record<
    `${string}.${string}`,
    [event: RawServerEvent]
  >;

/** The event of that type; some types share one shape. */
type ServerEventOf<Type, Event = ServerEvent> = Event extends { type: unknown }
  ? Type extends Event['type']
    ? Event & { type: Type }
    : never
  : never;
