// What the agent says, and exactly how much of it was rendered. A ring of PCM16 at the item's rate is written in items
// (handles) and read at the output's rate; positions are counts of frames ever written and ever read, so they never
// wrap. The frames of a handle are contiguous, so opening the next one ends it.
import { meterMeanSquare, meterReset, resamplerBytes, resamplerDelayInputFrames, resamplerInit } from './core';
import { VOICE } from './filter';
import { initGain, playoutDuck } from './gain';
import { initControl, noteEnd } from './jitter-control';
import {
  CONTROL_HAS_ENDED,
  CONTROL_TARGET_MS,
  HANDLE_HAS_ENDED,
  HANDLE_NUMBER,
  HANDLE_RECEIVED_FRAMES,
  HANDLE_RENDERED_FRAMES,
  HANDLE_START_FRAMES,
  HANDLE_STATE,
  PLAYOUT_BARRIER_FRAMES,
  PLAYOUT_CAPACITY_FRAMES,
  PLAYOUT_CONCEALED_FRAMES,
  PLAYOUT_CONCEALMENT_EVENTS,
  PLAYOUT_CONTROL,
  PLAYOUT_CURSOR_HANDLE,
  PLAYOUT_DELAY_FRAMES,
  PLAYOUT_DELAY_S,
  PLAYOUT_EMITTED_FRAMES,
  PLAYOUT_FADE_FRAMES,
  PLAYOUT_HANDLE_COUNT,
  PLAYOUT_HAS_REPORT,
  PLAYOUT_INSERTED_FRAMES,
  PLAYOUT_INTERRUPTION_EVENTS,
  PLAYOUT_INTERRUPTION_FRAMES,
  PLAYOUT_IS_INTERRUPTED,
  PLAYOUT_IS_STARVED,
  PLAYOUT_ITEM_RATE,
  PLAYOUT_NEWEST_HANDLE,
  PLAYOUT_OUTPUT_RATE,
  PLAYOUT_READ_FRAMES,
  PLAYOUT_REFUSED_FRAMES,
  PLAYOUT_REMOVED_FRAMES,
  PLAYOUT_RESAMPLER_BYTES,
  PLAYOUT_RISES,
  PLAYOUT_STAGING_FRAMES,
  PLAYOUT_STRETCH,
  PLAYOUT_STRETCH_BYTES,
  PLAYOUT_TARGET_DELAY_S,
  PLAYOUT_UNDERRUN_EVENTS,
  PLAYOUT_UNDERRUN_FRAMES,
  PLAYOUT_WANTS_PAUSE,
  PLAYOUT_WRITTEN_FRAMES,
} from './layout';
import {
  FADING,
  FINAL,
  LIVE,
  REPORTED,
  entryOf,
  isBehind,
  isFinished,
  itemAt,
  liveEntry,
  rendered,
} from './playout-handles';
import { endGap, hasDrained } from './playout-render';
import { beginStream, positionAt } from './positions';
import { bufferedFrames, resamplerOf, ringOf } from './ring';
import { initStretch, stretchBytes } from './stretch-scratch';

/** Length of a fade: 5 ms, or the block if that is shorter. */
const FADES_PER_SECOND: i32 = 200;

/** Bytes of the state; 0 if the rates differ and one of them is unsupported. `capacityFrames` is a power of two. */
export function playoutBytes(capacityFrames: i32, itemRate: i32, outputRate: i32, stretches: bool): i32 {
  const ends = <i32>PLAYOUT_STRETCH + (stretches ? stretchBytes(itemRate) : 0) + (capacityFrames << 1);
  if (itemRate == outputRate) return ends;
  const resampler = resamplerBytes(itemRate, outputRate, PLAYOUT_STAGING_FRAMES, VOICE);
  return resampler == 0 ? 0 : ends + 2 * alignVector(resampler);
}

/**
 * Starts an empty playout at `state`, which is 16-byte aligned, zeroed, and as long as `playoutBytes` says. One that
 * `stretches` conceals what is missing and may be told to bend time.
 */
