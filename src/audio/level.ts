import type { Kernel } from '../wasm/kernel.ts';

/** Where in which memory a meter is. */
export interface MeterPlace {
  readonly kernel: Kernel;
  /** Throws once the owner is freed. */
  readonly meterAt: number;
}

/**
 * What a meter has measured since its last `reset()`, relative to full scale.
 *
 * A clip is a sample at a rail: 32767 or −32768 in PCM16; in float at or above 32767/32768, at or below −1. A float
 * that is not finite counts as a clip and adds nothing to the level.
 */
export class Level {
  readonly #place: MeterPlace;

  constructor(place: MeterPlace) {
    this.#place = place;
  }

  /** Root mean square, 0…1, within 10⁻⁵ dB; 0 when nothing was measured. */
  get rms(): number {
    return Math.sqrt(this.#meanSquare);
  }

  /** Root mean square in dB relative to full scale (a full-scale square wave is 0 dBFS); −Infinity for silence. */
  get rmsDb(): number {
    return 10 * Math.log10(this.#meanSquare);
  }

  /** Largest magnitude; floats may exceed 1. */
  get peak(): number {
    return this.#place.kernel.exports.meterPeak(this.#place.meterAt);
  }

  /** Largest magnitude in dB relative to full scale; −Infinity for silence. */
  get peakDb(): number {
    return 20 * Math.log10(this.peak);
  }

  /** Number of clipped samples. */
  get clipCount(): number {
    return this.#place.kernel.exports.meterClips(this.#place.meterAt);
  }

  /** Number of frames measured. */
  get frames(): number {
    return this.#place.kernel.exports.meterFrames(this.#place.meterAt);
  }

  /** Begins anew. */
  reset(): void {
    this.#place.kernel.exports.meterReset(this.#place.meterAt);
  }

  get #meanSquare(): number {
    return this.#place.kernel.exports.meterMeanSquare(this.#place.meterAt);
  }
}
