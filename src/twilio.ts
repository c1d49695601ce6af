// bargein/twilio: telephone calls, and what another provider needs.

import '#platform';

export type { PhoneDialect, PhoneEncoding, PhoneMessage } from './transports/telephony/phone-dialect.ts';
export type { PhoneStart } from './transports/telephony/phone-line.ts';
export { telnyxDialect } from './transports/telephony/telnyx-dialect.ts';
export type { TelephonyRealtimeTransportOptions, TelephonyStats } from './transports/telephony/telephony-transport.ts';
export { TelephonyRealtimeTransport } from './transports/telephony/telephony-transport.ts';
export type { TwilioRealtimeTransportLayerOptions } from './transports/telephony/twilio.ts';
export { TwilioRealtimeTransportLayer } from './transports/telephony/twilio.ts';
export { twilioDialect } from './transports/telephony/twilio-dialect.ts';
