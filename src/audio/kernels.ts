import { AudioError } from '../errors.ts';
import { coreModule } from '../wasm/core.ts';
import { Kernel } from '../wasm/kernel.ts';
import { TextMemory } from './text-memory.ts';

// Audio objects share instances, so that twenty small ones cost one memory. An object allocates once, in its
// constructor, and gives that back in `free()`. All of this runs on one thread.
const SHARED_BYTES = 1 << 20;

/** Bytes of each of the two scratch blocks. */
export const SCRATCH_BYTES = 24_576;

/** Two blocks of memory that the stateless conversions use for the length of one call. */
export class Scratch {
  readonly module: WebAssembly.Module;
  readonly kernel: Kernel;
  readonly input: number;
  readonly output: number;
  /** The blocks as text. */
  readonly inputText: TextMemory;
  readonly outputText: TextMemory;
  // The views last asked for: calls of one size make none.
  #bytes: Uint8Array<ArrayBuffer>;
  #pcm16: Int16Array<ArrayBuffer>;
  #floats: Float32Array<ArrayBuffer>;

  constructor(module: WebAssembly.Module, kernel: Kernel) {
    this.module = module;
    this.kernel = kernel;
    this.input = kernel.allocate(2 * SCRATCH_BYTES);
    this.output = this.input + SCRATCH_BYTES;
    this.inputText = new TextMemory(kernel, this.input, SCRATCH_BYTES);
    this.outputText = new TextMemory(kernel, this.output, SCRATCH_BYTES);
    this.#bytes = kernel.u8.subarray(0, 0);
    this.#pcm16 = kernel.i16.subarray(0, 0);
    this.#floats = kernel.f32.subarray(0, 0);
  }

  /** The first `count` bytes of the output block. */
  bytes(count: number): Uint8Array<ArrayBuffer> {
    if (this.#bytes.length !== count) this.#bytes = this.kernel.u8.subarray(this.output, this.output + count);
    return this.#bytes;
  }

  /** The first `count` samples of the output block. */
  pcm16(count: number): Int16Array<ArrayBuffer> {
    const start = this.output >> 1;
    if (this.#pcm16.length !== count) this.#pcm16 = this.kernel.i16.subarray(start, start + count);
    return this.#pcm16;
  }

  /** The first `count` floats of the output block. */
  floats(count: number): Float32Array<ArrayBuffer> {
    const start = this.output >> 2;
    if (this.#floats.length !== count) this.#floats = this.kernel.f32.subarray(start, start + count);
    return this.#floats;
  }
}

const kernelsByModule = new Map<WebAssembly.Module, Kernel[]>();
const scratchByModule = new Map<WebAssembly.Module, Scratch>();
let recentScratch: Scratch | null = null;

/** The memory of one audio object in a shared kernel of the selected build, from its constructor to its `free()`. */
export class Allocation {
  readonly kernel: Kernel;
  readonly #owner: string;
  readonly #kernels: Kernel[];
  #address: number;

  /** @param owner What an error message calls the object, with its article. */
  constructor(owner: string, bytes: number) {
    this.#owner = owner;
    this.#kernels = sharedKernels();
    this.kernel = kernelFor(bytes);
    this.#address = this.kernel.allocate(bytes);
  }

  /** Where it begins, aligned for v128. Throws `ERR_AUDIO_MEMORY` once it is freed: the bytes may be another's by then. */
  get address(): number {
    if (this.#address !== 0) return this.#address;
    throw new AudioError(`${this.#owner} has been freed; construct a new one`, { code: 'ERR_AUDIO_MEMORY' });
  }

  /** Gives the memory back, once; a kernel that nothing is left in goes too, unless it is the only one. */
  free(): void {
    if (this.#address === 0) return;
    this.kernel.free(this.#address);
    this.#address = 0;
    if (!this.kernel.isEmpty || this.#kernels.length === 1) return;
    this.#kernels.splice(this.#kernels.indexOf(this.kernel), 1);
  }
}

/** The first shared kernel of the selected build with room for one allocation of `bytes`, else a new one. */
export function kernelFor(bytes: number): Kernel {
  const kernels = sharedKernels();
  let kernel = kernels.find((candidate) => candidate.fits(bytes));
  if (kernel === undefined) {
    kernel = new Kernel({ pages: Kernel.pagesFor(Math.max(bytes, SHARED_BYTES)), module: coreModule() });
    kernels.push(kernel);
  }
  return kernel;
}

/** The scratch blocks of the selected build. */
export function scratch(): Scratch {
  const module = coreModule();
  if (recentScratch?.module === module) return recentScratch;
  recentScratch = scratchByModule.get(module) ?? new Scratch(module, kernelFor(2 * SCRATCH_BYTES));
  scratchByModule.set(module, recentScratch);
  return recentScratch;
}

/** The part of `samples` from `start` on that fits a block of `blockFrames`: the array itself where that is all of it. */
export function blockAt<T extends { readonly length: number; subarray(begin: number, end: number): T }>(
  samples: T,
  start: number,
  blockFrames: number,
): T {
  return start === 0 && samples.length <= blockFrames ? samples : samples.subarray(start, start + blockFrames);
}

function sharedKernels(): Kernel[] {
  const module = coreModule();
  let kernels = kernelsByModule.get(module);
  if (kernels === undefined) {
    kernels = [];
    kernelsByModule.set(module, kernels);
  }
  return kernels;
}