export function playoutInit(state: usize, capacityFrames: i32, itemRate: i32, outputRate: i32, stretches: bool): void {
  store<i32>(state, itemRate, PLAYOUT_ITEM_RATE);
  store<i32>(state, outputRate, PLAYOUT_OUTPUT_RATE);
  store<i32>(state, capacityFrames, PLAYOUT_CAPACITY_FRAMES);
  store<i32>(state, outputRate / FADES_PER_SECOND, PLAYOUT_FADE_FRAMES);
  initGain(state, outputRate);
  beginStream(state);
  if (stretches) {
    store<i32>(state, stretchBytes(itemRate), PLAYOUT_STRETCH_BYTES);
    initStretch(state);
    initControl(state);
  }
  if (itemRate == outputRate) return;
  const bytes = alignVector(resamplerBytes(itemRate, outputRate, PLAYOUT_STAGING_FRAMES, VOICE));
  store<i32>(state, bytes, PLAYOUT_RESAMPLER_BYTES);
  resamplerInit(resamplerOf(state), itemRate, outputRate, PLAYOUT_STAGING_FRAMES, VOICE);
  store<i32>(state, resamplerDelayInputFrames(resamplerOf(state)), PLAYOUT_DELAY_FRAMES);
}

/** Ends the newest handle and returns the next one; 0 while the entry that it needs belongs to an unfinished handle. */
export function playoutOpen(state: usize): i32 {
  const newest = load<i32>(state, PLAYOUT_NEWEST_HANDLE);
  const handle = newest + 1;
  const entry = entryOf(state, handle);
  const occupant = load<i32>(entry, HANDLE_STATE);
  if (occupant == FADING || occupant == FINAL || (occupant == LIVE && !isFinished(state, entry))) return 0;
  playoutEnd(state, newest);
  store<i32>(entry, handle, HANDLE_NUMBER);
  store<i32>(entry, LIVE, HANDLE_STATE);
  store<i32>(entry, 0, HANDLE_HAS_ENDED);
  store<i32>(entry, 0, HANDLE_RECEIVED_FRAMES);
  store<i32>(entry, 0, HANDLE_RENDERED_FRAMES);
  store<i64>(entry, load<i64>(state, PLAYOUT_WRITTEN_FRAMES), HANDLE_START_FRAMES);
  store<i32>(state, handle, PLAYOUT_NEWEST_HANDLE);
  return handle;
}

/**
 * Copies PCM16 at `src` into the ring and returns how many frames fitted; the writer keeps the rest. Returns −1, and
 * counts the frames as refused, if the handle is unknown, ended or cancelled.
 */
export function playoutWrite(state: usize, handle: i32, src: usize, frames: i32): i32 {
  const entry = liveEntry(state, handle);
  if (entry == 0 || load<i32>(entry, HANDLE_HAS_ENDED) != 0) {
    store<i64>(state, load<i64>(state, PLAYOUT_REFUSED_FRAMES) + <i64>frames, PLAYOUT_REFUSED_FRAMES);
    return -1;
  }
  const capacity = load<i32>(state, PLAYOUT_CAPACITY_FRAMES);
  const written = load<i64>(state, PLAYOUT_WRITTEN_FRAMES);
  const room = capacity - historyReserve(state) - <i32>(written - load<i64>(state, PLAYOUT_READ_FRAMES));
  const accepted = max<i32>(0, min<i32>(frames, room));
  const index = <i32>(written & <i64>(capacity - 1));
  const first = min<i32>(accepted, capacity - index);
  const ring = ringOf(state);
  memory.copy(ring + ((<usize>index) << 1), src, (<usize>first) << 1);
  memory.copy(ring, src + ((<usize>first) << 1), (<usize>(accepted - first)) << 1);
  store<i64>(state, written + <i64>accepted, PLAYOUT_WRITTEN_FRAMES);
  store<i32>(entry, load<i32>(entry, HANDLE_RECEIVED_FRAMES) + accepted, HANDLE_RECEIVED_FRAMES);
  return accepted;
}

/** No more frames follow for this handle. A gap that has begun is then the silence after it, and not an underrun. */
export function playoutEnd(state: usize, handle: i32): void {
  noteEnd(state, handle);
  const entry = liveEntry(state, handle);
  if (entry == 0) return;
  store<i32>(entry, 1, HANDLE_HAS_ENDED);
  const isDry = load<i64>(state, PLAYOUT_READ_FRAMES) == load<i64>(state, PLAYOUT_WRITTEN_FRAMES);
  if (!isDry || load<i32>(state, PLAYOUT_IS_STARVED) == 0) return;
  endGap(state);
  // What is still in the filter comes out after the silence.
  if (!hasDrained(state)) store<i32>(state, 1, PLAYOUT_RISES);
}

