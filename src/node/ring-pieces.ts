// Pieces of a stream as records of a ring: a word that tells their kind, then their bytes.

import type { SharedRing } from '../audio/shared-ring.ts';
import { AudioError } from '../errors.ts';
import type { AudioPiece } from './worker-stages.ts';

const HEADER_BYTES = 4;

const BYTES = 0;
const FLOAT32 = 1;
const PCM16 = 2;
const TEXT = 3;

/** In place of a piece: nothing follows. */
export const ENDED: unique symbol = Symbol('the end of a stream');

const END_RECORD = new Uint8Array(0);

/** One end's copy of the piece that goes into a ring or comes out of it. */
export class RingPieces {
  readonly #record: Buffer<ArrayBuffer>;
  readonly #maxBytes: number;

  /** @param maxBytes Of a piece; one character of text is one byte. */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
    this.#record = Buffer.from(new ArrayBuffer(HEADER_BYTES + maxBytes));
  }

  /** Pushes a piece; `false` when there is no room for it yet. Throws `ERR_BLOCK_SIZE` for one that never fits. */
  push(ring: SharedRing, piece: AudioPiece): boolean {
    const bytes = typeof piece === 'string' ? piece.length : piece.byteLength;
    if (bytes > this.#maxBytes) {
      throw new AudioError(
        `a piece of a stream may have ${this.#maxBytes} bytes, got ${bytes}: write smaller ones, or convert it as a job`,
        { code: 'ERR_BLOCK_SIZE' },
      );
    }
    this.#record[0] = kindOf(piece);
    if (typeof piece === 'string') this.#record.write(piece, HEADER_BYTES, 'latin1');
    else this.#record.set(new Uint8Array(piece.buffer, piece.byteOffset, bytes), HEADER_BYTES);
    return ring.push(this.#record, 0, HEADER_BYTES + bytes);
  }

  /** The oldest piece, the caller's to keep; `ENDED` behind the last one, `null` when there is none yet. */
  pull(ring: SharedRing): AudioPiece | typeof ENDED | null {
    const length = ring.pull(this.#record);
    if (length < 0) return null;
    if (length < HEADER_BYTES) return ENDED;
    if (this.#record[0] === TEXT) return this.#record.toString('latin1', HEADER_BYTES, length);
    const bytes = this.#record.buffer.slice(HEADER_BYTES, length);
    if (this.#record[0] === FLOAT32) return new Float32Array(bytes);
    return this.#record[0] === PCM16 ? new Int16Array(bytes) : new Uint8Array(bytes);
  }
}

/** Says that nothing follows; `false` when there is no room for it yet. */
export function pushEnd(ring: SharedRing): boolean {
  return ring.push(END_RECORD);
}

function kindOf(piece: AudioPiece): number {
  if (typeof piece === 'string') return TEXT;
  if (piece instanceof Float32Array) return FLOAT32;
  return piece instanceof Int16Array ? PCM16 : BYTES;
}
