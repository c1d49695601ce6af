// The reading end of a playout: from the ring through the resampler into a block of output, with its fades.
//
// Frames are handed to the resampler only if they complete an output frame; `delay` frames later they are heard. A gap
// in mid-item therefore holds the stream, and no sample is lost or repeated by it: the last output decays over one
// fade, the next rises over one. Only behind an item's known end is silence fed, until the filter is empty.
import { resamplerInputFramesNeeded, resamplerOutputFramesAvailable, resamplerProcess, resamplerReset } from './core';
import { fadeIn, fadeOut, fallingGain } from './fade';
import { applyGain } from './gain';
import { pauseForBlock, wishForBlock } from './jitter-control';
import {
  CONTROL_TARGET_MS,
  HANDLE_HAS_ENDED,
  HANDLE_RECEIVED_FRAMES,
  HANDLE_RENDERED_FRAMES,
  HANDLE_START_FRAMES,
  HANDLE_STATE,
  PLAYOUT_BARRIER_FRAMES,
  PLAYOUT_CONCEALMENT_INDEX,
  PLAYOUT_CONTROL,
  PLAYOUT_DELAY_FRAMES,
  PLAYOUT_DELAY_S,
  PLAYOUT_DRAINED_FRAMES,
  PLAYOUT_EMITTED_FRAMES,
  PLAYOUT_FADE_FRAMES,
  PLAYOUT_GAIN,
  PLAYOUT_GAP_CONCEALED_FRAMES,
  PLAYOUT_GAP_FRAMES,
  PLAYOUT_HANDLE_COUNT,
  PLAYOUT_HAS_REPORT,
  PLAYOUT_INTERRUPTION_EVENTS,
  PLAYOUT_INTERRUPTION_FRAMES,
  PLAYOUT_IS_DRY,
  PLAYOUT_IS_INTERRUPTED,
  PLAYOUT_IS_PAUSED,
  PLAYOUT_IS_STARVED,
  PLAYOUT_ITEM_RATE,
  PLAYOUT_LAST_SAMPLE,
  PLAYOUT_LAST_STEP,
  PLAYOUT_MAY_EDIT,
  PLAYOUT_MODE,
  PLAYOUT_MOTION,
  PLAYOUT_MOTION_BYTES,
  PLAYOUT_MOTION_COPY,
  PLAYOUT_OUTPUT_RATE,
  PLAYOUT_QUEUED_FRAMES,
  PLAYOUT_READ_FRAMES,
  PLAYOUT_RELEASE_FRAMES,
  PLAYOUT_RELEASE_SAMPLE,
  PLAYOUT_RELEASE_STEP,
  PLAYOUT_RESAMPLER_BYTES,
  PLAYOUT_RISES,
  PLAYOUT_SEARCHES,
  PLAYOUT_STAGING,
  PLAYOUT_STAGING_FRAMES,
  PLAYOUT_STREAM_FRAMES,
  PLAYOUT_STRETCH_BYTES,
  PLAYOUT_TARGET_DELAY_S,
  PLAYOUT_TARGET_GAIN,
  PLAYOUT_UNDERRUN_EVENTS,
  PLAYOUT_UNDERRUN_FRAMES,
  PLAYOUT_WANTS_PAUSE,
  PLAYOUT_WRITTEN_FRAMES,
} from './layout';
import { beginStream, heardFrames, trace } from './positions';
import { FADING, FINAL, entryOf, fadingEntry, isInMidItem, rendered } from './playout-handles';
import { bufferedFrames, resamplerOf } from './ring';
import { VERBATIM, abandonEdit, streamFrames, takeStream, verbatimFrames } from './stretch';

/** An underrun that lasts as long is an interruption, as in WebRTC's statistics. */
const INTERRUPTION_MS: i64 = 150;

/** Searches for a splice or a merge that a block may make; the concealment of a gap has one of its own. */
const SEARCHES: i32 = 1;

