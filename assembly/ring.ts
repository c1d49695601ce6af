// The ring of a playout, which lies behind everything else in its state, and how its PCM16 is read.
import { floatFromPcm16 } from './core';
import {
  PLAYOUT_CAPACITY_FRAMES,
  PLAYOUT_READ_FRAMES,
  PLAYOUT_RESAMPLER_BYTES,
  PLAYOUT_STRETCH,
  PLAYOUT_STRETCH_BYTES,
  PLAYOUT_WRITTEN_FRAMES,
} from './layout';

export function resamplerOf(state: usize): usize {
  return state + PLAYOUT_STRETCH + <usize>load<i32>(state, PLAYOUT_STRETCH_BYTES);
}

export function ringOf(state: usize): usize {
  return resamplerOf(state) + ((<usize>load<i32>(state, PLAYOUT_RESAMPLER_BYTES)) << 1);
}

/** Frames that wait in the ring. */
export function bufferedFrames(state: usize): i32 {
  return <i32>(load<i64>(state, PLAYOUT_WRITTEN_FRAMES) - load<i64>(state, PLAYOUT_READ_FRAMES));
}

/** Writes the `frames` frames from `position` on as f32 at `dst`. */
export function readRing(state: usize, dst: usize, position: i64, frames: i32): void {
  const capacity = load<i32>(state, PLAYOUT_CAPACITY_FRAMES);
  const index = <i32>(position & <i64>(capacity - 1));
  const first = min<i32>(frames, capacity - index);
  const ring = ringOf(state);
  floatFromPcm16(dst, ring + ((<usize>index) << 1), first);
  floatFromPcm16(dst + ((<usize>first) << 2), ring, frames - first);
}

/** Frame `position` as f32. */
export function ringSample(state: usize, position: i64): f32 {
  const index = <usize>(position & <i64>(load<i32>(state, PLAYOUT_CAPACITY_FRAMES) - 1));
  return <f32>load<i16>(ringOf(state) + (index << 1)) * (<f32>1 / 32768);
}

/** Mean square of every `step`th of the frames from `position` on. */
export function ringPower(state: usize, position: i64, frames: i32, step: i32): f32 {
  let sum: f32 = 0;
  let count = 0;
  for (let i = 0; i < frames; i += step, count++) {
    const sample = ringSample(state, position + <i64>i);
    sum += sample * sample;
  }
  return sum / <f32>max<i32>(count, 1);
}
