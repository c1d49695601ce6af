import type { Kernel } from '../wasm/kernel.ts';

/** What is used of Node's `Buffer.prototype`; it works on any Uint8Array. */
interface BufferSlices {
  readonly latin1Slice?: (this: Uint8Array, start: number, end: number) => string;
  readonly latin1Write?: (this: Uint8Array, text: string, offset: number, length: number) => number;
}

const { Buffer, TextEncoder, TextDecoder } = globalThis as unknown as {
  readonly Buffer?: { readonly prototype: BufferSlices };
  readonly TextEncoder?: new () => { encodeInto(text: string, bytes: Uint8Array): unknown };
  readonly TextDecoder?: new () => { decode(bytes: Uint8Array): string };
};

const { latin1Slice, latin1Write } = Buffer?.prototype ?? {};
const encoder = TextEncoder === undefined ? undefined : new TextEncoder();
const decoder = TextDecoder === undefined ? undefined : new TextDecoder();

/**
 * Characters that `latin1Write` would cut to their low byte. V8 keeps text without any in one byte a character and knows
 * then that this can't match, so it does not search.
 */
const WIDE = /[\u0100-\uffff]/;
/** Characters that `fromCharCode` takes at once. */
const PIECE = 4096;
const NOT_ASCII = 0xff;

/** A region of wasm memory that ASCII text goes into and comes out of, by the fastest way that the platform has. */
export class TextMemory {
  readonly address: number;
  readonly #u8: Uint8Array<ArrayBuffer>;
  readonly #region: Uint8Array<ArrayBuffer>;
  // The view last read: texts of one length make none.
  #read: Uint8Array<ArrayBuffer>;

  constructor({ u8 }: Kernel, address: number, bytes: number) {
    this.address = address;
    this.#u8 = u8;
    this.#region = u8.subarray(address, address + bytes);
    this.#read = u8.subarray(address, address);
  }

  /** Writes text that fits. What is not ASCII becomes bytes from 128 on, the first of them at its position in the text. */
  write(text: string): void {
    if (latin1Write !== undefined && !WIDE.test(text)) {
      latin1Write.call(this.#u8, text, this.address, text.length);
      return;
    }
    // In Node this is slower and returns an object.
    if (encoder !== undefined) {
      encoder.encodeInto(text, this.#region);
      return;
    }
    for (let i = 0; i < text.length; i++) this.#region[i] = Math.min(text.charCodeAt(i), NOT_ASCII);
  }

  /** The first `characters` of the text. */
  read(characters: number): string {
    const end = this.address + characters;
    if (latin1Slice !== undefined) return latin1Slice.call(this.#u8, this.address, end);
    if (this.#read.length !== characters) this.#read = this.#u8.subarray(this.address, end);
    if (decoder !== undefined) return decoder.decode(this.#read);
    let text = '';
    for (let i = 0; i < characters; i += PIECE) text += String.fromCharCode(...this.#read.subarray(i, i + PIECE));
    return text;
  }
}
