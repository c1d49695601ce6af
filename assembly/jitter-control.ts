// Decides, block by block, whether time is made longer or shorter, and whether an answer's beginning waits.
//
// Paced audio, a packet whenever its time has come, is kept as far behind its schedule as packets have lately been late. A burst,
// more audio than can be heard yet, is begun at once and never hurried: what makes it late, a lead that is about to run out or a
// producer that stalls, is paid back when the lead is long again, and no more than that. The clock is the output itself, the
// milliseconds that were rendered.
import { initLateness, noteArrival, restartLateness, scheduleMs } from './lateness';
import {
  CONTROL_FIRST_ARRIVAL_MS,
  CONTROL_HANDLE,
  CONTROL_HAS_ENDED,
  CONTROL_INTERVAL_MS,
  CONTROL_IS_BURST,
  CONTROL_IS_HELD,
  CONTROL_LAST_ARRIVAL_MS,
  CONTROL_LATENESS,
  CONTROL_NOW_MS,
  CONTROL_PAUSED_MS,
  CONTROL_RECEIVED_MS,
  CONTROL_SPEED,
  CONTROL_TARGET_MS,
  CONTROL_WAS_LATE,
  LATENESS_WORTHWHILE_MS,
  PLAYOUT_CONTROL,
  PLAYOUT_IS_HELD,
  PLAYOUT_ITEM_RATE,
  PLAYOUT_OUTPUT_RATE,
  PLAYOUT_STRETCH_BYTES,
  PLAYOUT_WISH,
  PLAYOUT_WISH_FRAMES,
} from './layout';
import { bufferedFrames } from './ring';

/** Audio may wait this much longer than the target before pauses are shortened, before speech is, and before it is hurried. */
const WINDOW_MS: f64 = 5;
const WIDE_WINDOW_MS: f64 = 12;
const FAR_MS: f64 = 60;
/** Audio that is late by this much may stay away: what there is, if it is less than the other, is made to last. */
const OVERDUE_MS: f64 = 15;
const OVERDUE_BUFFER_MS: f64 = 200;
/** Only with this share of the target in the ring is anything shortened. */
const AMPLE_SHARE: f64 = 0.7;
/** With less than this to play, time bends as far as it can. */
const URGENT_MS: f64 = 100;

/** A producer that is ahead of the clock by this share and this much makes more than can be heard: a burst. */
const BURST_SPEED: f64 = 1.03;
const BURST_LEAD_MS: f64 = 130;
/** One that is this fast needs no head start; before the first answer all are taken to be. */
const FAST_SPEED: f64 = 1.7;
/** Most that the beginning of an answer is held back. */
const MOST_HOLD_MS: f64 = 85;
/** A lead below the first is made longer while the answer is late by less than `LOW_LEAD_DELAY_MS`. */
const LOW_LEAD_MS: f64 = 180;
const LOW_LEAD_FAST_MS: f64 = 500;
const LOW_LEAD_DELAY_MS: f64 = 95;
/** A lead above this pays back what the answer is late by, and never more. */
const HIGH_LEAD_MS: f64 = 240;
const HIGH_LEAD_FAST_MS: f64 = 550;
/** An answer that was never later than the first is not hurried, nor one that is no later than the second. */
const LEAST_LATE_MS: f64 = 15;
const LEAST_PAYBACK_MS: f64 = 5;
/** A producer stalls when nothing came for this many times its usual interval. */
const STALL_INTERVALS: f64 = 2.5;
/** In a stall the last of a lead is made to last as far as that goes. */
const STALL_URGENT_MS: f64 = 250;
/** A lead below the first is then made longer roughly, and up to the second, more gently, while the answer is not very late. */
const STALL_LEAD_MS: f64 = 800;
const STALL_HIGH_LEAD_MS: f64 = 3000;
const STALL_DELAY_MS: f64 = 430;
/** The usual interval before any is known, and how fast it follows. */
const FIRST_INTERVAL_MS: f64 = 20;
const INTERVAL_SHARE: f64 = 0.2;
/** When in an answer its producer's speed is measured. */
const SPEED_FROM_MS: f64 = 800;
const SPEED_TO_MS: f64 = 1600;

/** What `PLAYOUT_WISH` may be. */
const LENGTHEN_TO_THE_LAST: i32 = 4;
const LENGTHEN_ROUGHLY: i32 = 3;
const LENGTHEN: i32 = 2;
const AS_IT_IS: i32 = 0;
const SHORTEN_PAUSES: i32 = -1;
const SHORTEN: i32 = -2;
const SHORTEN_ROUGHLY: i32 = -3;

export function initControl(state: usize): void {
  const control = state + PLAYOUT_CONTROL;
  store<f64>(control, FIRST_INTERVAL_MS, CONTROL_INTERVAL_MS);
  store<f64>(control, Infinity, CONTROL_SPEED);
  store<i32>(control, 1, CONTROL_HAS_ENDED);
  initLateness(control + CONTROL_LATENESS);
}

