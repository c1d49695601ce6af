// What the agent says, and exactly how much of it was rendered. A ring of PCM16 at the item's rate is written in items
// (handles) and read at the output's rate; positions are counts of frames ever written and ever read, so they never wrap.
//
// Frames are handed to the resampler only if they complete an output frame; `delay` frames later they are heard. A gap in
// mid-item therefore holds the stream, and no sample is lost or repeated by it: the last output decays over one fade, the
// next rises over one. Only behind the end of an item is silence fed, until the filter is empty.
//
// Handles are 1, 2, 3 …; handle h has entry h mod 64 of the table, which is used again when handle h − 64 is finished
// (rendered to its end, or cancelled and reported). Frames of a handle are contiguous, so opening the next one ends it.
import { fadeIn, fadeOut, fallingGain } from './fade';
import {
  HANDLE_HAS_ENDED,
  HANDLE_NUMBER,
  HANDLE_RECEIVED,
  HANDLE_RENDERED,
  HANDLE_START,
  HANDLE_STATE,
  PLAYOUT_BARRIER,
  PLAYOUT_CAPACITY,
  PLAYOUT_CURSOR_HANDLE,
  PLAYOUT_DELAY,
  PLAYOUT_DRAINED,
  PLAYOUT_FADE,
  PLAYOUT_GAP,
  PLAYOUT_HANDLES,
  PLAYOUT_HANDLE_COUNT,
  PLAYOUT_HAS_REPORT,
  PLAYOUT_IS_INTERRUPTED,
  PLAYOUT_IS_PAUSED,
  PLAYOUT_IS_STARVED,
  PLAYOUT_LAST,
  PLAYOUT_MOTION,
  PLAYOUT_MOTION_BYTES,
  PLAYOUT_MOTION_COPY,
  PLAYOUT_NEWEST_HANDLE,
  PLAYOUT_READ,
  PLAYOUT_REFUSED,
  PLAYOUT_RELEASE,
  PLAYOUT_RELEASE_FRAMES,
  PLAYOUT_RESAMPLER,
  PLAYOUT_RESAMPLER_BYTES,
  PLAYOUT_RISES,
  PLAYOUT_STAGING,
  PLAYOUT_STAGING_FRAMES,
  PLAYOUT_STREAM,
  PLAYOUT_UNDERRUN_EVENTS,
  PLAYOUT_UNDERRUN_FRAMES,
  PLAYOUT_WANTS_PAUSE,
  PLAYOUT_WRITTEN,
} from './layout';
import { floatFromPcm16 } from './pcm16';
import {
  resamplerBytes,
  resamplerDelayInputFrames,
  resamplerInit,
  resamplerInputFramesNeeded,
  resamplerOutputFramesAvailable,
  resamplerProcess,
  resamplerReset,
} from './resampler';

/** Length of a fade: 5 ms, or the block if that is shorter. */
const FADES_PER_SECOND: i32 = 200;

const LIVE: i32 = 1;
const FADING: i32 = 2;
const FINAL: i32 = 3;
const REPORTED: i32 = 4;

/** Bytes of the state; 0 if the rates differ and one of them is unsupported. `capacityFrames` is a power of two. */
export function playoutBytes(capacityFrames: i32, itemRate: i32, outputRate: i32): i32 {
  const ringBytes = capacityFrames << 1;
  if (itemRate == outputRate) return <i32>PLAYOUT_RESAMPLER + ringBytes;
  const resampler = resamplerBytes(itemRate, outputRate, PLAYOUT_STAGING_FRAMES);
  return resampler == 0 ? 0 : <i32>PLAYOUT_RESAMPLER + 2 * alignVector(resampler) + ringBytes;
}

