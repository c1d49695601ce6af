// Streaming rational resampler. One stage where the ratio is small; `max` takes two for any other one: 2 : 1, which has
// the steep filter and is cheap, next to a step from or to twice the lower rate. There the upper half of the band is empty
// or will be cut, so that the filter of the irregular step is short. It adds 0.2 ms at 24 kHz to the delay, for half of the
// work; the shorter filters of the other grades would gain less by it.
import { LOW_LATENCY, MAX, VOICE, WIDE } from './filter';
import {
  RESAMPLER_DELAY,
  RESAMPLER_FIRST,
  RESAMPLER_MIDDLE,
  RESAMPLER_MIDDLE_FRAMES,
  RESAMPLER_RATIO,
  RESAMPLER_SECOND,
} from './layout';
import {
  isSmallRatio,
  stageAppend,
  stageBytes,
  stageDelay,
  stageInit,
  stageInputFramesNeeded,
  stageOutputFramesAvailable,
  stageProduce,
  stageReset,
} from './stage';

const MIN_RATE: i32 = 8000;
const MAX_RATE: i32 = 192_000;

/** Input frames that wait for one that passes between stages, when none is missing for an output frame. */
const STAGE_LAG_FRAMES: i32 = 16;

/**
 * Bytes that `resamplerInit` needs at its state, or 0 if a rate is not 8000 to 192000 Hz, the grade is unknown (0 voice,
 * 1 high, 2 max, 3 low latency) or a block would be empty.
 */
export function resamplerBytes(inputRate: i32, outputRate: i32, maxBlockFrames: i32, grade: i32): i32 {
  if (!isSupportedRate(inputRate) || !isSupportedRate(outputRate) || maxBlockFrames < 1) return 0;
  if (grade < VOICE || grade > LOW_LATENCY) return 0;
  const cutRate = min<i32>(inputRate, outputRate);
  if (hasOneStage(inputRate, outputRate, grade)) {
    return <i32>RESAMPLER_FIRST + stageBytes(inputRate, outputRate, cutRate, maxBlockFrames, grade);
  }
  const first = firstBytes(inputRate, outputRate, maxBlockFrames, grade);
  const isUp = outputRate > inputRate;
  const second = isUp
    ? stageBytes(2 * cutRate, outputRate, 2 * cutRate, RESAMPLER_MIDDLE_FRAMES, WIDE)
    : stageBytes(2, 1, 1, RESAMPLER_MIDDLE_FRAMES, grade);
  return <i32>RESAMPLER_FIRST + first + (RESAMPLER_MIDDLE_FRAMES << 2) + second;
}

/** Designs the filters and resets. `state` is 16-byte aligned; the other arguments are those of `resamplerBytes`. */
export function resamplerInit(state: usize, inputRate: i32, outputRate: i32, maxBlockFrames: i32, grade: i32): void {
  const cutRate = min<i32>(inputRate, outputRate);
  const first = state + RESAMPLER_FIRST;
  store<f64>(state, <f64>outputRate / <f64>inputRate, RESAMPLER_RATIO);
  if (hasOneStage(inputRate, outputRate, grade)) {
    stageInit(first, inputRate, outputRate, cutRate, maxBlockFrames, grade);
    store<f64>(state, stageDelay(first), RESAMPLER_DELAY);
    store<i32>(state, 0, RESAMPLER_SECOND);
    return;
  }
  const middle = <i32>RESAMPLER_FIRST + firstBytes(inputRate, outputRate, maxBlockFrames, grade);
  const second = middle + (RESAMPLER_MIDDLE_FRAMES << 2);
  store<i32>(state, middle, RESAMPLER_MIDDLE);
  store<i32>(state, second, RESAMPLER_SECOND);
  const middleRate = 2 * cutRate;
  const blockFrames = maxBlockFrames + STAGE_LAG_FRAMES;
  if (outputRate > inputRate) {
    stageInit(first, 1, 2, 1, blockFrames, grade);
    stageInit(state + <usize>second, middleRate, outputRate, middleRate, RESAMPLER_MIDDLE_FRAMES, WIDE);
  } else {
    stageInit(first, inputRate, middleRate, middleRate, blockFrames, WIDE);
    stageInit(state + <usize>second, 2, 1, 1, RESAMPLER_MIDDLE_FRAMES, grade);
  }
  const inputFramesPerMiddle = <f64>inputRate / <f64>middleRate;
  const delay = stageDelay(first) + stageDelay(state + <usize>second) * inputFramesPerMiddle;
  store<f64>(state, delay, RESAMPLER_DELAY);
}

