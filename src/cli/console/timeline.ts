/** How much time one bar of the waveform stands for. */
export const BUCKET_MS = 40;

/** The quietest peak that still shows, in dB relative to full scale. */
const FLOOR_DB = -54;
const DEFAULT_MINUTES = 75;

/** A linear peak of 0 to 1 as a height of 0 to 1, even in decibels, as ears judge it. */
export function heightOf(peak: number): number {
  return peak <= 0 ? 0 : Math.max(0, Math.min(1, 1 - (20 * Math.log10(peak)) / FLOOR_DB));
}

/**
 * Heights of both voices over time, 40 ms a bucket, in a ring of fixed size: what is older than it holds is forgotten, so
 * that a call of any length costs the same memory (336 kB for 75 minutes).
 */
export class Timeline {
  readonly #user: Uint8Array;
  readonly #agent: Uint8Array;
  readonly #isCut: Uint8Array;
  readonly #capacity: number;
  #end = 0;

  constructor(minutes: number = DEFAULT_MINUTES) {
    this.#capacity = Math.ceil((minutes * 60_000) / BUCKET_MS);
    this.#user = new Uint8Array(this.#capacity);
    this.#agent = new Uint8Array(this.#capacity);
    this.#isCut = new Uint8Array(this.#capacity);
  }

  /** One past the last bucket that was ever written. */
  get end(): number {
    return this.#end;
  }

  setUser(bucket: number, height: number): void {
    this.#user[this.#reach(bucket)] = Math.round(height * 255);
  }

  /** `isCut` says that an interruption took it away and nobody heard it. */
  setAgent(bucket: number, height: number, isCut: boolean): void {
    const at = this.#reach(bucket);
    this.#agent[at] = Math.round(height * 255);
    this.#isCut[at] = isCut ? 1 : 0;
  }

  user(bucket: number): number {
    return this.#holds(bucket) ? (this.#user[bucket % this.#capacity] ?? 0) / 255 : 0;
  }

  agent(bucket: number): number {
    return this.#holds(bucket) ? (this.#agent[bucket % this.#capacity] ?? 0) / 255 : 0;
  }

  isCut(bucket: number): boolean {
    return this.#holds(bucket) && this.#isCut[bucket % this.#capacity] === 1;
  }

  #holds(bucket: number): boolean {
    return bucket >= 0 && bucket < this.#end && bucket >= this.#end - this.#capacity;
  }

  /** Where a bucket lies; those between the last one and it are made empty, since they hold an older round. */
  #reach(bucket: number): number {
    for (let next = Math.max(this.#end, bucket + 1 - this.#capacity); next <= bucket; next++) {
      const at = next % this.#capacity;
      this.#user[at] = 0;
      this.#agent[at] = 0;
      this.#isCut[at] = 0;
    }
    this.#end = Math.max(this.#end, bucket + 1);
    return bucket % this.#capacity;
  }
}
