// Whole paths as they can be put together today: the best resampler of npm, the usual loops, and the platform's base64.
import { atobDecode, btoaEncode, loopFloatFromPcm16, loopPcm16FromFloat } from './loops.ts';
import type { Codec } from './g711.ts';
import type { SynchronousStream } from './streaming.ts';

/** How a chain of parts turns bytes into text and back. */
export interface Base64Form {
  readonly name: string;
  readonly encode: (bytes: Uint8Array) => string;
  readonly decode: (text: string) => Uint8Array;
}

export const BASE64_FORMS: readonly Base64Form[] = [
  {
    name: 'Buffer',
    encode: (bytes) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64'),
    decode: (text) => Buffer.from(text, 'base64'),
  },
  { name: 'btoa and atob', encode: btoaEncode, decode: atobDecode },
];

/** What a chain is made of. */
export interface Parts {
  readonly base64: Base64Form;
  readonly resampler: SynchronousStream;
  readonly codec: Codec;
}

/** Float at the device's rate to base64 PCM16 at 24 kHz. */
export function microphoneChain({ resampler, base64 }: Parts, maxFrames: number): (block: Float32Array) => string {
  const pcm16 = new Int16Array(maxFrames);
  return (block) => {
    const converted = resampler.convert(block);
    loopPcm16FromFloat(converted, pcm16);
    return base64.encode(bytesOf(pcm16, converted.length));
  };
}

/** Base64 PCM16 at 24 kHz to float at the device's rate. */
export function playbackChain({ resampler, base64 }: Parts, maxFrames: number): (text: string) => Float32Array {
  const floats = new Float32Array(maxFrames);
  return (text) => {
    const pcm16 = samplesOf(base64.decode(text));
    loopFloatFromPcm16(pcm16, floats);
    return resampler.convert(floats.subarray(0, pcm16.length));
  };
}

/** Base64 µ-law at 8 kHz to base64 PCM16 at 24 kHz. */
export function telephonyInChain({ resampler, base64, codec }: Parts, maxFrames: number): (text: string) => string {
  const floats = new Float32Array(maxFrames);
  const pcm16 = new Int16Array(maxFrames);
  return (text) => {
    const decoded = codec.decodeMulaw(base64.decode(text));
    loopFloatFromPcm16(decoded, floats);
    const converted = resampler.convert(floats.subarray(0, decoded.length));
    loopPcm16FromFloat(converted, pcm16);
    return base64.encode(bytesOf(pcm16, converted.length));
  };
}

/** Base64 PCM16 at 24 kHz to base64 µ-law at 8 kHz. */
export function telephonyOutChain({ resampler, base64, codec }: Parts, maxFrames: number): (text: string) => string {
  const floats = new Float32Array(maxFrames);
  const pcm16 = new Int16Array(maxFrames);
  return (text) => {
    const decoded = samplesOf(base64.decode(text));
    loopFloatFromPcm16(decoded, floats);
    const converted = resampler.convert(floats.subarray(0, decoded.length));
    loopPcm16FromFloat(converted, pcm16);
    return base64.encode(codec.encodeMulaw(pcm16.subarray(0, converted.length)));
  };
}

function bytesOf(samples: Int16Array, frames: number): Uint8Array {
  return new Uint8Array(samples.buffer, samples.byteOffset, frames * Int16Array.BYTES_PER_ELEMENT);
}

/** The samples of bytes, in place where their address allows it. */
function samplesOf(bytes: Uint8Array): Int16Array {
  if (bytes.byteOffset % 2 === 0) return new Int16Array(bytes.buffer, bytes.byteOffset, bytes.length >> 1);
  return new Int16Array(Uint8Array.from(bytes).buffer);
}
