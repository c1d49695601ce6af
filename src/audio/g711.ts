import { AudioError } from '../errors.ts';
import { fitOutput } from './format.ts';
import { blockAt, SCRATCH_BYTES, scratch } from './kernels.ts';

const BLOCK_FRAMES = SCRATCH_BYTES / Int16Array.BYTES_PER_ELEMENT;

/**
 * How an encoder takes the magnitude of a negative sample. `g191`: by one's complement, as the reference programs of
 * ITU-T G.191 do. `negate`: by negation, as Sun Microsystems' g711.c and most npm packages do; 127 of the 65,536 samples
 * then get the next code. Decoders agree.
 */
export type G711Convention = 'g191' | 'negate';

/** Encodes PCM16 into µ-law octets, by default bit for bit as ITU-T G.191. Writes into `output` if given. */
export function encodeMulaw(
  samples: Int16Array,
  output: Uint8Array<ArrayBuffer> = new Uint8Array(samples.length),
  convention: G711Convention = 'g191',
): Uint8Array<ArrayBuffer> {
  const octets = fitOutput(output, samples.length);
  const negation = negationOf(convention);
  const blocks = scratch();
  const { kernel, input, output: result } = blocks;
  for (let at = 0; at < samples.length; at += BLOCK_FRAMES) {
    const block = blockAt(samples, at, BLOCK_FRAMES);
    kernel.i16.set(block, input >> 1);
    kernel.exports.encodeMulaw(result, input, block.length, negation);
    octets.set(blocks.bytes(block.length), at);
  }
  return octets;
}

/** Encodes PCM16 into A-law octets, by default bit for bit as ITU-T G.191. Writes into `output` if given. */
export function encodeAlaw(
  samples: Int16Array,
  output: Uint8Array<ArrayBuffer> = new Uint8Array(samples.length),
  convention: G711Convention = 'g191',
): Uint8Array<ArrayBuffer> {
  const octets = fitOutput(output, samples.length);
  const negation = negationOf(convention);
  const blocks = scratch();
  const { kernel, input, output: result } = blocks;
  for (let at = 0; at < samples.length; at += BLOCK_FRAMES) {
    const block = blockAt(samples, at, BLOCK_FRAMES);
    kernel.i16.set(block, input >> 1);
    kernel.exports.encodeAlaw(result, input, block.length, negation);
    octets.set(blocks.bytes(block.length), at);
  }
  return octets;
}

/** Decodes µ-law octets into PCM16, bit for bit as ITU-T G.191. Writes into `output` if given. */
export function decodeMulaw(
  octets: Uint8Array,
  output: Int16Array<ArrayBuffer> = new Int16Array(octets.length),
): Int16Array<ArrayBuffer> {
  const samples = fitOutput(output, octets.length);
  const blocks = scratch();
  const { kernel, input, output: result } = blocks;
  for (let at = 0; at < octets.length; at += BLOCK_FRAMES) {
    const block = blockAt(octets, at, BLOCK_FRAMES);
    kernel.u8.set(block, input);
    kernel.exports.decodeMulaw(result, input, block.length);
    samples.set(blocks.pcm16(block.length), at);
  }
  return samples;
}

/** Decodes A-law octets into PCM16, bit for bit as ITU-T G.191. Writes into `output` if given. */
export function decodeAlaw(
  octets: Uint8Array,
  output: Int16Array<ArrayBuffer> = new Int16Array(octets.length),
): Int16Array<ArrayBuffer> {
  const samples = fitOutput(output, octets.length);
  const blocks = scratch();
  const { kernel, input, output: result } = blocks;
  for (let at = 0; at < octets.length; at += BLOCK_FRAMES) {
    const block = blockAt(octets, at, BLOCK_FRAMES);
    kernel.u8.set(block, input);
    kernel.exports.decodeAlaw(result, input, block.length);
    samples.set(blocks.pcm16(block.length), at);
  }
  return samples;
}

function negationOf(convention: G711Convention): number {
  if (convention === 'g191') return 0;
  if (convention === 'negate') return -1;
  throw new AudioError(`convention must be 'g191' or 'negate', got ${String(convention)}`, {
    code: 'ERR_G711_CONVENTION',
  });
}