/** Forgets all input, pending output included; the next frame is the first of a new stream. */
export function resamplerReset(state: usize): void {
  const second = load<i32>(state, RESAMPLER_SECOND);
  stageReset(state + RESAMPLER_FIRST);
  if (second != 0) stageReset(state + <usize>second);
}

/** Fewest further input frames with which `outputFrames` can be produced. */
export function resamplerInputFramesNeeded(state: usize, outputFrames: i32): i32 {
  const second = load<i32>(state, RESAMPLER_SECOND);
  const frames = second == 0 ? outputFrames : stageInputFramesNeeded(state + <usize>second, outputFrames);
  return stageInputFramesNeeded(state + RESAMPLER_FIRST, frames);
}

/** Output frames that could be produced with `inputFrames` further input frames, pending ones included. */
export function resamplerOutputFramesAvailable(state: usize, inputFrames: i32): i32 {
  const second = load<i32>(state, RESAMPLER_SECOND);
  const frames = stageOutputFramesAvailable(state + RESAMPLER_FIRST, inputFrames);
  return second == 0 ? frames : stageOutputFramesAvailable(state + <usize>second, frames);
}

/**
 * Takes all of `inputFrames` f32 frames at `src`, then writes at most `dstCapacityFrames` frames at `dst` and returns
 * how many; what did not fit stays pending. Returns −1 and changes nothing if pending and new input together exceed
 * 2 · maxBlockFrames. A sample that is not finite counts as 0.
 */
export function resamplerProcess(state: usize, dst: usize, dstCapacityFrames: i32, src: usize, inputFrames: i32): i32 {
  const first = state + RESAMPLER_FIRST;
  if (!stageAppend(first, src, inputFrames)) return -1;
  const frames = min<i32>(dstCapacityFrames, resamplerOutputFramesAvailable(state, 0));
  const second = load<i32>(state, RESAMPLER_SECOND);
  if (second == 0) stageProduce(first, dst, frames);
  else passFrames(first, state + <usize>load<i32>(state, RESAMPLER_MIDDLE), state + <usize>second, dst, frames);
  return frames;
}

/** Delay at 0 Hz in input frames, rounded up: so much silence brings out the last frame. */
export function resamplerDelayInputFrames(state: usize): i32 {
  return <i32>ceil(load<f64>(state, RESAMPLER_DELAY));
}

/** Delay at 0 Hz in output frames: output frame n shows input frame n · step / phases − delay in input frames. */
export function resamplerDelayFrames(state: usize): f64 {
  return load<f64>(state, RESAMPLER_DELAY) * load<f64>(state, RESAMPLER_RATIO);
}

/** Writes `frames` output frames through both stages. The first one makes only what they need: all else stays in it. */
function passFrames(first: usize, middle: usize, second: usize, dst: usize, frames: i32): void {
  while (frames > 0) {
    const count = min<i32>(frames, stageOutputFramesAvailable(second, RESAMPLER_MIDDLE_FRAMES));
    const middleFrames = stageInputFramesNeeded(second, count);
    stageProduce(first, middle, middleFrames);
    stageAppend(second, middle, middleFrames);
    stageProduce(second, dst, count);
    dst += (<usize>count) << 2;
    frames -= count;
  }
}

function firstBytes(inputRate: i32, outputRate: i32, maxBlockFrames: i32, grade: i32): i32 {
  const blockFrames = maxBlockFrames + STAGE_LAG_FRAMES;
  if (outputRate > inputRate) return stageBytes(1, 2, 1, blockFrames, grade);
  return stageBytes(inputRate, 2 * outputRate, 2 * outputRate, blockFrames, WIDE);
}

function hasOneStage(inputRate: i32, outputRate: i32, grade: i32): bool {
  return grade != MAX || isSmallRatio(inputRate, outputRate);
}

function isSupportedRate(sampleRate: i32): bool {
  return sampleRate >= MIN_RATE && sampleRate <= MAX_RATE;
}
