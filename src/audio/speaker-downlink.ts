import { fitOutput, WIRE_SAMPLE_RATE } from './format.ts';
import type { Level } from './level.ts';
import type { ResamplerQuality } from './resampler.ts';
import { Transcoder } from './transcoder.ts';

/** Format of what the model sends and of a speaker. */
export interface SpeakerDownlinkOptions {
  /** Rate of the speaker's samples, Hz, 8000…192000. */
  readonly deviceRate: number;
  /** Rate of the model's PCM16, Hz, 8000…192000; default 24000. */
  readonly wireRate?: number;
  /** Default `voice`. */
  readonly quality?: ResamplerQuality;
  /** Longest packet that is converted without an allocation, 20 to 10000; longer ones are converted in pieces. Default 500. */
  readonly maxPacketMs?: number;
}

/**
 * From a model to a speaker: base64 PCM16, as `response.output_audio.delta` brings it, becomes float32 at the speaker's
 * rate. One call into the core a packet; nothing is allocated.
 */
export class SpeakerDownlink {
  /** Level of what came. */
  readonly level: Level;
  /** Delay of the resampler, in milliseconds. */
  readonly delayMs: number;
  readonly #transcoder: Transcoder;

  constructor(options: SpeakerDownlinkOptions) {
    this.#transcoder = new Transcoder({
      owner: 'the speaker downlink',
      input: { rate: options.wireRate ?? WIRE_SAMPLE_RATE, format: 'pcm16', isText: true },
      output: { rate: options.deviceRate, format: 'float', isText: false },
      quality: options.quality ?? 'voice',
      maxPacketMs: options.maxPacketMs ?? 500,
    });
    this.level = this.#transcoder.level;
    this.delayMs = this.#transcoder.delayMs;
  }

  /**
   * Converts a packet of any length: the filled part of `output`, or without one an array that is valid until the next
   * call on this object. Throws `ERR_BASE64` with the position for malformed text, `ERR_PCM16_ODD_LENGTH` for half a
   * sample, and `ERR_BUFFER_SIZE` when `output` is too short.
   */
  convert(base64: string, output?: Float32Array<ArrayBuffer>): Float32Array<ArrayBuffer> {
    const floats = this.#transcoder.floatsFromText(base64);
    if (output === undefined) return floats;
    const filled = fitOutput(output, floats.length);
    filled.set(floats);
    return filled;
  }

  /** Ends the stream: returns the frames still inside the resampler, as if silence followed, and begins anew. */
  flush(): Float32Array<ArrayBuffer> {
    const floats = this.#transcoder.floatsFromFrames(this.#transcoder.writeSilence());
    this.reset();
    return floats;
  }

  /** The next packet begins a new stream. */
  reset(): void {
    this.#transcoder.reset();
  }

  /** Gives the memory back; the other methods throw `ERR_AUDIO_MEMORY` afterwards. */
  free(): void {
    this.#transcoder.free();
  }

  /** The same as `free()`, at the end of a `using` declaration's block. */
  [Symbol.dispose](): void {
    this.free();
  }
}
