// Streaming rational resampler. Output frame n lies at n · step / phases input frames, minus the delay: the position is
// a pair of integers (newest frame of the window, phase), so it never drifts and output can't depend on block sizes.
// Small ratios are a bank of FIRs over streams of input frames, all others a table of phases over one stream. The streams
// keep what the filter still reaches in front of new frames; only full ones move that to their start.
import { BANK_LIMIT, bankBytes, bankProcess, planBank } from './bank';
import { LOW_LATENCY, VOICE, beginDesign, designDelay, designScratchBytes, halfSpan, reachFrames } from './filter';
import {
  RESAMPLER_CAPACITY,
  RESAMPLER_DELAY,
  RESAMPLER_FILLED,
  RESAMPLER_INPUT,
  RESAMPLER_JOBS,
  RESAMPLER_NEWEST,
  RESAMPLER_PHASE,
  RESAMPLER_PHASES,
  RESAMPLER_REACH,
  RESAMPLER_STEP,
  RESAMPLER_STREAMS,
  RESAMPLER_STREAM_BYTES,
} from './layout';
import { planTable, tableBytes, tableProcess, tableRows, tableTaps } from './phase-table';
import { deal } from './streams';

const MIN_RATE: i32 = 8000;
const MAX_RATE: i32 = 192_000;

/** Frames of a stream that vectors may read behind the last one in use. */
const OVERREAD_FRAMES: i32 = 20;

/**
 * Bytes that `resamplerInit` needs at its state, or 0 if a rate is not 8000 to 192000 Hz, the grade is unknown (0 voice,
 * 1 high, 2 max, 3 low latency) or a block would be empty.
 */
export function resamplerBytes(inputRate: i32, outputRate: i32, maxBlockFrames: i32, grade: i32): i32 {
  if (!isSupportedRate(inputRate) || !isSupportedRate(outputRate) || maxBlockFrames < 1) return 0;
  if (grade < VOICE || grade > LOW_LATENCY) return 0;
  const divisor = greatestCommonDivisor(inputRate, outputRate);
  const phases = outputRate / divisor;
  const step = inputRate / divisor;
  const streams = streamsOf(phases, step);
  const input = streams * streamBytes(streams, capacityOf(phases, step, maxBlockFrames, grade));
  return bodyEnd(phases, step, grade) + max<i32>(input, designScratchBytes(grade));
}

/** Designs the filter and resets. `state` is 16-byte aligned; the other arguments are those of `resamplerBytes`. */
export function resamplerInit(state: usize, inputRate: i32, outputRate: i32, maxBlockFrames: i32, grade: i32): void {
  const divisor = greatestCommonDivisor(inputRate, outputRate);
  const phases = outputRate / divisor;
  const step = inputRate / divisor;
  const streams = streamsOf(phases, step);
  const capacity = capacityOf(phases, step, maxBlockFrames, grade);
  const end = bodyEnd(phases, step, grade);
  store<i32>(state, phases, RESAMPLER_PHASES);
  store<i32>(state, step, RESAMPLER_STEP);
  store<i32>(state, streams, RESAMPLER_STREAMS);
  store<i32>(state, streamBytes(streams, capacity), RESAMPLER_STREAM_BYTES);
  store<i32>(state, end, RESAMPLER_INPUT);
  store<i32>(state, reachOf(phases, step, grade), RESAMPLER_REACH);
  store<i32>(state, capacity, RESAMPLER_CAPACITY);
  store<f64>(state, 0, RESAMPLER_DELAY);
  design(state, phases, step, grade);
  memory.fill(state + <usize>end, 0, <usize>(streams * load<i32>(state, RESAMPLER_STREAM_BYTES)));
  resamplerReset(state);
}

