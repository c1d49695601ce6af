// Base64 where the audio core is loaded. Encoding is left to the platform where it can. So is decoding to Node's `Buffer`;
// other platforms' decoders take longer than that of the core, which is strict by itself.
import { type Base64Codec, bufferBase64, decodedBytes, decodeExactly, platformBase64 } from './base64.ts';
import { fitOutput } from './format.ts';
import { SCRATCH_BYTES, scratch } from './kernels.ts';

/** Bytes that a scratch block holds as text: whole groups. */
const ENCODED_BYTES = (SCRATCH_BYTES / 4) * 3;

/** The kernel of the audio core, a scratch block at a time. */
export const kernelBase64: Base64Codec = {
  encode(bytes) {
    const blocks = scratch();
    const { kernel, input, output, outputText } = blocks;
    let text = '';
    for (let start = 0; start < bytes.length; start += ENCODED_BYTES) {
      const block = bytes.length <= ENCODED_BYTES ? bytes : bytes.subarray(start, start + ENCODED_BYTES);
      kernel.u8.set(block, input);
      text += outputText.read(kernel.exports.encodeBase64(output, input, block.length));
    }
    return text;
  },
  decode(text, output) {
    const blocks = scratch();
    const { kernel, input, inputText } = blocks;
    let written = 0;
    for (let start = 0; start < text.length; start += SCRATCH_BYTES) {
      const end = start + SCRATCH_BYTES;
      const piece = text.length <= SCRATCH_BYTES ? text : text.slice(start, end);
      // Padding is for the end.
      if (end < text.length && piece.endsWith('=')) return false;
      inputText.write(piece);
      const bytes = kernel.exports.decodeBase64(blocks.output, input, piece.length);
      if (bytes < 0) return false;
      output.set(blocks.bytes(bytes), written);
      written += bytes;
    }
    return true;
  },
};

const encoder = platformBase64 ?? kernelBase64;
const decoder = platformBase64 === bufferBase64 ? bufferBase64 : kernelBase64;

/** Encodes bytes as padded base64. */
export function encodeBase64(bytes: Uint8Array): string {
  return encoder.encode(bytes);
}

/** Decodes padded base64. Throws `ERR_BASE64` with the position of the first wrong character for malformed text. */
export function decodeBase64(text: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(decodedBytes(text));
  decodeExactly(decoder, text, bytes);
  return bytes;
}

/**
 * Decodes padded base64 into `output` and returns the number of bytes. Throws `ERR_BUFFER_SIZE` when they do not fit,
 * and `ERR_BASE64` for malformed text; the contents of `output` are then undefined.
 */
export function decodeBase64Into(text: string, output: Uint8Array): number {
  const bytes = decodedBytes(text);
  decodeExactly(decoder, text, fitOutput(output, bytes));
  return bytes;
}
