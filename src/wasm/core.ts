import { AudioError } from '../errors.ts';
import { decodeCoreBytes } from './byte-text.ts';
import { CORE_SIMD_TEXT } from './core-simd.generated.ts';

/** The builds of the audio core: `simd` is the bit-exact reference, `scalar` equals it, `relaxed` may fuse multiply-add. */
export type CoreBuild = 'scalar' | 'simd' | 'relaxed';

/** The functions of `assembly/index.ts`. Addresses, counts and flags are numbers; a `bool` result is 0 or 1. */
export interface CoreExports {
  heapBase(): number;
  init(): void;
  resamplerBytes(inputRate: number, outputRate: number, maxBlockFrames: number, grade: number): number;
  resamplerDelayFrames(state: number): number;
  resamplerDelayInputFrames(state: number): number;
  resamplerInit(state: number, inputRate: number, outputRate: number, maxBlockFrames: number, grade: number): void;
  resamplerInputFramesNeeded(state: number, outputFrames: number): number;
  resamplerOutputFramesAvailable(state: number, inputFrames: number): number;
  resamplerProcess(state: number, dst: number, dstCapacityFrames: number, src: number, inputFrames: number): number;
  resamplerReset(state: number): void;
  dotFour(
    dst: number,
    taps: number,
    window0: number,
    row0: number,
    window1: number,
    row1: number,
    window2: number,
    row2: number,
    window3: number,
    row3: number,
  ): void;
  decodeBase64(dst: number, src: number, characters: number): number;
  encodeBase64(dst: number, src: number, bytes: number): number;
  decodeAlaw(dst: number, src: number, frames: number): void;
  decodeMulaw(dst: number, src: number, frames: number): void;
  encodeAlaw(dst: number, src: number, frames: number, negation?: number): void;
  encodeMulaw(dst: number, src: number, frames: number, negation?: number): void;
  ditherBytes(): number;
  ditherInit(state: number, seed: number): void;
  pcm16FromFloatDithered(dst: number, src: number, frames: number, state: number): void;
  floatFromPcm16(dst: number, src: number, frames: number): void;
  pcm16FromFloat(dst: number, src: number, frames: number): void;
  loudnessBytes(): number;
  loudnessInit(state: number, sampleRate: number): void;
  loudnessMeasure(state: number, src: number, frames: number): void;
  loudnessMomentary(state: number): number;
  loudnessTruePeak(state: number): number;
  transcode(
    dst: number,
    outputFormat: number,
    src: number,
    inputFormat: number,
    count: number,
    resampler: number,
    blockFrames: number,
    scratch: number,
    scratchFrames: number,
    meter: number,
    isText: number,
    text: number,
  ): number;
  meterBytes(): number;
  meterClips(state: number): number;
  meterFloat(state: number, src: number, frames: number): void;
  meterFrames(state: number): number;
  meterMeanSquare(state: number): number;
  meterPcm16(state: number, src: number, frames: number): void;
  meterPeak(state: number): number;
  meterReset(state: number): void;
  packetizerBytes(packetFrames: number): number;
  packetizerClear(state: number): void;
  packetizerFilled(state: number): number;
  packetizerInit(state: number, packetFrames: number): void;
  packetizerPacket(state: number): number;
  packetizerPad(state: number): number;
  packetizerWrite(state: number, src: number, frames: number): number;
  packetizerWriteFloat(state: number, src: number, frames: number): number;
  voiceActivityBytes(): number;
  voiceActivityInit(
    state: number,
    ratio: number,
    gate: number,
    onset: number,
    silence: number,
    prefix: number,
    span: number,
  ): void;
  voiceActivityPush(state: number, src: number, frames: number): number;
  voiceActivityStart(state: number): number;
  voiceActivityStop(state: number): number;
}

// Smallest modules that use one instruction of the feature: i32x4.splat, and i8x16.relaxed_swizzle.
const SIMD_PROBE = [
  0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 8, 1, 6, 0, 65, 0, 253, 17, 11,
];
const RELAXED_PROBE = [
  0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 15, 1, 13, 0, 65, 0, 253, 17, 65, 0, 253, 17,
  253, 128, 2, 11,
];

const BUILDS: readonly CoreBuild[] = ['scalar', 'simd', 'relaxed'];

const modules = new Map<CoreBuild, WebAssembly.Module>();
let preferred: CoreBuild = 'simd';

/** The fastest build that this engine can run. */
export function probeBuild(): CoreBuild {
  if (WebAssembly.validate(new Uint8Array(RELAXED_PROBE))) return 'relaxed';
  return WebAssembly.validate(new Uint8Array(SIMD_PROBE)) ? 'simd' : 'scalar';
}

/**
 * Loads and selects the build that later audio objects use; `auto` is the fastest this engine can run. Without this
 * call they use `simd`, the reference build, which needs no asynchronous load. Throws `ERR_AUDIO_CORE`, and leaves the
 * selection as it was, for a build that there is not or that this engine can't run.
 */
export async function loadCore(build: CoreBuild | 'auto' = 'auto'): Promise<CoreBuild> {
  const chosen = build === 'auto' ? probeBuild() : build;
  if (!BUILDS.includes(chosen)) {
    throw new AudioError(`the builds of the audio core are ${BUILDS.join(', ')} and 'auto', got ${chosen}`, {
      code: 'ERR_AUDIO_CORE',
    });
  }
  if (chosen === 'simd') remember(chosen, CORE_SIMD_TEXT);
  if (chosen === 'scalar') remember(chosen, (await import('./core-scalar.generated.ts')).CORE_SCALAR_TEXT);
  if (chosen === 'relaxed') remember(chosen, (await import('./core-relaxed.generated.ts')).CORE_RELAXED_TEXT);
  preferred = chosen;
  return chosen;
}

/** The compiled module of a build; compiled once, and cloneable to workers and worklets by `postMessage`. */
export function coreModule(build: CoreBuild = preferred): WebAssembly.Module {
  const module = modules.get(build);
  if (module === undefined) {
    if (build === 'simd') return remember(build, CORE_SIMD_TEXT);
    throw new AudioError(`the ${build} build is not loaded; await loadCore('${build}') first`, {
      code: 'ERR_AUDIO_CORE',
    });
  }
  return module;
}

/**
 * For a thread without the bytes, such as a worklet: later audio objects use this compiled module, whichever build it
 * is. Only the first one counts.
 */
export function adoptCore(module: WebAssembly.Module): void {
  if (!modules.has(preferred)) modules.set(preferred, module);
}

function remember(build: CoreBuild, text: string): WebAssembly.Module {
  const known = modules.get(build);
  if (known !== undefined) return known;
  try {
    const module = new WebAssembly.Module(decodeCoreBytes(text));
    modules.set(build, module);
    return module;
  } catch (cause) {
    throw new AudioError(`this engine can't run the ${build} build; await loadCore('auto') first`, {
      code: 'ERR_AUDIO_CORE',
      cause,
    });
  }
}
