// Everything that can happen to a session. An input is plain data: a recorded list of inputs replays a call.

import type { RealtimeItem } from '../protocol/items.ts';
import type { SessionConfig } from '../protocol/session-config.ts';
import type { CallRef } from './effect.ts';
import type { HeardAudio } from './state.ts';
import type { ItemPosition, PlayoutReport } from '../playout/playout.ts';

/** Tokens of one response. */
export interface ResponseUsage {
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly totalTokens: number;
  readonly inputTokensDetails?: Readonly<Record<string, number>>;
  readonly outputTokensDetails?: Readonly<Record<string, number>>;
}

/** How a response ended, in the words of the server. */
export type ResponseStatus = 'completed' | 'cancelled' | 'failed' | 'incomplete';

/** What the transport is able to do; decides who owns interrupt and truncation. */
export interface TransportAbilities {
  /**
   * The transport has a playout and obeys: the session core interrupts, truncates and sequences responses. Otherwise the
   * transport does all that: it answers messages by itself, and a `createResponse` waits only for a known active response.
   */
  readonly isDriven: boolean;
  /** The server creates a response by itself at the end of each user turn. */
  readonly createsResponses: boolean;
}

export type TransportInput =
  /** A new connection begins: everything but usage and sticky approvals is reset; `agentName` when the agent is, too. */
  | { readonly type: 'connecting'; readonly agentName?: string }
  /** Repeated while open, it only says whether the server creates responses now. */
  | {
      readonly type: 'connected';
      readonly abilities: TransportAbilities;
      /** Attached to a conversation that the server has kept: nothing is replayed. */
      readonly keepsConversation?: boolean;
    }
  /** The connection ended without a `close` command, or an attempt at one failed. */
  | {
      readonly type: 'disconnected';
      readonly closeCode?: number;
      readonly reason?: string;
      /** Another attempt would fail the same way. */
      readonly isFinal?: boolean;
    }
  | { readonly type: 'responseStarted'; readonly responseId: string }
  | {
      readonly type: 'responseDone';
      readonly responseId: string;
      readonly status: ResponseStatus;
      readonly reason?: string;
      /** Text of the last message of the response that has any; the argument of `agent_end`. */
      readonly outputText: string;
      /** Id of that message. */
      readonly outputItemId?: string;
      readonly usage?: ResponseUsage;
      /** Nobody has said so, and perhaps nobody will. */
      readonly isPresumed?: true;
    }
  | { readonly type: 'itemUpdated'; readonly item: RealtimeItem }
  | { readonly type: 'itemDeleted'; readonly itemId: string }
  | {
      readonly type: 'transcriptDelta';
      readonly responseId: string;
      readonly itemId: string;
      readonly delta: string;
      /** The model writes instead of speaking. */
      readonly isWritten?: true;
    }
  /**
   * First audio of an item, also when `acceptsAudio` refuses it: the server must learn that it was not heard. The bytes
   * themselves go to the playout and never pass here.
   */
  | {
      readonly type: 'audioStarted';
      readonly responseId: string;
      readonly itemId: string;
      readonly contentIndex: number;
    }
  /** The model has sent all audio of an item. */
  | { readonly type: 'audioDone'; readonly responseId: string; readonly itemId: string }
  | {
      readonly type: 'functionCall';
      readonly responseId: string;
      readonly itemId?: string;
      readonly previousItemId?: string;
      readonly callId: string;
      readonly name: string;
      readonly arguments: string;
    }
  /** The user began to speak. `serverInterrupts`: the server cancels its response by itself. */
  | {
      readonly type: 'speechStarted';
      readonly serverInterrupts: boolean;
      /** The item that the server will make of it. */
      readonly itemId?: string;
      readonly audioStartMs?: number;
      /** A feature has yet to find out whether this is an interruption: the agent is not interrupted by it. */
      readonly isTentative?: true;
    }
  | {
      readonly type: 'speechStopped';
      readonly itemId?: string;
      readonly audioEndMs?: number;
      /** A feature has yet to decide about the turn: `turnEnded` follows. */
      readonly isTentative?: true;
    }
  /** A foreign transport, or the server that owns the playout, says that playback was interrupted. */
  | { readonly type: 'playbackInterrupted' }
  /** A tool of a hosted server has answered, and the model is to go on. */
  | { readonly type: 'hostedCallAnswered' }
  /** The server has the output of that call. */
  | { readonly type: 'outputConfirmed'; readonly callId: string }
  /** The transport threw; the output has not left. */
  | {
      readonly type: 'outputUnsent';
      readonly call: CallRef;
      readonly output: string;
      readonly error: unknown;
    }
  /** The server refused an event; `eventId` is ours when it names one. */
  | { readonly type: 'serverError'; readonly code?: string; readonly eventId?: string; readonly error: unknown };