/**
 * Cancels every handle that is not finished. The next render fades and then makes their counts final. What follows is
 * neither paused nor ducked.
 */
export function playoutInterrupt(state: usize): void {
  for (let i = 0; i < PLAYOUT_HANDLE_COUNT; i++) {
    const entry = entryOf(state, i);
    if (load<i32>(entry, HANDLE_STATE) == LIVE && !isFinished(state, entry)) store<i32>(entry, FADING, HANDLE_STATE);
  }
  store<i64>(state, load<i64>(state, PLAYOUT_WRITTEN_FRAMES), PLAYOUT_BARRIER_FRAMES);
  store<i32>(state, 1, PLAYOUT_IS_INTERRUPTED);
  store<i32>(state, 0, PLAYOUT_WANTS_PAUSE);
  // Its audio does not come late or slowly: it is refused.
  store<i32>(state + PLAYOUT_CONTROL, 1, CONTROL_HAS_ENDED);
  playoutDuck(state, 1);
}

/**
 * The next render fades to silence, and all that follow are silent. The position goes back to where the fade began:
 * what sounded in the fade sounds again after `playoutResume`, and counts only then.
 */
export function playoutPause(state: usize): void {
  store<i32>(state, 1, PLAYOUT_WANTS_PAUSE);
}

/** The next render continues at the position of the pause, rising over the length of a fade. */
export function playoutResume(state: usize): void {
  store<i32>(state, 0, PLAYOUT_WANTS_PAUSE);
}

/** Frames in the ring. */
export function playoutBufferedFrames(state: usize): i32 {
  return bufferedFrames(state);
}

/**
 * Writes {handle, frames} (i32): what was heard with output frame `outputFrame`, counted from 0, as far back as the trace
 * goes. Handle 0 is none.
 */
export function playoutHeardAt(state: usize, outputFrame: f64, dst: usize): void {
  const position = positionAt(state, <i64>outputFrame);
  const entry = itemAt(state, position - 1);
  const frames = <i32>min<i64>(position - load<i64>(entry, HANDLE_START_FRAMES), <i64>rendered(state, entry));
  store<i32>(dst, load<i32>(entry, HANDLE_NUMBER));
  store<i32>(dst, max<i32>(0, frames), 4);
}

/** Frames of the handle that were rendered; −1 if its entry has been used again or it was never opened. */
export function playoutRenderedFrames(state: usize, handle: i32): i32 {
  const entry = entryOf(state, handle);
  return load<i32>(entry, HANDLE_NUMBER) == handle && handle > 0 ? rendered(state, entry) : -1;
}

/** Frames of the handle that were accepted; −1 as in `playoutRenderedFrames`. */
export function playoutReceivedFrames(state: usize, handle: i32): i32 {
  const entry = entryOf(state, handle);
  return load<i32>(entry, HANDLE_NUMBER) == handle && handle > 0 ? load<i32>(entry, HANDLE_RECEIVED_FRAMES) : -1;
}

/** The handle being rendered: every earlier one is finished, no later one has begun. 0 before the first. */
export function playoutCursor(state: usize): i32 {
  const newest = load<i32>(state, PLAYOUT_NEWEST_HANDLE);
  let handle = max<i32>(load<i32>(state, PLAYOUT_CURSOR_HANDLE), min<i32>(newest, 1));
  while (handle < newest && isBehind(state, handle)) handle++;
  store<i32>(state, handle, PLAYOUT_CURSOR_HANDLE);
  return handle;
}

/**
 * Writes {handle, rendered, received} (i32) of every handle that interrupts have cancelled, in order, at `dst`, which
 * has room for 64, and returns how many; −1 if no interrupt was completed since the last call.
 */
