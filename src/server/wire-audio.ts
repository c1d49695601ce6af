import { decodeBase64, encodeBase64 } from '../audio/base64.ts';
import { decodeAlaw, decodeMulaw, encodeAlaw, encodeMulaw } from '../audio/g711.ts';
import { bytesFromPcm16, pcm16FromBytes } from '../audio/pcm16.ts';
import { AudioError } from '../errors.ts';
import type { WireAudioFormat } from '../protocol/client-events.ts';
import { Refusal } from './refusal.ts';

/** Sample rate of a wire format, in Hz. */
export function sampleRateOf(format: WireAudioFormat): number {
  return format.type === 'audio/pcm' ? 24_000 : 8000;
}

/** Decodes the base64 of an event into PCM16; refuses malformed text and half samples, naming `param`. */
export function decodeWireAudio(text: string, format: WireAudioFormat, param: string): Int16Array<ArrayBuffer> {
  try {
    const bytes = decodeBase64(text);
    if (format.type === 'audio/pcmu') return decodeMulaw(bytes);
    return format.type === 'audio/pcma' ? decodeAlaw(bytes) : pcm16FromBytes(bytes);
  } catch (error) {
    if (!(error instanceof AudioError)) throw error;
    throw new Refusal(`Invalid '${param}'. Expected base64-encoded audio (mono ${format.type}): ${error.message}.`, {
      code: 'invalid_value',
      param,
    });
  }
}

/** Encodes PCM16 as the base64 of an event. */
export function encodeWireAudio(samples: Int16Array<ArrayBuffer>, format: WireAudioFormat): string {
  if (format.type === 'audio/pcmu') return encodeBase64(encodeMulaw(samples));
  return encodeBase64(format.type === 'audio/pcma' ? encodeAlaw(samples) : bytesFromPcm16(samples));
}
