import type { Kernel } from '../wasm/kernel.ts';
import { PACKET_MS, packetFrames } from './format.ts';
import { kernelFor } from './kernels.ts';

/** Format of the packets. */
export interface PacketizerOptions {
  /** Hz, 8000…192000. */
  readonly sampleRate: number;
  /** Default 20; must give a whole number of frames. */
  readonly packetMs?: number;
}

/** Turns blocks of any size into PCM16 packets of one size; no sample is lost or repeated. */
export class Packetizer {
  /** Frames in each packet. */
  readonly packetFrames: number;
  readonly #kernel: Kernel;
  readonly #bytes: number;
  readonly #block: number;
  readonly #state: number;
  readonly #packet: Int16Array<ArrayBuffer>;

  constructor(options: PacketizerOptions) {
    this.packetFrames = packetFrames(options.sampleRate, options.packetMs ?? PACKET_MS);
    const blockBytes = (this.packetFrames * Float32Array.BYTES_PER_ELEMENT + 15) & ~15;
    this.#bytes = blockBytes + kernelFor(0).exports.packetizerBytes(this.packetFrames);
    const kernel = kernelFor(this.#bytes);
    this.#kernel = kernel;
    this.#block = kernel.allocate(this.#bytes);
    this.#state = this.#block + blockBytes;
    kernel.exports.packetizerInit(this.#state, this.packetFrames);
    const packet = kernel.exports.packetizerPacket(this.#state) >> 1;
    this.#packet = kernel.i16.subarray(packet, packet + this.packetFrames);
  }

  /** Frames that wait for the rest of their packet. */
  get pendingFrames(): number {
    return this.#kernel.exports.packetizerFilled(this.#state);
  }

  /** Takes a block and hands over each packet it completes: a view that is valid until `onPacket` returns. */
  push(samples: Int16Array | Float32Array, onPacket: (packet: Int16Array<ArrayBuffer>) => void): void {
    const { exports, f32, i16 } = this.#kernel;
    for (let at = 0; at < samples.length;) {
      const block = samples.subarray(at, at + this.packetFrames - this.pendingFrames);
      if (block instanceof Int16Array) {
        i16.set(block, this.#block >> 1);
        at += exports.packetizerWrite(this.#state, this.#block, block.length);
      } else {
        f32.set(block, this.#block >> 2);
        at += exports.packetizerWriteFloat(this.#state, this.#block, block.length);
      }
      if (this.pendingFrames === this.packetFrames) this.#deliver(onPacket);
    }
  }

  /**
   * Fills the last packet up with silence and hands it over. Returns how many of its frames were pushed, 0 when none
   * were pending and nothing was handed over.
   */
  flush(onPacket: (packet: Int16Array<ArrayBuffer>) => void): number {
    if (this.pendingFrames === 0) return 0;
    const frames = this.#kernel.exports.packetizerPad(this.#state);
    this.#deliver(onPacket);
    return frames;
  }

  /** Drops the pending frames. */
  reset(): void {
    this.#kernel.exports.packetizerClear(this.#state);
  }

  /** Gives the memory back; the packetizer must not be used afterwards. */
  free(): void {
    this.#kernel.free(this.#block, this.#bytes);
  }

  #deliver(onPacket: (packet: Int16Array<ArrayBuffer>) => void): void {
    // Empty first: a throw in the callback must not make the next block find a full packet.
    this.#kernel.exports.packetizerClear(this.#state);
    onPacket(this.#packet);
  }
}
