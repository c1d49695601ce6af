// Two items that every engine plays.
import type { PlaybackCommand } from '../../src/browser/worklet-messages.ts';
import { seededSignal } from '../browser/fixtures/core-path.ts';

/** Sample rate of the items, in Hz. */
export const ITEM_RATE = 24_000;
/** Sample rate of the context, in Hz. */
export const OUTPUT_RATE = 48_000;
/** Frames that are rendered: both items and some silence. */
export const PLAYED_FRAMES = 128 * 640;
export const CAPACITY_FRAMES = 1 << 17;

function speech(frames: number, gain: number): Int16Array {
  const signal = seededSignal();
  return Int16Array.from({ length: frames }, (_, i) => Math.round((signal[i % signal.length] ?? 0) * 32_767 * gain));
}

export const ANSWER: readonly PlaybackCommand[] = [
  { type: 'open', handle: 1 },
  { type: 'write', handle: 1, samples: speech(ITEM_RATE, 0.5) },
  { type: 'end', handle: 1 },
  { type: 'open', handle: 2 },
  { type: 'write', handle: 2, samples: speech(ITEM_RATE / 2, 0.4) },
  { type: 'end', handle: 2 },
];
