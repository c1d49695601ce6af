// The user's turns, as the server's voice activity detection or a push-to-talk button marks them.

import type { SessionEffect } from './effect.ts';
import { emit } from './effect.ts';
import type { InputOf } from './input.ts';
import { interrupt } from './interrupt.ts';
import * as responses from './responses.ts';
import type { SessionState, Step } from './state.ts';

/** The user began to speak: the agent stops. A foreign transport interrupts by itself and says so. */
export function speechStarted(state: SessionState, input: InputOf<'speechStarted'>): Step<SessionState> {
  const next = { ...state, responses: responses.speechStarted(state.responses) };
  const notice = userSpeechStarted(input);
  if (!state.abilities.isDriven) return [next, [notice]];
  const [stopped, effects] = interrupt(next, input.serverInterrupts);
  return [stopped, [notice, ...effects]];
}

/** The user's turn is over. Who answers it: the server, unless `needsAnswer` says otherwise. */
export function speechStopped(state: SessionState, input: InputOf<'speechStopped'>): Step<SessionState> {
  const serverAnswers = input.needsAnswer === undefined && state.abilities.createsResponses;
  const [quiet, effects] = responses.speechStopped(state.responses, serverAnswers);
  const next = input.needsAnswer === true ? responses.wantResponse(quiet) : quiet;
  return [{ ...state, responses: next }, [userSpeechStopped(input), ...effects]];
}

/** Tells the app that the user speaks. */
export function userSpeechStarted({ itemId, audioStartMs }: InputOf<'speechStarted'>): SessionEffect {
  return emit({
    type: 'event',
    event: 'user_speech_started',
    detail: { ...(itemId !== undefined && { itemId }), ...(audioStartMs !== undefined && { audioStartMs }) },
  });
}

/** Tells the app that the user is silent again. */
export function userSpeechStopped({ itemId, audioEndMs }: InputOf<'speechStopped'>): SessionEffect {
  return emit({
    type: 'event',
    event: 'user_speech_stopped',
    detail: { ...(itemId !== undefined && { itemId }), ...(audioEndMs !== undefined && { audioEndMs }) },
  });
}
