// Render thread's end of the ring that positions and reports go by, beside the port.

import type { HandlePosition } from '../audio/playout.ts';
import {
  HANDLE_NUMBERS,
  MOST_REPORT_NUMBERS,
  PlaybackRecord,
  REPORT,
  REPORT_BYTES,
  REPORT_HEADER_NUMBERS,
} from './playback-records.ts';
import { SharedRing } from '../audio/shared-ring.ts';

/** Tells the page through shared memory. Allocates nothing. */
export class PlaybackReporter {
  readonly #ring: SharedRing;
  readonly #record: PlaybackRecord = PlaybackRecord.ofNumbers(MOST_REPORT_NUMBERS);

  constructor(memory: SharedArrayBuffer) {
    this.#ring = new SharedRing(memory);
  }

  /** Tells a POSITION; false if the page has not read for so long that there is no room to spare. */
  position({ bytes }: PlaybackRecord): boolean {
    return this.#ring.hasRoomFor(REPORT_BYTES) && this.#ring.push(bytes);
  }

  /** False if there is no room at all. */
  report(interruptNumber: number, items: readonly HandlePosition[], contextFrame: number): boolean {
    const { numbers } = this.#record;
    numbers[0] = REPORT;
    numbers[1] = interruptNumber;
    numbers[2] = contextFrame;
    for (let i = 0; i < items.length; i++) {
      const at = REPORT_HEADER_NUMBERS + i * HANDLE_NUMBERS;
      numbers[at] = items[i]?.handle ?? 0;
      numbers[at + 1] = items[i]?.renderedFrames ?? 0;
      numbers[at + 2] = items[i]?.receivedFrames ?? 0;
    }
    const count = REPORT_HEADER_NUMBERS + items.length * HANDLE_NUMBERS;
    return this.#ring.push(this.#record.bytes, 0, PlaybackRecord.numberBytes(count));
  }
}
