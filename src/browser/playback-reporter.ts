// Render thread's end of the ring that positions and reports go by, beside the port.

import type { HandlePosition } from '../audio/playout.ts';
import {
  HANDLE_NUMBERS,
  MOST_REPORT_NUMBERS,
  PlaybackRecord,
  POSITION,
  POSITION_NUMBERS,
  REPORT,
  REPORT_BYTES,
  REPORT_HEADER_NUMBERS,
} from './playback-records.ts';
import { SharedRing } from '../audio/shared-ring.ts';
import type { PlaybackPosition } from './worklet-messages.ts';

/** Tells the page through shared memory. Allocates nothing. */
export class PlaybackReporter {
  readonly #ring: SharedRing;
  readonly #record: PlaybackRecord = PlaybackRecord.ofNumbers(MOST_REPORT_NUMBERS);

  constructor(memory: SharedArrayBuffer) {
    this.#ring = new SharedRing(memory);
  }

  /** False if the page has not read for so long that there is no room to spare. */
  position(position: PlaybackPosition): boolean {
    if (!this.#ring.hasRoomFor(REPORT_BYTES)) return false;
    const { numbers } = this.#record;
    numbers[0] = POSITION;
    numbers[1] = position.handle;
    numbers[2] = position.renderedFrames;
    numbers[3] = position.bufferedFrames;
    numbers[4] = position.underrunEvents;
    numbers[5] = position.concealedFrames;
    numbers[6] = position.outputDb;
    numbers[7] = position.contextFrame;
    numbers[8] = position.targetDelayMs;
    return this.#push(POSITION_NUMBERS);
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
    return this.#push(REPORT_HEADER_NUMBERS + items.length * HANDLE_NUMBERS);
  }

  #push(count: number): boolean {
    return this.#ring.push(this.#record.bytes, 0, PlaybackRecord.numberBytes(count));
  }
}
