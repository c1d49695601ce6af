// Lengths of the time stretch, which follow from the rate of the items, and the blocks that it works in.
import {
  PLAYOUT_ITEM_RATE,
  PLAYOUT_STRETCH,
  STRETCH_BLOCKS,
  STRETCH_CROSS_FRAMES,
  STRETCH_DECIMATION,
  STRETCH_LEAST_LAG,
  STRETCH_MOST_LAG,
  STRETCH_WINDOW_FRAMES,
} from './layout';

/** Two sounds are exchanged over 5 ms, and compared over 8. */
const CROSS_US: i32 = 5000;
const WINDOW_US: i32 = 8000;
/** Periods of voices: 400 to 66 Hz. */
const LEAST_LAG_US: i32 = 2500;
const MOST_LAG_US: i32 = 15000;
/** A coarse search needs no more than this, in Hz. */
const COARSE_RATE: i32 = 12000;
/** Frames that may be read behind a block. */
const SLACK_FRAMES: i32 = 64;

function framesIn(rate: i32, microseconds: i32): i32 {
  return <i32>((<i64>rate * <i64>microseconds) / 1000000);
}

/** Frames of one block: the longest period beside what it is compared over, twice. */
function blockFrames(rate: i32): i32 {
  return framesIn(rate, MOST_LAG_US + 2 * WINDOW_US) + SLACK_FRAMES;
}

export function stretchBytes(rate: i32): i32 {
  return (<i32>STRETCH_BLOCKS + 3 * (blockFrames(rate) << 2) + 15) & ~15;
}

export function initStretch(state: usize): void {
  const rate = load<i32>(state, PLAYOUT_ITEM_RATE);
  const stretch = state + PLAYOUT_STRETCH;
  const factor = max<i32>(1, rate / COARSE_RATE);
  store<i32>(stretch, framesIn(rate, CROSS_US), STRETCH_CROSS_FRAMES);
  // Whole vectors at the coarse rate too.
  store<i32>(stretch, roundDown(framesIn(rate, WINDOW_US), 8 * factor), STRETCH_WINDOW_FRAMES);
  store<i32>(stretch, roundDown(framesIn(rate, LEAST_LAG_US), factor), STRETCH_LEAST_LAG);
  store<i32>(stretch, roundDown(framesIn(rate, MOST_LAG_US), factor), STRETCH_MOST_LAG);
  store<i32>(stretch, factor, STRETCH_DECIMATION);
}

function roundDown(frames: i32, multiple: i32): i32 {
  return frames - (frames % multiple);
}

export function crossFrames(state: usize): i32 {
  return load<i32>(state, PLAYOUT_STRETCH + STRETCH_CROSS_FRAMES);
}

export function windowFrames(state: usize): i32 {
  return load<i32>(state, PLAYOUT_STRETCH + STRETCH_WINDOW_FRAMES);
}

export function leastLag(state: usize): i32 {
  return load<i32>(state, PLAYOUT_STRETCH + STRETCH_LEAST_LAG);
}

export function mostLag(state: usize): i32 {
  return load<i32>(state, PLAYOUT_STRETCH + STRETCH_MOST_LAG);
}

export function decimation(state: usize): i32 {
  return load<i32>(state, PLAYOUT_STRETCH + STRETCH_DECIMATION);
}

/** One period of the voice that conceals. */
export function templateOf(state: usize): usize {
  return state + PLAYOUT_STRETCH + STRETCH_BLOCKS;
}

/** What is searched for. */
export function windowOf(state: usize): usize {
  return templateOf(state) + ((<usize>blockFrames(load<i32>(state, PLAYOUT_ITEM_RATE))) << 2);
}

/** What is searched in. */
export function searchedOf(state: usize): usize {
  return windowOf(state) + ((<usize>blockFrames(load<i32>(state, PLAYOUT_ITEM_RATE))) << 2);
}
