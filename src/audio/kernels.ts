import { coreModule } from '../wasm/core.ts';
import { Kernel } from '../wasm/kernel.ts';

// Audio objects share instances, so that twenty small ones cost one memory. An object allocates once, in its
// constructor, from the kernel it was given, and gives that back in `free()`. All of this runs on one thread.
const SHARED_BYTES = 1 << 20;

/** Bytes of each of the two scratch blocks. */
export const SCRATCH_BYTES = 24_576;

/** Two blocks of memory that the stateless conversions use for the length of one call. */
export interface Scratch {
  readonly kernel: Kernel;
  readonly input: number;
  readonly output: number;
}

const kernelsByModule = new Map<WebAssembly.Module, Kernel[]>();
const scratchByModule = new Map<WebAssembly.Module, Scratch>();

/** The first shared kernel of the selected build with room for one allocation of `bytes`, else a new one. */
export function kernelFor(bytes: number): Kernel {
  const module = coreModule();
  const kernels = kernelsByModule.get(module) ?? [];
  kernelsByModule.set(module, kernels);
  let kernel = kernels.find((candidate) => candidate.fits(bytes));
  if (kernel === undefined) {
    kernel = new Kernel({ pages: Kernel.pagesFor(Math.max(bytes, SHARED_BYTES)), module });
    kernels.push(kernel);
  }
  return kernel;
}

/** The scratch blocks of the selected build. */
export function scratch(): Scratch {
  const module = coreModule();
  let blocks = scratchByModule.get(module);
  if (blocks === undefined) {
    const kernel = kernelFor(2 * SCRATCH_BYTES);
    const input = kernel.allocate(2 * SCRATCH_BYTES);
    blocks = { kernel, input, output: input + SCRATCH_BYTES };
    scratchByModule.set(module, blocks);
  }
  return blocks;
}
