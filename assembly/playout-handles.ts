// The handle table of a playout, and how far each handle got: where the reader is, less what the resampler still holds.
// Handles are 1, 2, 3 …; handle h has entry h mod 64, which is used again when handle h − 64 is finished (rendered to
// its end, or cancelled and reported).
import {
  HANDLE_HAS_ENDED,
  HANDLE_NUMBER,
  HANDLE_RECEIVED_FRAMES,
  HANDLE_RENDERED_FRAMES,
  HANDLE_START_FRAMES,
  HANDLE_STATE,
  PLAYOUT_HANDLES,
  PLAYOUT_HANDLE_COUNT,
  PLAYOUT_NEWEST_HANDLE,
} from './layout';
import { heardFrames } from './positions';

export const LIVE: i32 = 1;
export const FADING: i32 = 2;
export const FINAL: i32 = 3;
export const REPORTED: i32 = 4;

export function entryOf(state: usize, handle: i32): usize {
  return state + PLAYOUT_HANDLES + ((<usize>(handle & (PLAYOUT_HANDLE_COUNT - 1))) << 5);
}

export function liveEntry(state: usize, handle: i32): usize {
  const entry = entryOf(state, handle);
  return load<i32>(entry, HANDLE_NUMBER) == handle && load<i32>(entry, HANDLE_STATE) == LIVE ? entry : 0;
}

/** Whether frame `position` of the ring lies behind the first of an item of which more may be written. */
export function isInMidItem(state: usize, position: i64): bool {
  const entry = liveEntry(state, load<i32>(state, PLAYOUT_NEWEST_HANDLE));
  return entry != 0 && load<i32>(entry, HANDLE_HAS_ENDED) == 0 && position > load<i64>(entry, HANDLE_START_FRAMES);
}

/**
 * Entry of the cancelled item that frame `position` of the ring lies in or at the end of, behind its first; 0 if there
 * is none. Only between an interrupt and its fade is there one.
 */
export function fadingEntry(state: usize, position: i64): usize {
  for (let i = 0; i < PLAYOUT_HANDLE_COUNT; i++) {
    const entry = entryOf(state, i);
    if (load<i32>(entry, HANDLE_STATE) != FADING) continue;
    const start = load<i64>(entry, HANDLE_START_FRAMES);
    if (start < position && position <= start + <i64>load<i32>(entry, HANDLE_RECEIVED_FRAMES)) return entry;
  }
  return 0;
}

/** First frame of the item that frame `position` of the ring lies in; of the newest one if that is still to come. */
export function startOfItem(state: usize, position: i64): i64 {
  return load<i64>(itemAt(state, position), HANDLE_START_FRAMES);
}

/** Where what has been received of that item ends. */
export function endOfItem(state: usize, position: i64): i64 {
  const entry = itemAt(state, position);
  return load<i64>(entry, HANDLE_START_FRAMES) + <i64>load<i32>(entry, HANDLE_RECEIVED_FRAMES);
}

/** The newest item that begins at frame `position` of the ring or before it; the oldest known if none does. */
export function itemAt(state: usize, position: i64): usize {
  const newest = load<i32>(state, PLAYOUT_NEWEST_HANDLE);
  let entry = entryOf(state, newest);
  for (let handle = newest - 1; handle > 0 && handle > newest - PLAYOUT_HANDLE_COUNT; handle--) {
    if (load<i64>(entry, HANDLE_START_FRAMES) <= position) break;
    entry = entryOf(state, handle);
  }
  return entry;
}

export function rendered(state: usize, entry: usize): i32 {
  if (load<i32>(entry, HANDLE_STATE) >= FINAL) return load<i32>(entry, HANDLE_RENDERED_FRAMES);
  const frames = heardFrames(state) - load<i64>(entry, HANDLE_START_FRAMES);
  return <i32>max<i64>(0, min<i64>(frames, <i64>load<i32>(entry, HANDLE_RECEIVED_FRAMES)));
}

export function isFinished(state: usize, entry: usize): bool {
  if (load<i32>(entry, HANDLE_STATE) != LIVE) return load<i32>(entry, HANDLE_STATE) != FADING;
  return load<i32>(entry, HANDLE_HAS_ENDED) != 0 && rendered(state, entry) == load<i32>(entry, HANDLE_RECEIVED_FRAMES);
}

/** Whether the handle is finished, so long ago perhaps that its entry belongs to a later one. */
export function isBehind(state: usize, handle: i32): bool {
  const entry = entryOf(state, handle);
  return load<i32>(entry, HANDLE_NUMBER) != handle || isFinished(state, entry);
}