/** Writes the next `frames` f32 frames, at least one, at `dst`. */
export function playoutRender(state: usize, dst: usize, frames: i32): void {
  const isInterrupted = load<i32>(state, PLAYOUT_IS_INTERRUPTED) != 0;
  const heardBefore = heardFrames(state);
  const bufferedBefore = bufferedFrames(state);
  if (load<i32>(state, PLAYOUT_STRETCH_BYTES) != 0) {
    if (isInterrupted || load<i32>(state, PLAYOUT_WANTS_PAUSE) != 0) pauseForBlock(state, frames);
    else wishForBlock(state, frames);
  }
  store<i32>(state, SEARCHES, PLAYOUT_SEARCHES);
  fill(state, dst, frames);
  trace(state, frames, heardBefore);
  if (!isInterrupted) countEmitted(state, bufferedBefore, frames);
  applyGain(state, dst, frames, isInterrupted);
  // Behind the fade is silence, so the gain can jump.
  if (isInterrupted) store<f32>(state, load<f32>(state, PLAYOUT_TARGET_GAIN), PLAYOUT_GAIN);
}

/** As much waits in a block as is there, whichever frames they are. */
function countEmitted(state: usize, bufferedBefore: i32, outputFrames: i32): void {
  const emitted = bufferedBefore - bufferedFrames(state);
  const delay = (<f64>bufferedBefore * <f64>outputFrames) / <f64>load<i32>(state, PLAYOUT_OUTPUT_RATE);
  const targetMs = load<f64>(state, PLAYOUT_CONTROL + CONTROL_TARGET_MS);
  store<i64>(state, load<i64>(state, PLAYOUT_EMITTED_FRAMES) + <i64>emitted, PLAYOUT_EMITTED_FRAMES);
  store<f64>(state, load<f64>(state, PLAYOUT_DELAY_S) + delay, PLAYOUT_DELAY_S);
  const targetDelay = load<f64>(state, PLAYOUT_TARGET_DELAY_S) + (<f64>emitted * targetMs) / 1000;
  store<f64>(state, targetDelay, PLAYOUT_TARGET_DELAY_S);
}

function fill(state: usize, dst: usize, frames: i32): void {
  if (load<i32>(state, PLAYOUT_IS_INTERRUPTED) != 0) return renderInterrupt(state, dst, frames);
  if (load<i32>(state, PLAYOUT_WANTS_PAUSE) != 0) return renderPause(state, dst, frames);
  if (load<i32>(state, PLAYOUT_IS_PAUSED) != 0) {
    store<i32>(state, 0, PLAYOUT_IS_PAUSED);
    store<i32>(state, 1, PLAYOUT_RISES);
  }
  store<i32>(state, 1, PLAYOUT_MAY_EDIT);
  mix(state, dst, frames, load<i64>(state, PLAYOUT_WRITTEN_FRAMES));
  store<i32>(state, 0, PLAYOUT_MAY_EDIT);
}

/** Fades what sounds within this block and counts that as rendered, then discards all that the interrupt cancelled. */
function renderInterrupt(state: usize, dst: usize, frames: i32): void {
  const barrier = load<i64>(state, PLAYOUT_BARRIER_FRAMES);
  let faded = 0;
  if (load<i32>(state, PLAYOUT_IS_PAUSED) == 0) {
    faded = min<i32>(frames, load<i32>(state, PLAYOUT_FADE_FRAMES));
    mix(state, dst, faded, endOfSoundingItem(state));
    fadeOut(dst, faded);
  }
  silence(dst + ((<usize>faded) << 2), frames - faded);
  for (let i = 0; i < PLAYOUT_HANDLE_COUNT; i++) {
    const entry = entryOf(state, i);
    if (load<i32>(entry, HANDLE_STATE) != FADING) continue;
    store<i32>(entry, rendered(state, entry), HANDLE_RENDERED_FRAMES);
    store<i32>(entry, FINAL, HANDLE_STATE);
  }
  if (load<i32>(state, PLAYOUT_IS_STARVED) != 0) countGap(state);
  store<i64>(state, barrier, PLAYOUT_READ_FRAMES);
  abandonEdit(state);
  beginStream(state);
  store<i32>(state, 0, PLAYOUT_DRAINED_FRAMES);
  if (load<i32>(state, PLAYOUT_RESAMPLER_BYTES) != 0) resamplerReset(resamplerOf(state));
  quieten(state);
  store<i32>(state, 0, PLAYOUT_RISES);
  store<i32>(state, load<i32>(state, PLAYOUT_WANTS_PAUSE), PLAYOUT_IS_PAUSED);
  store<i32>(state, 0, PLAYOUT_IS_INTERRUPTED);
  store<i32>(state, 1, PLAYOUT_HAS_REPORT);
}

