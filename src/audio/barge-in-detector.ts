import { AudioError } from '../errors.ts';
import { type BargeInExports, bargeInModule } from '../wasm/barge-in-module.ts';
import { checkSampleRate } from './format.ts';
import { Allocation, kernelFor } from './kernels.ts';

const BLOCK_FRAMES = 1024;
const BLOCK_BYTES = BLOCK_FRAMES * Float32Array.BYTES_PER_ELEMENT;

/** Options of `BargeInDetector`. */
export interface BargeInDetectorOptions {
  /** Rate of both signals, Hz, 8000…192000. */
  readonly sampleRate: number;
  /** Compiled detector, for a thread that was handed one; default is compiled here. */
  readonly module?: WebAssembly.Module;
}

/**
 * Hears when somebody begins to speak over the agent: speech in the microphone that is neither the room's noise nor an echo
 * of what the agent's speaker was given, up to 300 ms late. How loud that echo is, it learns. A decision every 10 ms, from the
 * samples alone; nothing is allocated after construction.
 */
export class BargeInDetector {
  readonly #memory: Allocation;
  readonly #exports: BargeInExports;
  readonly #sampleRate: number;

  constructor(options: BargeInDetectorOptions) {
    this.#sampleRate = checkSampleRate(options.sampleRate);
    const code = options.module ?? bargeInModule();
    const stateBytes = exportsIn(code, kernelFor(0).memory).bargeInBytes();
    this.#memory = new Allocation('the barge-in detector', 2 * BLOCK_BYTES + stateBytes);
    this.#exports = exportsIn(code, this.#memory.kernel.memory);
    this.reset();
  }

  /**
   * Takes the next block of the microphone, and what the speaker was given at the same time, `null` for nothing. Returns
   * whether somebody began to speak in it. Throws `ERR_BLOCK_SIZE` when the two differ in length.
   */
  push(microphone: Float32Array, agent: Float32Array | null): boolean {
    if (agent !== null && agent.length !== microphone.length) {
      throw new AudioError(
        `the microphone's and the agent's block must be of one length, got ${microphone.length} and ${agent.length}`,
        { code: 'ERR_BLOCK_SIZE' },
      );
    }
    const { f32 } = this.#memory.kernel;
    const microphoneAt = this.#memory.address;
    const agentAt = microphoneAt + BLOCK_BYTES;
    let hasOnset = false;
    for (let start = 0; start < microphone.length; start += BLOCK_FRAMES) {
      const frames = Math.min(BLOCK_FRAMES, microphone.length - start);
      const isWhole = frames === microphone.length;
      f32.set(isWhole ? microphone : microphone.subarray(start, start + frames), microphoneAt >> 2);
      if (agent !== null) f32.set(isWhole ? agent : agent.subarray(start, start + frames), agentAt >> 2);
      const found = this.#exports.bargeInPush(this.#stateAt, microphoneAt, agent === null ? 0 : agentAt, frames);
      if (found !== 0) hasOnset = true;
    }
    return hasOnset;
  }

  /** The newest onset was none but the agent itself: its echo can be as loud as that. */
  wasEcho(): void {
    this.#exports.bargeInWasEcho(this.#stateAt);
  }

  /** Forgets everything heard: the room, and how loud the echo is. */
  reset(): void {
    this.#exports.bargeInInit(this.#stateAt, this.#sampleRate);
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

function exportsIn(module: WebAssembly.Module, memory: WebAssembly.Memory): BargeInExports {
  return new WebAssembly.Instance(module, { env: { memory } }).exports as unknown as BargeInExports;
}
