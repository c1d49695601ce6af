import wavefile from 'wavefile';
import { decodeMulaw } from '../audio/g711.ts';
import { ServerError } from './server-error.ts';

/** A mono recording as PCM16. */
export interface WavAudio {
  /** In Hz. */
  readonly sampleRate: number;
  readonly samples: Int16Array<ArrayBuffer>;
}

/** Reads a mono WAV file, PCM16 or µ-law. Throws `ERR_WAV` for anything else. */
export function readWav(file: Uint8Array): WavAudio {
  let wav: wavefile.WaveFile;
  try {
    wav = new wavefile.WaveFile(file);
  } catch (cause) {
    throw new ServerError('this is no WAV file', { code: 'ERR_WAV', cause });
  }
  const { sampleRate, numChannels } = wav.fmt as { sampleRate: number; numChannels: number };
  if (numChannels !== 1 || !['16', '8m'].includes(wav.bitDepth)) {
    throw new ServerError(`a mono WAV file of PCM16 or µ-law is needed, got ${numChannels} × ${wav.bitDepth} bits`, {
      code: 'ERR_WAV',
    });
  }
  const samples =
    wav.bitDepth === '8m'
      ? decodeMulaw(Uint8Array.from(wav.getSamples(false, Uint8Array)))
      : Int16Array.from(wav.getSamples(false, Int16Array));
  return { sampleRate, samples };
}