/** Where the item that was read last has its end: an interrupt's fade begins no other one. */
function endOfSoundingItem(state: usize): i64 {
  const position = load<i64>(state, PLAYOUT_READ_FRAMES);
  const entry = fadingEntry(state, position);
  if (entry == 0) return position;
  return load<i64>(entry, HANDLE_START_FRAMES) + <i64>load<i32>(entry, HANDLE_RECEIVED_FRAMES);
}

function renderPause(state: usize, dst: usize, frames: i32): void {
  if (load<i32>(state, PLAYOUT_IS_PAUSED) != 0) return silence(dst, frames);
  const resampler = resamplerOf(state);
  const resamplerSize = load<i32>(state, PLAYOUT_RESAMPLER_BYTES);
  memory.copy(state + PLAYOUT_MOTION_COPY, state + PLAYOUT_MOTION, PLAYOUT_MOTION_BYTES);
  memory.copy(resampler + resamplerSize, resampler, resamplerSize);
  const faded = min<i32>(frames, load<i32>(state, PLAYOUT_FADE_FRAMES));
  mix(state, dst, faded, load<i64>(state, PLAYOUT_WRITTEN_FRAMES));
  fadeOut(dst, faded);
  silence(dst + ((<usize>faded) << 2), frames - faded);
  memory.copy(state + PLAYOUT_MOTION, state + PLAYOUT_MOTION_COPY, PLAYOUT_MOTION_BYTES);
  memory.copy(resampler, resampler + resamplerSize, resamplerSize);
  quieten(state);
  store<i32>(state, 1, PLAYOUT_IS_PAUSED);
}

/** Writes `frames` frames: audio up to frame `limit` of the ring, then silence, with soft edges where that is a gap. */
function mix(state: usize, dst: usize, frames: i32, limit: i64): void {
  const isBypassed = load<i32>(state, PLAYOUT_RESAMPLER_BYTES) == 0;
  const produced = isBypassed ? copyOut(state, dst, frames, limit) : resample(state, dst, frames, limit);
  const rest = dst + ((<usize>produced) << 2);
  silence(rest, frames - produced);
  if (produced > 0) {
    if (load<i32>(state, PLAYOUT_IS_STARVED) != 0) {
      countGap(state);
      store<i32>(state, 1, PLAYOUT_RISES);
    }
    if (load<i32>(state, PLAYOUT_RISES) != 0) {
      const rise = min<i32>(frames, load<i32>(state, PLAYOUT_FADE_FRAMES));
      fadeIn(dst, min<i32>(produced, rise), rise);
      store<i32>(state, 0, PLAYOUT_RISES);
    }
    addRelease(state, dst, produced);
    noteLast(state, dst, produced);
  }
  if (produced < frames) {
    beginGap(state);
    if (load<i32>(state, PLAYOUT_IS_STARVED) != 0) {
      store<i64>(state, load<i64>(state, PLAYOUT_GAP_FRAMES) + <i64>(frames - produced), PLAYOUT_GAP_FRAMES);
    }
    addRelease(state, rest, frames - produced);
    noteLast(state, dst, frames);
  }
}

function noteLast(state: usize, samples: usize, frames: i32): void {
  const at = samples + ((<usize>(frames - 1)) << 2);
  const before = frames > 1 ? load<f32>(at - 4) : load<f32>(state, PLAYOUT_LAST_SAMPLE);
  store<f32>(state, load<f32>(at) - before, PLAYOUT_LAST_STEP);
  store<f32>(state, load<f32>(at), PLAYOUT_LAST_SAMPLE);
}

/** Equal rates: the stream is the output. Returns the frames written. */
function copyOut(state: usize, dst: usize, frames: i32, limit: i64): i32 {
  let produced = 0;
  while (produced < frames) {
    const wanted = min<i32>(PLAYOUT_STAGING_FRAMES, frames - produced);
    const available = min<i32>(wanted, streamFrames(state, wanted, limit));
    if (available == 0) break;
    takeStream(state, dst + ((<usize>produced) << 2), available);
    produced += available;
  }
  return produced;
}

