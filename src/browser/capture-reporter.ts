// Render thread's end of the ring that packets and levels go by, in place of the port.

import { CaptureRecord, LEVEL, LEVEL_BYTES, PACKET } from './capture-records.ts';
import { SharedRing } from '../audio/shared-ring.ts';

/** Tells the page through shared memory. Allocates nothing. */
export class CaptureReporter {
  readonly #ring: SharedRing;
  readonly #record: CaptureRecord;

  constructor(memory: SharedArrayBuffer, packetFrames: number) {
    this.#ring = new SharedRing(memory);
    this.#record = new CaptureRecord(packetFrames);
  }

  /** False if the page has read nothing for so long that there is no room. */
  packet(samples: Int16Array): boolean {
    this.#record.samples.set(samples);
    this.#record.numbers[0] = PACKET;
    return this.#ring.push(this.#record.bytes, 0, this.#record.packetBytes);
  }

  /** Likewise. */
  level(rmsDb: number, peakDb: number): boolean {
    const { numbers } = this.#record;
    numbers[0] = LEVEL;
    numbers[1] = rmsDb;
    numbers[2] = peakDb;
    return this.#ring.push(this.#record.bytes, 0, LEVEL_BYTES);
  }
}
