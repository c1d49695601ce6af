import { ServerError } from './server-error.ts';

const HEADER_BYTES = 44;

/** PCM16 samples of a mono WAV file. */
export interface WavAudio {
  readonly sampleRate: number;
  readonly samples: Int16Array;
}

/** Reads the PCM16 mono WAV that a synthesiser wrote: RIFF chunks in any order, little-endian. */
export function parseWav(bytes: Uint8Array): WavAudio {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 12 || tag(bytes, 0) !== 'RIFF' || tag(bytes, 8) !== 'WAVE') throw malformed('no RIFF/WAVE header');
  let sampleRate = 0;
  for (let at = 12; at + 8 <= bytes.length;) {
    const size = view.getUint32(at + 4, true);
    const body = at + 8;
    if (tag(bytes, at) === 'fmt ') {
      const [codec, channels, bits] = [
        view.getUint16(body, true),
        view.getUint16(body + 2, true),
        view.getUint16(body + 14, true),
      ];
      if (codec !== 1 || channels !== 1 || bits !== 16)
        throw malformed(`codec ${codec}, ${channels} channels, ${bits} bits`);
      sampleRate = view.getUint32(body + 4, true);
    } else if (tag(bytes, at) === 'data') {
      const frames = Math.min(size, bytes.length - body) >> 1;
      const samples = new Int16Array(frames);
      for (let i = 0; i < frames; i++) samples[i] = view.getInt16(body + 2 * i, true);
      return { sampleRate, samples };
    }
    at = body + size + (size & 1);
  }
  throw malformed('no data');
}

/** Writes a PCM16 mono WAV, the one header that every recogniser reads. */
export function formatWav({ sampleRate, samples }: WavAudio): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(HEADER_BYTES + samples.length * 2);
  const view = new DataView(bytes.buffer);
  bytes.set(new TextEncoder().encode('RIFF    WAVEfmt '));
  view.setUint32(4, bytes.length - 8, true);
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, sampleRate, true);
  view.setUint32(28, sampleRate * 2, true);
  view.setUint16(32, 2, true);
  view.setUint16(34, 16, true);
  bytes.set(new TextEncoder().encode('data'), 36);
  view.setUint32(40, samples.length * 2, true);
  new Int16Array(bytes.buffer, HEADER_BYTES).set(samples);
  return bytes;
}

function tag(bytes: Uint8Array, at: number): string {
  return String.fromCharCode(...bytes.subarray(at, at + 4));
}

function malformed(what: string): ServerError {
  return new ServerError(`expected a PCM16 mono WAV, got ${what}`, { code: 'ERR_WAV' });
}
