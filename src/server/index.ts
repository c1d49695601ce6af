export { defaultBrain, scenarioBrain, type Brain, type BrainReply, type BrainRequest } from './brain.ts';
export type { ServerConnection } from './connection.ts';
export { scriptedEars, type Ears, type HeardTurn } from './ears.ts';
export { FliteVoice } from './flite-voice.ts';
export {
  connectInMemory,
  MemorySocket,
  type MemoryConnectionOptions,
  type MemorySocketEvents,
} from './memory-socket.ts';
export type { ListenAddress, ListenOptions } from './http-front.ts';
export type { PaceOptions } from './pace.ts';
export {
  parseScenario,
  type Scenario,
  type ScenarioOutput,
  type ScenarioReply,
  type ScenarioTurn,
} from './scenario.ts';
export { ServerError } from './server-error.ts';
export {
  createRealtimeServer,
  type AcceptOptions,
  type RealtimeServer,
  type RealtimeServerOptions,
  type RingOptions,
} from './server.ts';
export type { RealtimeServerTap, TappedEvent } from './session.ts';
export type { CallEnd, CallOutcome, SipCaller } from './sip/sip-call.ts';
export type { SipHeader, WebhookOptions } from './sip/webhook.ts';
export { sentencesOf, type SpeechRequest, type Voice } from './voice.ts';
