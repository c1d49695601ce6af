// The state of a session: plain, serialisable data. It names agents and tools; the live objects stay in the shell.
// Only history (and one usage record a response) grows with the call; everything else is bounded by what is in flight.

import type { CallRef, SendCommand, SessionEffect } from './effect.ts';
import type { ItemList } from './item-list.ts';
import type { ResponseUsage, TransportAbilities } from './input.ts';

/** The items of the conversation, in order. */
export interface History {
  readonly items: ItemList;
  /** Items at the end because their predecessor has not arrived yet, in order of arrival; the youngest few. */
  readonly orphanIds: readonly string[];
  /** Cuts of items that have not arrived yet; the youngest few. */
  readonly cuts: readonly HeardAudio[];
}

/** How much of an interrupted item was heard. */
export interface HeardAudio {
  readonly itemId: string;
  readonly contentIndex: number;
  readonly heardMs: number;
  /** Of the audio received of it, 0…1. */
  readonly heardFraction: number;
}

/** A response that the server has started and that may still produce something. */
export interface LiveResponse {
  readonly responseId: string;
  /** The agent it was created with; its calls are dispatched against that agent. */
  readonly agentName: string;
  readonly isDone: boolean;
  /** The server has yet to say so: its tokens are not counted. */
  readonly isPresumedDone?: true;
  /** An interrupt has cancelled it: its late deltas are refused. */
  readonly isCancelled: boolean;
  /** Its audio has started, and the model has not sent the end of the item yet. */
  readonly isSounding: boolean;
  /** Audio that began in it, played or refused. */
  readonly audio: readonly { readonly itemId: string; readonly contentIndex: number }[];
  /** Calls seen in it, so that a repeated event runs nothing twice. */
  readonly calls: readonly Pick<CallRef, 'callId' | 'name' | 'arguments'>[];
}

/** A response that the app asks for. */
export interface ResponseRequest {
  /** What differs from the session in it, in the wire's words. */
  readonly response?: Readonly<Record<string, unknown>> | undefined;
  /** The app's own id of the event. */
  readonly eventId?: string | undefined;
}

export interface Responses {
  /** The youngest few, oldest first. An event of a response that is not listed is stale. */
  readonly live: readonly LiveResponse[];
  /** The server is generating this one: the youngest that is not done. */
  readonly activeId: string | null;
  /** `response.create` was sent with this event id and the server has not answered yet. */
  readonly requestedEventId: string | null;
  /** The request in flight if the app made it (a message), null for one of tool outputs. */
  readonly requestedByApp: ResponseRequest | null;
  /** The app has interrupted since: the response is cancelled as soon as the server has created it. */
  readonly requestedIsCancelled: boolean;
  /** Requests that a `responseStarted` was taken to answer, the youngest few: the server may still refuse one. */
  readonly answered: readonly { readonly eventId: string; readonly byApp: ResponseRequest | null }[];
  /** Requests of the app that wait their turn, oldest first; each gets its own response. */
  readonly queued: readonly ResponseRequest[];
  /** Tool outputs want a response; any number of them share one. */
  readonly isAutomaticQueued: boolean;
  /** The user is speaking: automatic requests wait. */
  readonly isUserSpeaking: boolean;
  /** When the user began to speak; of the last time. */
  readonly speechStartedAtMs: number;
  /** A request waits for the end of this speech, and a deadline has been set for it. */
  readonly isSpeechTimed: boolean;
  /** Counts ends of user turns; while not null the server's own response to that turn is awaited. */
  readonly awaitedTurn: number | null;
  /** The server is busy with a response that we don't know; every request waits for its end or this turn's deadline. */
  readonly busyTurn: number | null;
  readonly turnCount: number;
}

export type CallStage = 'preparing' | 'awaitingApproval' | 'running' | 'handingOff' | 'rejecting';

/** A function call that has no output yet. */
export interface PendingCall {
  readonly call: CallRef;
  readonly agentName: string;
  readonly stage: CallStage;
  /** The app has allowed it already, in a process that is gone. */
  readonly isApproved?: true;
  /** An interrupt ends the call while it runs. */
  readonly stopsOnInterrupt: boolean;
}

/** An output on its way. */
export interface SentOutput {
  readonly callId: string;
  /** The server has begun a response by itself since: it may have done so before it had the output. */
  readonly isOvertaken: boolean;
}

/** An output that could not be sent. */
export interface UnsentOutput {
  readonly call: CallRef;
  readonly output: string;
  readonly needsAnswer: boolean;
}

export interface Tools {
  readonly pending: readonly PendingCall[];
  /** Responses with an output that wants an answer; it is asked for once none of their calls is on its way. */
  readonly followUpIds: readonly string[];
  /** Outputs that want an answer and that the server has not shown yet, the youngest few. */
  readonly unconfirmed: readonly SentOutput[];
  /** Outputs that the transport refused; nothing is asked for until they are sent. */
  readonly unsent: readonly UnsentOutput[];
  /** Attempts in a row to send those again. */
  readonly resendCount: number;
  /** Responses that have taken a handoff; a further one is ignored. */
  readonly handoffIds: readonly string[];
}

