// An interrupt has two phases. The first is one step: what is live is refused from here on, the app hears of it, the server
// is told, the playout is stopped. The second is the playout's report: what was heard stays, the rest is truncated.

import type { ItemPosition } from '../playout/playout.ts';
import type { SessionEffect } from './effect.ts';
import { emit, send } from './effect.ts';
import * as guardrails from './guardrails.ts';
import * as history from './history.ts';
import type { InputOf } from './input.ts';
import * as playback from './playback.ts';
import { rewritten } from './replay.ts';
import * as responses from './responses.ts';
import type { SessionState, Step } from './state.ts';
import { takeId, unchanged } from './state.ts';
import * as tools from './tools.ts';

/**
 * Interrupts the agent if anything of it is live. `serverCancels`: the server stops its response by itself. A foreign
 * transport is only asked to; it knows alone what is live.
 */
export function interrupt(state: SessionState, serverCancels: boolean): Step<SessionState> {
  const [stoppedTools, toolEffects] = tools.interrupted(state.tools);
  const before = stoppedTools === state.tools ? state : { ...state, tools: stoppedTools };
  const [after, effects] = stopSpeaking(before, serverCancels);
  return [after, [...effects, ...toolEffects]];
}

function stopSpeaking(state: SessionState, serverCancels: boolean): Step<SessionState> {
  if (!state.abilities.isDriven) return [state, [send({ type: 'interrupt' })]];

  const generating = state.responses.live.filter((response) => !response.isDone && !response.isCancelled);
  const effects: SessionEffect[] = [emit({ type: 'audioInterrupted', agentName: state.agentName })];
  if (generating.length === 0 && state.playback.live.length === 0) {
    if (!state.playback.mayPlayOn) return unchanged(state);
    return [{ ...state, playback: playback.stopped(state.playback) }, effects];
  }
  if (!serverCancels) {
    for (const { responseId } of generating) effects.push(send({ type: 'cancelResponse', responseId }));
  }
  const generatingIds = generating.map((response) => response.responseId);
  const audibleIds = state.playback.live.map((audio) => audio.responseId);
  const refused: SessionState = {
    ...state,
    responses: responses.cancelled(state.responses, audibleIds),
    guardrails: guardrails.responsesCancelled(state.guardrails, generatingIds),
  };
  if (audibleIds.length === 0) return [refused, effects];
  const [interruptId, next] = takeId(refused);
  const [flushed, flushEffects] = playback.flush(next.playback, interruptId);
  return [{ ...next, playback: flushed }, [...effects, ...flushEffects]];
}

/** The positions of an interrupt came in, or its deadline passed and `positions` are the last ones published. */
export function interruptSettled(
  state: SessionState,
  settlement: {
    readonly interruptId: string;
    readonly positions: readonly ItemPosition[];
    readonly sampleRate: number;
  },
): Step<SessionState> {
  const { interruptId, positions, sampleRate } = settlement;
  const settled = playback.interruptSettled(state.playback, interruptId, positions, sampleRate);
  const cut = settled.heard.reduce(history.heardUpTo, state.history);
  const rewrites = settled.rewrittenIds.flatMap((itemId) => {
    const change = rewritten(state.history, cut, itemId);
    return change === null ? [] : [send({ type: 'resetHistory', ...change })];
  });
  const notices = cut === state.history ? [] : [emit({ type: 'historyUpdated' })];
  return [{ ...state, playback: settled.playback, history: cut }, [...settled.effects, ...rewrites, ...notices]];
}

/** An item was played to its end, possibly while the report of an interrupt was under way. */
export function playoutDone(
  state: SessionState,
  { position, isModelled }: Pick<InputOf<'playoutDone'>, 'position' | 'isModelled'>,
): Step<SessionState> {
  const next = playback.playoutDone(state.playback, position, isModelled);
  if (next === state.playback) return unchanged(state);
  const { itemId, contentIndex, responseId } = position;
  const detail = { itemId, contentIndex, responseId };
  return [{ ...state, playback: next }, [emit({ type: 'event', event: 'playback_done', detail })]];
}

/**
 * A guardrail has read a text. The first that trips in a response interrupts the agent and has it told why; one that comes
 * when the conversation has gone on to another response is only reported.
 */
export function guardrailSettled(state: SessionState, input: InputOf<'guardrailSettled'>): Step<SessionState> {
  const { runId, tripped } = input;
  const text = guardrails.findRun(state.guardrails, runId);
  if (text === undefined) return unchanged(state);
  const settled = { ...state, guardrails: guardrails.runSettled(state.guardrails, text, runId, tripped !== null) };
  const report: SessionEffect[] = input.error === undefined ? [] : [emit({ type: 'error', error: input.error })];
  if (tripped === null || text.hasTripped) return [settled, report];

  const notice = emit({
    type: 'guardrailTripped',
    agentName: text.agentName,
    error: tripped.error,
    itemId: text.itemId,
  });
  if (!isCurrent(state, text.responseId)) return [settled, [...report, notice]];
  const [stopped, effects] = interrupt(settled, false);
  const [told, request] = responses.feedbackSent(stopped.responses, tripped.feedback, state.abilities.isDriven);
  return [{ ...stopped, responses: told }, [...report, notice, ...effects, ...request]];
}

/** Whether that response is the conversation's last, or can still be heard. */
function isCurrent(state: SessionState, responseId: string): boolean {
  if (state.responses.live.at(-1)?.responseId === responseId) return true;
  return state.playback.live.some((audio) => audio.responseId === responseId);
}
