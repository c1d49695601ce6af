import type { SharedRing } from '../audio/shared-ring.ts';

/** What a `RingReceiver` needs. */
export interface RingReceiverOptions {
  readonly ring: SharedRing;
  /** Filled with one record after the other, each at its beginning; it has room for the longest. */
  readonly record: Uint8Array<ArrayBuffer>;
  /** Called when it is. What this throws is reported as from a port. */
  readonly onRecord: (bytes: number) => void;
}

/** Page's end of a ring from a worklet. It waits for `Atomics.notify`, which wakes pages in the background as well. */
export class RingReceiver {
  readonly #options: RingReceiverOptions;
  #isClosed = false;

  constructor(options: RingReceiverOptions) {
    this.#options = options;
    void this.#receive();
  }

  /** Nothing is received any more, not even what is in the ring. */
  close(): void {
    this.#isClosed = true;
    this.#options.ring.wake();
  }

  async #receive(): Promise<void> {
    const { ring, record, onRecord } = this.#options;
    for (;;) {
      await ring.pushed();
      for (;;) {
        if (this.#isClosed) return;
        const bytes = ring.pull(record);
        if (bytes < 0) break;
        try {
          onRecord(bytes);
        } catch (error) {
          // As from a port's listener; the next record is received all the same.
          reportError(error);
        }
      }
    }
  }
}