/** Changes of the agent that the app asked for. */
export interface Handoffs {
  /** `updateAgent` commands whose agent is being prepared, oldest first. */
  readonly updateIds: readonly string[];
}

export interface Approvals {
  /** Sticky decisions by the names of agent and tool, a line each. */
  readonly always: Readonly<Record<string, 'approve' | 'reject'>>;
}

/** How far one guardrail has read a text. */
export interface GuardrailReading {
  /** Characters given to its runs so far, the one in flight included. */
  readonly checkedLength: number;
  readonly runId: string | null;
}

/** Transcript of one response, checked piece by piece. */
export interface GuardedText {
  readonly responseId: string;
  readonly agentName: string;
  /** The item that the youngest piece belongs to. */
  readonly itemId: string;
  readonly text: string;
  /** One for each guardrail, in the session's order. */
  readonly readings: readonly GuardrailReading[];
  readonly isComplete: boolean;
  /** Tripped once, never again. */
  readonly hasTripped: boolean;
}

export interface Guardrails {
  readonly texts: readonly GuardedText[];
}

/** When a connection is made again. */
export interface ReconnectPolicy {
  /** Attempts in a row before the session gives up. */
  readonly maxAttempts: number;
  readonly initialDelayMs: number;
  readonly maxDelayMs: number;
  /** Age at which a connection is replaced; null: never. */
  readonly rolloverAfterMs: number | null;
}

/** The way from one connection to the next. */
export interface Reconnect {
  /** Null: a lost connection ends the session. */
  readonly policy: ReconnectPolicy | null;
  /** Attempts since the connection was last a stable one. */
  readonly attempt: number;
  /** Connections so far. */
  readonly connectionCount: number;
  readonly openedAtMs: number;
  /** The connection is to be replaced at the next quiet moment. */
  readonly isRolloverDue: boolean;
  /** Messages on their way to a server that has not shown their items yet, oldest first. */
  readonly unconfirmed: readonly SendCommand[];
  /** What waits for the next connection, in order. */
  readonly outbox: readonly SendCommand[];
}

/** Audio of an item that is queued, playing, or waits for the report of an interrupt. */
export interface LiveAudio {
  readonly responseId: string;
  readonly itemId: string;
  readonly contentIndex: number;
  /** The model has sent all of it. */
  readonly hasEnded: boolean;
  /** The server that generated it is gone; the present one has its words only. */
  readonly isReplayed: boolean;
}

/** Audio that an interrupt cancelled and whose report is awaited. */
export interface InterruptedAudio extends LiveAudio {
  readonly interruptId: string;
}

export interface Playback {
  /** Items whose audio has started and is not known to be heard to the end, in queue order. */
  readonly live: readonly LiveAudio[];
  /** Set from the flush to its report or deadline; no response may be asked for meanwhile. */
  readonly interruptId: string | null;
  /** The player of the app may lag behind its model, and still play the end of what counts as heard. */
  readonly mayPlayOn: boolean;
  /** Older interrupts that are awaited still: new audio had started and was interrupted before their report came. */
  readonly earlierInterruptIds: readonly string[];
  /** What they cancelled; only these items may be truncated, each by the report of its own interrupt. */
  readonly interrupted: readonly InterruptedAudio[];
}

export interface Usage {
  readonly requests: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly totalTokens: number;
  /** In pages, oldest first. */
  readonly perResponse: readonly (readonly ResponseUsage[])[];
  /** Responses that were first heard of when they ended, the youngest few: each counts once. */
  readonly joinedIds: readonly string[];
}

export interface SessionState {
  /** `reconnecting`: lost or replaced, and to be made again. */
  readonly connection: 'closed' | 'connecting' | 'open' | 'reconnecting';
  readonly abilities: TransportAbilities;
  readonly agentName: string;
  /** Characters of new transcript between two guardrail runs, -1 for once at the end, null for no guardrails. */
  readonly guardrailDebounceLength: number | null;
  /** Guardrails that read along. */
  readonly guardrailCount: number;
  /** Prefix of every id made here, so that two sessions never clash. */
  readonly seed: string;
  readonly nextId: number;
  readonly history: History;
  readonly responses: Responses;
  readonly tools: Tools;
  readonly approvals: Approvals;
  readonly handoffs: Handoffs;
  readonly guardrails: Guardrails;
  readonly playback: Playback;
  readonly usage: Usage;
  readonly reconnect: Reconnect;
  /** Slices of the features, by name. */
  readonly features: Readonly<Record<string, unknown>>;
}

/** What a part returns: its new state and what is to be done, in order. */
export type Step<T> = readonly [T, readonly SessionEffect[]];

/** The state without change. */
export function unchanged<T>(state: T): Step<T> {
  return [state, []];
}

/** Takes the next id. Ids are unique in the session and, by its seed, between sessions. */
export function takeId(state: SessionState): [id: string, state: SessionState] {
  return [`${state.seed}_${state.nextId}`, { ...state, nextId: state.nextId + 1 }];
}
