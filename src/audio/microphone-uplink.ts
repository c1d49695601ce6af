import { packetFrames, PACKET_MS, WIRE_SAMPLE_RATE } from './format.ts';
import type { Level } from './level.ts';
import type { ResamplerQuality } from './resampler.ts';
import { Transcoder } from './transcoder.ts';

/** Format of a microphone and of what the model gets. */
export interface MicrophoneUplinkOptions {
  /** Rate of the microphone's samples, Hz, 8000…192000. */
  readonly deviceRate: number;
  /** Rate of the PCM16 for the model, Hz, 8000…192000; default 24000. */
  readonly wireRate?: number;
  /** Default 20; must give a whole number of the microphone's frames, 1000 at most. */
  readonly packetMs?: number;
  /** Default `voice`. */
  readonly quality?: ResamplerQuality;
}

/**
 * From a microphone to a model: float32 in blocks of any size becomes base64 PCM16 in packets of one length, as
 * `input_audio_buffer.append` takes it. One call into the core a packet; nothing is allocated but the text.
 */
export class MicrophoneUplink {
  /** Level of what is sent. */
  readonly level: Level;
  /** Delay of the resampler, in milliseconds. */
  readonly delayMs: number;
  /** Frames of the microphone in each packet. */
  readonly packetFrames: number;
  readonly #transcoder: Transcoder;
  #pendingFrames = 0;
  /** The first error that a callback threw in this call. */
  #failure: { readonly error: unknown } | null = null;

  constructor(options: MicrophoneUplinkOptions) {
    const packetMs = options.packetMs ?? PACKET_MS;
    this.packetFrames = packetFrames(options.deviceRate, packetMs);
    this.#transcoder = new Transcoder({
      owner: 'the microphone uplink',
      input: { rate: options.deviceRate, format: 'float', isText: false },
      output: { rate: options.wireRate ?? WIRE_SAMPLE_RATE, format: 'pcm16', isText: true },
      quality: options.quality ?? 'voice',
      // Room for a block behind an almost full packet.
      maxPacketMs: 2 * Math.max(packetMs, PACKET_MS),
    });
    this.level = this.#transcoder.level;
    this.delayMs = this.#transcoder.delayMs;
  }

  /** Frames that wait for the rest of their packet. */
  get pendingFrames(): number {
    return this.#pendingFrames;
  }

  /**
   * Takes a block of one channel and hands over the text of each packet that it completes. If `onPacket` throws, the rest
   * of the block is taken and its packets are handed over all the same; then the first error is thrown.
   */
  push(samples: Float32Array, onPacket: (base64: string) => void): void {
    const room = this.#transcoder.inputCapacity;
    if (samples.length <= room - this.#pendingFrames) {
      this.#take(samples, onPacket);
    } else {
      for (let taken = 0; taken < samples.length;) {
        const block = samples.subarray(taken, taken + room - this.#pendingFrames);
        taken += block.length;
        this.#take(block, onPacket);
      }
    }
    this.#throwFailure();
  }

  /**
   * Ends the stream: hands over the frames that wait and those still inside the resampler, as if silence followed, in a
   * last packet or two of the length of the others.
   */
  flush(onPacket: (base64: string) => void): void {
    const { f32 } = this.#transcoder.kernel;
    const start = this.#transcoder.inputAt >> 2;
    const frames = this.#pendingFrames + this.#transcoder.delayInputFrames;
    const paddedFrames = Math.ceil(frames / this.packetFrames) * this.packetFrames;
    f32.fill(0, start + this.#pendingFrames, start + paddedFrames);
    this.#pendingFrames = paddedFrames;
    this.#deliver(onPacket);
    this.reset();
    this.#throwFailure();
  }

  /** Drops the frames that wait; the next block begins a new stream. */
  reset(): void {
    this.#transcoder.reset();
    this.#pendingFrames = 0;
  }

  /** Gives the memory back; the other methods throw `ERR_AUDIO_MEMORY` afterwards. */
  free(): void {
    this.#transcoder.free();
  }

  /** The same as `free()`, at the end of a `using` declaration's block. */
  [Symbol.dispose](): void {
    this.free();
  }

  #take(block: Float32Array, onPacket: (base64: string) => void): void {
    this.#transcoder.kernel.f32.set(block, (this.#transcoder.inputAt >> 2) + this.#pendingFrames);
    this.#pendingFrames += block.length;
    this.#deliver(onPacket);
  }

  #deliver(onPacket: (base64: string) => void): void {
    while (this.#pendingFrames >= this.packetFrames) {
      const text = this.#transcoder.textFromFrames(this.packetFrames);
      const start = this.#transcoder.inputAt >> 2;
      this.#transcoder.kernel.f32.copyWithin(start, start + this.packetFrames, start + this.#pendingFrames);
      this.#pendingFrames -= this.packetFrames;
      try {
        onPacket(text);
      } catch (error) {
        this.#failure ??= { error };
      }
    }
  }

  #throwFailure(): void {
    if (this.#failure === null) return;
    const { error } = this.#failure;
    this.#failure = null;
    throw error;
  }
}
