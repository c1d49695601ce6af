import { Kernel } from '../src/wasm/kernel.ts';
import { coreModule, type CoreBuild } from '../src/wasm/core.ts';

/** An instance of the core with room for two blocks, for kernels whose data already lies in its memory. */
export interface OwnViews {
  readonly kernel: Kernel;
  readonly input: number;
  readonly output: number;
}

export function ownViews(build: CoreBuild, bytes = 65_536): OwnViews {
  const kernel = new Kernel({ pages: Kernel.pagesFor(2 * bytes), module: coreModule(build) });
  return { kernel, input: kernel.allocate(bytes), output: kernel.allocate(bytes) };
}