export function playoutTakeReport(state: usize, dst: usize): i32 {
  if (load<i32>(state, PLAYOUT_HAS_REPORT) == 0) return -1;
  store<i32>(state, 0, PLAYOUT_HAS_REPORT);
  const newest = load<i32>(state, PLAYOUT_NEWEST_HANDLE);
  let count = 0;
  for (let handle = max<i32>(1, newest - PLAYOUT_HANDLE_COUNT + 1); handle <= newest; handle++) {
    const entry = entryOf(state, handle);
    if (load<i32>(entry, HANDLE_STATE) != FINAL) continue;
    store<i32>(entry, REPORTED, HANDLE_STATE);
    store<i32>(dst, handle);
    store<i32>(dst, load<i32>(entry, HANDLE_RENDERED_FRAMES), 4);
    store<i32>(dst, load<i32>(entry, HANDLE_RECEIVED_FRAMES), 8);
    dst += 12;
    count++;
  }
  return count;
}

/**
 * Writes {underrun events, underrun frames, refused frames, frames in the ring, concealment events, concealed frames,
 * frames inserted by splices, frames removed by splices, target delay in milliseconds, emitted frames, seconds that frames have
 * waited, seconds that they were to wait, interruptions, output frames of interruptions} (f64) at `dst`.
 */
export function playoutStats(state: usize, dst: usize): void {
  store<f64>(dst, <f64>load<i32>(state, PLAYOUT_UNDERRUN_EVENTS));
  store<f64>(dst, <f64>load<i64>(state, PLAYOUT_UNDERRUN_FRAMES), 8);
  store<f64>(dst, <f64>load<i64>(state, PLAYOUT_REFUSED_FRAMES), 16);
  store<f64>(dst, <f64>bufferedFrames(state), 24);
  store<f64>(dst, <f64>load<i32>(state, PLAYOUT_CONCEALMENT_EVENTS), 32);
  store<f64>(dst, <f64>load<i64>(state, PLAYOUT_CONCEALED_FRAMES), 40);
  store<f64>(dst, <f64>load<i64>(state, PLAYOUT_INSERTED_FRAMES), 48);
  store<f64>(dst, <f64>load<i64>(state, PLAYOUT_REMOVED_FRAMES), 56);
  store<f64>(dst, load<f64>(state, PLAYOUT_CONTROL + CONTROL_TARGET_MS), 64);
  store<f64>(dst, <f64>load<i64>(state, PLAYOUT_EMITTED_FRAMES), 72);
  store<f64>(dst, load<f64>(state, PLAYOUT_DELAY_S), 80);
  store<f64>(dst, load<f64>(state, PLAYOUT_TARGET_DELAY_S), 88);
  store<f64>(dst, <f64>load<i32>(state, PLAYOUT_INTERRUPTION_EVENTS), 96);
  store<f64>(dst, <f64>load<i64>(state, PLAYOUT_INTERRUPTION_FRAMES), 104);
}

/**
 * Brings the seven numbers (f64) at `dst` up to date: the handle being rendered, its frames that were rendered, frames in the
 * ring, underrun events, concealed frames, target delay in milliseconds, and the mean square of what `meter` has measured since
 * the last time. Whether audio has moved since then, or the output has another level: the other three follow.
 */
export function playoutLocate(state: usize, meter: usize, dst: usize): bool {
  const handle = playoutCursor(state);
  let hasMoved = replace(dst, <f64>handle);
  hasMoved = replace(dst + 8, handle == 0 ? 0 : <f64>rendered(state, entryOf(state, handle))) || hasMoved;
  hasMoved = replace(dst + 16, <f64>bufferedFrames(state)) || hasMoved;
  store<f64>(dst, <f64>load<i32>(state, PLAYOUT_UNDERRUN_EVENTS), 24);
  store<f64>(dst, <f64>load<i64>(state, PLAYOUT_CONCEALED_FRAMES), 32);
  store<f64>(dst, load<f64>(state, PLAYOUT_CONTROL + CONTROL_TARGET_MS), 40);
  hasMoved = replace(dst + 48, meterMeanSquare(meter)) || hasMoved;
  meterReset(meter);
  return hasMoved;
}

/** Whether it was another number. */
function replace(at: usize, value: f64): bool {
  const isOther = load<f64>(at) != value;
  store<f64>(at, value);
  return isOther;
}

/** Frames behind the reader that are kept for concealment and splices: 100 ms. */
function historyReserve(state: usize): i32 {
  return load<i32>(state, PLAYOUT_STRETCH_BYTES) == 0 ? 0 : load<i32>(state, PLAYOUT_ITEM_RATE) / 10;
}

function alignVector(bytes: i32): i32 {
  return (bytes + 15) & ~15;
}
