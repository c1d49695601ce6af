import type { RealtimeContextData, RunContext } from '../agent/run-context.ts';
import { realtimeContext } from '../agent/run-context.ts';
import type { Clock } from '../clock.ts';
import { systemClock } from '../clock.ts';
import type { ListenerSource } from '../isolated-emit.ts';
import { jitterOf, reconnectPolicy } from '../reconnect-options.ts';
import type { SessionAgent } from '../session-events.ts';
import type { RealtimeSessionOptions } from '../session-options.ts';
import { guardrailDebounceLength } from '../session-options.ts';
import type { ReconnectPolicy } from '../session/state.ts';
import { defaultTransport } from '../transports/defaults.ts';
import type { DrivableTransport, RealtimeTransportLayer } from '../transports/transport.ts';
import { isDrivable } from '../transports/transport.ts';
import { emitErrorIsolated } from './error-emit.ts';
import type { FeatureShell } from './session-feature.ts';
import { attachFeatures } from './session-feature.ts';
import type { SessionMachine } from './session-machine.ts';

/** What a session is made of before anything happens. */
export interface SessionParts<TContext> {
  /** The session that listeners are registered with. */
  readonly emitter: ListenerSource;
  readonly initialAgent: SessionAgent<TContext>;
  readonly options: Partial<RealtimeSessionOptions<TContext>>;
  readonly clock: Clock;
  readonly transport: RealtimeTransportLayer;
  /** The transport, if the session drives it. */
  readonly driven: DrivableTransport | null;
  readonly runContext: RunContext<RealtimeContextData<TContext>>;
  readonly reconnect: ReconnectPolicy | null;
  /** The share of a reconnect delay, 0…1, that is random. */
  readonly jitter: number;
  readonly features: ReadonlyMap<string, FeatureShell>;
  /** Features that the user's audio goes by. */
  readonly hearers: readonly FeatureShell[];
  /** Tells the app of an error; may be called at any time. */
  readonly report: (error: unknown) => void;
  /** Opens the app's microphone and speaker, if the session was given them. */
  readonly openAudio: () => Promise<void> | undefined;
}

/** Makes them, and throws for options that can't work; `machine` is what runs the session. */
export function sessionParts<TContext>(
  emitter: ListenerSource,
  initialAgent: SessionAgent<TContext>,
  options: Partial<RealtimeSessionOptions<TContext>>,
  machine: () => SessionMachine<TContext>,
): SessionParts<TContext> {
  const clock = options.clock ?? systemClock;
  const { transport: choice, audio } = options;
  // The events of a foreign one are the same; only its `on` is typed otherwise.
  const transport =
    typeof choice === 'object'
      ? (choice as RealtimeTransportLayer)
      : defaultTransport(choice, { clock, playout: audio?.playout });
  const driven = isDrivable(transport) ? transport : null;
  const runContext = realtimeContext(options.context, () => machine().history);
  const report = (error: unknown): void => emitErrorIsolated(emitter, { type: 'error', error });
  const reconnect = reconnectPolicy(options.reconnect);
  const jitter = jitterOf(options.reconnect);
  driven?.drive();
  const features = attachFeatures(options.features ?? [], {
    transport,
    driven,
    clock,
    runContext,
    hasGuardrails: guardrailDebounceLength(options) !== null,
    post: (feature, detail) => machine().featureInput(feature, detail),
    report,
  });
  const hearers = [...features.values()].filter((feature) => 'onUserAudio' in feature);
  const openAudio = (): Promise<void> | undefined => audio?.open((packet) => machine().sendAudio(packet, {}));
  return {
    emitter,
    initialAgent,
    options,
    clock,
    transport,
    driven,
    runContext,
    reconnect,
    jitter,
    features,
    hearers,
    report,
    openAudio,
  };
}