/** Starts an empty playout at `state`, which is 16-byte aligned, zeroed, and as long as `playoutBytes` says. */
export function playoutInit(state: usize, capacityFrames: i32, itemRate: i32, outputRate: i32): void {
  store<i32>(state, capacityFrames, PLAYOUT_CAPACITY);
  store<i32>(state, outputRate / FADES_PER_SECOND, PLAYOUT_FADE);
  if (itemRate == outputRate) return;
  const bytes = alignVector(resamplerBytes(itemRate, outputRate, PLAYOUT_STAGING_FRAMES));
  store<i32>(state, bytes, PLAYOUT_RESAMPLER_BYTES);
  resamplerInit(state + PLAYOUT_RESAMPLER, itemRate, outputRate, PLAYOUT_STAGING_FRAMES);
  store<i32>(state, resamplerDelayInputFrames(state + PLAYOUT_RESAMPLER), PLAYOUT_DELAY);
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
  store<i32>(entry, 0, HANDLE_RECEIVED);
  store<i32>(entry, 0, HANDLE_RENDERED);
  store<i64>(entry, load<i64>(state, PLAYOUT_WRITTEN), HANDLE_START);
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
    store<i64>(state, load<i64>(state, PLAYOUT_REFUSED) + <i64>frames, PLAYOUT_REFUSED);
    return -1;
  }
  const capacity = load<i32>(state, PLAYOUT_CAPACITY);
  const written = load<i64>(state, PLAYOUT_WRITTEN);
  const accepted = min<i32>(frames, capacity - <i32>(written - load<i64>(state, PLAYOUT_READ)));
  const index = <i32>(written & <i64>(capacity - 1));
  const first = min<i32>(accepted, capacity - index);
  const ring = ringOf(state);
  memory.copy(ring + (<usize>index << 1), src, <usize>first << 1);
  memory.copy(ring, src + (<usize>first << 1), <usize>(accepted - first) << 1);
  store<i64>(state, written + <i64>accepted, PLAYOUT_WRITTEN);
  store<i32>(entry, load<i32>(entry, HANDLE_RECEIVED) + accepted, HANDLE_RECEIVED);
  return accepted;
}

/** No more frames follow for this handle. A gap that has begun is then the silence after it, and not an underrun. */
export function playoutEnd(state: usize, handle: i32): void {
  const entry = liveEntry(state, handle);
  if (entry == 0) return;
  store<i32>(entry, 1, HANDLE_HAS_ENDED);
  const isDry = load<i64>(state, PLAYOUT_READ) == load<i64>(state, PLAYOUT_WRITTEN);
  if (!isDry || load<i32>(state, PLAYOUT_IS_STARVED) == 0) return;
  endGap(state);
  // What is still in the filter comes out after the silence.
  if (!hasDrained(state)) store<i32>(state, 1, PLAYOUT_RISES);
}

/** Cancels every handle that is not finished. The next render fades and then makes their counts final. */
export function playoutInterrupt(state: usize): void {
  for (let i = 0; i < PLAYOUT_HANDLE_COUNT; i++) {
    const entry = entryOf(state, i);
    if (load<i32>(entry, HANDLE_STATE) == LIVE && !isFinished(state, entry)) store<i32>(entry, FADING, HANDLE_STATE);
  }
  store<i64>(state, load<i64>(state, PLAYOUT_WRITTEN), PLAYOUT_BARRIER);
  store<i32>(state, 1, PLAYOUT_IS_INTERRUPTED);
  store<i32>(state, 0, PLAYOUT_WANTS_PAUSE);
}

/**
 * The next render fades to silence, and all that follow are silent. The position goes back to where the fade began: what
 * sounded in the fade sounds again after `playoutResume`, and counts only then.
 */
export function playoutPause(state: usize): void {
  store<i32>(state, 1, PLAYOUT_WANTS_PAUSE);
}

/** The next render continues at the position of the pause, rising over the length of a fade. */
export function playoutResume(state: usize): void {
  store<i32>(state, 0, PLAYOUT_WANTS_PAUSE);
}

/** Writes the next `frames` f32 frames, at least one, at `dst`. */
export function playoutRender(state: usize, dst: usize, frames: i32): void {
  if (load<i32>(state, PLAYOUT_IS_INTERRUPTED) != 0) return renderInterrupt(state, dst, frames);
  if (load<i32>(state, PLAYOUT_WANTS_PAUSE) != 0) return renderPause(state, dst, frames);
  if (load<i32>(state, PLAYOUT_IS_PAUSED) != 0) {
    store<i32>(state, 0, PLAYOUT_IS_PAUSED);
    store<i32>(state, 1, PLAYOUT_RISES);
  }
  mix(state, dst, frames, load<i64>(state, PLAYOUT_WRITTEN));
}

