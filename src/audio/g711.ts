import { fitOutput } from './format.ts';
import { SCRATCH_BYTES, scratch } from './kernels.ts';

const BLOCK_FRAMES = SCRATCH_BYTES / Int16Array.BYTES_PER_ELEMENT;

/** Encodes PCM16 into µ-law octets, bit for bit as ITU-T G.191. Writes into `output` if given. */
export function encodeMulaw(
  samples: Int16Array,
  output: Uint8Array<ArrayBuffer> = new Uint8Array(samples.length),
): Uint8Array<ArrayBuffer> {
  return encode('encodeMulaw', samples, output);
}

/** Encodes PCM16 into A-law octets, bit for bit as ITU-T G.191. Writes into `output` if given. */
export function encodeAlaw(
  samples: Int16Array,
  output: Uint8Array<ArrayBuffer> = new Uint8Array(samples.length),
): Uint8Array<ArrayBuffer> {
  return encode('encodeAlaw', samples, output);
}

/** Decodes µ-law octets into PCM16, bit for bit as ITU-T G.191. Writes into `output` if given. */
export function decodeMulaw(
  octets: Uint8Array,
  output: Int16Array<ArrayBuffer> = new Int16Array(octets.length),
): Int16Array<ArrayBuffer> {
  return decode('decodeMulaw', octets, output);
}

/** Decodes A-law octets into PCM16, bit for bit as ITU-T G.191. Writes into `output` if given. */
export function decodeAlaw(
  octets: Uint8Array,
  output: Int16Array<ArrayBuffer> = new Int16Array(octets.length),
): Int16Array<ArrayBuffer> {
  return decode('decodeAlaw', octets, output);
}

function encode(
  law: 'encodeMulaw' | 'encodeAlaw',
  samples: Int16Array,
  output: Uint8Array<ArrayBuffer>,
): Uint8Array<ArrayBuffer> {
  const octets = fitOutput(output, samples.length);
  const { kernel, input, output: result } = scratch();
  for (let at = 0; at < samples.length; at += BLOCK_FRAMES) {
    const block = samples.subarray(at, at + BLOCK_FRAMES);
    kernel.i16.set(block, input >> 1);
    kernel.exports[law](result, input, block.length);
    octets.set(kernel.u8.subarray(result, result + block.length), at);
  }
  return octets;
}

function decode(
  law: 'decodeMulaw' | 'decodeAlaw',
  octets: Uint8Array,
  output: Int16Array<ArrayBuffer>,
): Int16Array<ArrayBuffer> {
  const samples = fitOutput(output, octets.length);
  const { kernel, input, output: result } = scratch();
  for (let at = 0; at < octets.length; at += BLOCK_FRAMES) {
    const block = octets.subarray(at, at + BLOCK_FRAMES);
    kernel.u8.set(block, input);
    kernel.exports[law](result, input, block.length);
    samples.set(kernel.i16.subarray(result >> 1, (result >> 1) + block.length), at);
  }
  return samples;
}
