// What goes through the rings of the playback worklet. Numbers are eight bytes each, so that frames, levels and gains of any
// size fit; audio is PCM16 behind a header of two of them.

import { PLAYOUT_HANDLES } from '../audio/playout.ts';
import { QUANTUM_WRITE_FRAMES } from '../audio/write-queue.ts';

/** Memory of three `SharedRing`s. */
export interface PlaybackMemory {
  /** To the worklet: everything that is obeyed at once. */
  readonly controls: SharedArrayBuffer;
  /** To the worklet: everything that is obeyed in order, up to 21 s of audio. */
  readonly audio: SharedArrayBuffer;
  /** From the worklet: positions and reports. */
  readonly events: SharedArrayBuffer;
}

/** Bytes of each ring. */
export const CONTROLS_BYTES: number = 1 << 16;
export const AUDIO_BYTES: number = 1 << 20;
export const EVENTS_BYTES: number = 1 << 16;
/** Room that positions leave for reports. So they fill the ring in 9 s; a page that is blocked for longer is told less. */
export const REPORT_BYTES: number = EVENTS_BYTES / 2;

const NUMBER_BYTES = Float64Array.BYTES_PER_ELEMENT;

/** Frames of a record at most. What arrives together is one record: jitter control learns from how it comes. */
export const RECORD_FRAMES: number = QUANTUM_WRITE_FRAMES;
/** Numbers before the samples: the kind and the handle. */
const AUDIO_NUMBERS = 2;

/** Kinds of records in `audio`: the handle, and samples behind a WRITE. */
export const OPEN = 1;
export const WRITE = 2;
export const END = 3;

/** Kinds of records in `controls`. INTERRUPT has its number and the newest handle that it cancels, DUCK a gain in dB. */
export const INTERRUPT = 1;
export const PAUSE = 2;
export const RESUME = 3;
export const DUCK = 4;
export const UNDUCK = 5;

/** Kinds of records in `events`. A POSITION has the numbers of one in their order there. */
export const POSITION = 1;
export const POSITION_NUMBERS = 9;
/** The number of the interrupt, `contextFrame`, and three numbers for each handle. */
export const REPORT = 2;
export const REPORT_HEADER_NUMBERS = 3;
export const HANDLE_NUMBERS = 3;
export const MOST_REPORT_NUMBERS: number = REPORT_HEADER_NUMBERS + PLAYOUT_HANDLES * HANDLE_NUMBERS;

/** One record, which is filled again and again: numbers, and samples behind the first two. */
export class PlaybackRecord {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly numbers: Float64Array<ArrayBuffer>;
  /** `RECORD_FRAMES` of them, in the record of audio. */
  readonly samples: Int16Array<ArrayBuffer>;

  private constructor(bytes: number) {
    const buffer = new ArrayBuffer(bytes);
    this.bytes = new Uint8Array(buffer);
    this.numbers = new Float64Array(buffer);
    this.samples = new Int16Array(buffer, AUDIO_NUMBERS * NUMBER_BYTES);
  }

  static ofAudio(): PlaybackRecord {
    return new PlaybackRecord(PlaybackRecord.audioBytes(RECORD_FRAMES));
  }

  static ofNumbers(count: number): PlaybackRecord {
    return new PlaybackRecord(Math.max(AUDIO_NUMBERS, count) * NUMBER_BYTES);
  }

  /** Length of a record of audio. */
  static audioBytes(frames: number): number {
    return AUDIO_NUMBERS * NUMBER_BYTES + 2 * frames;
  }

  /** Frames in a record of audio. */
  static audioFrames(bytes: number): number {
    return (bytes - AUDIO_NUMBERS * NUMBER_BYTES) / 2;
  }

  /** Length of a record of numbers. */
  static numberBytes(count: number): number {
    return count * NUMBER_BYTES;
  }
}
