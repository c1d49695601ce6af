// How long the parts of a turn took, from the end of the user's speech to the first sound of the answer, and what it cost in
// tools and tokens. It only looks on: every input is passed on as it is.

import type { SessionEffect } from './effect.ts';
import { emit } from './effect.ts';
import type { FeatureCore, Passage } from './feature.ts';
import { featureCore } from './feature.ts';
import type { HeldAudio } from './hold-back.ts';
import { HOLD_BACK } from './hold-back.ts';
import type { InputOf, SessionInput } from './input.ts';
import type { SessionState } from './state.ts';

/** What began a turn: the user's speech, a message or a request of the app, or the server by itself. */
export type TurnCause = 'speech' | 'message' | 'request' | 'server';

/** The measures of one turn, in milliseconds since it was the agent's: the end of the user's speech or the message. */
export interface TurnMetrics {
  readonly cause: TurnCause;
  /** The first response began. */
  readonly responseStartMs: number;
  /** Its first audio arrived; null if none did. */
  readonly firstAudioReceivedMs: number | null;
  /** Its first frame was rendered; null if none was, or nobody here knows. */
  readonly firstAudioHeardMs: number | null;
  /** Milliseconds in which tools ran; those of tools that ran together count once. */
  readonly toolMs: number;
  readonly toolCalls: number;
  /** Responses of the turn: one more after each round of tools. */
  readonly responses: number;
  /** The user, the app or a guardrail cut it short. */
  readonly wasInterrupted: boolean;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly totalTokens: number;
}

interface Turn {
  readonly cause: TurnCause;
  readonly startMs: number;
  readonly responseIds: readonly string[];
  readonly runningCallIds: readonly string[];
  /** Since when a tool runs without a break. */
  readonly toolsSinceMs: number;
  readonly metrics: Omit<TurnMetrics, 'cause' | 'responses'>;
}

interface TurnClock {
  /** Whose turn it is next, and since when; the next response belongs to it. */
  readonly next: { readonly cause: TurnCause; readonly atMs: number } | null;
  readonly turn: Turn | null;
}

/** The pure part of `turnMetrics`. */
export function turnMetricsCore(): FeatureCore {
  return featureCore<TurnClock>('turnMetrics', { next: null, turn: null }, (own, input, passage) => {
    passage.pass(input);
    return look(own, input, passage);
  });
}

function look(own: TurnClock, input: SessionInput, passage: Passage): TurnClock {
  const { atMs } = input;
  const { state } = passage;
  if (state.connection !== 'open') {
    if (own.turn !== null) tell(own.turn, passage);
    return { next: null, turn: null };
  }
  const next = causeOf(input);
  let after: TurnClock = next === null ? own : { ...own, next: { cause: next, atMs } };
  if (input.type === 'responseStarted') after = responseStarted(after, input.responseId, atMs, passage);
  if (after.turn === null) return after;
  const turn = toolsSeen(seen(after.turn, input), passage.effects, input);
  if (!isOver(turn, state)) return { ...after, turn };
  tell(turn, passage);
  return { ...after, turn: null };
}

function causeOf(input: SessionInput): TurnCause | null {
  if (input.type === 'speechStopped') return 'speech';
  if (input.type === 'sendMessage') return 'message';
  return input.type === 'requestResponse' ? 'request' : null;
}

/** A response of the turn that was waiting, or a further one of the turn that is on, after its tools. */
function responseStarted(own: TurnClock, responseId: string, atMs: number, passage: Passage): TurnClock {
  const { turn, next } = own;
  if (turn?.responseIds.includes(responseId) === true) return own;
  if (turn !== null && next === null) {
    return { ...own, turn: { ...turn, responseIds: [...turn.responseIds, responseId] } };
  }
  if (turn !== null) tell(turn, passage);
  const startMs = next?.atMs ?? atMs;
  return {
    next: null,
    turn: {
      cause: next?.cause ?? 'server',
      startMs,
      responseIds: [responseId],
      runningCallIds: [],
      toolsSinceMs: atMs,
      metrics: {
        responseStartMs: atMs - startMs,
        firstAudioReceivedMs: null,
        firstAudioHeardMs: null,
        toolMs: 0,
        toolCalls: 0,
        wasInterrupted: false,
        inputTokens: 0,
        outputTokens: 0,
        totalTokens: 0,
      },
    },
  };
}