/**
 * So many frames of a handle arrived together, while `bufferedBefore` frames waited; to be told of every write that was not
 * refused, behind it.
 */
export function playoutArrived(state: usize, handle: i32, frames: i32, bufferedBefore: i32): void {
  if (load<i32>(state, PLAYOUT_STRETCH_BYTES) == 0) return;
  const control = state + PLAYOUT_CONTROL;
  const lateness = control + CONTROL_LATENESS;
  const nowMs = load<f64>(control, CONTROL_NOW_MS);
  if (handle != load<i32>(control, CONTROL_HANDLE)) begin(state, handle, bufferedBefore == 0);
  const receivedMs = load<f64>(control, CONTROL_RECEIVED_MS);
  noteArrival(lateness, nowMs, receivedMs);
  store<f64>(control, receivedMs + inMs(frames, load<i32>(state, PLAYOUT_ITEM_RATE)), CONTROL_RECEIVED_MS);
  const intervalMs = load<f64>(control, CONTROL_INTERVAL_MS);
  const sinceLastMs = nowMs - load<f64>(control, CONTROL_LAST_ARRIVAL_MS);
  store<f64>(control, intervalMs + INTERVAL_SHARE * (sinceLastMs - intervalMs), CONTROL_INTERVAL_MS);
  store<f64>(control, nowMs, CONTROL_LAST_ARRIVAL_MS);
  store<f64>(control, load<f64>(lateness, LATENESS_WORTHWHILE_MS), CONTROL_TARGET_MS);
}

function begin(state: usize, handle: i32, isHeld: bool): void {
  const control = state + PLAYOUT_CONTROL;
  const nowMs = load<f64>(control, CONTROL_NOW_MS);
  store<i32>(control, handle, CONTROL_HANDLE);
  store<f64>(control, nowMs, CONTROL_FIRST_ARRIVAL_MS);
  store<f64>(control, nowMs, CONTROL_LAST_ARRIVAL_MS);
  store<f64>(control, 0, CONTROL_RECEIVED_MS);
  store<f64>(control, 0, CONTROL_PAUSED_MS);
  store<i32>(control, 0, CONTROL_HAS_ENDED);
  store<i32>(control, 0, CONTROL_IS_BURST);
  store<i32>(control, 0, CONTROL_WAS_LATE);
  restartLateness(control + CONTROL_LATENESS, nowMs);
  store<i32>(control, <i32>isHeld, CONTROL_IS_HELD);
}

/** No more audio of this handle follows. */
export function noteEnd(state: usize, handle: i32): void {
  const control = state + PLAYOUT_CONTROL;
  if (handle == load<i32>(control, CONTROL_HANDLE)) store<i32>(control, 1, CONTROL_HAS_ENDED);
}

/** Wishes for the block of `frames` output frames that is rendered next. */
export function wishForBlock(state: usize, frames: i32): void {
  const control = state + PLAYOUT_CONTROL;
  if (load<i32>(control, CONTROL_HAS_ENDED) == 0) wishInItem(state);
  else store<i32>(state, AS_IT_IS, PLAYOUT_WISH);
  advance(state, CONTROL_NOW_MS, frames);
  if (load<i32>(control, CONTROL_IS_HELD) != 0) store<i32>(control, <i32>mayHold(control), CONTROL_IS_HELD);
  store<i32>(state, load<i32>(control, CONTROL_IS_HELD), PLAYOUT_IS_HELD);
}

/** Instead, for a block in which nothing is played on: the playout is paused, or fades for an interrupt. */
export function pauseForBlock(state: usize, frames: i32): void {
  advance(state, CONTROL_NOW_MS, frames);
  if (load<i32>(state + PLAYOUT_CONTROL, CONTROL_HAS_ENDED) == 0) advance(state, CONTROL_PAUSED_MS, frames);
}

function advance(state: usize, clock: usize, frames: i32): void {
  const at = state + PLAYOUT_CONTROL + clock;
  store<f64>(at, load<f64>(at) + inMs(frames, load<i32>(state, PLAYOUT_OUTPUT_RATE)));
}

/**
 * Whether the beginning of the answer goes on waiting: as long as paced audio is to be late, or until more than that is there and
 * its producer is fast.
 */
function mayHold(control: usize): bool {
  if (load<i32>(control, CONTROL_HAS_ENDED) != 0 || load<i32>(control, CONTROL_IS_BURST) != 0) return false;
  const heldMs = load<f64>(control, CONTROL_NOW_MS) - load<f64>(control, CONTROL_FIRST_ARRIVAL_MS);
  const targetMs = load<f64>(control, CONTROL_TARGET_MS);
  const isAmple = load<f64>(control, CONTROL_RECEIVED_MS) - heldMs > targetMs;
  if (isAmple && load<f64>(control, CONTROL_SPEED) >= FAST_SPEED) return false;
  return heldMs < min<f64>(MOST_HOLD_MS, targetMs);
}

