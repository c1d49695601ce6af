import { AudioError } from '../errors.ts';
import { alignVector } from '../wasm/kernel.ts';
import { fitOutput } from './format.ts';
import { Allocation, kernelFor } from './kernels.ts';

/** Sample rates in Hz that a `Resampler` converts between, each to each. */
export const RESAMPLER_RATES: readonly number[] = [8000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000];

const DEFAULT_BLOCK_FRAMES = 960;
const MAX_BLOCK_FRAMES = 65_536;
const SAMPLE_BYTES = 4;
/** Most frames of one question or answer, a GB of input; larger counts would overflow in the kernel. */
const MAX_FRAMES = 1 << 28;

/** Options of `Resampler`. */
export interface ResamplerOptions {
  /** One of 8000, 16000, 22050, 24000, 32000, 44100, 48000 Hz. */
  readonly inputRate: number;
  /** One of the same rates; an equal rate passes samples through with no delay. */
  readonly outputRate: number;
  /** Input frames converted in one step, 1 to 65536; longer inputs are split. Default 960: 20 ms at 48 kHz. */
  readonly maxBlockFrames?: number;
}

/**
 * Streaming sample rate converter for one channel of float32 audio, with exact rational steps: output never drifts and
 * is bit-identical whatever the block sizes.
 *
 * Flat within 0.1 dB up to 0.85 of the lower Nyquist frequency; images and aliases below that are at least 100 dB down.
 * A sample that is NaN or infinite counts as 0, so it can't outlive its block.
 */
export class Resampler {
  readonly inputRate: number;
  readonly outputRate: number;
  /** Group delay in output frames; frame n of the output shows the input at n − `delayFrames`. */
  readonly delayFrames: number;
  readonly #memory: Allocation;
  readonly #maxBlockFrames: number;
  readonly #delayInputFrames: number;
  readonly #outputCapacityFrames: number;
  readonly #inputAt: number;
  readonly #outputAt: number;

  constructor(options: ResamplerOptions) {
    this.inputRate = checkRate('inputRate', options.inputRate);
    this.outputRate = checkRate('outputRate', options.outputRate);
    this.#maxBlockFrames = checkBlockFrames(options.maxBlockFrames ?? DEFAULT_BLOCK_FRAMES);
    this.#outputCapacityFrames = Math.ceil((this.#maxBlockFrames * this.outputRate) / this.inputRate);

    const rates = [this.inputRate, this.outputRate, this.#maxBlockFrames] as const;
    const stateBytes = alignVector(kernelFor(0).exports.resamplerBytes(...rates));
    const inputBytes = alignVector(this.#maxBlockFrames * SAMPLE_BYTES);
    const outputBytes = this.#outputCapacityFrames * SAMPLE_BYTES;
    this.#memory = new Allocation('the resampler', stateBytes + inputBytes + outputBytes);
    this.#inputAt = this.#stateAt + stateBytes;
    this.#outputAt = this.#inputAt + inputBytes;

    const { exports } = this.#memory.kernel;
    exports.resamplerInit(this.#stateAt, ...rates);
    this.#delayInputFrames = exports.resamplerDelayInputFrames(this.#stateAt);
    this.delayFrames = exports.resamplerDelayFrames(this.#stateAt);
  }

  /**
   * Converts all of `input` and returns the frames that it completes: the filled part of `output`, or without one an
   * array that is valid until the next call on this object. `output` may not overlap `input`; when it is too short (see
   * `outputFramesAvailable`) `ERR_BUFFER_SIZE` is thrown and nothing is consumed.
   */
  process(input: Float32Array, output?: Float32Array): Float32Array {
    const frames = this.outputFramesAvailable(input.length);
    if (input.length <= this.#maxBlockFrames) {
      const target = output === undefined ? undefined : fitOutput(output, frames);
      const converted = this.#convert(input);
      if (target === undefined) return converted;
      target.set(converted);
      return target;
    }
    const target = output === undefined ? new Float32Array(frames) : fitOutput(output, frames);
    let written = 0;
    for (let start = 0; start < input.length; start += this.#maxBlockFrames) {
      const converted = this.#convert(input.subarray(start, start + this.#maxBlockFrames));
      target.set(converted, written);
      written += converted.length;
    }
    return target;
  }

  /** Fewest further input frames with which `process` will have returned `outputFrames` more frames. */
  inputFramesNeeded(outputFrames: number): number {
    const frames = checkFrames('outputFrames', outputFrames);
    return this.#memory.kernel.exports.resamplerInputFramesNeeded(this.#stateAt, frames);
  }

  /** Frames that `process` will return for an input of `inputFrames`. */
  outputFramesAvailable(inputFrames: number): number {
    const frames = checkFrames('inputFrames', inputFrames);
    return this.#memory.kernel.exports.resamplerOutputFramesAvailable(this.#stateAt, frames);
  }

  /** Ends the stream: returns the frames still inside the filter (as if silence followed), then resets. */
  flush(): Float32Array {
    const rest = this.process(new Float32Array(this.#delayInputFrames));
    this.reset();
    return rest;
  }

  /** Forgets all input; the next frame is the first of a new stream. */
  reset(): void {
    this.#memory.kernel.exports.resamplerReset(this.#stateAt);
  }

  /** Gives the memory back; the other methods throw `ERR_AUDIO_MEMORY` afterwards. */
  free(): void {
    this.#memory.free();
  }

  #convert(block: Float32Array): Float32Array {
    const stateAt = this.#stateAt;
    const { exports, f32 } = this.#memory.kernel;
    f32.set(block, this.#inputAt / SAMPLE_BYTES);
    const frames = exports.resamplerProcess(
      stateAt,
      this.#outputAt,
      this.#outputCapacityFrames,
      this.#inputAt,
      block.length,
    );
    const start = this.#outputAt / SAMPLE_BYTES;
    return f32.subarray(start, start + frames);
  }

  get #stateAt(): number {
    return this.#memory.address;
  }
}

function checkRate(name: string, sampleRate: number): number {
  if (RESAMPLER_RATES.includes(sampleRate)) return sampleRate;
  throw new AudioError(`${name} must be one of ${RESAMPLER_RATES.join(', ')} Hz, got ${sampleRate}`, {
    code: 'ERR_SAMPLE_RATE',
  });
}

function checkBlockFrames(frames: number): number {
  if (Number.isInteger(frames) && frames >= 1 && frames <= MAX_BLOCK_FRAMES) return frames;
  throw new AudioError(`maxBlockFrames must be a whole number of frames, 1 to ${MAX_BLOCK_FRAMES}, got ${frames}`, {
    code: 'ERR_BLOCK_SIZE',
  });
}

function checkFrames(name: string, frames: number): number {
  if (Number.isInteger(frames) && frames >= 0 && frames <= MAX_FRAMES) return frames;
  throw new AudioError(`${name} must be a whole number, 0 to ${MAX_FRAMES}, got ${frames}`, { code: 'ERR_BLOCK_SIZE' });
}
