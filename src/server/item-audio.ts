import type { WireAudioFormat } from '../protocol/client-events.ts';
import { encodeWireAudio, sampleRateOf } from './wire-audio.ts';

/** The audio of one item: PCM16 that grows while the item is spoken and shrinks when it is truncated. */
export class ItemAudio {
  readonly format: WireAudioFormat;
  readonly #packets: Int16Array[] = [];
  #frames = 0;
  #isCut = false;

  constructor(format: WireAudioFormat, samples?: Int16Array) {
    this.format = format;
    if (samples !== undefined) this.append(samples);
  }

  get durationMs(): number {
    return (this.#frames * 1000) / sampleRateOf(this.format);
  }

  /** Adds what was spoken; after a cut nothing more, because nobody heard it. */
  append(samples: Int16Array): void {
    if (this.#isCut) return;
    this.#packets.push(samples);
    this.#frames += samples.length;
  }

  /** Forgets what lies behind `endMs`. */
  truncate(endMs: number): void {
    const kept = this.samples().slice(0, Math.floor((endMs * sampleRateOf(this.format)) / 1000));
    this.#packets.splice(0, Infinity, kept);
    this.#frames = kept.length;
    this.#isCut = true;
  }

  samples(): Int16Array<ArrayBuffer> {
    const all = new Int16Array(this.#frames);
    let at = 0;
    for (const packet of this.#packets) {
      all.set(packet, at);
      at += packet.length;
    }
    return all;
  }

  /** The whole audio as base64, as `conversation.item.retrieved` carries it. */
  toBase64(): string {
    return encodeWireAudio(this.samples(), this.format);
  }
}
