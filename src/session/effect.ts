// Everything a session can want. The shell carries an effect out; composite effects come back as one settlement input.

import type { RealtimeItem } from '../protocol/items.ts';
import type { SessionConfig } from '../protocol/session-config.ts';
import type { UserMessage } from './input.ts';
import type { PlainNotice } from './plain-events.ts';

/** A function call as the shell and the transport need it. */
export interface CallRef {
  readonly callId: string;
  readonly itemId?: string;
  readonly previousItemId?: string;
  readonly responseId: string;
  readonly name: string;
  readonly arguments: string;
}

/** What leaves through the transport. */
export type SendCommand =
  | {
      readonly type: 'createResponse';
      readonly eventId: string;
      /** What differs from the session in this response, in the wire's words. */
      readonly response?: Readonly<Record<string, unknown>> | undefined;
    }
  | { readonly type: 'cancelResponse'; readonly responseId: string | null }
  | { readonly type: 'truncate'; readonly itemId: string; readonly contentIndex: number; readonly audioEndMs: number }
  | { readonly type: 'functionCallOutput'; readonly call: CallRef; readonly output: string }
  | {
      readonly type: 'message';
      readonly message: UserMessage;
      readonly otherEventData: Readonly<Record<string, unknown>>;
      readonly needsAnswer?: false;
    }
  | { readonly type: 'updateConfig'; readonly config: SessionConfig }
  | { readonly type: 'resetHistory'; readonly from: readonly RealtimeItem[]; readonly to: readonly RealtimeItem[] }
  /** As it is, from a feature. */
  | { readonly type: 'event'; readonly event: { readonly type: string } & Readonly<Record<string, unknown>> }
  /** To a foreign transport, which owns playback itself. */
  | { readonly type: 'interrupt' };

/** What the app is told, in plain data; the shell puts the live agent, tool and context in. */
export type SessionNotice =
  | { readonly type: 'agentStart'; readonly agentName: string }
  | { readonly type: 'agentEnd'; readonly agentName: string; readonly output: string }
  | { readonly type: 'agentHandoff'; readonly fromAgentName: string; readonly toAgentName: string }
  | { readonly type: 'toolStart'; readonly agentName: string; readonly call: CallRef }
  | {
      readonly type: 'toolEnd';
      readonly agentName: string;
      readonly call: CallRef;
      readonly output: string;
      readonly customData?: Readonly<Record<string, unknown>>;
    }
  | { readonly type: 'toolApprovalRequested'; readonly agentName: string; readonly call: CallRef }
  | { readonly type: 'audioStart'; readonly agentName: string }
  | { readonly type: 'audioStopped'; readonly agentName: string }
  | { readonly type: 'audioInterrupted'; readonly agentName: string }
  | { readonly type: 'guardrailTripped'; readonly agentName: string; readonly error: unknown; readonly itemId: string }
  | { readonly type: 'historyAdded'; readonly item: RealtimeItem }
  /** `isGrowing`: the model is still saying it, more will follow at once. */
  | { readonly type: 'historyUpdated'; readonly isGrowing?: true }
  | PlainNotice
  | { readonly type: 'error'; readonly error: unknown };

/** One effect. They are carried out in order; commands issued by listeners meanwhile run after the list. */
export type SessionEffect =
  | { readonly type: 'send'; readonly command: SendCommand }
  | { readonly type: 'emit'; readonly notice: SessionNotice }
  | { readonly type: 'flushPlayout'; readonly interruptId: string }
  /** No more audio of that item will come: what is queued of it is all. */
  | { readonly type: 'endPlayout'; readonly itemId: string; readonly contentIndex: number }
  /** Settles as `interruptOverdue` after `delayMs`. */
  | { readonly type: 'startInterruptTimer'; readonly interruptId: string; readonly delayMs: number }
  /** Settles as `serverTurnOverdue` after `delayMs`. */
  | { readonly type: 'startServerTurnTimer'; readonly turn: number; readonly delayMs: number }
  /** Settles as `speechOverdue` after `delayMs`; there is one at a time. */
  | { readonly type: 'startSpeechTimer'; readonly delayMs: number }
  /** Settles as `resendDue` after `delayMs`; there is one at a time. */
  | { readonly type: 'startResendTimer'; readonly delayMs: number }
  /** Settles as `reconnectDue` after `delayMs`, shortened by jitter. */
  | { readonly type: 'startReconnectTimer'; readonly attempt: number; readonly delayMs: number }
  /** Settles as `rolloverDue` after `delayMs`. */
  | { readonly type: 'startRolloverTimer'; readonly connectionCount: number; readonly delayMs: number }
  /** Opens a connection for the agent in charge; settles as `connected` or `disconnected`. */
  | { readonly type: 'reconnect'; readonly attempt: number }
  /** Forgets a call whose output needs no sending. */
  | { readonly type: 'releaseCall'; readonly callId: string }
  /** Settles as `timerDue` after `delayMs`. */
  | { readonly type: 'startTimer'; readonly timerId: string; readonly delayMs: number }
  /** Without effect where nobody plays here. `gainDb` is for `duck`. */
  | {
      readonly type: 'controlPlayout';
      readonly control: 'pause' | 'resume' | 'duck' | 'unduck';
      readonly gainDb: number;
    }
  /** The part of a feature outside the core has something to do; what comes of it is a `featureInput`. */
  | { readonly type: 'runFeature'; readonly feature: string; readonly job: unknown }
  /** Fires the AbortSignal of a call that is being prepared or running. */
  | { readonly type: 'abort'; readonly callId: string; readonly reason: string }
  /** Resolves or rejects the promise that the command returned. */
  | { readonly type: 'settle'; readonly commandId: string; readonly error?: unknown }
  | { readonly type: 'prepareAgent'; readonly commandId: string; readonly agentName: string }
  /** Parse, look up, `isEnabled`, `needsApproval`, for the agent that the response was created with. */
  | { readonly type: 'prepareCall'; readonly call: CallRef; readonly agentName: string }
  | { readonly type: 'runCall'; readonly call: CallRef; readonly agentName: string }
  | { readonly type: 'runHandoff'; readonly call: CallRef; readonly agentName: string; readonly toAgentName: string }
  | { readonly type: 'formatRejection'; readonly call: CallRef; readonly agentName: string; readonly message?: string }
  /** One guardrail, by its place in the session's list, reads all of a text so far. */
  | {
      readonly type: 'runGuardrail';
      readonly runId: string;
      readonly guardrail: number;
      readonly agentName: string;
      readonly responseId: string;
      readonly itemId: string;
      readonly text: string;
    };

/** The effect that sends `command`. */
export function send(command: SendCommand): SessionEffect {
  return { type: 'send', command };
}

/** The effect that tells the app. */
export function emit(notice: SessionNotice): SessionEffect {
  return { type: 'emit', notice };
}
