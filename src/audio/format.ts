import { AudioError } from '../errors.ts';

/** Sample rate of PCM16 on the Realtime wire, in Hz. */
export const WIRE_SAMPLE_RATE = 24_000;

/** Length of a packet, in milliseconds. */
export const PACKET_MS = 20;

/** Longest render quantum that an audio context may be given, in frames; most have 128. */
export const MAX_QUANTUM_FRAMES = 16_384;

/** Longest packet: what is longer than a second is a recording. */
const MAX_PACKET_MS = 1000;
const MIN_SAMPLE_RATE = 8000;
const MAX_SAMPLE_RATE = 192_000;

/** Returns `sampleRate` if it is a whole number of Hz from 8000 to 192000, else throws `ERR_SAMPLE_RATE`. */
export function checkSampleRate(sampleRate: number, name = 'sampleRate'): number {
  if (Number.isInteger(sampleRate) && sampleRate >= MIN_SAMPLE_RATE && sampleRate <= MAX_SAMPLE_RATE) return sampleRate;
  throw new AudioError(
    `${name} must be a whole number of Hz, ${MIN_SAMPLE_RATE} to ${MAX_SAMPLE_RATE}, got ${sampleRate}`,
    {
      code: 'ERR_SAMPLE_RATE',
    },
  );
}

/** Frames in a packet of `packetMs`; throws `ERR_BLOCK_SIZE` unless that is whole, positive and a second at most. */
export function packetFrames(sampleRate: number, packetMs: number = PACKET_MS): number {
  const frames = (checkSampleRate(sampleRate) * packetMs) / 1000;
  if (Number.isInteger(frames) && frames > 0 && packetMs <= MAX_PACKET_MS) return frames;
  throw new AudioError(
    `packetMs must be at most ${MAX_PACKET_MS} and give whole frames: ` +
      `${packetMs} ms at ${sampleRate} Hz is ${frames} frames`,
    { code: 'ERR_BLOCK_SIZE' },
  );
}

/**
 * The first `length` elements of the caller's buffer: the buffer itself when it has just that length, else a view.
 * Throws `ERR_BUFFER_SIZE` when it is shorter.
 */
export function fitOutput<T extends { readonly length: number; subarray(begin: number, end: number): T }>(
  output: T,
  length: number,
): T {
  if (output.length === length) return output;
  if (output.length > length) return output.subarray(0, length);
  throw new AudioError(`the output buffer holds ${output.length} elements, ${length} are needed`, {
    code: 'ERR_BUFFER_SIZE',
  });
}