function wishInItem(state: usize): void {
  const control = state + PLAYOUT_CONTROL;
  const elapsedMs = load<f64>(control, CONTROL_NOW_MS) - load<f64>(control, CONTROL_FIRST_ARRIVAL_MS);
  const receivedMs = load<f64>(control, CONTROL_RECEIVED_MS);
  const bufferedMs = inMs(bufferedFrames(state), load<i32>(state, PLAYOUT_ITEM_RATE));
  if (elapsedMs > SPEED_FROM_MS && elapsedMs < SPEED_TO_MS) {
    store<f64>(control, receivedMs / elapsedMs, CONTROL_SPEED);
  }
  if (receivedMs > BURST_SPEED * elapsedMs + BURST_LEAD_MS) store<i32>(control, 1, CONTROL_IS_BURST);
  if (load<i32>(control, CONTROL_IS_BURST) != 0) wishInBurst(state, elapsedMs, receivedMs, bufferedMs);
  else wishInStep(state, receivedMs, bufferedMs);
}

function wishInBurst(state: usize, elapsedMs: f64, receivedMs: f64, bufferedMs: f64): void {
  const control = state + PLAYOUT_CONTROL;
  const delayMs = elapsedMs - load<f64>(control, CONTROL_PAUSED_MS) - (receivedMs - bufferedMs);
  if (delayMs > LEAST_LATE_MS) store<i32>(control, 1, CONTROL_WAS_LATE);
  const sinceLastMs = load<f64>(control, CONTROL_NOW_MS) - load<f64>(control, CONTROL_LAST_ARRIVAL_MS);
  const isStalled = sinceLastMs > STALL_INTERVALS * load<f64>(control, CONTROL_INTERVAL_MS);
  if (isStalled && bufferedMs < STALL_URGENT_MS) return wishFor(state, LENGTHEN_TO_THE_LAST, Infinity);
  if (bufferedMs < URGENT_MS) return wishFor(state, LENGTHEN_ROUGHLY, Infinity);
  if (isStalled && bufferedMs < STALL_LEAD_MS) return wishFor(state, LENGTHEN_ROUGHLY, Infinity);
  if (isStalled && bufferedMs < STALL_HIGH_LEAD_MS && delayMs < STALL_DELAY_MS) {
    return wishFor(state, LENGTHEN, Infinity);
  }
  const isFast = receivedMs > FAST_SPEED * elapsedMs;
  const lowLeadMs: f64 = isFast ? LOW_LEAD_FAST_MS : LOW_LEAD_MS;
  if (bufferedMs < lowLeadMs && delayMs < LOW_LEAD_DELAY_MS) return wishFor(state, LENGTHEN, Infinity);
  const highLeadMs: f64 = isFast ? HIGH_LEAD_FAST_MS : HIGH_LEAD_MS;
  const isOwed = load<i32>(control, CONTROL_WAS_LATE) != 0 && delayMs >= LEAST_PAYBACK_MS;
  if (!isOwed || bufferedMs <= highLeadMs || isStalled) return wishFor(state, AS_IT_IS, 0);
  wishFor(state, delayMs > FAR_MS ? SHORTEN_ROUGHLY : SHORTEN, delayMs);
}

function wishInStep(state: usize, receivedMs: f64, bufferedMs: f64): void {
  const control = state + PLAYOUT_CONTROL;
  const sinceScheduleMs =
    load<f64>(control, CONTROL_NOW_MS) - scheduleMs(control + CONTROL_LATENESS) - load<f64>(control, CONTROL_PAUSED_MS);
  const targetMs = load<f64>(control, CONTROL_TARGET_MS);
  const excessMs = sinceScheduleMs - (receivedMs - bufferedMs) - targetMs;
  if (sinceScheduleMs - receivedMs > OVERDUE_MS && bufferedMs < OVERDUE_BUFFER_MS) {
    return wishFor(state, bufferedMs < URGENT_MS ? LENGTHEN_TO_THE_LAST : LENGTHEN_ROUGHLY, Infinity);
  }
  if (excessMs < 0) return wishFor(state, LENGTHEN, -excessMs);
  // A producer that is too slow falls behind its own schedule, and leaves nothing to be shortened.
  if (excessMs < WINDOW_MS || bufferedMs < AMPLE_SHARE * targetMs) return wishFor(state, AS_IT_IS, 0);
  if (excessMs > FAR_MS) return wishFor(state, SHORTEN_ROUGHLY, excessMs);
  wishFor(state, excessMs < WIDE_WINDOW_MS ? SHORTEN_PAUSES : SHORTEN, excessMs);
}

/** How time is to be bent, and by how much: a second at most. */
function wishFor(state: usize, wish: i32, amountMs: f64): void {
  const itemRate = <f64>load<i32>(state, PLAYOUT_ITEM_RATE);
  store<i32>(state, wish, PLAYOUT_WISH);
  store<i32>(state, <i32>min<f64>(itemRate, Math.floor((amountMs * itemRate) / 1000 + 0.5)), PLAYOUT_WISH_FRAMES);
}

function inMs(frames: i32, rate: i32): f64 {
  return (<f64>frames * 1000) / <f64>rate;
}
