// Base64 of RFC 4648 §4, strict in every engine: standard alphabet, padding required, no white space, unused bits of
// the last character zero. The platform's own codec does the work where there is one; each is laxer in its own way, so
// what it accepted is checked by counting.
import { AudioError } from '../errors.ts';

/** One implementation. `decode` fills `output`, of just the decoded length, and returns whether `text` is well formed. */
export interface Base64Codec {
  encode(bytes: Uint8Array): string;
  decode(text: string, output: Uint8Array): boolean;
  /** Memory for output that `decode` fills: zeroed first it would be written twice. */
  allocate?(byteLength: number): Uint8Array<ArrayBuffer>;
}

/** `Uint8Array.prototype.toBase64` and `setFromBase64` (ES2026), seen through a type that es2023 does not have. */
interface NativeBytes extends Uint8Array {
  toBase64(): string;
  setFromBase64(text: string, options: { lastChunkHandling: 'strict' }): { read: number; written: number };
}

/** What is used of Node's `Buffer`. */
interface NodeBuffer {
  toString(encoding: 'base64'): string;
  write(text: string, encoding: 'base64'): number;
}
interface NodeBufferClass {
  from(buffer: ArrayBufferLike, byteOffset: number, length: number): NodeBuffer;
  /** Memory of its own, not zeroed. */
  allocUnsafeSlow(byteLength: number): Uint8Array<ArrayBuffer>;
  /** Both work on any Uint8Array, so none has to be wrapped; not every runtime with a `Buffer` has them. */
  readonly prototype: {
    readonly base64Slice?: (this: Uint8Array, start: number, end: number) => string;
    readonly base64Write?: (this: Uint8Array, text: string, start: number, length: number) => number;
  };
}

/** The methods of newer engines. */
export const nativeBase64: Base64Codec = {
  encode: (bytes) => (bytes as NativeBytes).toBase64(),
  decode(text, output) {
    try {
      const { read, written } = (output as NativeBytes).setFromBase64(text, { lastChunkHandling: 'strict' });
      // White space is skipped, so it shows as bytes that are missing.
      return read === text.length && written === output.length;
    } catch (error) {
      if (error instanceof SyntaxError) return false;
      throw error;
    }
  },
};

const { Buffer } = globalThis as unknown as { readonly Buffer: NodeBufferClass };

const { base64Slice, base64Write } = Buffer?.prototype ?? {};

/** Node's `Buffer`. */
export const bufferBase64: Base64Codec = {
  encode(bytes) {
    if (base64Slice !== undefined) return base64Slice.call(bytes, 0, bytes.length);
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64');
  },
  decode(text, output) {
    // It skips what it does not know, so that shows as bytes that are missing; but it also knows the URL alphabet,
    // takes wide characters by the low eight bits of their code, and drops unused bits. An engine knows at once that text
    // which it stores in bytes has no wide character. Tried: Buffer.byteLength, which reads all of it, 1 µs for 6400 characters.
    const written =
      base64Write === undefined
        ? Buffer.from(output.buffer, output.byteOffset, output.length).write(text, 'base64')
        : base64Write.call(output, text, 0, output.length);
    const isNarrow = !/[\u0100-\uffff]/.test(text);
    return written === output.length && isNarrow && !text.includes('-') && !text.includes('_') && endsClean(text);
  },
  allocate: (byteLength) => Buffer.allocUnsafeSlow(byteLength),
};

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const PADDING = 0x3d;
const CODES = /* @__PURE__ */ Uint8Array.from(ALPHABET, (character) => character.charCodeAt(0));
/** The six bits of a character by its code, −1 outside the alphabet. */
const SEXTETS = Int8Array.from({ length: 128 }, (_, code) => ALPHABET.indexOf(String.fromCharCode(code)));

/** Plain loops, for engines that have neither where the audio core is not loaded. */
export const plainBase64: Base64Codec = {
  encode(bytes) {
    let text = '';
    for (let i = 0; i < bytes.length; i += 3) {
      const bits = (at(bytes, i) << 16) | (at(bytes, i + 1) << 8) | at(bytes, i + 2);
      text += String.fromCharCode(
        at(CODES, bits >> 18),
        at(CODES, (bits >> 12) & 63),
        i + 1 < bytes.length ? at(CODES, (bits >> 6) & 63) : PADDING,
        i + 2 < bytes.length ? at(CODES, bits & 63) : PADDING,
      );
    }
    return text;
  },
  decode(text, output) {
    const end = text.length - paddingOf(text);
    let bits = 0;
    let pendingBits = 0;
    let written = 0;
    for (let i = 0; i < end; i++) {
      const sextet = sextetAt(text, i);
      if (sextet < 0) return false;
      bits = (bits << 6) | sextet;
      pendingBits += 6;
      if (pendingBits < 8) continue;
      pendingBits -= 8;
      output[written++] = bits >> pendingBits;
    }
    return endsClean(text);
  },
};

/** The platform's own implementation, where it has one. */
export const platformBase64: Base64Codec | undefined =
  Buffer !== undefined ? bufferBase64 : 'setFromBase64' in Uint8Array.prototype ? nativeBase64 : undefined;

const codec = platformBase64 ?? plainBase64;

/** Encodes bytes as padded base64. */
export function encodeBase64(bytes: Uint8Array): string {
  return codec.encode(bytes);
}

/** Decodes padded base64. Throws `ERR_BASE64` with the position of the first wrong character for malformed text. */
export function decodeBase64(text: string): Uint8Array<ArrayBuffer> {
  const byteLength = decodedBytes(text);
  const bytes = codec.allocate?.(byteLength) ?? new Uint8Array(byteLength);
  decodeExactly(codec, text, bytes);
  return bytes;
}

/** Length of what text of whole groups decodes to; throws `ERR_BASE64` for other text. */
export function decodedBytes(text: string): number {
  if (text.length % 4 !== 0) throw malformedBase64(text);
  return (text.length / 4) * 3 - paddingOf(text);
}

/** Fills `output`, of just the decoded length, or throws `ERR_BASE64`. */
export function decodeExactly(decoder: Base64Codec, text: string, output: Uint8Array): void {
  if (!decoder.decode(text, output)) throw malformedBase64(text);
}

/** The error for text that is known to be malformed, with the position. */
export function malformedBase64(text: string): AudioError {
  const position = malformedAt(text);
  const found = position < text.length ? JSON.stringify(text[position]) : 'the end';
  return new AudioError(`malformed base64: ${found} at position ${position} of ${text.length}`, { code: 'ERR_BASE64' });
}

/** Where malformed text first goes wrong; its length when it ends too early. */
export function malformedAt(text: string): number {
  const isWhole = text.length % 4 === 0;
  const end = isWhole ? text.length - paddingOf(text) : text.length;
  for (let i = 0; i < end; i++) if (sextetAt(text, i) < 0) return i;
  return isWhole ? end - 1 : end;
}

/** How many of the last characters are padding, for text of whole groups. */
function paddingOf(text: string): number {
  if (text.charCodeAt(text.length - 1) !== PADDING) return 0;
  return text.charCodeAt(text.length - 2) === PADDING ? 2 : 1;
}

/** Whether the bits of the last character that padding makes superfluous are zero. */
function endsClean(text: string): boolean {
  const padding = paddingOf(text);
  return padding === 0 || (sextetAt(text, text.length - 1 - padding) & (padding === 2 ? 0x0f : 0x03)) === 0;
}

function sextetAt(text: string, position: number): number {
  return SEXTETS[text.charCodeAt(position)] ?? -1;
}

function at(bytes: Uint8Array, index: number): number {
  return bytes[index] ?? 0;
}
