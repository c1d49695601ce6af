// What goes through the rings of the playback worklet. Numbers are eight bytes each, so that frames, levels and gains of any
// size fit; audio is PCM16 behind two words, which the render thread reads without making numbers of them in its heap.

import { PLAYOUT_HANDLES } from '../audio/playout.ts';
import { QUANTUM_WRITE_FRAMES } from '../audio/write-queue.ts';
import type { PlaybackEvent, PlaybackMessage, PlaybackPosition } from './worklet-messages.ts';

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
/** Words before the samples: the kind and the handle. */
const AUDIO_HEADER_BYTES = 2 * Int32Array.BYTES_PER_ELEMENT;

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

/** Kinds of records in `events`. A POSITION has the frame of the context and what `Playout.locate` writes from there on. */
export const POSITION = 1;
export const CONTEXT_FRAME_AT = 1;
export const LOCATION_AT = 2;
export const POSITION_NUMBERS = 9;
/** The number of the interrupt, `contextFrame`, and three numbers for each handle. */
export const REPORT = 2;
export const REPORT_HEADER_NUMBERS = 3;
export const HANDLE_NUMBERS = 3;
export const MOST_REPORT_NUMBERS: number = REPORT_HEADER_NUMBERS + PLAYOUT_HANDLES * HANDLE_NUMBERS;

/** What the numbers of a POSITION say, in the ring or in a message. */
export function positionOf(numbers: Float64Array): PlaybackPosition {
  const at = (index: number): number => numbers[index] ?? 0;
  return {
    type: 'position',
    contextFrame: at(CONTEXT_FRAME_AT),
    handle: at(LOCATION_AT),
    renderedFrames: at(LOCATION_AT + 1),
    bufferedFrames: at(LOCATION_AT + 2),
    underrunEvents: at(LOCATION_AT + 3),
    concealedFrames: at(LOCATION_AT + 4),
    targetDelayMs: at(LOCATION_AT + 5),
    outputDb: 10 * Math.log10(at(LOCATION_AT + 6)),
  };
}

/** What a message of the playback processor says. */
export function eventOf(message: PlaybackMessage): PlaybackEvent {
  return message.type === 'position' ? positionOf(message.numbers) : message;
}

/** One record, which is filled again and again: numbers, or two words and samples behind them. */
export class PlaybackRecord {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly numbers: Float64Array<ArrayBuffer>;
  readonly words: Int32Array<ArrayBuffer>;
  /** `RECORD_FRAMES` of them, in the record of audio. */
  readonly samples: Int16Array<ArrayBuffer>;

  private constructor(bytes: number) {
    const buffer = new ArrayBuffer(bytes);
    this.bytes = new Uint8Array(buffer);
    this.numbers = new Float64Array(buffer);
    this.words = new Int32Array(buffer);
    this.samples = new Int16Array(buffer, AUDIO_HEADER_BYTES);
  }

  static ofAudio(): PlaybackRecord {
    return new PlaybackRecord(PlaybackRecord.audioBytes(RECORD_FRAMES));
  }

  static ofNumbers(count: number): PlaybackRecord {
    return new PlaybackRecord(count * NUMBER_BYTES);
  }

  /** Length of a record of audio. */
  static audioBytes(frames: number): number {
    return AUDIO_HEADER_BYTES + 2 * frames;
  }

  /** Frames in a record of audio. */
  static audioFrames(bytes: number): number {
    return (bytes - AUDIO_HEADER_BYTES) / 2;
  }

  /** Length of a record of numbers. */
  static numberBytes(count: number): number {
    return count * NUMBER_BYTES;
  }
}
