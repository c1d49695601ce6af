import { AudioError } from '../errors.ts';
import { type CoreExports, coreModule } from './core.ts';

const PAGE_BYTES = 65_536;
const ALIGNMENT_BYTES = 16;

/**
 * One instance of the audio core with a memory of fixed size, and the arena that hands that memory out.
 *
 * The memory never grows, so the views below stay valid for the life of the kernel. Allocation happens while audio
 * objects are constructed, never while they process.
 */
export class Kernel {
  readonly exports: CoreExports;
  readonly u8: Uint8Array<ArrayBuffer>;
  readonly i16: Int16Array<ArrayBuffer>;
  readonly i32: Int32Array<ArrayBuffer>;
  readonly f32: Float32Array<ArrayBuffer>;
  readonly f64: Float64Array<ArrayBuffer>;
  readonly #freeBySize = new Map<number, number[]>();
  readonly #capacityBytes: number;
  #nextByte: number;

  constructor(options: { pages: number; module?: WebAssembly.Module }) {
    const memory = new WebAssembly.Memory({ initial: options.pages, maximum: options.pages });
    const instance = new WebAssembly.Instance(options.module ?? coreModule(), { env: { memory } });
    this.exports = instance.exports as unknown as CoreExports;
    this.#capacityBytes = options.pages * PAGE_BYTES;
    this.#nextByte = alignUp(this.exports.heapBase());
    this.u8 = new Uint8Array(memory.buffer);
    this.i16 = new Int16Array(memory.buffer);
    this.i32 = new Int32Array(memory.buffer);
    this.f32 = new Float32Array(memory.buffer);
    this.f64 = new Float64Array(memory.buffer);
    this.exports.init();
  }

  /** Pages that hold `bytes` of objects beside the core's own constants. */
  static pagesFor(bytes: number): number {
    return Math.ceil((bytes + 2 * PAGE_BYTES) / PAGE_BYTES);
  }

  /** Whether `allocate(bytes)` would succeed. */
  fits(bytes: number): boolean {
    const size = alignUp(bytes);
    return (this.#freeBySize.get(size)?.length ?? 0) > 0 || this.#nextByte + size <= this.#capacityBytes;
  }

  /** Returns the address of `bytes` zeroed bytes, aligned for v128. Throws `ERR_AUDIO_MEMORY` when the arena is full. */
  allocate(bytes: number): number {
    const size = alignUp(bytes);
    const reused = this.#freeBySize.get(size)?.pop();
    if (reused !== undefined) {
      this.u8.fill(0, reused, reused + size);
      return reused;
    }
    if (this.#nextByte + size > this.#capacityBytes) {
      throw new AudioError(
        `the kernel has ${this.#capacityBytes - this.#nextByte} bytes left, ${size} were asked for; construct it with more pages`,
        { code: 'ERR_AUDIO_MEMORY' },
      );
    }
    const address = this.#nextByte;
    this.#nextByte += size;
    return address;
  }

  /** Gives an allocation of exactly `bytes` back to the arena. */
  free(address: number, bytes: number): void {
    const size = alignUp(bytes);
    const list = this.#freeBySize.get(size);
    if (list === undefined) this.#freeBySize.set(size, [address]);
    else list.push(address);
  }
}

function alignUp(bytes: number): number {
  return (bytes + ALIGNMENT_BYTES - 1) & ~(ALIGNMENT_BYTES - 1);
}