/** Frames of the handle that were rendered; −1 if its entry has been used again or it was never opened. */
export function playoutRenderedFrames(state: usize, handle: i32): i32 {
  const entry = entryOf(state, handle);
  return load<i32>(entry, HANDLE_NUMBER) == handle && handle > 0 ? rendered(state, entry) : -1;
}

/** Frames of the handle that were accepted; −1 as in `playoutRenderedFrames`. */
export function playoutReceivedFrames(state: usize, handle: i32): i32 {
  const entry = entryOf(state, handle);
  return load<i32>(entry, HANDLE_NUMBER) == handle && handle > 0 ? load<i32>(entry, HANDLE_RECEIVED) : -1;
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
 * Writes {handle, rendered, received} (i32) of every handle that interrupts have cancelled, in order, at `dst`, which has
 * room for 64, and returns how many; −1 if no interrupt was completed since the last call.
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
    store<i32>(dst, load<i32>(entry, HANDLE_RENDERED), 4);
    store<i32>(dst, load<i32>(entry, HANDLE_RECEIVED), 8);
    dst += 12;
    count++;
  }
  return count;
}

/** Writes {underrun events, underrun frames, refused frames, frames in the ring} (f64) at `dst`. */
export function playoutStats(state: usize, dst: usize): void {
  store<f64>(dst, <f64>load<i32>(state, PLAYOUT_UNDERRUN_EVENTS));
  store<f64>(dst, <f64>load<i64>(state, PLAYOUT_UNDERRUN_FRAMES), 8);
  store<f64>(dst, <f64>load<i64>(state, PLAYOUT_REFUSED), 16);
  store<f64>(dst, <f64>(load<i64>(state, PLAYOUT_WRITTEN) - load<i64>(state, PLAYOUT_READ)), 24);
}

/** Fades what sounds within this block and counts that as rendered, then discards all that the interrupt cancelled. */
function renderInterrupt(state: usize, dst: usize, frames: i32): void {
  const barrier = load<i64>(state, PLAYOUT_BARRIER);
  let faded = 0;
  if (load<i32>(state, PLAYOUT_IS_PAUSED) == 0) {
    faded = min<i32>(frames, load<i32>(state, PLAYOUT_FADE));
    mix(state, dst, faded, endOfSoundingItem(state));
    fadeOut(dst, faded);
  }
  silence(dst + (<usize>faded << 2), frames - faded);
  for (let i = 0; i < PLAYOUT_HANDLE_COUNT; i++) {
    const entry = entryOf(state, i);
    if (load<i32>(entry, HANDLE_STATE) != FADING) continue;
    store<i32>(entry, rendered(state, entry), HANDLE_RENDERED);
    store<i32>(entry, FINAL, HANDLE_STATE);
  }
  if (load<i32>(state, PLAYOUT_IS_STARVED) != 0) countGap(state);
  store<i64>(state, barrier, PLAYOUT_READ);
  store<i64>(state, barrier, PLAYOUT_STREAM);
  store<i32>(state, 0, PLAYOUT_DRAINED);
  if (load<i32>(state, PLAYOUT_RESAMPLER_BYTES) != 0) resamplerReset(state + PLAYOUT_RESAMPLER);
  quieten(state);
  store<i32>(state, 0, PLAYOUT_RISES);
  store<i32>(state, load<i32>(state, PLAYOUT_WANTS_PAUSE), PLAYOUT_IS_PAUSED);
  store<i32>(state, 0, PLAYOUT_IS_INTERRUPTED);
  store<i32>(state, 1, PLAYOUT_HAS_REPORT);
}

