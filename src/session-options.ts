import type { ToolErrorFormatter } from './agent/call-runner.ts';
import type { RealtimeOutputGuardrail, RealtimeOutputGuardrailSettings } from './agent/guardrail.ts';
import type { RealtimeContextData } from './agent/run-context.ts';
import type { Clock } from './clock.ts';
import { UserError } from './errors.ts';
import { MAX_TIMEOUT_MS } from './agent/tool.ts';
import type { RealtimeReconnectOptions } from './reconnect-options.ts';
import type { SessionFeature } from './shell/session-feature.ts';
import type { SessionJournal } from './shell/journal-writer.ts';
import type { SessionConfig } from './protocol/session-config.ts';
import type { SessionAudio } from './session-audio.ts';
import type { SessionAgent } from './session-events.ts';
import type { HeardAudio } from './session/state.ts';
import type { ApiKey, ForeignTransportLayer, RealtimeTransportLayer } from './transports/transport.ts';

/** How function tools run. */
export interface RealtimeToolExecutionConfig {
  /** Runs a tool's input guardrails before the app is asked for an approval, and again before the tool runs. */
  preApprovalInputGuardrails?: boolean;
  /** For tools without `timeoutMs`, and for callbacks around calls; in milliseconds, 1…2147483647. Default 60,000. */
  defaultTimeoutMs?: number;
}

/** Options of a `RealtimeSession`. */
export interface RealtimeSessionOptions<TContext = unknown> {
  /** A key, or a function that yields one at each connect. */
  apiKey: ApiKey;
  /** Default: WebRTC where the platform has it, as browsers do, else WebSocket. */
  transport: 'webrtc' | 'websocket' | RealtimeTransportLayer | ForeignTransportLayer;
  model?: string;
  /** The app's own context; tools and instructions get it with the history. */
  context?: TContext;
  outputGuardrails?: RealtimeOutputGuardrail[];
  outputGuardrailSettings?: RealtimeOutputGuardrailSettings;
  /** Configuration of the session beside what the agent says. */
  config?: SessionConfig;
  toolExecution?: RealtimeToolExecutionConfig;
  /** Keeps base64 audio in history items. Default false. */
  historyStoreAudio?: boolean;
  tracingDisabled?: boolean;
  groupId?: string;
  traceMetadata?: Record<string, unknown>;
  workflowName?: string;
  /** Asks for a response when a hosted tool has answered. Default true. */
  automaticallyTriggerResponseForMcpToolCalls?: boolean;
  /** Words of a rejection for the model. */
  toolErrorFormatter?: ToolErrorFormatter<RealtimeContextData<TContext>>;
  /**
   * Whether and how a lost connection is made again, with the conversation, and an old one replaced before the service
   * ends it. Default true, for the transports of this package; another one ends the session when it disconnects.
   */
  reconnect?: boolean | RealtimeReconnectOptions;
  /** Optional features, from `bargein/features`; what the user says and the model does meets them in this order. */
  features?: readonly SessionFeature[];
  /**
   * Takes down everything that happens to the session; `RealtimeSession.resume` goes on with the call from it, in this
   * process or in another one.
   */
  journal?: SessionJournal;
  /**
   * Microphone and speaker, such as `browserAudio()` of `bargein/browser`: opened by `connect`, closed with the call. For
   * `transport: 'websocket'`, or one whose playout it is. Default: the app sends and plays audio itself.
   */
  audio?: SessionAudio;
  /** Time and timers. Default: the system's. */
  clock?: Clock;
}

/** Options of `RealtimeSession.resume`. */
export interface RealtimeResumeOptions<TContext = unknown> extends Partial<RealtimeSessionOptions<TContext>> {
  /** Everybody who may be in charge of the call; the initial agent first. */
  agents: readonly SessionAgent<TContext>[];
  /**
   * What is known to have been heard of the audio that was playing when the other session died, from the marks of a phone
   * for instance. What is not named here counts as not heard.
   */
  heard?: readonly HeardAudio[];
}

/** Options of `session.connect`. */
export interface RealtimeSessionConnectOptions {
  /** Wins over the session's own. */
  apiKey?: ApiKey;
  model?: string;
  url?: string;
  /** The call to attach to, for SIP. */
  callId?: string;
  /** Abandons the attempt; once it is connected, the session stays. */
  signal?: AbortSignal;
}

/** The options that do not depend on the app's context. */
type PlainOptions = Omit<Partial<RealtimeSessionOptions>, 'context' | 'toolErrorFormatter'>;

const DEFAULT_DEBOUNCE_LENGTH = 100;

/** Throws for options that can't work. */
export function checkSessionOptions(options: PlainOptions): void {
  const preApproval: unknown = options.toolExecution?.preApprovalInputGuardrails;
  if (preApproval !== undefined && typeof preApproval !== 'boolean') {
    throw new UserError(`toolExecution.preApprovalInputGuardrails must be a boolean, got ${typeof preApproval}`, {
      code: 'ERR_SESSION_OPTION',
    });
  }
  const defaultTimeoutMs = options.toolExecution?.defaultTimeoutMs;
  if (defaultTimeoutMs !== undefined && !(defaultTimeoutMs >= 1 && defaultTimeoutMs <= MAX_TIMEOUT_MS)) {
    throw new UserError(`toolExecution.defaultTimeoutMs must be 1…${MAX_TIMEOUT_MS}, got ${defaultTimeoutMs}`, {
      code: 'ERR_SESSION_OPTION',
    });
  }
  const { audio, transport } = options;
  const hasItsPlayout = typeof transport === 'object' && 'playout' in transport && transport.playout === audio?.playout;
  if (audio !== undefined && transport !== 'websocket' && !hasItsPlayout) {
    throw new UserError("audio needs transport: 'websocket', or a transport that was given audio.playout", {
      code: 'ERR_SESSION_OPTION',
    });
  }
  const { debounceTextLength: debounce, timeoutMs } = options.outputGuardrailSettings ?? {};
  if (timeoutMs !== undefined && !(timeoutMs > 0)) {
    throw new UserError(`outputGuardrailSettings.timeoutMs must be positive, got ${timeoutMs}`, {
      code: 'ERR_SESSION_OPTION',
    });
  }
  if (debounce !== undefined && debounce !== -1 && !(debounce > 0)) {
    throw new UserError(`debounceTextLength must be positive, or -1 for once at the end; got ${debounce}`, {
      code: 'ERR_SESSION_OPTION',
    });
  }
}

/** Characters between two guardrail runs, as the session core wants it. */
export function guardrailDebounceLength(options: PlainOptions): number | null {
  if (options.outputGuardrails === undefined || options.outputGuardrails.length === 0) return null;
  return options.outputGuardrailSettings?.debounceTextLength ?? DEFAULT_DEBOUNCE_LENGTH;
}
