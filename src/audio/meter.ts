import type { Kernel } from '../wasm/kernel.ts';
import { kernelFor } from './kernels.ts';

const BLOCK_FRAMES = 4096;
const BLOCK_BYTES = BLOCK_FRAMES * Float32Array.BYTES_PER_ELEMENT;

/**
 * Level of everything measured since the last `reset()`, relative to full scale.
 *
 * A clip is a sample at a rail: 32767 or −32768 in PCM16; in float at or above 32767/32768, at or below −1. A float
 * that is not finite counts as a clip and adds nothing to the level.
 */
export class LevelMeter {
  readonly #kernel: Kernel;
  readonly #bytes: number;
  readonly #block: number;
  readonly #state: number;

  constructor() {
    this.#bytes = BLOCK_BYTES + kernelFor(0).exports.meterBytes();
    this.#kernel = kernelFor(this.#bytes);
    this.#block = this.#kernel.allocate(this.#bytes);
    this.#state = this.#block + BLOCK_BYTES;
  }

  /** Adds the samples of one channel, in blocks of any size. */
  measure(samples: Float32Array | Int16Array): void {
    const { exports, f32, i16 } = this.#kernel;
    for (let at = 0; at < samples.length; at += BLOCK_FRAMES) {
      const block = samples.subarray(at, at + BLOCK_FRAMES);
      if (block instanceof Int16Array) {
        i16.set(block, this.#block >> 1);
        exports.meterPcm16(this.#state, this.#block, block.length);
      } else {
        f32.set(block, this.#block >> 2);
        exports.meterFloat(this.#state, this.#block, block.length);
      }
    }
  }

  /** Root mean square, 0…1; 0 when nothing was measured. */
  get rms(): number {
    return Math.sqrt(this.#kernel.exports.meterMeanSquare(this.#state));
  }

  /** Root mean square in dB relative to full scale (a full-scale square wave is 0 dBFS); −Infinity for silence. */
  get rmsDb(): number {
    return 10 * Math.log10(this.#kernel.exports.meterMeanSquare(this.#state));
  }

  /** Largest magnitude; floats may exceed 1. */
  get peak(): number {
    return this.#kernel.exports.meterPeak(this.#state);
  }

  /** Largest magnitude in dB relative to full scale; −Infinity for silence. */
  get peakDb(): number {
    return 20 * Math.log10(this.peak);
  }

  /** Number of clipped samples. */
  get clipCount(): number {
    return this.#kernel.exports.meterClips(this.#state);
  }

  /** Number of frames measured. */
  get frames(): number {
    return this.#kernel.exports.meterFrames(this.#state);
  }

  /** Begins anew. */
  reset(): void {
    this.#kernel.exports.meterReset(this.#state);
  }

  /** Gives the memory back; the meter must not be used afterwards. */
  free(): void {
    this.#kernel.free(this.#block, this.#bytes);
  }
}