/** Where the item that was read last has its end: an interrupt's fade begins no other one. */
function endOfSoundingItem(state: usize): i64 {
  const position = load<i64>(state, PLAYOUT_READ);
  for (let i = 0; i < PLAYOUT_HANDLE_COUNT; i++) {
    const entry = entryOf(state, i);
    const start = load<i64>(entry, HANDLE_START);
    const end = start + <i64>load<i32>(entry, HANDLE_RECEIVED);
    if (load<i32>(entry, HANDLE_STATE) == FADING && start < position && position <= end) return end;
  }
  return position;
}

function renderPause(state: usize, dst: usize, frames: i32): void {
  if (load<i32>(state, PLAYOUT_IS_PAUSED) != 0) return silence(dst, frames);
  const resampler = state + PLAYOUT_RESAMPLER;
  const resamplerSize = load<i32>(state, PLAYOUT_RESAMPLER_BYTES);
  memory.copy(state + PLAYOUT_MOTION_COPY, state + PLAYOUT_MOTION, PLAYOUT_MOTION_BYTES);
  memory.copy(resampler + resamplerSize, resampler, resamplerSize);
  const faded = min<i32>(frames, load<i32>(state, PLAYOUT_FADE));
  mix(state, dst, faded, load<i64>(state, PLAYOUT_WRITTEN));
  fadeOut(dst, faded);
  silence(dst + (<usize>faded << 2), frames - faded);
  memory.copy(state + PLAYOUT_MOTION, state + PLAYOUT_MOTION_COPY, PLAYOUT_MOTION_BYTES);
  memory.copy(resampler, resampler + resamplerSize, resamplerSize);
  quieten(state);
  store<i32>(state, 1, PLAYOUT_IS_PAUSED);
}

/** Writes `frames` frames: audio up to frame `limit` of the ring, then silence, with soft edges where that is a gap. */
function mix(state: usize, dst: usize, frames: i32, limit: i64): void {
  const isBypassed = load<i32>(state, PLAYOUT_RESAMPLER_BYTES) == 0;
  const produced = isBypassed ? copyOut(state, dst, frames, limit) : resample(state, dst, frames, limit);
  const rest = dst + (<usize>produced << 2);
  silence(rest, frames - produced);
  if (produced > 0) {
    if (load<i32>(state, PLAYOUT_IS_STARVED) != 0) {
      countGap(state);
      store<i32>(state, 1, PLAYOUT_RISES);
    }
    if (load<i32>(state, PLAYOUT_RISES) != 0) {
      const rise = min<i32>(frames, load<i32>(state, PLAYOUT_FADE));
      fadeIn(dst, min<i32>(produced, rise), rise);
      store<i32>(state, 0, PLAYOUT_RISES);
    }
    addRelease(state, dst, produced);
    store<f32>(state, load<f32>(rest - 4), PLAYOUT_LAST);
  }
  if (produced < frames) {
    beginGap(state);
    if (load<i32>(state, PLAYOUT_IS_STARVED) != 0) {
      store<i64>(state, load<i64>(state, PLAYOUT_GAP) + <i64>(frames - produced), PLAYOUT_GAP);
    }
    addRelease(state, rest, frames - produced);
    store<f32>(state, load<f32>(dst + (<usize>(frames - 1) << 2)), PLAYOUT_LAST);
  }
}

/** Equal rates: converts straight from the ring. Returns the frames written. */
function copyOut(state: usize, dst: usize, frames: i32, limit: i64): i32 {
  const available = <i32>min<i64>(<i64>frames, limit - load<i64>(state, PLAYOUT_READ));
  read(state, dst, available);
  return available;
}

/** Feeds the resampler just what `frames` output frames need, as far as there is input. Returns the frames written. */
function resample(state: usize, dst: usize, frames: i32, limit: i64): i32 {
  const resampler = state + PLAYOUT_RESAMPLER;
  const staging = state + PLAYOUT_STAGING;
  if (isEmptied(state)) startStream(state);
  let produced = 0;
  while (produced < frames) {
    if (hasDrained(state) && load<i64>(state, PLAYOUT_READ) < limit) startStream(state);
    let audio = audioFrames(state, limit);
    let zeros = min<i32>(PLAYOUT_STAGING_FRAMES - audio, drainFrames(state, audio, limit));
    const makes = min<i32>(frames - produced, resamplerOutputFramesAvailable(resampler, audio + zeros));
    if (makes > 0) {
      const needed = resamplerInputFramesNeeded(resampler, makes);
      audio = min<i32>(audio, needed);
      zeros = needed - audio;
    } else if (zeros == 0) {
      break;
    }
    read(state, staging, audio);
    silence(staging + (<usize>audio << 2), zeros);
    store<i32>(state, load<i32>(state, PLAYOUT_DRAINED) + zeros, PLAYOUT_DRAINED);
    produced += resamplerProcess(resampler, dst + (<usize>produced << 2), makes, staging, audio + zeros);
  }
  return produced;
}

