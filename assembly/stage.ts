// One step of a rational resampler. Output frame n lies at n · step / phases input frames, minus the delay: the position
// is a pair of integers (newest frame of the window, phase), so it never drifts and output can't depend on block sizes.
// Small ratios are a bank of FIRs over streams of input frames, all others a table of phases over one stream. The streams
// keep what the filter still reaches in front of new frames; only full ones move that to their start.
import { BANK_LIMIT, bankBytes, bankProcess, planBank } from './bank';
import { WIDE, beginDesign, designDelay, designScratchBytes, halfSpan, reachFrames } from './filter';
import {
  STAGE_CAPACITY,
  STAGE_DELAY,
  STAGE_FILLED,
  STAGE_INPUT,
  STAGE_JOBS,
  STAGE_NEWEST,
  STAGE_PHASE,
  STAGE_PHASES,
  STAGE_REACH,
  STAGE_STEP,
  STAGE_STREAMS,
  STAGE_STREAM_BYTES,
  TABLE_INDEX,
} from './layout';
import { longQuotient, quotient } from './quotient';
import { planTable, tableBytes, tableProcess, tableRows, tableTaps } from './phase-table';
import { deal } from './streams';

/** Frames of a stream that vectors may read behind the last one in use. */
const OVERREAD_FRAMES: i32 = 20;

/**
 * Bytes that `stageInit` needs at its state, a multiple of 16. Only the ratios of the rates count; the filter cuts off at
 * half of `cutRate`.
 */
export function stageBytes(inputRate: i32, outputRate: i32, cutRate: i32, maxBlockFrames: i32, grade: i32): i32 {
  const divisor = greatestCommonDivisor(inputRate, outputRate);
  const phases = outputRate / divisor;
  const step = inputRate / divisor;
  const reach = reachFrames(grade, <f64>inputRate / <f64>cutRate);
  const streams = streamsOf(phases, step, grade);
  const input =
    streams * streamBytes(streams, capacityOf(keptFrames(phases, step, grade, reach), streams, maxBlockFrames));
  return bodyEnd(phases, step, grade, reach) + max<i32>(input, designScratchBytes(grade));
}

/** Designs the filter and resets. `state` is 16-byte aligned; the other arguments are those of `stageBytes`. */
export function stageInit(
  state: usize,
  inputRate: i32,
  outputRate: i32,
  cutRate: i32,
  maxBlockFrames: i32,
  grade: i32,
): void {
  const divisor = greatestCommonDivisor(inputRate, outputRate);
  const phases = outputRate / divisor;
  const step = inputRate / divisor;
  const cutFrames = <f64>inputRate / <f64>cutRate;
  const reach = reachFrames(grade, cutFrames);
  const kept = keptFrames(phases, step, grade, reach);
  const streams = streamsOf(phases, step, grade);
  const capacity = capacityOf(kept, streams, maxBlockFrames);
  const end = bodyEnd(phases, step, grade, reach);
  const input = state + <usize>end;
  store<i32>(state, phases, STAGE_PHASES);
  store<i32>(state, step, STAGE_STEP);
  store<i32>(state, streams, STAGE_STREAMS);
  store<i32>(state, streamBytes(streams, capacity), STAGE_STREAM_BYTES);
  store<i32>(state, end, STAGE_INPUT);
  store<i32>(state, kept, STAGE_REACH);
  store<i32>(state, capacity, STAGE_CAPACITY);
  store<f64>(state, 0, STAGE_DELAY);
  const hasBank = isBank(phases, step, grade);
  if (phases != step) {
    beginDesign(grade, cutFrames, <f64>(hasBank ? phases : tableRows(phases, step)), input);
    store<f64>(state, designDelay(grade, cutFrames), STAGE_DELAY);
  }
  if (hasBank) planBank(state, grade, reach, halfSpan(grade, cutFrames));
  else planTable(state, reach);
  memory.fill(input, 0, <usize>(streams * load<i32>(state, STAGE_STREAM_BYTES)));
  stageReset(state);
}

/** Forgets all input; the next frame is the first of a new stream. */
export function stageReset(state: usize): void {
  const streams = load<i32>(state, STAGE_STREAMS);
  const bytes = load<i32>(state, STAGE_STREAM_BYTES);
  const history = historyOf(load<i32>(state, STAGE_REACH), streams);
  const input = state + <usize>load<i32>(state, STAGE_INPUT);
  for (let stream = 0; stream < streams; stream++) {
    memory.fill(input + <usize>(stream * bytes), 0, (<usize>(history / streams)) << 2);
  }
  store<i32>(state, history, STAGE_FILLED);
  store<i32>(state, history, STAGE_NEWEST);
  store<i32>(state, 0, STAGE_PHASE);
  if (load<i32>(state, STAGE_JOBS) == 0) store<i32>(state, 0, TABLE_INDEX);
}