/** Forgets all input, pending output included; the next frame is the first of a new stream. */
export function resamplerReset(state: usize): void {
  const streams = load<i32>(state, RESAMPLER_STREAMS);
  const bytes = load<i32>(state, RESAMPLER_STREAM_BYTES);
  const history = historyOf(load<i32>(state, RESAMPLER_REACH), streams);
  const input = state + <usize>load<i32>(state, RESAMPLER_INPUT);
  for (let stream = 0; stream < streams; stream++) {
    memory.fill(input + <usize>(stream * bytes), 0, (<usize>(history / streams)) << 2);
  }
  store<i32>(state, history, RESAMPLER_FILLED);
  store<i32>(state, history, RESAMPLER_NEWEST);
  store<i32>(state, 0, RESAMPLER_PHASE);
}

/** Fewest further input frames with which `outputFrames` can be produced. */
export function resamplerInputFramesNeeded(state: usize, outputFrames: i32): i32 {
  if (outputFrames < 1) return 0;
  const phases = <i64>load<i32>(state, RESAMPLER_PHASES);
  const step = <i64>load<i32>(state, RESAMPLER_STEP);
  const advance = (<i64>load<i32>(state, RESAMPLER_PHASE) + <i64>(outputFrames - 1) * step) / phases;
  const needed = <i64>load<i32>(state, RESAMPLER_NEWEST) + advance + 1 - <i64>load<i32>(state, RESAMPLER_FILLED);
  return <i32>max<i64>(needed, 0);
}

/** Output frames that could be produced with `inputFrames` further input frames, pending ones included. */
export function resamplerOutputFramesAvailable(state: usize, inputFrames: i32): i32 {
  const phases = <i64>load<i32>(state, RESAMPLER_PHASES);
  const step = <i64>load<i32>(state, RESAMPLER_STEP);
  const ahead = <i64>load<i32>(state, RESAMPLER_FILLED) + <i64>inputFrames - <i64>load<i32>(state, RESAMPLER_NEWEST);
  const distance = ahead * phases - <i64>load<i32>(state, RESAMPLER_PHASE);
  return distance > 0 ? <i32>((distance + step - 1) / step) : 0;
}

/**
 * Takes all of `inputFrames` f32 frames at `src`, then writes at most `dstCapacityFrames` frames at `dst` and returns
 * how many; what did not fit stays pending. Returns −1 and changes nothing if pending and new input together exceed
 * 2 · maxBlockFrames. A sample that is not finite counts as 0.
 */
export function resamplerProcess(state: usize, dst: usize, dstCapacityFrames: i32, src: usize, inputFrames: i32): i32 {
  if (!append(state, src, inputFrames)) return -1;
  const frames = min<i32>(dstCapacityFrames, resamplerOutputFramesAvailable(state, 0));
  if (load<i32>(state, RESAMPLER_JOBS) != 0) bankProcess(state, dst, frames);
  else tableProcess(state, dst, frames);
  const phases = <i64>load<i32>(state, RESAMPLER_PHASES);
  const position = <i64>load<i32>(state, RESAMPLER_PHASE) + <i64>frames * <i64>load<i32>(state, RESAMPLER_STEP);
  const advance = position / phases;
  store<i32>(state, load<i32>(state, RESAMPLER_NEWEST) + <i32>advance, RESAMPLER_NEWEST);
  store<i32>(state, <i32>(position - advance * phases), RESAMPLER_PHASE);
  return frames;
}

/** Delay at 0 Hz in input frames, rounded up: so much silence brings out the last frame. Whole but for low latency. */
export function resamplerDelayInputFrames(state: usize): i32 {
  return <i32>ceil(load<f64>(state, RESAMPLER_DELAY));
}

/** Delay at 0 Hz in output frames: output frame n shows input frame n · step / phases − delay in input frames. */
export function resamplerDelayFrames(state: usize): f64 {
  const perInputFrame = <f64>load<i32>(state, RESAMPLER_PHASES) / <f64>load<i32>(state, RESAMPLER_STEP);
  return load<f64>(state, RESAMPLER_DELAY) * perInputFrame;
}

