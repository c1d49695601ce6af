import { alignVector } from '../wasm/kernel.ts';
import { PACKET_MS, packetFrames } from './format.ts';
import { Allocation, kernelFor } from './kernels.ts';

/** Format of the packets. */
export interface PacketizerOptions {
  /** Hz, 8000…192000. */
  readonly sampleRate: number;
  /** Default 20; must give a whole number of frames, 1000 at most. */
  readonly packetMs?: number;
}

/** Turns blocks of any size into PCM16 packets of one size; no sample is lost or repeated. */
export class Packetizer {
  /** Frames in each packet. */
  readonly packetFrames: number;
  readonly #memory: Allocation;
  readonly #blockBytes: number;
  readonly #packet: Int16Array<ArrayBuffer>;

  constructor(options: PacketizerOptions) {
    this.packetFrames = packetFrames(options.sampleRate, options.packetMs ?? PACKET_MS);
    this.#blockBytes = alignVector(this.packetFrames * Float32Array.BYTES_PER_ELEMENT);
    const stateBytes = kernelFor(0).exports.packetizerBytes(this.packetFrames);
    this.#memory = new Allocation('the packetizer', this.#blockBytes + stateBytes);
    const { exports, i16 } = this.#memory.kernel;
    exports.packetizerInit(this.#stateAt, this.packetFrames);
    const packet = exports.packetizerPacket(this.#stateAt) >> 1;
    this.#packet = i16.subarray(packet, packet + this.packetFrames);
  }

  /** Frames that wait for the rest of their packet. */
  get pendingFrames(): number {
    return this.#memory.kernel.exports.packetizerFilled(this.#stateAt);
  }

  /**
   * Takes a block and hands over each packet it completes: a view that is valid until `onPacket` returns. If that
   * throws, the rest of the block is taken and its packets are handed over all the same; then the first error is thrown.
   */
  push(samples: Int16Array | Float32Array, onPacket: (packet: Int16Array<ArrayBuffer>) => void): void {
    const { exports, f32, i16 } = this.#memory.kernel;
    const blockAt = this.#memory.address;
    const errors: unknown[] = [];
    for (let taken = 0; taken < samples.length;) {
      const block = samples.subarray(taken, taken + this.packetFrames - this.pendingFrames);
      if (block instanceof Int16Array) {
        i16.set(block, blockAt >> 1);
        taken += exports.packetizerWrite(this.#stateAt, blockAt, block.length);
      } else {
        f32.set(block, blockAt >> 2);
        taken += exports.packetizerWriteFloat(this.#stateAt, blockAt, block.length);
      }
      if (this.pendingFrames < this.packetFrames) continue;
      try {
        this.#deliver(onPacket);
      } catch (error) {
        errors.push(error);
      }
    }
    if (errors.length > 0) throw errors[0];
  }

  /**
   * Fills the last packet up with silence and hands it over. Returns how many of its frames were pushed, 0 when none
   * were pending and nothing was handed over.
   */
  flush(onPacket: (packet: Int16Array<ArrayBuffer>) => void): number {
    if (this.pendingFrames === 0) return 0;
    const frames = this.#memory.kernel.exports.packetizerPad(this.#stateAt);
    this.#deliver(onPacket);
    return frames;
  }

  /** Drops the pending frames. */
  reset(): void {
    this.#memory.kernel.exports.packetizerClear(this.#stateAt);
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
    return this.#memory.address + this.#blockBytes;
  }

  #deliver(onPacket: (packet: Int16Array<ArrayBuffer>) => void): void {
    // Empty first: a throw in the callback must not make the next block find a full packet.
    this.#memory.kernel.exports.packetizerClear(this.#stateAt);
    onPacket(this.#packet);
  }
}
