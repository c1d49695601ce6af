// The user's turns, as the server's voice activity detection or a push-to-talk button marks them.

import type { SessionEffect } from './effect.ts';
import { emit } from './effect.ts';
import type { InputOf } from './input.ts';
import { interrupt } from './interrupt.ts';
import * as responses from './responses.ts';
import type { SessionState, Step } from './state.ts';
import { unchanged } from './state.ts';

/** A server that gets no more audio hears no silence, either: after that long without any, speech counts as over. */
const AUDIO_GAP_MS = 5000;

/** Where the transport takes the audio from elsewhere, nobody here knows of a gap: no utterance is longer than that. */
const LONGEST_SPEECH_MS = 60_000;

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
  const { isUserSpeaking, isSpeechTimed, isAutomaticQueued } = state.responses;
  if (!isUserSpeaking || isSpeechTimed || !isAutomaticQueued || !state.abilities.isDriven) return unchanged(state);
  return [{ ...state, responses: { ...state.responses, isSpeechTimed: true } }, [startSpeechTimer(AUDIO_GAP_MS)]];
}

/** A request has waited for the end of a speech for a while: it waits on if the server can still hear one. */
export function speechOverdue(state: SessionState, input: InputOf<'speechOverdue'>): Step<SessionState> {
  const { isUserSpeaking, isSpeechTimed, speechStartedAtMs } = state.responses;
  if (!isUserSpeaking || !isSpeechTimed) return unchanged(state);
  const { atMs, lastAudioAtMs } = input;
  const limitMs = lastAudioAtMs === null ? LONGEST_SPEECH_MS : AUDIO_GAP_MS;
  const remainingMs = Math.max(speechStartedAtMs, lastAudioAtMs ?? 0) + limitMs - atMs;
  if (remainingMs > 0) return [state, [startSpeechTimer(remainingMs)]];
  return [{ ...state, responses: responses.speechEnded(state.responses) }, []];
}

/** A turn is over, and no server answers it by itself. */
export function turnEnded(state: SessionState, needsAnswer: boolean): Step<SessionState> {
  const [quiet, effects] = responses.speechStopped(state.responses, false);
  return [{ ...state, responses: needsAnswer ? responses.wantResponse(quiet) : quiet }, effects];
}

function startSpeechTimer(delayMs: number): SessionEffect {
  return { type: 'startSpeechTimer', delayMs };
}
