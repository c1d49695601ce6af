// How long a request waits for the end of the user's speech: as long as the server can hear one.

import type { SessionEffect } from './effect.ts';
import { speechEnded } from './responses.ts';
import type { Responses, Step } from './state.ts';
import { unchanged } from './state.ts';

/** A server that gets no more audio hears no silence, either: after that long without any, speech counts as over. */
const AUDIO_GAP_MS = 5000;

/** Where the transport takes the audio from elsewhere, nobody here knows of a gap: no utterance is longer than that. */
const LONGEST_SPEECH_MS = 60_000;

/** Sets the deadline of a speech whose end a request waits for. */
export function timeSpeech(responses: Responses): Step<Responses> {
  const { isUserSpeaking, isSpeechTimed, isAutomaticQueued } = responses;
  if (!isUserSpeaking || isSpeechTimed || !isAutomaticQueued) return unchanged(responses);
  return [{ ...responses, isSpeechTimed: true }, [startSpeechTimer(AUDIO_GAP_MS)]];
}

/**
 * A request has waited for the end of a speech for a while: it waits on if the server can still hear one. `lastAudioAtMs` is
 * when audio last went to the server, null where that is not known.
 */
export function speechOverdue(
  responses: Responses,
  { atMs, lastAudioAtMs }: { readonly atMs: number; readonly lastAudioAtMs: number | null },
): Step<Responses> {
  const { isUserSpeaking, isSpeechTimed, speechStartedAtMs } = responses;
  if (!isUserSpeaking || !isSpeechTimed) return unchanged(responses);
  const limitMs = lastAudioAtMs === null ? LONGEST_SPEECH_MS : AUDIO_GAP_MS;
  const remainingMs = Math.max(speechStartedAtMs, lastAudioAtMs ?? 0) + limitMs - atMs;
  if (remainingMs > 0) return [responses, [startSpeechTimer(remainingMs)]];
  return [speechEnded(responses), []];
}

function startSpeechTimer(delayMs: number): SessionEffect {
  return { type: 'startSpeechTimer', delayMs };
}
