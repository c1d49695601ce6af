import { fitOutput } from './format.ts';
import { Allocation, blockAt, kernelFor } from './kernels.ts';
import { alignVector } from '../wasm/kernel.ts';

const BLOCK_FRAMES = 2048;
const FLOAT_BYTES = BLOCK_FRAMES * Float32Array.BYTES_PER_ELEMENT;
const PCM16_BYTES = BLOCK_FRAMES * Int16Array.BYTES_PER_ELEMENT;

/** Options of `Dither`. */
export interface DitherOptions {
  /** Any whole number of 32 bits; equal seeds give equal output. Default 1. */
  readonly seed?: number;
}

/**
 * float32 → PCM16 with triangular dither (TPDF, ±1 step): the rounding error becomes steady noise that has no relation to
 * the signal, so that fades and quiet passages don't turn into distortion. One object a channel; the output does not
 * depend on block sizes.
 */
export class Dither {
  readonly #seed: number;
  readonly #memory: Allocation;

  constructor(options: DitherOptions = {}) {
    this.#seed = options.seed ?? 1;
    const stateBytes = alignVector(kernelFor(0).exports.ditherBytes());
    this.#memory = new Allocation('the dither', FLOAT_BYTES + PCM16_BYTES + stateBytes);
    this.reset();
  }

  /** As the function of this name, dithered before it is rounded; NaN counts as 0. Writes into `output` if given. */
  pcm16FromFloat(
    samples: Float32Array,
    output: Int16Array<ArrayBuffer> = new Int16Array(samples.length),
  ): Int16Array<ArrayBuffer> {
    const pcm16 = fitOutput(output, samples.length);
    const { exports, f32, i16 } = this.#memory.kernel;
    const floatAt = this.#memory.address;
    const pcm16At = floatAt + FLOAT_BYTES;
    for (let at = 0; at < samples.length; at += BLOCK_FRAMES) {
      const block = blockAt(samples, at, BLOCK_FRAMES);
      f32.set(block, floatAt >> 2);
      exports.pcm16FromFloatDithered(pcm16At, floatAt, block.length, this.#stateAt);
      pcm16.set(i16.subarray(pcm16At >> 1, (pcm16At >> 1) + block.length), at);
    }
    return pcm16;
  }

  /** Begins the noise anew. */
  reset(): void {
    this.#memory.kernel.exports.ditherInit(this.#stateAt, this.#seed);
  }

  /** Gives the memory back; the other methods throw `ERR_AUDIO_MEMORY` afterwards. */
  free(): void {
    this.#memory.free();
  }

  /** The same as `free()`, at the end of a `using` declaration's block. */
  [Symbol.dispose](): void {
    this.free();
  }

  get #stateAt(): number {
    return this.#memory.address + FLOAT_BYTES + PCM16_BYTES;
  }
}