/** Fewest further input frames with which `outputFrames` can be produced. */
export function stageInputFramesNeeded(state: usize, outputFrames: i32): i32 {
  if (outputFrames < 1) return 0;
  const step = <i64>load<i32>(state, STAGE_STEP);
  const position = <i64>load<i32>(state, STAGE_PHASE) + <i64>(outputFrames - 1) * step;
  const advance = longQuotient(position, load<i32>(state, STAGE_PHASES));
  const needed = <i64>load<i32>(state, STAGE_NEWEST) + advance + 1 - <i64>load<i32>(state, STAGE_FILLED);
  return <i32>max<i64>(needed, 0);
}

/** Output frames that could be produced with `inputFrames` further input frames, pending ones included. */
export function stageOutputFramesAvailable(state: usize, inputFrames: i32): i32 {
  const phases = <i64>load<i32>(state, STAGE_PHASES);
  const step = load<i32>(state, STAGE_STEP);
  const ahead = <i64>load<i32>(state, STAGE_FILLED) + <i64>inputFrames - <i64>load<i32>(state, STAGE_NEWEST);
  const distance = ahead * phases - <i64>load<i32>(state, STAGE_PHASE);
  return distance > 0 ? <i32>longQuotient(distance + <i64>(step - 1), step) : 0;
}

/**
 * Takes `frames` f32 frames at `src`; when the streams are full, what is still needed of them moves to their start.
 * Returns whether it did: pending and new frames together may be 2 · maxBlockFrames. A sample that is not finite counts as 0.
 */
export function stageAppend(state: usize, src: usize, frames: i32): bool {
  const capacity = load<i32>(state, STAGE_CAPACITY);
  const streams = load<i32>(state, STAGE_STREAMS);
  const bytes = load<i32>(state, STAGE_STREAM_BYTES);
  const input = state + <usize>load<i32>(state, STAGE_INPUT);
  let filled = load<i32>(state, STAGE_FILLED);
  if (frames > capacity - filled) {
    const newest = load<i32>(state, STAGE_NEWEST);
    const unusedPeriods = quotient(newest - load<i32>(state, STAGE_REACH), streams);
    const unused = unusedPeriods * streams;
    if (frames > capacity - filled + unused) return false;
    filled -= unused;
    const periods = quotient(filled + streams - 1, streams);
    for (let stream = 0; stream < streams; stream++) {
      const start = input + <usize>(stream * bytes);
      memory.copy(start, start + ((<usize>unusedPeriods) << 2), (<usize>periods) << 2);
    }
    store<i32>(state, newest - unused, STAGE_NEWEST);
  }
  deal(input, streams, bytes, filled, src, frames);
  store<i32>(state, filled + frames, STAGE_FILLED);
  return true;
}

/** Writes the next `frames` output frames at `dst`; the input that they need has been taken. */
export function stageProduce(state: usize, dst: usize, frames: i32): void {
  if (load<i32>(state, STAGE_JOBS) != 0) bankProcess(state, dst, frames);
  else tableProcess(state, dst, frames);
  const phases = load<i32>(state, STAGE_PHASES);
  const position = <i64>load<i32>(state, STAGE_PHASE) + <i64>frames * <i64>load<i32>(state, STAGE_STEP);
  const advance = longQuotient(position, phases);
  store<i32>(state, load<i32>(state, STAGE_NEWEST) + <i32>advance, STAGE_NEWEST);
  store<i32>(state, <i32>(position - advance * <i64>phases), STAGE_PHASE);
}

/** Delay at 0 Hz in input frames; whole but for low latency. */
export function stageDelay(state: usize): f64 {
  return load<f64>(state, STAGE_DELAY);
}

/** Whether the ratio is small enough for a bank. */
export function isSmallRatio(inputRate: i32, outputRate: i32): bool {
  return max<i32>(inputRate, outputRate) / greatestCommonDivisor(inputRate, outputRate) <= BANK_LIMIT;
}

function isBank(phases: i32, step: i32, grade: i32): bool {
  return grade < WIDE && max<i32>(phases, step) <= BANK_LIMIT;
}

/** A multiple of 16. */
function bodyEnd(phases: i32, step: i32, grade: i32, reach: i32): i32 {
  const bytes = isBank(phases, step, grade) ? bankBytes(phases, step, reach) : tableBytes(phases, step, reach);
  return (bytes + 15) & ~15;
}

/** Frames that an output needs behind the newest one. */
function keptFrames(phases: i32, step: i32, grade: i32, reach: i32): i32 {
  if (phases == step) return 0;
  return isBank(phases, step, grade) ? reach : tableTaps(reach) - 1;
}

/** Frames of silence in front of a stream's first, whole periods. */
function historyOf(kept: i32, streams: i32): i32 {
  return ((kept + streams - 1) / streams) * streams;
}

function capacityOf(kept: i32, streams: i32, maxBlockFrames: i32): i32 {
  return historyOf(kept + 2 * maxBlockFrames, streams) + streams;
}

function streamBytes(streams: i32, capacity: i32): i32 {
  return (((capacity / streams + OVERREAD_FRAMES) << 2) + 15) & ~15;
}

function streamsOf(phases: i32, step: i32, grade: i32): i32 {
  return isBank(phases, step, grade) ? step : 1;
}

function greatestCommonDivisor(a: i32, b: i32): i32 {
  while (b != 0) {
    const rest = a % b;
    a = b;
    b = rest;
  }
  return a;
}