/** Feeds the resampler just what `frames` output frames need, as far as there is input. Returns the frames written. */
function resample(state: usize, dst: usize, frames: i32, limit: i64): i32 {
  const resampler = resamplerOf(state);
  const staging = state + PLAYOUT_STAGING;
  if (isEmptied(state)) startStream(state);
  let produced = 0;
  while (produced < frames) {
    if (hasDrained(state) && verbatimFrames(state, limit) > 0) startStream(state);
    let audio = audioFrames(state, resamplerInputFramesNeeded(resampler, frames - produced), limit);
    let zeros = min<i32>(PLAYOUT_STAGING_FRAMES - audio, drainFrames(state, audio, limit));
    const makes = min<i32>(frames - produced, resamplerOutputFramesAvailable(resampler, audio + zeros));
    if (makes > 0) {
      const needed = resamplerInputFramesNeeded(resampler, makes);
      audio = min<i32>(audio, needed);
      zeros = needed - audio;
    } else if (zeros == 0) {
      break;
    }
    takeStream(state, staging, audio);
    silence(staging + ((<usize>audio) << 2), zeros);
    store<i32>(state, load<i32>(state, PLAYOUT_DRAINED_FRAMES) + zeros, PLAYOUT_DRAINED_FRAMES);
    produced += resamplerProcess(resampler, dst + ((<usize>produced) << 2), makes, staging, audio + zeros);
  }
  return produced;
}

/** Frames that may go into the resampler at once, where it needs `wanted`; none while silence is being fed. */
function audioFrames(state: usize, wanted: i32, limit: i64): i32 {
  if (load<i32>(state, PLAYOUT_DRAINED_FRAMES) > 0) return 0;
  return min<i32>(PLAYOUT_STAGING_FRAMES, streamFrames(state, min<i32>(wanted, PLAYOUT_STAGING_FRAMES), limit));
}

/**
 * Frames of silence that may follow the next `audio` frames. One delay brings out the last frame of an item, so the
 * next item waits no longer than that; two delays empty the filter.
 */
function drainFrames(state: usize, audio: i32, limit: i64): i32 {
  const unread = <i64>max<i32>(0, audio - load<i32>(state, PLAYOUT_QUEUED_FRAMES));
  const position = load<i64>(state, PLAYOUT_READ_FRAMES) + unread;
  const drained = load<i32>(state, PLAYOUT_DRAINED_FRAMES);
  if (drained == 0 && load<i64>(state, PLAYOUT_STREAM_FRAMES) + unread == 0) return 0;
  if (load<i32>(state, PLAYOUT_MODE) != VERBATIM) return 0;
  if (isInMidItem(state, position) || isCutShort(state, position)) return 0;
  const delay = load<i32>(state, PLAYOUT_DELAY_FRAMES);
  return (position < limit ? delay : delay << 1) - drained;
}

/**
 * Whether frame `position` lies in an item that an interrupt cancelled before its end was known. Silence fed behind it
 * would be a step in the input, and that is a click; held back, the last output decays as in any gap.
 */
function isCutShort(state: usize, position: i64): bool {
  if (load<i32>(state, PLAYOUT_IS_INTERRUPTED) == 0) return false;
  const entry = fadingEntry(state, position);
  return entry != 0 && load<i32>(entry, HANDLE_HAS_ENDED) == 0;
}

/** Whether every frame that was read has been heard. */
export function hasDrained(state: usize): bool {
  return load<i32>(state, PLAYOUT_DRAINED_FRAMES) >= load<i32>(state, PLAYOUT_DELAY_FRAMES);
}

/** Whether nothing but silence is left in the filter. */
function isEmptied(state: usize): bool {
  return load<i32>(state, PLAYOUT_DRAINED_FRAMES) >= load<i32>(state, PLAYOUT_DELAY_FRAMES) << 1;
}

/** From here on, frames of the ring follow the silence in the filter; an empty filter starts afresh. */
function startStream(state: usize): void {
  beginStream(state);
  if (isEmptied(state)) resamplerReset(resamplerOf(state));
  store<i32>(state, 0, PLAYOUT_DRAINED_FRAMES);
}