/** Frames that may go into the resampler at once; none while silence is being fed. */
function audioFrames(state: usize, limit: i64): i32 {
  if (load<i32>(state, PLAYOUT_DRAINED) > 0) return 0;
  return <i32>min<i64>(<i64>PLAYOUT_STAGING_FRAMES, limit - load<i64>(state, PLAYOUT_READ));
}

/**
 * Frames of silence that may follow the next `audio` frames. One delay brings out the last frame of an item, so the next
 * item waits no longer than that; two delays empty the filter.
 */
function drainFrames(state: usize, audio: i32, limit: i64): i32 {
  const position = load<i64>(state, PLAYOUT_READ) + <i64>audio;
  const drained = load<i32>(state, PLAYOUT_DRAINED);
  if (drained == 0 && position == load<i64>(state, PLAYOUT_STREAM)) return 0;
  if (isInMidItem(state, position)) return 0;
  const delay = load<i32>(state, PLAYOUT_DELAY);
  return (position < limit ? delay : delay << 1) - drained;
}

/** Whether every frame that was read has been heard. */
function hasDrained(state: usize): bool {
  return load<i32>(state, PLAYOUT_DRAINED) >= load<i32>(state, PLAYOUT_DELAY);
}

/** Whether nothing but silence is left in the filter. */
function isEmptied(state: usize): bool {
  return load<i32>(state, PLAYOUT_DRAINED) >= load<i32>(state, PLAYOUT_DELAY) << 1;
}

/** From here on, frames of the ring follow the silence in the filter; an empty filter starts afresh. */
function startStream(state: usize): void {
  store<i64>(state, load<i64>(state, PLAYOUT_READ), PLAYOUT_STREAM);
  if (isEmptied(state)) resamplerReset(state + PLAYOUT_RESAMPLER);
  store<i32>(state, 0, PLAYOUT_DRAINED);
}

/** Reads `frames` frames of the ring into f32 at `dst`. */
function read(state: usize, dst: usize, frames: i32): void {
  const capacity = load<i32>(state, PLAYOUT_CAPACITY);
  const position = load<i64>(state, PLAYOUT_READ);
  const index = <i32>(position & <i64>(capacity - 1));
  const first = min<i32>(frames, capacity - index);
  const ring = ringOf(state);
  floatFromPcm16(dst, ring + (<usize>index << 1), first);
  floatFromPcm16(dst + (<usize>first << 2), ring, frames - first);
  store<i64>(state, position + <i64>frames, PLAYOUT_READ);
}

/** Audio ran out: unless that is the end of an item, or a gap already, the last sample starts to decay. */
function beginGap(state: usize): void {
  if (load<i32>(state, PLAYOUT_IS_STARVED) != 0) return;
  const isStarved = isInMidItem(state, load<i64>(state, PLAYOUT_READ));
  if (!isStarved && load<i32>(state, PLAYOUT_IS_INTERRUPTED) == 0) return;
  store<i32>(state, <i32>isStarved, PLAYOUT_IS_STARVED);
  store<f32>(state, load<f32>(state, PLAYOUT_LAST), PLAYOUT_RELEASE);
  store<i32>(state, load<i32>(state, PLAYOUT_FADE), PLAYOUT_RELEASE_FRAMES);
}

