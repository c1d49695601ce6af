// What every step of an open session ends with, whatever began it: outputs show in history, due guardrails run, and the
// next response is asked for if nothing stands against it. No input has to remember any of this.

import type { SessionEffect } from './effect.ts';
import { emit } from './effect.ts';
import * as guardrails from './guardrails.ts';
import * as history from './history.ts';
import { rollOverWhenQuiet, trackMessages } from './reconnect.ts';
import * as responses from './responses.ts';
import type { SessionState, Step } from './state.ts';
import { takeId, unchanged } from './state.ts';
import * as tools from './tools.ts';
import { timeSpeech } from './user-speech.ts';

/** Completes a step. */
export function conclude([state, effects]: Step<SessionState>): Step<SessionState> {
  const [shown, first] = showOutputs(forget(state), effects);
  const [guarded, second] = runGuardrails(shown);
  const isOpen = guarded.connection === 'open';
  const [released, third] = isOpen ? releaseRequest(guarded) : unchanged(guarded);
  const [timed, fourth] = isOpen ? timeSpeech(released) : unchanged(released);
  const [settled, fifth] = isOpen ? rollOverWhenQuiet(trackMessages(timed, first)) : unchanged(timed);
  const later = [...second, ...third, ...fourth, ...fifth];
  return [settled, later.length === 0 ? first : [...first, ...later]];
}

function showOutputs(state: SessionState, effects: readonly SessionEffect[]): Step<SessionState> {
  let next = state.history;
  for (const effect of effects) {
    if (effect.type !== 'send' || effect.command.type !== 'functionCallOutput') continue;
    next = history.outputSent(next, effect.command.call, effect.command.output);
  }
  if (next === state.history) return [state, effects];
  return [{ ...state, history: next }, [...effects, emit({ type: 'historyUpdated' })]];
}

function runGuardrails(state: SessionState): Step<SessionState> {
  const debounceLength = state.guardrailDebounceLength;
  if (debounceLength === null) return [state, []];
  let next = state;
  const effects: SessionEffect[] = [];
  for (;;) {
    const due = guardrails.dueRun(next.guardrails, debounceLength);
    if (due === undefined) return [next, effects];
    const [runId, taken] = takeId(next);
    next = { ...taken, guardrails: guardrails.runStarted(next.guardrails, due, runId) };
    const { agentName, responseId, itemId, text } = due.text;
    effects.push({ type: 'runGuardrail', runId, guardrail: due.guardrail, agentName, responseId, itemId, text });
  }
}

function releaseRequest(state: SessionState): Step<SessionState> {
  const generatingIds = state.responses.live.filter((response) => !response.isDone).map(({ responseId }) => responseId);
  const { isDriven } = state.abilities;
  const [nextTools, hasFollowUp] = tools.takeFollowUps(state.tools, generatingIds);
  const wanted = hasFollowUp ? responses.wantResponse(state.responses) : state.responses;
  let next: SessionState = hasFollowUp ? { ...state, tools: nextTools, responses: wanted } : state;
  const all: SessionEffect[] = [];
  if (next.tools.unsent.length > 0) return unchanged(next);
  while (next.playback.interruptId === null && responses.isRequestDue(next.responses, isDriven)) {
    const [eventId, taken] = takeId(next);
    const [released, effects] = responses.releaseRequest(next.responses, eventId, isDriven);
    // A driven transport stops here, for now a request is out; any other takes all that is queued and sequences it itself.
    const isAnswer = !responses.isApart(released.requestedByApp);
    next = { ...taken, responses: released, tools: isAnswer ? tools.outputsAnswered(next.tools) : next.tools };
    all.push(...effects);
  }
  return [next, all];
}

function forget(state: SessionState): SessionState {
  // Also one whose audio is to be heard yet: an interrupt must find it.
  const neededIds = [
    ...state.tools.pending.map(({ call }) => call.responseId),
    ...state.playback.live.map(({ responseId }) => responseId),
  ];
  const remembered = responses.forgetOld(state.responses, neededIds);
  if (remembered === state.responses) return state;
  const ids = remembered.live.map(({ responseId }) => responseId);
  return {
    ...state,
    responses: remembered,
    tools: tools.forgetHandoffs(state.tools, ids),
    guardrails: guardrails.forgetTexts(state.guardrails, ids),
  };
}