function design(state: usize, phases: i32, step: i32, grade: i32): void {
  const ratio = <f64>step / <f64>phases;
  const scratch = state + <usize>load<i32>(state, RESAMPLER_INPUT);
  const isBank = isSmall(phases, step);
  if (phases != step) {
    const lagsPerFrame = isBank ? phases : tableRows(phases, step);
    beginDesign(grade, ratio, <f64>lagsPerFrame, scratch);
    store<f64>(state, designDelay(grade, ratio), RESAMPLER_DELAY);
  }
  if (isBank) planBank(state, grade, reachFrames(grade, ratio), halfSpan(grade, ratio));
  else planTable(state, reachFrames(grade, ratio));
}

/** Puts new input behind the old; moves the frames that are still needed to the start of the streams if they are full. */
function append(state: usize, src: usize, frames: i32): bool {
  const capacity = load<i32>(state, RESAMPLER_CAPACITY);
  const streams = load<i32>(state, RESAMPLER_STREAMS);
  const bytes = load<i32>(state, RESAMPLER_STREAM_BYTES);
  const input = state + <usize>load<i32>(state, RESAMPLER_INPUT);
  let filled = load<i32>(state, RESAMPLER_FILLED);
  if (frames > capacity - filled) {
    const newest = load<i32>(state, RESAMPLER_NEWEST);
    const unusedPeriods = (newest - load<i32>(state, RESAMPLER_REACH)) / streams;
    const unused = unusedPeriods * streams;
    if (frames > capacity - filled + unused) return false;
    filled -= unused;
    const periods = (filled + streams - 1) / streams;
    for (let stream = 0; stream < streams; stream++) {
      const start = input + <usize>(stream * bytes);
      memory.copy(start, start + ((<usize>unusedPeriods) << 2), (<usize>periods) << 2);
    }
    store<i32>(state, newest - unused, RESAMPLER_NEWEST);
  }
  deal(input, streams, bytes, filled, src, frames);
  store<i32>(state, filled + frames, RESAMPLER_FILLED);
  return true;
}

/** A multiple of 16. */
function bodyEnd(phases: i32, step: i32, grade: i32): i32 {
  const reach = reachFrames(grade, <f64>step / <f64>phases);
  const bytes = isSmall(phases, step) ? bankBytes(phases, step, reach) : tableBytes(phases, step, reach);
  return (bytes + 15) & ~15;
}

function reachOf(phases: i32, step: i32, grade: i32): i32 {
  if (phases == step) return 0;
  const reach = reachFrames(grade, <f64>step / <f64>phases);
  return isSmall(phases, step) ? reach : tableTaps(reach) - 1;
}

/** Frames of silence in front of a stream's first, whole periods. */
function historyOf(reach: i32, streams: i32): i32 {
  return ((reach + streams - 1) / streams) * streams;
}

function capacityOf(phases: i32, step: i32, maxBlockFrames: i32, grade: i32): i32 {
  const streams = streamsOf(phases, step);
  return historyOf(reachOf(phases, step, grade) + 2 * maxBlockFrames, streams) + streams;
}

function streamBytes(streams: i32, capacity: i32): i32 {
  return (((capacity / streams + OVERREAD_FRAMES) << 2) + 15) & ~15;
}

function streamsOf(phases: i32, step: i32): i32 {
  return isSmall(phases, step) ? step : 1;
}

function isSmall(phases: i32, step: i32): bool {
  return max<i32>(phases, step) <= BANK_LIMIT;
}

function isSupportedRate(sampleRate: i32): bool {
  return sampleRate >= MIN_RATE && sampleRate <= MAX_RATE;
}

function greatestCommonDivisor(a: i32, b: i32): i32 {
  while (b != 0) {
    const rest = a % b;
    a = b;
    b = rest;
  }
  return a;
}
