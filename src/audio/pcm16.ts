import { AudioError } from '../errors.ts';
import { fitOutput } from './format.ts';
import { SCRATCH_BYTES, scratch } from './kernels.ts';

const BLOCK_FRAMES = SCRATCH_BYTES / Float32Array.BYTES_PER_ELEMENT;

/**
 * Converts floats into PCM16: times 32768, rounded to the nearest integer (halves to even), saturated; NaN becomes 0.
 * Writes into `output` if given, which must hold as many samples.
 */
export function pcm16FromFloat(
  samples: Float32Array,
  output: Int16Array<ArrayBuffer> = new Int16Array(samples.length),
): Int16Array<ArrayBuffer> {
  const pcm16 = fitOutput(output, samples.length);
  const { kernel, input, output: result } = scratch();
  for (let at = 0; at < samples.length; at += BLOCK_FRAMES) {
    const block = samples.subarray(at, at + BLOCK_FRAMES);
    kernel.f32.set(block, input >> 2);
    kernel.exports.pcm16FromFloat(result, input, block.length);
    pcm16.set(kernel.i16.subarray(result >> 1, (result >> 1) + block.length), at);
  }
  return pcm16;
}

/** Converts PCM16 into floats in −1…1, exactly. Writes into `output` if given, which must hold as many samples. */
export function floatFromPcm16(
  samples: Int16Array,
  output: Float32Array<ArrayBuffer> = new Float32Array(samples.length),
): Float32Array<ArrayBuffer> {
  const floats = fitOutput(output, samples.length);
  const { kernel, input, output: result } = scratch();
  for (let at = 0; at < samples.length; at += BLOCK_FRAMES) {
    const block = samples.subarray(at, at + BLOCK_FRAMES);
    kernel.i16.set(block, input >> 1);
    kernel.exports.floatFromPcm16(result, input, block.length);
    floats.set(kernel.f32.subarray(result >> 2, (result >> 2) + block.length), at);
  }
  return floats;
}

/**
 * The samples of little-endian PCM16 bytes: a view where the bytes are aligned, a copy where not. Throws
 * `ERR_PCM16_ODD_LENGTH` when the bytes end inside a sample.
 */
export function pcm16FromBytes(bytes: Uint8Array<ArrayBuffer> | ArrayBuffer): Int16Array<ArrayBuffer> {
  if (bytes.byteLength % 2 !== 0) {
    throw new AudioError(
      `PCM16 needs two bytes a sample, got ${bytes.byteLength} bytes; keep the last byte for the next packet`,
      {
        code: 'ERR_PCM16_ODD_LENGTH',
      },
    );
  }
  if (bytes instanceof ArrayBuffer) return new Int16Array(bytes);
  if (bytes.byteOffset % 2 === 0) return new Int16Array(bytes.buffer, bytes.byteOffset, bytes.byteLength >> 1);
  return new Int16Array(bytes.slice().buffer);
}

/** The little-endian bytes of PCM16 samples, as a view. */
export function bytesFromPcm16(samples: Int16Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  return new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength);
}
