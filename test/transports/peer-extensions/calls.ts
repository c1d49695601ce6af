// The published transports for Twilio and Cloudflare, whose import of `@openai/agents/realtime` is aliased to this package
// when the test bundles this file.

export { RealtimeAgent, RealtimeSession } from '@openai/agents/realtime';
export { CloudflareRealtimeTransportLayer } from '../../../node_modules/@openai/agents-extensions/dist/CloudflareRealtimeTransport.mjs';
export { TwilioRealtimeTransportLayer } from '../../../node_modules/@openai/agents-extensions/dist/TwilioRealtimeTransport.mjs';
