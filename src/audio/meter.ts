import { Allocation, blockAt, kernelFor } from './kernels.ts';
import { Level } from './level.ts';

const BLOCK_FRAMES = 4096;
const BLOCK_BYTES = BLOCK_FRAMES * Float32Array.BYTES_PER_ELEMENT;

/** RMS, sample peak and clips of one channel of float or PCM16. */
export class LevelMeter extends Level {
  readonly #memory: Allocation;

  constructor() {
    const memory = new Allocation('the meter', BLOCK_BYTES + kernelFor(0).exports.meterBytes());
    super({
      kernel: memory.kernel,
      get meterAt() {
        return memory.address + BLOCK_BYTES;
      },
    });
    this.#memory = memory;
  }

  /** Adds the samples of one channel, in blocks of any size. */
  measure(samples: Float32Array | Int16Array): void {
    const { exports, f32, i16 } = this.#memory.kernel;
    const at = this.#memory.address;
    const meterAt = at + BLOCK_BYTES;
    for (let start = 0; start < samples.length; start += BLOCK_FRAMES) {
      const block = blockAt(samples, start, BLOCK_FRAMES);
      if (block instanceof Int16Array) {
        i16.set(block, at >> 1);
        exports.meterPcm16(meterAt, at, block.length);
      } else {
        f32.set(block, at >> 2);
        exports.meterFloat(meterAt, at, block.length);
      }
    }
  }

  /** Gives the memory back; the other methods throw `ERR_AUDIO_MEMORY` afterwards. */
  free(): void {
    this.#memory.free();
  }

  /** The same as `free()`, at the end of a `using` declaration's block. */
  [Symbol.dispose](): void {
    this.free();
  }
}
