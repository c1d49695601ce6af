import type { SharedRing } from './shared-ring.ts';

/** What a `RingReceiver` needs. */
export interface RingReceiverOptions {
  readonly ring: SharedRing;
  /** Of the longest record. */
  readonly recordBytes: number;
  /** Called with each record, in order; the array is filled again afterwards. What it throws is reported as from a port. */
  readonly onRecord: (record: Uint8Array<ArrayBuffer>, length: number) => void;
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
    const { ring, recordBytes, onRecord } = this.#options;
    const record = new Uint8Array(recordBytes);
    for (;;) {
      await ring.pushed();
      for (;;) {
        if (this.#isClosed) return;
        const length = ring.pull(record);
        if (length < 0) break;
        try {
          onRecord(record, length);
        } catch (error) {
          // As from a port's listener; the next record is received all the same.
          reportError(error);
        }
      }
    }
  }
}
