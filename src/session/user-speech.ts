// The user's turns, as the server's voice activity detection or a push-to-talk button marks them.

import { emit } from './effect.ts';
import type { InputOf } from './input.ts';
import { interrupt } from './interrupt.ts';
import * as responses from './responses.ts';
import * as deadline from './speech-deadline.ts';
import type { SessionState, Step } from './state.ts';
import { unchanged } from './state.ts';

/** The user began to speak: the agent stops. A foreign transport interrupts by itself and says so. */
export function speechStarted(state: SessionState, input: InputOf<'speechStarted'>): Step<SessionState> {
  const next = { ...state, responses: responses.speechStarted(state.responses, input.atMs) };
  const { itemId, audioStartMs } = input;
  const detail = { ...(itemId !== undefined && { itemId }), ...(audioStartMs !== undefined && { audioStartMs }) };
  const notice = emit({ type: 'event', event: 'user_speech_started', detail });
  if (!state.abilities.isDriven || input.isTentative === true) return [next, [notice]];
  const [stopped, effects] = interrupt(next, input.serverInterrupts);
  return [stopped, [notice, ...effects]];
}

/** The user is silent again; that ends the turn unless a feature has yet to decide. */
export function speechStopped(state: SessionState, input: InputOf<'speechStopped'>): Step<SessionState> {
  const { itemId, audioEndMs } = input;
  const detail = { ...(itemId !== undefined && { itemId }), ...(audioEndMs !== undefined && { audioEndMs }) };
  const notice = emit({ type: 'event', event: 'user_speech_stopped', detail });
  if (input.isTentative === true) return [state, [notice]];
  const [quiet, effects] = responses.speechStopped(state.responses, state.abilities.createsResponses);
  return [{ ...state, responses: quiet }, [notice, ...effects]];
}

/** Sets the deadline of a speech whose end a request waits for. */
export function timeSpeech(state: SessionState): Step<SessionState> {
  if (!state.abilities.isDriven) return unchanged(state);
  const [timed, effects] = deadline.timeSpeech(state.responses);
  return [timed === state.responses ? state : { ...state, responses: timed }, effects];
}

/** A request has waited for the end of a speech for a while: it waits on if the server can still hear one. */
export function speechOverdue(state: SessionState, input: InputOf<'speechOverdue'>): Step<SessionState> {
  const [heard, effects] = deadline.speechOverdue(state.responses, input);
  return [heard === state.responses ? state : { ...state, responses: heard }, effects];
}

/** A turn is over, and no server answers it by itself. */
export function turnEnded(state: SessionState, needsAnswer: boolean): Step<SessionState> {
  const [quiet, effects] = responses.speechStopped(state.responses, false);
  return [{ ...state, responses: needsAnswer ? responses.wantResponse(quiet) : quiet }, effects];
}
