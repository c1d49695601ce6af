import { AudioError } from '../errors.ts';

/** A context at the device's own rate; throws `ERR_AUDIO_UNSUPPORTED` where there are none, as on a server. */
export function newAudioContext(): AudioContext {
  if ('AudioContext' in globalThis) return new AudioContext({ latencyHint: 'interactive' });
  throw new AudioError('there is no AudioContext here; make the speaker and the microphone in the page', {
    code: 'ERR_AUDIO_UNSUPPORTED',
  });
}
