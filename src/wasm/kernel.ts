import { AudioError } from '../errors.ts';
import { type CoreExports, coreModule } from './core.ts';

const PAGE_BYTES = 65_536;
const VECTOR_BYTES = 16;

interface Gap {
  readonly address: number;
  readonly bytes: number;
}

/**
 * One instance of the audio core with a memory of fixed size, and the arena that hands that memory out.
 *
 * The memory never grows, so the views below stay valid for the life of the kernel. Allocation happens while audio
 * objects are constructed, never while they process.
 */
export class Kernel {
  readonly exports: CoreExports;
  readonly memory: WebAssembly.Memory;
  readonly u8: Uint8Array<ArrayBuffer>;
  readonly i16: Int16Array<ArrayBuffer>;
  readonly i32: Int32Array<ArrayBuffer>;
  readonly f32: Float32Array<ArrayBuffer>;
  readonly f64: Float64Array<ArrayBuffer>;
  readonly #allocated = new Map<number, number>();
  /** What is not allocated, by address; two gaps never touch. */
  readonly #gaps: Gap[];
  /** Bytes from here on have never been handed out, so they are zero. */
  #untouchedFrom: number;

  constructor(options: { pages: number; module?: WebAssembly.Module }) {
    const memory = newMemory(options.pages);
    const instance = new WebAssembly.Instance(options.module ?? coreModule(), { env: { memory } });
    this.exports = instance.exports as unknown as CoreExports;
    this.memory = memory;
    const start = alignVector(this.exports.heapBase());
    this.#gaps = [{ address: start, bytes: options.pages * PAGE_BYTES - start }];
    this.#untouchedFrom = start;
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
    const size = alignVector(bytes);
    return this.#gaps.some((gap) => gap.bytes >= size);
  }

  /** Whether nothing is allocated. */
  get isEmpty(): boolean {
    return this.#allocated.size === 0;
  }

  /** Returns the address of `bytes` zeroed bytes, aligned for v128. Throws `ERR_AUDIO_MEMORY` when no gap is as large. */
  allocate(bytes: number): number {
    const size = alignVector(Math.max(bytes, 1));
    const index = this.#gaps.findIndex((candidate) => candidate.bytes >= size);
    const gap = this.#gaps[index];
    if (gap === undefined) {
      const largest = Math.max(0, ...this.#gaps.map((candidate) => candidate.bytes));
      throw new AudioError(
        `the kernel has ${largest} bytes left in a row, ${size} were asked for; construct it with more pages`,
        { code: 'ERR_AUDIO_MEMORY' },
      );
    }
    const { address } = gap;
    const rest = { address: address + size, bytes: gap.bytes - size };
    this.#gaps.splice(index, 1, ...(rest.bytes > 0 ? [rest] : []));
    this.u8.fill(0, address, Math.min(address + size, this.#untouchedFrom));
    this.#untouchedFrom = Math.max(this.#untouchedFrom, address + size);
    this.#allocated.set(address, size);
    return address;
  }

  /** Gives an allocation back to the arena. Throws `ERR_AUDIO_MEMORY` for an address that is not allocated. */
  free(address: number): void {
    const size = this.#allocated.get(address);
    if (size === undefined) {
      throw new AudioError(`nothing is allocated at ${address}; free each allocation once`, {
        code: 'ERR_AUDIO_MEMORY',
      });
    }
    this.#allocated.delete(address);
    const after = this.#gaps.findIndex((gap) => gap.address > address);
    const index = after < 0 ? this.#gaps.length : after;
    const before = this.#gaps[index - 1];
    const next = this.#gaps[index];
    const joinsBefore = before !== undefined && before.address + before.bytes === address;
    const joinsNext = next !== undefined && address + size === next.address;
    const start = joinsBefore ? before.address : address;
    const end = joinsNext ? next.address + next.bytes : address + size;
    const joined = { address: start, bytes: end - start };
    this.#gaps.splice(joinsBefore ? index - 1 : index, Number(joinsBefore) + Number(joinsNext), joined);
  }
}

function newMemory(pages: number): WebAssembly.Memory {
  try {
    return new WebAssembly.Memory({ initial: pages, maximum: pages });
  } catch (cause) {
    throw new AudioError(`the engine gives no memory of ${pages} pages of 64 KiB; ask for smaller buffers`, {
      code: 'ERR_AUDIO_MEMORY',
      cause,
    });
  }
}

/** `bytes` rounded up so that what follows is aligned for v128. */
export function alignVector(bytes: number): number {
  return Math.ceil(bytes / VECTOR_BYTES) * VECTOR_BYTES;
}
