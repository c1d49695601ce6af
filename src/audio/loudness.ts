import { checkSampleRate } from './format.ts';
import { Allocation, blockAt, kernelFor } from './kernels.ts';
import { alignVector } from '../wasm/kernel.ts';

const BLOCK_FRAMES = 1024;
const BLOCK_BYTES = BLOCK_FRAMES * Float32Array.BYTES_PER_ELEMENT;

/** What K-weighting adds at 997 Hz, taken off again (ITU-R BS.1770). */
const OFFSET_DB = -0.691;

/** Format of the samples that a loudness meter takes. */
export interface LoudnessMeterOptions {
  /** Hz, 8000…192000. */
  readonly sampleRate: number;
}

/** Momentary loudness and true peak of one channel, after ITU-R BS.1770-5. */
export class LoudnessMeter {
  readonly sampleRate: number;
  readonly #memory: Allocation;

  constructor(options: LoudnessMeterOptions) {
    this.sampleRate = checkSampleRate(options.sampleRate);
    const stateBytes = alignVector(kernelFor(0).exports.loudnessBytes());
    this.#memory = new Allocation('the loudness meter', 2 * BLOCK_BYTES + stateBytes);
    this.reset();
  }

  /** Adds samples, in blocks of any size. A float that is not finite counts as 0. */
  measure(samples: Float32Array | Int16Array): void {
    const { exports, f32, i16 } = this.#memory.kernel;
    const at = this.#memory.address;
    for (let start = 0; start < samples.length; start += BLOCK_FRAMES) {
      const block = blockAt(samples, start, BLOCK_FRAMES);
      if (block instanceof Int16Array) {
        const pcm16At = at + BLOCK_BYTES;
        i16.set(block, pcm16At >> 1);
        exports.floatFromPcm16(at, pcm16At, block.length);
      } else {
        f32.set(block, at >> 2);
      }
      exports.loudnessMeasure(this.#stateAt, at, block.length);
    }
  }

  /**
   * Loudness of the last 400 ms in LUFS (LKFS), renewed every 100 ms: a full-scale sine of 997 Hz is −3.01, within
   * 0.02 dB from 24 kHz on and 0.2 dB at 8 kHz. What came before the first sample counts as silence; −Infinity for silence.
   */
  get momentaryLufs(): number {
    // The core keeps denormal numbers away by an offset that is far below this.
    const power = this.#memory.kernel.exports.loudnessMomentary(this.#stateAt);
    return power < 1e-30 ? -Infinity : OFFSET_DB + 10 * Math.log10(power);
  }

  /** Largest magnitude of the signal interpolated four times, which misses at most 0.7 dB of the continuous signal's. */
  get truePeak(): number {
    return this.#memory.kernel.exports.loudnessTruePeak(this.#stateAt);
  }

  /** `truePeak` in dB relative to full scale (dBTP); −Infinity for silence. */
  get truePeakDb(): number {
    return 20 * Math.log10(this.truePeak);
  }

  /** Begins anew. */
  reset(): void {
    this.#memory.kernel.exports.loudnessInit(this.#stateAt, this.sampleRate);
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
    return this.#memory.address + 2 * BLOCK_BYTES;
  }
}