/** The present gap turned out to be one in mid-item. */
function countGap(state: usize): void {
  const gap = load<i64>(state, PLAYOUT_GAP_FRAMES);
  store<i64>(state, load<i64>(state, PLAYOUT_UNDERRUN_FRAMES) + gap, PLAYOUT_UNDERRUN_FRAMES);
  store<i32>(state, load<i32>(state, PLAYOUT_UNDERRUN_EVENTS) + 1, PLAYOUT_UNDERRUN_EVENTS);
  const outputRate = <i64>load<i32>(state, PLAYOUT_OUTPUT_RATE);
  const concealed = <i64>load<i32>(state, PLAYOUT_GAP_CONCEALED_FRAMES) * outputRate;
  const lasted = gap + concealed / <i64>load<i32>(state, PLAYOUT_ITEM_RATE);
  if (lasted * 1000 >= INTERRUPTION_MS * outputRate) {
    store<i64>(state, load<i64>(state, PLAYOUT_INTERRUPTION_FRAMES) + lasted, PLAYOUT_INTERRUPTION_FRAMES);
    store<i32>(state, load<i32>(state, PLAYOUT_INTERRUPTION_EVENTS) + 1, PLAYOUT_INTERRUPTION_EVENTS);
  }
  endGap(state);
}

/** Audio ran out: unless that is the end of an item, or a gap already, the last sample starts to decay, and its step. */
function beginGap(state: usize): void {
  if (load<i32>(state, PLAYOUT_IS_STARVED) != 0) return;
  const isStarved = isInMidItem(state, load<i64>(state, PLAYOUT_READ_FRAMES));
  if (!isStarved && load<i32>(state, PLAYOUT_IS_INTERRUPTED) == 0) return;
  store<i32>(state, <i32>isStarved, PLAYOUT_IS_STARVED);
  const isConcealed = load<i32>(state, PLAYOUT_IS_DRY) != 0;
  store<i32>(state, isConcealed ? load<i32>(state, PLAYOUT_CONCEALMENT_INDEX) : 0, PLAYOUT_GAP_CONCEALED_FRAMES);
  store<f32>(state, load<f32>(state, PLAYOUT_LAST_SAMPLE), PLAYOUT_RELEASE_SAMPLE);
  store<f32>(state, load<f32>(state, PLAYOUT_LAST_STEP), PLAYOUT_RELEASE_STEP);
  store<i32>(state, load<i32>(state, PLAYOUT_FADE_FRAMES), PLAYOUT_RELEASE_FRAMES);
}

export function endGap(state: usize): void {
  store<i64>(state, 0, PLAYOUT_GAP_FRAMES);
  store<i32>(state, 0, PLAYOUT_IS_STARVED);
}

/**
 * Adds what is left of the decay that a gap began with: the last sample moves on by its last step, which dies away with a
 * time constant of 1 ms, so that the waveform does not bend where it is left alone; all of that fades.
 */
function addRelease(state: usize, dst: usize, frames: i32): void {
  const left = load<i32>(state, PLAYOUT_RELEASE_FRAMES);
  if (left == 0) return;
  const fade = load<i32>(state, PLAYOUT_FADE_FRAMES);
  const sample = load<f32>(state, PLAYOUT_RELEASE_SAMPLE);
  const keeps = <f32>1 - <f32>1000 / <f32>load<i32>(state, PLAYOUT_OUTPUT_RATE);
  let step = load<f32>(state, PLAYOUT_RELEASE_STEP);
  const count = min<i32>(left, frames);
  for (let i = fade - left; i < fade - left + count; i++, dst += 4) {
    step *= keeps;
    store<f32>(dst, load<f32>(dst) + (sample + step * <f32>(i + 1)) * fallingGain(i, fade));
  }
  store<f32>(state, step, PLAYOUT_RELEASE_STEP);
  store<i32>(state, left - count, PLAYOUT_RELEASE_FRAMES);
}

/** The output is silent from here on: nothing is left to decay. */
function quieten(state: usize): void {
  store<f32>(state, 0, PLAYOUT_LAST_SAMPLE);
  store<f32>(state, 0, PLAYOUT_LAST_STEP);
  store<i32>(state, 0, PLAYOUT_RELEASE_FRAMES);
}

function silence(dst: usize, frames: i32): void {
  memory.fill(dst, 0, (<usize>frames) << 2);
}
