/** The files are imported one by one, past the types of the package's index. */
declare module '*/CloudflareRealtimeTransport.mjs' {
  export { CloudflareRealtimeTransportLayer } from '@openai/agents-extensions';
}
declare module '*/TwilioRealtimeTransport.mjs' {
  export { TwilioRealtimeTransportLayer } from '@openai/agents-extensions';
}
