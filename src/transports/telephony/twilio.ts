import type { WebSocketLike } from '../defaults.ts';
import type { TelephonyRealtimeTransportOptions } from './telephony-transport.ts';
import { TelephonyRealtimeTransport } from './telephony-transport.ts';
import { twilioDialect } from './twilio-dialect.ts';

/** Options of the Twilio transport. */
export interface TwilioRealtimeTransportLayerOptions extends TelephonyRealtimeTransportOptions {
  /** The socket that Twilio's Media Streams opened to the app: one of `ws`, or the platform's own. */
  twilioWebSocket: WebSocketLike;
}

/**
 * A telephone call over Twilio Media Streams (`<Connect><Stream>`).
 *
 * Every frame of Twilio is the transport's event `*` and, in a session, `transport_event`, as
 * `{ type: 'twilio_message', message }`; a pressed key is `{ type: 'dtmf', digit }`.
 */
export class TwilioRealtimeTransportLayer extends TelephonyRealtimeTransport {
  constructor({ twilioWebSocket, ...options }: TwilioRealtimeTransportLayerOptions) {
    super(twilioWebSocket, twilioDialect, options);
  }
}