export type CommandInput =
  | { readonly type: 'interrupt' }
  | {
      readonly type: 'sendMessage';
      readonly message: UserMessage;
      readonly otherEventData: Readonly<Record<string, unknown>>;
      /** False for what is only to be known, such as an image without a question. */
      readonly needsAnswer?: false;
    }
  | {
      readonly type: 'requestResponse';
      /** What differs from the session in this response, in the wire's words. */
      readonly response?: Readonly<Record<string, unknown>> | undefined;
      /** The app's own id of the event. */
      readonly eventId?: string | undefined;
      /** Any number of such requests get one response, as outputs of tools do. */
      readonly isShared?: true;
    }
  | {
      readonly type: 'approve';
      readonly commandId: string;
      readonly callId: string;
      /** As the app was shown them. */
      readonly arguments?: string;
      readonly always: boolean;
    }
  | {
      readonly type: 'reject';
      readonly commandId: string;
      readonly callId: string;
      readonly arguments?: string;
      readonly always: boolean;
      readonly message?: string;
    }
  | { readonly type: 'updateAgent'; readonly commandId: string; readonly agentName: string }
  | { readonly type: 'updateHistory'; readonly items: readonly RealtimeItem[] }
  | { readonly type: 'close' };

/** A user message in the public API's words. */
export type UserMessage =
  | string
  | {
      readonly type: 'message';
      readonly role: 'user';
      readonly content: readonly (
        | { readonly type: 'input_text'; readonly text: string }
        | {
            readonly type: 'input_image';
            readonly image: string;
            readonly providerData?: Readonly<Record<string, unknown>>;
          }
      )[];
    };

/** What `prepareCall` found out about a call. */
export type CallPlan =
  /** `stopsOnInterrupt`: an interrupt ends the call. */
  | { readonly kind: 'run'; readonly needsApproval: boolean; readonly stopsOnInterrupt?: boolean }
  | { readonly kind: 'handoff'; readonly toAgentName: string }
  /** The call can't run; the model gets this text as its output. `error` is reported when the app must know. */
  | { readonly kind: 'refuse'; readonly output: string; readonly error?: unknown };

/** The end of a composite effect. One whose record is gone changes nothing. */
export type SettlementInput =
  | { readonly type: 'callPrepared'; readonly callId: string; readonly plan: CallPlan }
  | {
      readonly type: 'callSettled';
      readonly callId: string;
      readonly output: string;
      /** A background result: the output is sent, but no response is asked for. */
      readonly isBackground: boolean;
      /** Reported as `error` beside the output. */
      readonly error?: unknown;
      /** For the app, never for the model. */
      readonly customData?: Readonly<Record<string, unknown>>;
    }
  | {
      readonly type: 'handoffSettled';
      readonly callId: string;
      readonly result:
        /** `output` is what the model reads. */
        | { readonly ok: true; readonly agentName: string; readonly config: SessionConfig; readonly output: string }
        | { readonly ok: false; readonly output: string; readonly error: unknown };
    }
  | {
      readonly type: 'agentPrepared';
      readonly commandId: string;
      readonly result:
        | { readonly ok: true; readonly agentName: string; readonly config: SessionConfig }
        | { readonly ok: false; readonly error: unknown };
    }
  | { readonly type: 'rejectionFormatted'; readonly callId: string; readonly message: string }
  | {
      readonly type: 'guardrailSettled';
      readonly runId: string;
      /** `null`: nothing tripped. */
      readonly tripped: { readonly error: unknown; readonly feedback: string } | null;
      /** A guardrail itself threw; reported, and the text counts as checked. */
      readonly error?: unknown;
    };

export type PlayoutInput =
  | { readonly type: 'playoutReport'; readonly report: PlayoutReport; readonly sampleRate: number }
  /** The first frame of an item was rendered. */
  | { readonly type: 'playoutStarted'; readonly position: ItemPosition }
  /** An item ended and its last frame was rendered. */
  | {
      readonly type: 'playoutDone';
      readonly position: ItemPosition;
      /** By a model of a player that the app has, which may lag behind. */
      readonly isModelled?: true;
    };

export type TimerInput =
  | {
      readonly type: 'interruptOverdue';
      readonly interruptId: string;
      /** Positions that the playout had published when it was flushed. */
      readonly positions: readonly ItemPosition[];
      readonly sampleRate: number;
    }
  | { readonly type: 'serverTurnOverdue'; readonly turn: number }
  /** `lastAudioAtMs`: when the app last handed audio over; null if it never does, for the transport has its own source. */
  | { readonly type: 'speechOverdue'; readonly lastAudioAtMs: number | null }
  /** Outputs that the transport refused may be tried again. */
  | { readonly type: 'resendDue' }
  | { readonly type: 'reconnectDue'; readonly attempt: number }
  | { readonly type: 'rolloverDue'; readonly connectionCount: number }
  | { readonly type: 'timerDue'; readonly timerId: string };

export type FeatureInput =
  /** A feature that has taken the answering of turns from the server has decided whether one gets a response. */
  | { readonly type: 'turnEnded'; readonly needsAnswer: boolean }
  /** What a feature learns outside the core; its own plain data. */
  | { readonly type: 'featureInput'; readonly feature: string; readonly detail: unknown };

/** Another process takes the call over. */
export interface ResumedInput {
  readonly type: 'resumed';
  /** Calls that have run, or may have. */
  readonly startedCallIds: readonly string[];
  /** What is known to have been heard of audio that was playing. */
  readonly heard: readonly HeardAudio[];
}

/** One input of the session core; `atMs` is monotonic and comes from the shell. */
export type SessionInput = { readonly atMs: number } & (
  | TransportInput
  | CommandInput
  | SettlementInput
  | PlayoutInput
  | TimerInput
  | FeatureInput
  | ResumedInput
);

/** The input of one type. */
export type InputOf<T extends SessionInput['type']> = Extract<SessionInput, { readonly type: T }>;
