// Optional features of a session, given to it as `features`. One that is not imported costs an app nothing.

export type { FeatureCore, Passage, StepFunction } from '../session/feature.ts';
export type { TurnCause, TurnMetrics } from '../session/turn-metrics.ts';
export type { FeatureHost, FeatureShell, SessionFeature } from '../shell/session-feature.ts';
export { falseInterruption, type FalseInterruptionOptions } from './false-interruption.ts';
export { filler, type FillerOptions } from './filler.ts';
export { holdBack, type HoldBackOptions } from './hold-back.ts';
export { inputGate, type InputGateDecision, type InputGateOptions, type InputGateTurn } from './input-gate.ts';
export { pushToTalk, type PushToTalk } from './push-to-talk.ts';
export { turnMetrics } from './turn-metrics.ts';
export { costOf, type RealtimePrices, type TokenCost, type TokenPrices } from './cost.ts';
