/// <reference lib="esnext.disposable" preserve="true" />
import { AudioError } from '../errors.ts';
import { alignVector } from '../wasm/kernel.ts';
import { checkSampleRate, fitOutput } from './format.ts';
import { Allocation, kernelFor } from './kernels.ts';

/**
 * Grades of `Resampler`, by what they let through and reject and how long they take. Frequencies are parts of the lower
 * Nyquist frequency, the delay is that of 24 ↔ 48 kHz; both scale with the lower rate.
 *
 * | grade | within 0.1 dB up to | images and aliases | of content up to | delay |
 * | --- | --- | --- | --- | --- |
 * | `voice` | 0.90 | −100 dB | 0.85 | 0.92 ms |
 * | `high` | 0.95 | −110 dB | 0.92 | 1.96 ms |
 * | `max` | 0.96 | −120 dB | 0.95 | 3.33 ms |
 * | `lowLatency` | 0.90 | −100 dB | 0.85 | 0.11 ms at 1 kHz, more towards the edge (minimum phase) |
 *
 * From there to as far above the lower Nyquist the response falls, through −6 dB at that frequency. Content of this
 * transition band leaves its image or alias inside the band, at −6 dB next to the Nyquist frequency, and nowhere below.
 * `max` takes 0.23 ms more, on the same scale, where the ratio in lowest terms has a number above 24, as with 44.1 kHz.
 * `docs/audio.md` has the levels inside the transition band.
 */
export type ResamplerQuality = 'voice' | 'high' | 'max' | 'lowLatency';

const GRADES: readonly ResamplerQuality[] = ['voice', 'high', 'max', 'lowLatency'];
const DEFAULT_BLOCK_FRAMES = 960;
const MAX_BLOCK_FRAMES = 65_536;
const SAMPLE_BYTES = 4;
/** Most frames of one question or answer, a GB of input; larger counts would overflow in the kernel. */
const MAX_FRAMES = 1 << 28;

/** Options of `Resampler`. */
export interface ResamplerOptions {
  /** A whole number of Hz, 8000 to 192000. */
  readonly inputRate: number;
  /** A whole number of Hz, 8000 to 192000; an equal rate passes samples through with no delay. */
  readonly outputRate: number;
  /** Default `voice`. */
  readonly quality?: ResamplerQuality;
  /** Input frames converted in one step, 1 to 65536; longer inputs are split. Default 960: 20 ms at 48 kHz. */
  readonly maxBlockFrames?: number;
}

/**
 * Streaming sample rate converter for one channel of float32 audio, with exact rational steps: output never drifts and
 * is bit-identical whatever the block sizes. A sample that is NaN or infinite counts as 0, so it can't outlive its block.
 */
export class Resampler implements Disposable {
  readonly inputRate: number;
  readonly outputRate: number;
  readonly quality: ResamplerQuality;
  /**
   * Group delay in output frames; frame n of the output shows the input at n − `delayFrames`. That of `lowLatency` is
   * the delay of low frequencies, seldom a whole number.
   */
  readonly delayFrames: number;
  readonly #memory: Allocation;
  readonly #maxBlockFrames: number;
  readonly #delayInputFrames: number;
  readonly #outputCapacityFrames: number;
  readonly #inputAt: number;
  readonly #outputAt: number;
  // The last two views returned: blocks of one size make outputs of at most two lengths.
  #converted: Float32Array;
  #convertedBefore: Float32Array;

  constructor(options: ResamplerOptions) {
    this.inputRate = checkSampleRate(options.inputRate, 'inputRate');
    this.outputRate = checkSampleRate(options.outputRate, 'outputRate');
    this.quality = options.quality ?? 'voice';
    this.#maxBlockFrames = checkBlockFrames(options.maxBlockFrames ?? DEFAULT_BLOCK_FRAMES);
    this.#outputCapacityFrames = Math.ceil((this.#maxBlockFrames * this.outputRate) / this.inputRate);

    const format = [this.inputRate, this.outputRate, this.#maxBlockFrames, gradeOf(this.quality)] as const;
    const stateBytes = alignVector(kernelFor(0).exports.resamplerBytes(...format));
    const inputBytes = alignVector(this.#maxBlockFrames * SAMPLE_BYTES);
    const outputBytes = this.#outputCapacityFrames * SAMPLE_BYTES;
    this.#memory = new Allocation('the resampler', stateBytes + inputBytes + outputBytes);
    this.#inputAt = this.#stateAt + stateBytes;
    this.#outputAt = this.#inputAt + inputBytes;

    const { exports, f32 } = this.#memory.kernel;
    exports.resamplerInit(this.#stateAt, ...format);
    this.#delayInputFrames = exports.resamplerDelayInputFrames(this.#stateAt);
    this.delayFrames = exports.resamplerDelayFrames(this.#stateAt);
    this.#converted = f32.subarray(this.#outputAt / SAMPLE_BYTES, this.#outputAt / SAMPLE_BYTES);
    this.#convertedBefore = this.#converted;
  }

  /**
   * Converts all of `input` and returns the frames that it completes: the filled part of `output`, or without one an
   * array that is valid until the next call on this object. `output` may not overlap `input`; when it is too short (see
   * `outputFramesAvailable`) `ERR_BUFFER_SIZE` is thrown and nothing is consumed.
   */
  process(input: Float32Array, output?: Float32Array): Float32Array {
    if (input.length <= this.#maxBlockFrames) {
      if (output === undefined) return this.#convert(input);
      const target = fitOutput(output, this.outputFramesAvailable(input.length));
      target.set(this.#convert(input));
      return target;
    }
    const frames = this.outputFramesAvailable(input.length);
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

  /** Gives the memory back, once; the other methods throw `ERR_AUDIO_MEMORY` afterwards. */
  free(): void {
    this.#memory.free();
  }

  /** The same as `free()`, at the end of a `using` declaration's block. */
  [Symbol.dispose](): void {
    this.free();
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
    if (frames !== this.#converted.length) {
      const other = this.#convertedBefore;
      this.#convertedBefore = this.#converted;
      const start = this.#outputAt / SAMPLE_BYTES;
      this.#converted = frames === other.length ? other : f32.subarray(start, start + frames);
    }
    return this.#converted;
  }

  get #stateAt(): number {
    return this.#memory.address;
  }
}

/** The core's number of a grade; throws `ERR_RESAMPLER_QUALITY` for any other. */
export function gradeOf(quality: ResamplerQuality): number {
  const grade = GRADES.indexOf(quality);
  if (grade >= 0) return grade;
  throw new AudioError(`quality must be one of ${GRADES.join(', ')}, got ${quality}`, {
    code: 'ERR_RESAMPLER_QUALITY',
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
