// The state of a session: plain, serialisable data. It names agents and tools; the live objects stay in the shell.
// Only history grows with the call; everything else is bounded by what is in flight.

import type { RealtimeItem } from '../protocol/items.ts';
import type { CallRef, SessionEffect } from './effect.ts';
import type { ResponseUsage, TransportAbilities } from './input.ts';

/** The items of the conversation, in order. */
export interface History {
  readonly items: readonly RealtimeItem[];
}

/** A response that the server has started and that may still produce something. */
export interface LiveResponse {
  readonly responseId: string;
  /** The agent it was created with; its calls are dispatched against that agent. */
  readonly agentName: string;
  readonly isDone: boolean;
  /** An interrupt has cancelled it: its late deltas are refused. */
  readonly isCancelled: boolean;
  /** Calls seen in it, so that a repeated event runs nothing twice. */
  readonly callIds: readonly string[];
}

export interface Responses {
  /** The youngest few, oldest first. An event of a response that is not listed is stale. */
  readonly live: readonly LiveResponse[];
  /** The server is generating this one. */
  readonly activeId: string | null;
  /** `response.create` was sent with this event id and the server has not answered yet. */
  readonly requestedEventId: string | null;
  /** The request in flight was made by the app (a message), not by a tool output. */
  readonly requestedIsManual: boolean;
  /** Requests of the app that wait their turn; each gets its own response. */
  readonly queuedManual: number;
  /** Tool outputs want a response; any number of them share one. */
  readonly isAutomaticQueued: boolean;
  /** The user is speaking: automatic requests wait. */
  readonly isUserSpeaking: boolean;
  /** Counts ends of user turns; while not null the server's own response to that turn is awaited. */
  readonly awaitedTurn: number | null;
  readonly turnCount: number;
}

export type CallStage = 'preparing' | 'awaitingApproval' | 'running' | 'handingOff' | 'rejecting';

/** A function call that has no output yet. */
export interface PendingCall {
  readonly call: CallRef;
  readonly agentName: string;
  readonly stage: CallStage;
}

export interface Tools {
  readonly pending: readonly PendingCall[];
}

export interface Approvals {
  /** Sticky decisions by tool name. */
  readonly always: Readonly<Record<string, 'approve' | 'reject'>>;
}

/** Transcript of one response, checked piece by piece. */
export interface GuardedText {
  readonly responseId: string;
  readonly itemId: string;
  readonly text: string;
  readonly checkedLength: number;
  readonly runId: string | null;
  readonly isComplete: boolean;
}

export interface Guardrails {
  readonly texts: readonly GuardedText[];
}

/** Audio of an item that is queued, playing, or waits for the report of an interrupt. */
export interface LiveAudio {
  readonly responseId: string;
  readonly itemId: string;
  readonly contentIndex: number;
}

export interface Playback {
  /** Items whose audio has started and is not known to be heard to the end, in queue order. */
  readonly live: readonly LiveAudio[];
  /** Set from the flush to its report or deadline; no response may be asked for meanwhile. */
  readonly interruptId: string | null;
  /** What that interrupt cancelled; only these items may be truncated by its report. */
  readonly interrupted: readonly LiveAudio[];
}

export interface Usage {
  readonly requests: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly totalTokens: number;
  readonly perResponse: readonly ResponseUsage[];
}

export interface SessionState {
  readonly connection: 'closed' | 'connecting' | 'open';
  readonly abilities: TransportAbilities;
  readonly agentName: string;
  /** Characters of new transcript between two guardrail runs, -1 for once at the end, null for no guardrails. */
  readonly guardrailDebounceLength: number | null;
  /** Prefix of every id made here, so that two sessions never clash. */
  readonly seed: string;
  readonly nextId: number;
  readonly history: History;
  readonly responses: Responses;
  readonly tools: Tools;
  readonly approvals: Approvals;
  readonly guardrails: Guardrails;
  readonly playback: Playback;
  readonly usage: Usage;
}

/** What a part returns: its new state and what is to be done, in order. */
export type Step<T> = readonly [T, readonly SessionEffect[]];
