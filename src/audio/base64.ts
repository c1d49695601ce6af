// Base64 of RFC 4648 §4, strict in every engine: standard alphabet, padding required, no white space, unused bits of
// the last character zero. The platform's own codec does the work where there is one; each is laxer in its own way, so
// what it accepted is checked by counting.
import { AudioError } from '../errors.ts';
import { fitOutput } from './format.ts';
import { SCRATCH_BYTES, scratch } from './kernels.ts';

/** One implementation. `decode` fills `output`, of just the decoded length, and returns whether `text` is well formed. */
export interface Base64Codec {
  encode(bytes: Uint8Array): string;
  decode(text: string, output: Uint8Array): boolean;
}

/** `Uint8Array.prototype.toBase64` and `setFromBase64` (ES2026), seen through a type that es2023 does not have. */
interface NativeBytes {
  toBase64?(): string;
  setFromBase64?(text: string, options: { lastChunkHandling: 'strict' }): { read: number; written: number };
}

/** What is used of Node's `Buffer`. */
interface NodeBuffer {
  toString(encoding: 'base64'): string;
  write(text: string, encoding: 'base64'): number;
}
interface NodeBufferClass {
  from(buffer: ArrayBufferLike, byteOffset: number, length: number): NodeBuffer;
  byteLength(text: string): number;
}

/** The platform's own methods; throws where there are none. */
export const nativeBase64: Base64Codec = {
  encode: (bytes) => (bytes as NativeBytes).toBase64?.() ?? missing('Uint8Array.prototype.toBase64'),
  decode(text, output) {
    try {
      const { read, written } =
        (output as NativeBytes).setFromBase64?.(text, { lastChunkHandling: 'strict' }) ?? missing('setFromBase64');
      // White space is skipped, so it shows as bytes that are missing.
      return read === text.length && written === output.length;
    } catch (error) {
      if (error instanceof SyntaxError) return false;
      throw error;
    }
  },
};

const nodeBuffer = (globalThis as { readonly Buffer?: NodeBufferClass }).Buffer;

/** Node's `Buffer`; throws where there is none. */
export const bufferBase64: Base64Codec = {
  encode: (bytes) => view(bytes).toString('base64'),
  decode(text, output) {
    // It skips what it does not know, so that shows as bytes that are missing; but it also knows the URL alphabet,
    // takes other characters by the low eight bits of their code, and drops unused bits.
    if (view(output).write(text, 'base64') !== output.length) return false;
    return (
      nodeBuffer?.byteLength(text) === text.length && !text.includes('-') && !text.includes('_') && endsClean(text)
    );
  },
};

const BLOCK_CHARACTERS = SCRATCH_BYTES;
const BLOCK_BYTES = (BLOCK_CHARACTERS / 4) * 3;
/** Arguments of one `fromCharCode` call. */
const STRING_PART = 4096;

/** The kernel of the audio core, for engines and worklets that have neither. */
export const wasmBase64: Base64Codec = {
  encode(bytes) {
    const { kernel, input, output } = scratch();
    let text = '';
    for (let at = 0; at < bytes.length; at += BLOCK_BYTES) {
      const block = bytes.subarray(at, at + BLOCK_BYTES);
      kernel.u8.set(block, input);
      const end = output + kernel.exports.encodeBase64(output, input, block.length);
      for (let part = output; part < end; part += STRING_PART) {
        text += String.fromCharCode(...kernel.u8.subarray(part, Math.min(part + STRING_PART, end)));
      }
    }
    return text;
  },
  decode(text, output) {
    const { kernel, input, output: result } = scratch();
    for (let at = 0, written = 0; at < text.length; at += BLOCK_CHARACTERS, written += BLOCK_BYTES) {
      const characters = Math.min(BLOCK_CHARACTERS, text.length - at);
      // A code beyond one octet would wrap into the alphabet; 0 is in no alphabet.
      for (let i = 0; i < characters; i++)
        kernel.u8[input + i] = text.charCodeAt(at + i) > 0xff ? 0 : text.charCodeAt(at + i);
      const bytes = kernel.exports.decodeBase64(result, input, characters);
      // Padding inside the text makes a block too short.
      if (bytes !== Math.min(BLOCK_BYTES, output.length - written)) return false;
      output.set(kernel.u8.subarray(result, result + bytes), written);
    }
    return true;
  },
};

const hasNative = 'toBase64' in Uint8Array.prototype && 'setFromBase64' in Uint8Array.prototype;
const codec = nodeBuffer !== undefined ? bufferBase64 : hasNative ? nativeBase64 : wasmBase64;

/** Encodes bytes as padded base64. */
export function encodeBase64(bytes: Uint8Array): string {
  return codec.encode(bytes);
}

/** Decodes padded base64. Throws `ERR_BASE64` with the position of the first wrong character for malformed text. */
export function decodeBase64(text: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(decodedBytes(text));
  decodeExactly(text, bytes);
  return bytes;
}

/**
 * Decodes padded base64 into `output` and returns the number of bytes. Throws `ERR_BUFFER_SIZE` when they do not fit,
 * and `ERR_BASE64` for malformed text; the contents of `output` are then undefined.
 */
export function decodeBase64Into(text: string, output: Uint8Array): number {
  const bytes = decodedBytes(text);
  decodeExactly(text, fitOutput(output, bytes));
  return bytes;
}

function decodedBytes(text: string): number {
  return Math.floor(text.length / 4) * 3 - paddingOf(text);
}

function decodeExactly(text: string, output: Uint8Array): void {
  if (text.length % 4 === 0 && codec.decode(text, output)) return;
  const position = malformedAt(text);
  const found = position < text.length ? JSON.stringify(text[position]) : 'the end';
  throw new AudioError(`malformed base64: ${found} at position ${position} of ${text.length}`, { code: 'ERR_BASE64' });
}

/** Where malformed text first goes wrong; its length when it ends too early. */
export function malformedAt(text: string): number {
  const end = text.length - (text.length % 4 === 0 ? paddingOf(text) : 0);
  for (let i = 0; i < end; i++) if (!isInAlphabet(text.charCodeAt(i))) return i;
  return text.length % 4 === 0 ? end - 1 : text.length;
}

function paddingOf(text: string): number {
  if (text.length === 0 || text.length % 4 !== 0 || !text.endsWith('=')) return 0;
  return text.endsWith('==') ? 2 : 1;
}

/** Whether the bits of the last character that padding makes superfluous are zero. */
function endsClean(text: string): boolean {
  if (!text.endsWith('=')) return true;
  return text.endsWith('==')
    ? 'AQgw'.includes(text.charAt(text.length - 3))
    : 'AEIMQUYcgkosw048'.includes(text.charAt(text.length - 2));
}

function isInAlphabet(code: number): boolean {
  const isLetter = (code >= 65 && code <= 90) || (code >= 97 && code <= 122);
  return isLetter || (code >= 48 && code <= 57) || code === 43 || code === 47;
}

function view(bytes: Uint8Array): NodeBuffer {
  return nodeBuffer?.from(bytes.buffer, bytes.byteOffset, bytes.byteLength) ?? missing('Buffer');
}

function missing(name: string): never {
  throw new AudioError(`this engine has no ${name}`, { code: 'ERR_BASE64' });
}
