export type { Brain, BrainReply, BrainRequest, BrainStep } from './brain.ts';
export type { ServerConnection } from './connection.ts';
export { defaultBrain } from './default-brain.ts';
export { scriptedEars, type Ears, type HeardTurn } from './ears.ts';
export type { ServerFaults } from './fault-board.ts';
export {
  type Fault,
  type HandshakeFault,
  type Incident,
  type LineCondition,
  parseFault,
  parseFaultText,
} from './fault.ts';
export type { AdmissionLimits, AdmissionRefusal } from './gateway/admission.ts';
export type { CallHandler, GatewayCall } from './gateway/call-host.ts';
export type { FleetCommand } from './fleet/fleet-command.ts';
export { type FleetCallPlace, type FleetDesk, type FleetDeskOptions, openFleetDesk } from './fleet/fleet-desk.ts';
export { type Fleet, type FleetCall, type FleetCallOptions, type FleetOptions, joinFleet } from './fleet/fleet.ts';
export { createGateway, type Gateway, type GatewayAddress, type GatewayOptions } from './gateway/gateway.ts';
export { FliteVoice } from './flite-voice.ts';
export {
  connectInMemory,
  MemorySocket,
  type MemoryConnectionOptions,
  type MemorySocketEvents,
} from './memory-socket.ts';
export { FileJournals, type FileJournalsOptions } from './journals/file-journals.ts';
export { JournalError, type JournalLease, type JournalStore, type LeaseOptions } from './journals/journal-store.ts';
export { type JournalGap, LiveJournal, type LiveJournalOptions } from './journals/live-journal.ts';
export { MemoryJournals } from './journals/memory-journals.ts';
export { RedisJournals, type RedisJournalsOptions } from './journals/redis-journals.ts';
export { OpenAIBrain } from './openai-brain.ts';
export type { OpenAICompatibleOptions } from './openai-client.ts';
export { OpenAIEars } from './openai-ears.ts';
export { OpenAIVoice, type OpenAIVoiceOptions } from './openai-voice.ts';
export type { ListenAddress, ListenOptions } from './http-front.ts';
export type { PaceOptions } from './pace.ts';
export { findPocketsphinx, PocketsphinxEars, type PocketsphinxOptions } from './pocketsphinx-ears.ts';
export { scenarioBrain } from './scenario-brain.ts';
export {
  parseScenario,
  type Scenario,
  type ScenarioMcpCall,
  type ScenarioMcpTool,
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
export type { RealtimeServerTap, TapDetails, TappedEvent } from './tap.ts';
export type { CallEnd, CallOutcome, SipCaller } from './sip/sip-call.ts';
export type { SipHeader, WebhookOptions } from './sip/webhook.ts';
export { WEBRTC_LIBRARIES, type WebRtcLibrary } from './webrtc/answer-offer.ts';
export { sentencesOf, type SpeechRequest, type SpokenText, type Voice } from './voice.ts';
