// Which frame of the ring is heard when. What is made of the ring goes through the resampler as one stream; breakpoints say
// from which frame of that stream on the position moves with it or stands still, so a filter's delay can be taken off
// exactly, whatever was spliced in or out. The trace is the same for output frames long past, block by block: a device
// sounds later than it is rendered for.
import {
  BREAKPOINT_IS_MOVING,
  BREAKPOINT_RING_FRAMES,
  BREAKPOINT_STREAM_FRAMES,
  PLAYOUT_BREAKPOINT_COUNT,
  PLAYOUT_BREAKPOINT_TABLE,
  PLAYOUT_BREAKPOINTS,
  PLAYOUT_DELAY_FRAMES,
  PLAYOUT_DRAINED_FRAMES,
  PLAYOUT_ITEM_RATE,
  PLAYOUT_OUTPUT_FRAMES,
  PLAYOUT_OUTPUT_RATE,
  PLAYOUT_QUEUED_FRAMES,
  PLAYOUT_READ_FRAMES,
  PLAYOUT_STREAM_FRAMES,
  PLAYOUT_TRACE,
  PLAYOUT_TRACE_COUNT,
  PLAYOUT_TRACED,
} from './layout';

/** A new stream begins with the next frame that is read. */
export function beginStream(state: usize): void {
  store<i64>(state, 0, PLAYOUT_STREAM_FRAMES);
  store<i32>(state, 0, PLAYOUT_BREAKPOINTS);
  breakAt(state, 0, load<i64>(state, PLAYOUT_READ_FRAMES), true);
}

/** From frame `stream` of the stream on, the position is `ring`, and moves or not. */
export function breakAt(state: usize, stream: i64, ring: i64, isMoving: bool): void {
  const count = load<i32>(state, PLAYOUT_BREAKPOINTS);
  const entry = breakpointAt(state, count);
  store<i64>(entry, stream, BREAKPOINT_STREAM_FRAMES);
  store<i64>(entry, ring, BREAKPOINT_RING_FRAMES);
  store<i32>(entry, <i32>isMoving, BREAKPOINT_IS_MOVING);
  store<i32>(state, count + 1, PLAYOUT_BREAKPOINTS);
}

/** Position in the ring up to which everything has come out of the filter. */
export function heardFrames(state: usize): i64 {
  const lag = load<i32>(state, PLAYOUT_DRAINED_FRAMES) - load<i32>(state, PLAYOUT_DELAY_FRAMES);
  const fed = load<i64>(state, PLAYOUT_STREAM_FRAMES) - <i64>load<i32>(state, PLAYOUT_QUEUED_FRAMES);
  const stream = fed + <i64>min<i32>(lag, 0);
  const count = load<i32>(state, PLAYOUT_BREAKPOINTS);
  let entry = breakpointAt(state, 0);
  for (let i = count - 1; i >= max<i32>(0, count - PLAYOUT_BREAKPOINT_COUNT); i--) {
    entry = breakpointAt(state, i);
    if (load<i64>(entry, BREAKPOINT_STREAM_FRAMES) <= stream) break;
  }
  const since = max<i64>(0, stream - load<i64>(entry, BREAKPOINT_STREAM_FRAMES));
  return load<i64>(entry, BREAKPOINT_RING_FRAMES) + (load<i32>(entry, BREAKPOINT_IS_MOVING) != 0 ? since : 0);
}

function breakpointAt(state: usize, index: i32): usize {
  return state + PLAYOUT_BREAKPOINT_TABLE + 24 * <usize>(index & (PLAYOUT_BREAKPOINT_COUNT - 1));
}

/** `frames` more output frames have been rendered, before which `heardBefore` was the position. */
export function trace(state: usize, frames: i32, heardBefore: i64): void {
  const before = load<i64>(state, PLAYOUT_OUTPUT_FRAMES);
  const after = before + <i64>frames;
  store<i64>(state, after, PLAYOUT_OUTPUT_FRAMES);
  const heard = heardFrames(state);
  const error = heard - extrapolated(state, after);
  if (error <= 1 && error >= -1 && load<i32>(state, PLAYOUT_TRACED) != 0) return;
  note(state, before, heardBefore);
  note(state, after, heard);
}

/** Where the newest two entries lead to. */
function extrapolated(state: usize, outputFrame: i64): i64 {
  const count = load<i32>(state, PLAYOUT_TRACED);
  if (count < 2) return 0;
  const last = traceAt(state, count - 1);
  const isMoving = load<i64>(last, 8) != load<i64>(traceAt(state, count - 2), 8);
  const since = <f64>(outputFrame - load<i64>(last));
  const frames = (since * <f64>load<i32>(state, PLAYOUT_ITEM_RATE)) / <f64>load<i32>(state, PLAYOUT_OUTPUT_RATE);
  return load<i64>(last, 8) + (isMoving ? <i64>Math.floor(frames + 0.5) : 0);
}

function note(state: usize, outputFrame: i64, position: i64): void {
  const count = load<i32>(state, PLAYOUT_TRACED);
  store<i64>(traceAt(state, count), outputFrame);
  store<i64>(traceAt(state, count), position, 8);
  store<i32>(state, count + 1, PLAYOUT_TRACED);
}

function traceAt(state: usize, index: i32): usize {
  return state + PLAYOUT_TRACE + ((<usize>(index & (PLAYOUT_TRACE_COUNT - 1))) << 4);
}

/** Position in the ring that was heard with output frame `outputFrame`; older than the trace, its oldest one. */
export function positionAt(state: usize, outputFrame: i64): i64 {
  const count = load<i32>(state, PLAYOUT_TRACED);
  if (count == 0) return 0;
  const oldest = max<i32>(0, count - PLAYOUT_TRACE_COUNT);
  let index = count - 1;
  if (load<i64>(traceAt(state, index)) <= outputFrame)
    return min<i64>(extrapolated(state, outputFrame), heardFrames(state));
  while (index > oldest && load<i64>(traceAt(state, index)) > outputFrame) index--;
  const from = traceAt(state, index);
  const to = traceAt(state, min<i32>(index + 1, count - 1));
  const span = load<i64>(to) - load<i64>(from);
  const share = span > 0 ? <f64>max<i64>(0, outputFrame - load<i64>(from)) / <f64>span : 0;
  return load<i64>(from, 8) + <i64>(share * <f64>(load<i64>(to, 8) - load<i64>(from, 8)));
}