/** What an input tells of a turn. */
function seen(turn: Turn, input: SessionInput): Turn {
  const { metrics } = turn;
  const sinceStartMs = input.atMs - turn.startMs;
  switch (input.type) {
    case 'featureInput':
    case 'audioStarted':
      if (metrics.firstAudioReceivedMs !== null || !turn.responseIds.includes(soundingId(input) ?? '')) return turn;
      return { ...turn, metrics: { ...metrics, firstAudioReceivedMs: sinceStartMs } };
    case 'playoutStarted':
      if (metrics.firstAudioHeardMs !== null || !turn.responseIds.includes(input.position.responseId)) return turn;
      return { ...turn, metrics: { ...metrics, firstAudioHeardMs: sinceStartMs } };
    case 'responseDone': {
      const { usage } = input;
      if (usage === undefined || !turn.responseIds.includes(input.responseId)) return turn;
      const inputTokens = metrics.inputTokens + usage.inputTokens;
      const outputTokens = metrics.outputTokens + usage.outputTokens;
      const totalTokens = metrics.totalTokens + usage.totalTokens;
      return { ...turn, metrics: { ...metrics, inputTokens, outputTokens, totalTokens } };
    }
    default:
      return turn;
  }
}

/** The response whose audio has arrived, to be played or to be held back first. */
function soundingId(input: InputOf<'audioStarted' | 'featureInput'>): string | null {
  if (input.type === 'audioStarted') return input.responseId;
  return input.feature === HOLD_BACK ? (input.detail as HeldAudio).responseId : null;
}

/** What the core decided meanwhile: tools that run, and whether the agent was cut short. */
function toolsSeen(turn: Turn, effects: readonly SessionEffect[], input: SessionInput): Turn {
  const { responseIds, runningCallIds, metrics } = turn;
  const begunIds = effects.flatMap((effect) =>
    effect.type === 'runCall' && responseIds.includes(effect.call.responseId) ? [effect.call.callId] : [],
  );
  const endedId = input.type === 'callSettled' ? input.callId : null;
  const running = [...runningCallIds.filter((callId) => callId !== endedId), ...begunIds];
  const ranMs = runningCallIds.length > 0 && running.length === 0 ? input.atMs - turn.toolsSinceMs : 0;
  return {
    ...turn,
    runningCallIds: running,
    toolsSinceMs: runningCallIds.length === 0 ? input.atMs : turn.toolsSinceMs,
    metrics: {
      ...metrics,
      toolMs: metrics.toolMs + ranMs,
      toolCalls: metrics.toolCalls + begunIds.length,
      wasInterrupted:
        metrics.wasInterrupted ||
        effects.some((effect) => effect.type === 'emit' && effect.notice.type === 'audioInterrupted'),
    },
  };
}

/** Nothing more can come: all is said, no tool runs, and what can be heard has begun to be. */
function isOver({ responseIds, metrics }: Turn, { responses, tools, abilities }: SessionState): boolean {
  if (responses.live.some(({ responseId, isDone }) => responseIds.includes(responseId) && !isDone)) return false;
  if (tools.pending.length > 0 || tools.followUpIds.length > 0) return false;
  if (responses.isAutomaticQueued || responses.requestedEventId !== null) return false;
  const isHeard = metrics.firstAudioReceivedMs === null || metrics.firstAudioHeardMs !== null;
  return isHeard || metrics.wasInterrupted || !abilities.isDriven;
}

function tell({ cause, responseIds, metrics }: Turn, passage: Passage): void {
  const detail = { cause, responses: responseIds.length, ...metrics };
  passage.add(emit({ type: 'event', event: 'turn_metrics', detail }));
}
