// One number of an interleaving decides one move; this spreads it over as many small decisions as the move needs. A
// shrunk list of numbers stays a list of whole moves.

/** Small decisions derived from one 32-bit number. */
export class Choice {
  #seed: number;

  constructor(seed: number) {
    this.#seed = seed >>> 0;
  }

  /** An integer from 0 to `count` − 1. */
  below(count: number): number {
    // Mulberry32, by Tommy Ettinger: full period, and neighbouring seeds differ at once.
    this.#seed = (this.#seed + 0x6d2b79f5) >>> 0;
    let mixed = this.#seed;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % count;
  }

  /** True in one of `count` cases. */
  oneIn(count: number): boolean {
    return this.below(count) === 0;
  }

  of<const T>(values: readonly [T, ...T[]]): T {
    return values[this.below(values.length)] ?? values[0];
  }

  /** One of the values, or null when there are none. */
  among<T>(values: readonly T[]): T | null {
    return values[this.below(Math.max(1, values.length))] ?? null;
  }
}
