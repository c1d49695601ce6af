// What an optional feature is to a session: a pure part in front of the session core, and what it does outside of it.

import type { RealtimeContextData, RunContext } from '../agent/run-context.ts';
import type { Clock } from '../clock.ts';
import { UserError } from '../errors.ts';
import type { SessionConfig } from '../protocol/session-config.ts';
import type { FeatureCore } from '../session/feature.ts';
import type { DrivableTransport, RealtimeTransportLayer } from '../transports/transport.ts';

/** The session that a feature was given to. */
export interface FeatureHost {
  readonly transport: RealtimeTransportLayer;
  /** The transport, if the session drives it. */
  readonly driven: DrivableTransport | null;
  readonly clock: Clock;
  readonly runContext: RunContext<RealtimeContextData>;
  /** Whether output guardrails read what the agent says. */
  readonly hasGuardrails: boolean;
  /** Gives the feature's own core an input, in its turn. */
  readonly post: (detail: unknown) => void;
  /** Tells the app of an error. */
  readonly report: (error: unknown) => void;
}

/** The part of a feature outside the core, for one session. */
export interface FeatureShell {
  /** Carries out a `runFeature` effect. */
  run?(job: unknown): void;
  /** Audio of the user is about to be sent. */
  onUserAudio?(audio: ArrayBuffer | ArrayBufferView): void;
  /** The connection has ended. */
  stop?(): void;
}

/** An optional feature of a session, as the functions of `bargein/features` make them. Goes into `options.features`. */
export interface SessionFeature {
  readonly core: FeatureCore;
  /** Changes each configuration before it is sent. */
  readonly configure?: (config: SessionConfig) => SessionConfig;
  /** Called once by each session that it is given to; throws if it can't work there. */
  readonly attach?: (host: FeatureHost) => FeatureShell;
}

const NO_FEATURES: ReadonlyMap<string, FeatureShell> = new Map();

/** Attaches features to a session; the part of each outside the core, by name. Throws what one of them throws. */
export function attachFeatures(
  features: readonly SessionFeature[],
  session: Omit<FeatureHost, 'post'> & { readonly post: (feature: string, detail: unknown) => void },
): ReadonlyMap<string, FeatureShell> {
  if (features.length === 0) return NO_FEATURES;
  const shells = new Map<string, FeatureShell>();
  for (const { core, attach } of features) {
    const { name } = core;
    if (shells.has(name)) throw new UserError(`feature ${name} was given twice`, { code: 'ERR_SESSION_OPTION' });
    shells.set(name, attach?.({ ...session, post: (detail) => session.post(name, detail) }) ?? {});
  }
  return shells;
}
