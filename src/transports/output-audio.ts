// The model's audio, from the wire's format to the samples that a playout counts and renders. G.711 is decoded here by
// formula, not by the audio core: the core is 8 kB that most calls don't need, and some edge runtimes refuse to compile it.

import { AudioError } from '../errors.ts';

/** What we need to know of a wire format. */
export interface WireFormat {
  readonly type: 'audio/pcm' | 'audio/pcmu' | 'audio/pcma';
  /** In Hz. */
  readonly sampleRate: number;
}

/** PCM16 at 24 kHz. */
export const PCM_24_KHZ: WireFormat = { type: 'audio/pcm', sampleRate: 24_000 };

/** G.711 is 8 kHz by definition. */
const G711: Readonly<Record<'audio/pcmu' | 'audio/pcma', WireFormat>> = {
  'audio/pcmu': { type: 'audio/pcmu', sampleRate: 8000 },
  'audio/pcma': { type: 'audio/pcma', sampleRate: 8000 },
};

/** Reads a format as a session or a response states it; anything unknown counts as PCM at 24 kHz. */
export function wireFormat(stated: unknown): WireFormat {
  if (typeof stated !== 'object' || stated === null || !('type' in stated)) return PCM_24_KHZ;
  if (stated.type === 'audio/pcmu' || stated.type === 'audio/pcma') return G711[stated.type];
  const hasRate = 'rate' in stated && typeof stated.rate === 'number' && stated.rate > 0;
  return hasRate ? { type: 'audio/pcm', sampleRate: Number(stated.rate) } : PCM_24_KHZ;
}

/** The PCM16 samples of wire audio; PCM is viewed in place, G.711 decoded. Throws `ERR_PCM16_ODD_LENGTH`. */
export function samplesOf(bytes: Uint8Array<ArrayBuffer>, format: WireFormat): Int16Array {
  if (format.type === 'audio/pcmu') return new Int16Array(bytes).map(mulawSample);
  if (format.type === 'audio/pcma') return new Int16Array(bytes).map(alawSample);
  checkWholeSamples(bytes.byteLength);
  return new Int16Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 2);
}

/** How many frames base64 text of that format holds. */
export function framesOf(base64: string, format: WireFormat): number {
  const padding = base64.endsWith('==') ? 2 : base64.endsWith('=') ? 1 : 0;
  const bytes = Math.floor((base64.length * 3) / 4) - padding;
  return format.type === 'audio/pcm' ? bytes >> 1 : bytes;
}

/** Characters of base64 that a second of the format takes. */
export function base64PerSecond({ type, sampleRate }: WireFormat): number {
  return ((type === 'audio/pcm' ? 2 : 1) * sampleRate * 4) / 3;
}

/** The bytes of audio, wherever they lie. */
export function bytesOf(audio: ArrayBuffer | ArrayBufferView): Uint8Array {
  return ArrayBuffer.isView(audio)
    ? new Uint8Array(audio.buffer, audio.byteOffset, audio.byteLength)
    : new Uint8Array(audio);
}

/** Throws `ERR_PCM16_ODD_LENGTH` unless so many bytes are whole PCM16 samples. */
export function checkWholeSamples(byteLength: number): void {
  if (byteLength % 2 !== 0) throw cutInTheMiddle(byteLength);
}

/** The error of PCM16 with half a sample in it. */
export function cutInTheMiddle(byteLength: number): AudioError {
  return new AudioError(`PCM16 has two bytes a sample, got ${byteLength} bytes; was a packet cut in the middle?`, {
    code: 'ERR_PCM16_ODD_LENGTH',
  });
}

/** Added to the magnitude so that segment 0 starts at bit 7 (ITU-T G.711). */
const MULAW_BIAS = 0x84;

/** The PCM16 sample of a µ-law octet, as ITU-T G.191. */
function mulawSample(octet: number): number {
  const code = octet ^ 0xff;
  const magnitude = ((((code & 0x0f) << 3) + MULAW_BIAS) << ((code >> 4) & 7)) - MULAW_BIAS;
  return code & 0x80 ? -magnitude : magnitude;
}

/** The PCM16 sample of an A-law octet, as ITU-T G.191: the middle of its interval. */
function alawSample(octet: number): number {
  const code = octet ^ 0x55;
  const segment = (code >> 4) & 7;
  const mantissa = ((code & 0x0f) << 4) + 8;
  const magnitude = segment === 0 ? mantissa : (mantissa + 0x100) << (segment - 1);
  return code & 0x80 ? magnitude : -magnitude;
}
