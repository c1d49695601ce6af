import { AudioError } from '../errors.ts';
import { decodeBase64 } from './base64-text.ts';
import { CORE_SIMD_BASE64 } from './core-simd.generated.ts';

/** The builds of the audio core: `simd` is the bit-exact reference, `scalar` equals it, `relaxed` may fuse multiply-add. */
export type CoreBuild = 'scalar' | 'simd' | 'relaxed';

/** The functions of `assembly/index.ts`. Addresses, counts and flags are numbers; a `bool` result is 0 or 1. */
export interface CoreExports {
  heapBase(): number;
  init(): void;
  resamplerBytes(inputRate: number, outputRate: number, maxBlockFrames: number): number;
  resamplerDelayFrames(state: number): number;
  resamplerDelayInputFrames(state: number): number;
  resamplerInit(state: number, inputRate: number, outputRate: number, maxBlockFrames: number): void;
  resamplerInputFramesNeeded(state: number, outputFrames: number): number;
  resamplerOutputFramesAvailable(state: number, inputFrames: number): number;
  resamplerProcess(state: number, dst: number, dstCapacityFrames: number, src: number, inputFrames: number): number;
  resamplerReset(state: number): void;
}

// Smallest modules that use one instruction of the feature: i32x4.splat, and i8x16.relaxed_swizzle.
const SIMD_PROBE = [0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 8, 1, 6, 0, 65, 0, 253, 17, 11];
const RELAXED_PROBE = [
  0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 15, 1, 13, 0, 65, 0, 253, 17, 65, 0, 253, 17, 253, 128, 2,
  11,
];

const modules = new Map<CoreBuild, WebAssembly.Module>();
let preferred: CoreBuild = 'simd';

/** The fastest build that this engine can run. */
export function probeBuild(): CoreBuild {
  if (WebAssembly.validate(new Uint8Array(RELAXED_PROBE))) return 'relaxed';
  return WebAssembly.validate(new Uint8Array(SIMD_PROBE)) ? 'simd' : 'scalar';
}

/**
 * Loads and selects the build that later audio objects use; `auto` is the fastest this engine can run. Without this
 * call they use `simd`, the reference build, which needs no asynchronous load.
 */
export async function loadCore(build: CoreBuild | 'auto' = 'auto'): Promise<CoreBuild> {
  const chosen = build === 'auto' ? probeBuild() : build;
  if (chosen === 'scalar') remember(chosen, (await import('./core-scalar.generated.ts')).CORE_SCALAR_BASE64);
  if (chosen === 'relaxed') remember(chosen, (await import('./core-relaxed.generated.ts')).CORE_RELAXED_BASE64);
  preferred = chosen;
  return chosen;
}

/** The compiled module of a build; compiled once, and cloneable to workers and worklets by `postMessage`. */
export function coreModule(build: CoreBuild = preferred): WebAssembly.Module {
  if (build === 'simd') remember(build, CORE_SIMD_BASE64);
  const module = modules.get(build);
  if (module === undefined) {
    throw new AudioError(`the ${build} build is not loaded; await loadCore('${build}') first`, { code: 'ERR_AUDIO_CORE' });
  }
  return module;
}

function remember(build: CoreBuild, base64: string): void {
  if (!modules.has(build)) modules.set(build, new WebAssembly.Module(decodeBase64(base64)));
}
