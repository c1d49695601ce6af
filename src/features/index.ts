// Optional features of a session, given to it as `features`. One that is not imported costs an app nothing.

export type { FeatureCore, Passage, StepFunction } from '../session/feature.ts';
export type { TurnCause, TurnMetrics } from '../session/turn-metrics.ts';
export type { FeatureHost, FeatureShell, SessionFeature } from '../shell/session-feature.ts';
export { falseInterruption, type FalseInterruptionOptions } from './false-interruption.ts';
export { holdBack, type HoldBackOptions } from './hold-back.ts';
export { turnMetrics } from './turn-metrics.ts';
