import { Allocation, kernelFor } from './kernels.ts';

const BLOCK_FRAMES = 4096;
const BLOCK_BYTES = BLOCK_FRAMES * Float32Array.BYTES_PER_ELEMENT;

/**
 * Level of everything measured since the last `reset()`, relative to full scale.
 *
 * A clip is a sample at a rail: 32767 or −32768 in PCM16; in float at or above 32767/32768, at or below −1. A float
 * that is not finite counts as a clip and adds nothing to the level.
 */
export class LevelMeter {
  readonly #memory: Allocation = new Allocation('the meter', BLOCK_BYTES + kernelFor(0).exports.meterBytes());

  /** Adds the samples of one channel, in blocks of any size. */
  measure(samples: Float32Array | Int16Array): void {
    const { exports, f32, i16 } = this.#memory.kernel;
    const blockAt = this.#memory.address;
    const stateAt = this.#stateAt;
    for (let start = 0; start < samples.length; start += BLOCK_FRAMES) {
      const block = samples.subarray(start, start + BLOCK_FRAMES);
      if (block instanceof Int16Array) {
        i16.set(block, blockAt >> 1);
        exports.meterPcm16(stateAt, blockAt, block.length);
      } else {
        f32.set(block, blockAt >> 2);
        exports.meterFloat(stateAt, blockAt, block.length);
      }
    }
  }

  /** Root mean square, 0…1; 0 when nothing was measured. */
  get rms(): number {
    return Math.sqrt(this.#memory.kernel.exports.meterMeanSquare(this.#stateAt));
  }

  /** Root mean square in dB relative to full scale (a full-scale square wave is 0 dBFS); −Infinity for silence. */
  get rmsDb(): number {
    return 10 * Math.log10(this.#memory.kernel.exports.meterMeanSquare(this.#stateAt));
  }

  /** Largest magnitude; floats may exceed 1. */
  get peak(): number {
    return this.#memory.kernel.exports.meterPeak(this.#stateAt);
  }

  /** Largest magnitude in dB relative to full scale; −Infinity for silence. */
  get peakDb(): number {
    return 20 * Math.log10(this.peak);
  }

  /** Number of clipped samples. */
  get clipCount(): number {
    return this.#memory.kernel.exports.meterClips(this.#stateAt);
  }

  /** Number of frames measured. */
  get frames(): number {
    return this.#memory.kernel.exports.meterFrames(this.#stateAt);
  }

  /** Begins anew. */
  reset(): void {
    this.#memory.kernel.exports.meterReset(this.#stateAt);
  }

  /** Gives the memory back; the other methods throw `ERR_AUDIO_MEMORY` afterwards. */
  free(): void {
    this.#memory.free();
  }

  get #stateAt(): number {
    return this.#memory.address + BLOCK_BYTES;
  }
}
