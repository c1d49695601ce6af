import { type CoreBuild, type CoreExports, coreModule, loadCore } from '../../../src/wasm/core.ts';
import { Kernel } from '../../../src/wasm/kernel.ts';

/** Every build; `relaxed` may differ from the others only where multiply-add is fused. */
export const BUILDS: readonly CoreBuild[] = ['scalar', 'simd', 'relaxed'];

/** Input offset that places the last byte of the input at the end of memory, where reading on would trap. */
export const END_OF_MEMORY = -1;

const CANARY = 0xa5;
const GUARD_BYTES = 64;
const REGION_BYTES = 262_144;

/** Runs kernels of one build on copies of the caller's bytes, with canaries around the output. */
export class KernelRuns {
  readonly kernel: Kernel;
  readonly #input: number;
  readonly #output: number;

  private constructor(kernel: Kernel) {
    this.kernel = kernel;
    this.#input = kernel.allocate(REGION_BYTES);
    this.#output = kernel.allocate(REGION_BYTES);
  }

  static async of(build: CoreBuild): Promise<KernelRuns> {
    await loadCore(build);
    return new KernelRuns(new Kernel({ pages: 16, module: coreModule(build) }));
  }

  /**
   * Places `input` and `outputBytes` of room at the given distances from a 16-byte boundary, calls the kernel, and
   * returns the output. Throws when a byte outside the output has changed.
   */
  run(
    input: Uint8Array,
    outputBytes: number,
    call: (exports: CoreExports, dst: number, src: number) => void,
    inputOffset = 0,
    outputOffset = 0,
  ): Uint8Array<ArrayBuffer> {
    const { u8, exports } = this.kernel;
    const dst = this.#output + GUARD_BYTES + outputOffset;
    const src = inputOffset === END_OF_MEMORY ? u8.length - input.length : this.#input + inputOffset;
    u8.set(input, src);
    u8.fill(CANARY, dst - GUARD_BYTES, dst + outputBytes + GUARD_BYTES);
    call(exports, dst, src);
    const guards = [
      ...u8.subarray(dst - GUARD_BYTES, dst),
      ...u8.subarray(dst + outputBytes, dst + outputBytes + GUARD_BYTES),
    ];
    if (guards.some((byte) => byte !== CANARY)) throw new Error('the kernel wrote outside its output');
    return u8.slice(dst, dst + outputBytes);
  }
}

/** The bytes of any typed array. */
export function bytesOf(samples: ArrayBufferView): Uint8Array {
  return new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength);
}

/** Repeatable 32-bit noise (xorshift); the same on every engine. */
export function noiseWords(count: number, seed: number): Uint32Array<ArrayBuffer> {
  const words = new Uint32Array(count);
  let state = seed | 1;
  for (let i = 0; i < count; i++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    words[i] = state;
  }
  return words;
}

/** Calls `visit` with every tail length 0…64 at every pair of misalignments, and at the end of memory. */
export function forEachTail(visit: (length: number, inputOffset: number, outputOffset: number) => void): void {
  for (let length = 0; length <= 64; length++) {
    for (let inputOffset = END_OF_MEMORY; inputOffset < 16; inputOffset++) {
      for (let outputOffset = 0; outputOffset < 16; outputOffset++) visit(length, inputOffset, outputOffset);
    }
  }
}
