import type { SharedRing } from '../audio/shared-ring.ts';

/** Page's end of a ring to a worklet: what has no room yet waits here, in order, and is never dropped but by `clear`. */
export class RingSender {
  readonly #ring: SharedRing;
  #waiting: Uint8Array[] = [];
  #isMovingOn = false;

  constructor(ring: SharedRing) {
    this.#ring = ring;
  }

  /** Appends the bytes `from`…`to` as one record; they are copied. */
  send(source: Uint8Array, from: number = 0, to: number = source.length): void {
    if (this.#waiting.length > 0 || !this.#ring.push(source, from, to)) this.#waiting.push(source.slice(from, to));
    if (this.#waiting.length > 0 && !this.#isMovingOn) void this.#moveOn();
  }

  /** Drops what the worklet has not pulled. */
  clear(): void {
    this.#waiting = [];
    this.#ring.makeVoid();
  }

  /** Nothing is pulled any more. */
  close(): void {
    this.#waiting = [];
    this.#ring.wake();
  }

  async #moveOn(): Promise<void> {
    this.#isMovingOn = true;
    while (this.#waiting.length > 0) {
      await this.#ring.pulled();
      let moved = 0;
      for (const record of this.#waiting) {
        if (!this.#ring.push(record)) break;
        moved++;
      }
      this.#waiting.splice(0, moved);
    }
    this.#isMovingOn = false;
  }
}