/** The present gap turned out to be one in mid-item. */
function countGap(state: usize): void {
  const frames = load<i64>(state, PLAYOUT_UNDERRUN_FRAMES) + load<i64>(state, PLAYOUT_GAP);
  store<i64>(state, frames, PLAYOUT_UNDERRUN_FRAMES);
  store<i32>(state, load<i32>(state, PLAYOUT_UNDERRUN_EVENTS) + 1, PLAYOUT_UNDERRUN_EVENTS);
  endGap(state);
}

function endGap(state: usize): void {
  store<i64>(state, 0, PLAYOUT_GAP);
  store<i32>(state, 0, PLAYOUT_IS_STARVED);
}

/** Adds what is left of the decay that a gap began with. */
function addRelease(state: usize, dst: usize, frames: i32): void {
  const left = load<i32>(state, PLAYOUT_RELEASE_FRAMES);
  if (left == 0) return;
  const fade = load<i32>(state, PLAYOUT_FADE);
  const sample = load<f32>(state, PLAYOUT_RELEASE);
  const count = min<i32>(left, frames);
  for (let i = fade - left; i < fade - left + count; i++, dst += 4) {
    store<f32>(dst, load<f32>(dst) + sample * fallingGain(i, fade));
  }
  store<i32>(state, left - count, PLAYOUT_RELEASE_FRAMES);
}

/** The output is silent from here on: nothing is left to decay. */
function quieten(state: usize): void {
  store<f32>(state, 0, PLAYOUT_LAST);
  store<i32>(state, 0, PLAYOUT_RELEASE_FRAMES);
}

/** Whether frame `position` of the ring lies behind the first of an item that goes on. */
function isInMidItem(state: usize, position: i64): bool {
  const entry = liveEntry(state, load<i32>(state, PLAYOUT_NEWEST_HANDLE));
  return entry != 0 && load<i32>(entry, HANDLE_HAS_ENDED) == 0 && position > load<i64>(entry, HANDLE_START);
}

function rendered(state: usize, entry: usize): i32 {
  if (load<i32>(entry, HANDLE_STATE) >= FINAL) return load<i32>(entry, HANDLE_RENDERED);
  const frames = heardFrames(state) - load<i64>(entry, HANDLE_START);
  return <i32>max<i64>(0, min<i64>(frames, <i64>load<i32>(entry, HANDLE_RECEIVED)));
}

/** Frames ever read, less those still in the resampler's filter. */
function heardFrames(state: usize): i64 {
  const position = load<i64>(state, PLAYOUT_READ);
  const lag = load<i32>(state, PLAYOUT_DRAINED) - load<i32>(state, PLAYOUT_DELAY);
  return max<i64>(load<i64>(state, PLAYOUT_STREAM), position + <i64>min<i32>(lag, 0));
}

function isFinished(state: usize, entry: usize): bool {
  if (load<i32>(entry, HANDLE_STATE) != LIVE) return load<i32>(entry, HANDLE_STATE) != FADING;
  return load<i32>(entry, HANDLE_HAS_ENDED) != 0 && rendered(state, entry) == load<i32>(entry, HANDLE_RECEIVED);
}

/** Whether the handle is finished, so long ago perhaps that its entry belongs to a later one. */
function isBehind(state: usize, handle: i32): bool {
  const entry = entryOf(state, handle);
  return load<i32>(entry, HANDLE_NUMBER) != handle || isFinished(state, entry);
}

function liveEntry(state: usize, handle: i32): usize {
  const entry = entryOf(state, handle);
  return load<i32>(entry, HANDLE_NUMBER) == handle && load<i32>(entry, HANDLE_STATE) == LIVE ? entry : 0;
}

function entryOf(state: usize, handle: i32): usize {
  return state + PLAYOUT_HANDLES + (<usize>(handle & (PLAYOUT_HANDLE_COUNT - 1)) << 5);
}

function ringOf(state: usize): usize {
  return state + PLAYOUT_RESAMPLER + (<usize>load<i32>(state, PLAYOUT_RESAMPLER_BYTES) << 1);
}

function silence(dst: usize, frames: i32): void {
  memory.fill(dst, 0, <usize>frames << 2);
}

function alignVector(bytes: i32): i32 {
  return (bytes + 15) & ~15;
}
