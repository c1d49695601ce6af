import { AudioError } from '../errors.ts';
import { fitOutput } from './format.ts';
import { blockAt, SCRATCH_BYTES, scratch } from './kernels.ts';

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
  const blocks = scratch();
  const { kernel, input, output: result } = blocks;
  for (let at = 0; at < samples.length; at += BLOCK_FRAMES) {
    const block = blockAt(samples, at, BLOCK_FRAMES);
    kernel.f32.set(block, input >> 2);
    kernel.exports.pcm16FromFloat(result, input, block.length);
    pcm16.set(blocks.pcm16(block.length), at);
  }
  return pcm16;
}

/** Converts PCM16 into floats in −1…1, exactly. Writes into `output` if given, which must hold as many samples. */
export function floatFromPcm16(
  samples: Int16Array,
  output: Float32Array<ArrayBuffer> = new Float32Array(samples.length),
): Float32Array<ArrayBuffer> {
  const floats = fitOutput(output, samples.length);
  const blocks = scratch();
  const { kernel, input, output: result } = blocks;
  for (let at = 0; at < samples.length; at += BLOCK_FRAMES) {
    const block = blockAt(samples, at, BLOCK_FRAMES);
    kernel.i16.set(block, input >> 1);
    kernel.exports.floatFromPcm16(result, input, block.length);
    floats.set(blocks.floats(block.length), at);
  }
  return floats;
}

/**
 * The samples of little-endian PCM16 bytes: a view where the bytes are aligned, a copy where they are not or where
 * another thread may write to them. Throws `ERR_PCM16_ODD_LENGTH` when the bytes end inside a sample, `ERR_PCM16_BYTES`
 * when it is given no bytes at all.
 */
export function pcm16FromBytes(bytes: Uint8Array | ArrayBufferLike): Int16Array<ArrayBuffer> {
  const isView = ArrayBuffer.isView(bytes);
  const buffer = isView ? bytes.buffer : bytes;
  if (!isUnshared(buffer) && kindOf(buffer) !== 'SharedArrayBuffer') {
    throw new AudioError(`PCM16 bytes come as a Uint8Array or an ArrayBuffer, got ${kindOf(buffer)}`, {
      code: 'ERR_PCM16_BYTES',
    });
  }
  const { byteLength } = bytes;
  if (byteLength % 2 !== 0) {
    throw new AudioError(`PCM16 needs two bytes a sample, got ${byteLength} bytes; keep the last for the next packet`, {
      code: 'ERR_PCM16_ODD_LENGTH',
    });
  }
  const byteOffset = isView ? bytes.byteOffset : 0;
  if (isUnshared(buffer) && byteOffset % 2 === 0) return new Int16Array(buffer, byteOffset, byteLength >> 1);
  const samples = new Int16Array(byteLength >> 1);
  // Not `slice`, which for a Node `Buffer` is another view.
  new Uint8Array(samples.buffer).set(new Uint8Array(buffer, byteOffset, byteLength));
  return samples;
}

function isUnshared(buffer: ArrayBufferLike): buffer is ArrayBuffer {
  return kindOf(buffer) === 'ArrayBuffer';
}

/** `instanceof` would not know the buffer of another realm: of a frame, or of node:vm. */
function kindOf(value: unknown): string {
  return Object.prototype.toString.call(value).slice('[object '.length, -1);
}

/** The little-endian bytes of PCM16 samples, as a view. */
export function bytesFromPcm16(samples: Int16Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  return new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength);
}
