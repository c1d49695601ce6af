// What the model says and does within a response. Events of a response that is unknown, over or interrupted are stale.

import { ModelBehaviorError, SessionError } from '../errors.ts';
import type { SessionEffect } from './effect.ts';
import { emit, send } from './effect.ts';
import * as guardrails from './guardrails.ts';
import * as history from './history.ts';
import type { InputOf } from './input.ts';
import { overtaken } from './outputs.ts';
import * as playback from './playback.ts';
import * as responses from './responses.ts';
import type { Guardrails, LiveResponse, SessionState, Step } from './state.ts';
import { unchanged } from './state.ts';
import * as tools from './tools.ts';
import * as usage from './usage.ts';

/** The server began a response. */
export function responseStarted(state: SessionState, { responseId }: InputOf<'responseStarted'>): Step<SessionState> {
  const isOurs = state.responses.requestedEventId !== null;
  const [next, effects] = responses.responseStarted(state.responses, responseId, state.agentName);
  if (effects.length === 0) return unchanged(state);
  if (isOurs) return [{ ...state, responses: next }, effects];
  const answered = tools.outputsAnswered(state.tools);
  // A foreign transport shows no outputs.
  return [{ ...state, responses: next, tools: state.abilities.isDriven ? overtaken(answered) : answered }, effects];
}

/** A response ended, in whatever way. */
export function responseDone(state: SessionState, input: InputOf<'responseDone'>): Step<SessionState> {
  const { responseId, status, outputText, isPresumed = false } = input;
  const response = responses.findResponse(state.responses, responseId);
  const ended = responses.responseEnded(state.responses, responseId, isPresumed);
  if (response === undefined) {
    // It began before we joined its call: its words are not ours, its tokens are.
    return [{ ...state, responses: ended, usage: usage.addJoined(state.usage, responseId, input.usage) }, []];
  }
  if (response.isPresumedDone === true && !isPresumed) {
    const confirmed = responses.endConfirmed(ended, response);
    return [{ ...state, responses: confirmed, usage: usage.addResponse(state.usage, input.usage) }, []];
  }
  if (response.isDone) return [{ ...state, responses: ended }, []];

  const effects: SessionEffect[] = [emit({ type: 'agentEnd', agentName: response.agentName, output: outputText })];
  if (status === 'failed') {
    const reason = input.reason ?? 'the server gave no reason';
    const error = new SessionError(`Response ${responseId} failed: ${reason}.`, { code: 'ERR_RESPONSE_FAILED' });
    effects.push(emit({ type: 'error', error }));
  }
  return [
    {
      ...state,
      responses: ended,
      playback: status === 'completed' ? playback.responseCompleted(state.playback, responseId) : state.playback,
      guardrails: guardrails.responseEnded(withLastWords(state, response, input), responseId),
      usage: isPresumed ? state.usage : usage.addResponse(state.usage, input.usage),
    },
    effects,
  ];
}

/** What comes in one piece, with the end of its response, is read, too. */
function withLastWords(
  { guardrails: reading, guardrailDebounceLength, guardrailCount }: SessionState,
  response: LiveResponse,
  { outputText, outputItemId = '' }: InputOf<'responseDone'>,
): Guardrails {
  const isGuarded = guardrailDebounceLength !== null && !response.isCancelled && outputText !== '';
  if (!isGuarded || guardrails.hasText(reading, response.responseId)) return reading;
  return guardrails.transcriptGrew(reading, response, guardrailCount, outputItemId, outputText);
}

/** Words come by the hundred, and each tells the same. */
const GROWING: readonly SessionEffect[] = [emit({ type: 'historyUpdated', isGrowing: true })];

/** The model said more. */
export function transcriptDelta(state: SessionState, input: InputOf<'transcriptDelta'>): Step<SessionState> {
  const { responseId, itemId, delta, isWritten = false } = input;
  const response = responses.findSpeaking(state.responses, responseId);
  if (response === undefined || delta === '') return unchanged(state);
  const isGuarded = state.guardrailDebounceLength !== null;
  const grown = history.transcriptGrew(state.history, itemId, delta, isWritten);
  return [
    {
      ...state,
      history: grown,
      guardrails: isGuarded
        ? guardrails.transcriptGrew(state.guardrails, response, state.guardrailCount, itemId, delta)
        : state.guardrails,
    },
    grown === state.history ? [] : GROWING,
  ];
}

/** The first audio of an item arrived. */
export function audioStarted(state: SessionState, input: InputOf<'audioStarted'>): Step<SessionState> {
  const { responseId, itemId, contentIndex } = input;
  const response = responses.findResponse(state.responses, responseId);
  if (response === undefined || responses.isKnownAudio(state.responses, itemId, contentIndex)) return unchanged(state);
  const next = { ...state, responses: responses.audioSeen(state.responses, response, itemId, contentIndex) };
  if (response.isCancelled) {
    return responses.isKnownAudio(state.responses, itemId) ? unchanged(next) : refuseAudio(next, itemId, contentIndex);
  }
  const sounding = { ...next, responses: responses.sounding(next.responses, responseId, true) };
  return [
    // Only a driven transport reports what was rendered; elsewhere the record would never leave.
    state.abilities.isDriven ? { ...sounding, playback: playback.audioStarted(state.playback, input) } : sounding,
    response.isSounding ? [] : [emit({ type: 'audioStart', agentName: response.agentName })],
  ];
}

/** Audio that began after the interrupt is never played, but the server believes it was heard until it is told. */
function refuseAudio(state: SessionState, itemId: string, contentIndex: number): Step<SessionState> {
  const cut = history.heardUpTo(state.history, { itemId, contentIndex, heardMs: 0, heardFraction: 0 });
  const effects: SessionEffect[] = [send({ type: 'truncate', itemId, contentIndex, audioEndMs: 0 })];
  if (cut.items !== state.history.items) effects.push(emit({ type: 'historyUpdated' }));
  return [{ ...state, history: cut }, effects];
}

/** The model has sent all audio of an item. */
export function audioDone(state: SessionState, input: InputOf<'audioDone'>): Step<SessionState> {
  const response = responses.findResponse(state.responses, input.responseId);
  if (response === undefined) return unchanged(state);
  return [
    {
      ...state,
      playback: playback.audioDone(state.playback, input.itemId),
      responses: responses.sounding(state.responses, input.responseId, false),
    },
    response.isCancelled ? [] : [emit({ type: 'audioStopped', agentName: response.agentName })],
  ];
}

/** The model called a function; a repeated call changes nothing, and one with other arguments is only reported. */
export function functionCall(state: SessionState, input: InputOf<'functionCall'>): Step<SessionState> {
  const response = responses.findResponse(state.responses, input.responseId);
  if (response === undefined) return unchanged(state);
  const seen = responses.findSeenCall(state.responses, input.callId);
  if (seen !== undefined) {
    if (seen.name === input.name && seen.arguments === input.arguments) return unchanged(state);
    const message = `The model called ${input.name} with the id of another call, ${input.callId} of ${seen.name}. It was not run.`;
    return [state, [emit({ type: 'error', error: new ModelBehaviorError(message) })]];
  }
  const [next, effects] = tools.functionCall(state.tools, response, input);
  return [{ ...state, tools: next, responses: responses.callSeen(state.responses, response, input) }, effects];
}
