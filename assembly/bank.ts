// Small ratios L : M as L output streams made from M input streams, all stepping one frame a period, so that each is a
// FIR of stride 1 (see `fir.ts`). Which taps an output takes from which stream, and which of them are 0, is planned once.
//
// In period n, output p lies at input time nM + pM/L − delay. Input frame nM + δ is `pM − δL` lags older than that; with
// the M-th-band filter whole streams drop out. Outputs p and L − p mirror each other, p = 0 and p = L/2 mirror themselves.
import { LOW_LATENCY, tapAt } from './filter';
import { folded } from './fir';
import { mirrored } from './fir-mirrored';
import { plain } from './fir-plain';
import {
  BANK_OUTPUTS,
  BANK_PERIODS,
  JOB_BYTES,
  JOB_CENTRE,
  JOB_CENTRE_INPUT,
  JOB_EDGES,
  JOB_KIND,
  JOB_MIRROR_OUTPUT,
  JOB_OUTPUT,
  JOB_RUNS,
  JOB_RUNS_AT,
  STAGE_INPUT,
  STAGE_JOBS,
  STAGE_NEWEST,
  STAGE_PHASE,
  STAGE_PHASES,
  STAGE_STEP,
  STAGE_STREAM_BYTES,
  RUN_BYTES,
  RUN_COEFFICIENTS,
  RUN_INPUT,
  RUN_MIRROR,
  RUN_TAPS,
} from './layout';
import { quotient } from './quotient';
import { collect } from './streams';

/** Largest L and M of a bank. */
export const BANK_LIMIT: i32 = 24;

const COPY: i32 = 0;
const FOLDED: i32 = 1;
const MIRRORED: i32 = 2;
const PLAIN: i32 = 3;

/** Bytes behind the header: where the outputs are, the outputs of some periods, and room for any plan. */
export function bankBytes(phases: i32, step: i32, reach: i32): i32 {
  const job = <i32>JOB_RUNS_AT + 2 * step * <i32>RUN_BYTES + ((reach + 4 * step + 8) << 2);
  return <i32>scratchOffset(phases) + phases * ((BANK_PERIODS << 2) + job);
}

/** Plans all jobs with the filter that is being designed. `reach` is its length, `delay` its centre, in input frames. */
export function planBank(state: usize, grade: i32, reach: i32, delay: i32): void {
  const phases = load<i32>(state, STAGE_PHASES);
  const step = load<i32>(state, STAGE_STEP);
  let job = jobsOf(state);
  let jobs = 0;
  for (let output = 0; grade == LOW_LATENCY ? output < phases : 2 * output <= phases; output++, jobs++) {
    store<i32>(job, output, JOB_OUTPUT);
    store<i32>(job, (phases - output) % phases, JOB_MIRROR_OUTPUT);
    let end: usize;
    if (phases == step) end = planCopy(state, job, 0);
    else if (grade == LOW_LATENCY) end = planPlain(state, job, reach);
    else if (output > 0 && 2 * output < phases) end = planMirrored(state, job, delay);
    else end = planFolded(state, job, delay);
    store<i32>(job, <i32>(end - job), JOB_BYTES);
    job = end;
  }
  store<i32>(state, jobs, STAGE_JOBS);
}

/** Writes the next `frames` output frames at `dst`; the input that they need is there. */
export function bankProcess(state: usize, dst: usize, frames: i32): void {
  const phases = load<i32>(state, STAGE_PHASES);
  const step = load<i32>(state, STAGE_STEP);
  const newest = load<i32>(state, STAGE_NEWEST);
  const period = quotient(newest, step);
  let input = state + <usize>load<i32>(state, STAGE_INPUT) + ((<usize>period) << 2);
  let output = quotient((newest - period * step) * phases + load<i32>(state, STAGE_PHASE), step);
  while (frames > 0) {
    const periods = min<i32>(BANK_PERIODS, quotient(output + frames + phases - 1, phases));
    const count = min<i32>(frames, periods * phases - output);
    const isWhole = phases <= 2 && count == periods * phases && (periods & 15) == 0;
    const isWritten = runJobs(state, phases, input, ((periods + 15) >> 4) << 2, isWhole ? dst : 0);
    if (!isWritten) collect(dst, state + BANK_OUTPUTS, phases, output, count);
    dst += (<usize>count) << 2;
    input += (<usize>periods) << 2;
    frames -= count;
    output = 0;
  }
}

/**
 * Makes some vectors of every output stream. With `whole`, a last job that is folded writes there, in turns with the
 * other stream if there is one. Returns whether it did.
 */
function runJobs(state: usize, phases: i32, input: usize, vectors: i32, whole: usize): bool {
  const outputs = state + BANK_OUTPUTS;
  const scratch = state + scratchOffset(phases);
  let job = jobsOf(state);
  for (let jobs = load<i32>(state, STAGE_JOBS); jobs > 0; jobs--, job += <usize>load<i32>(job, JOB_BYTES)) {
    const kind = load<i32>(job, JOB_KIND);
    const output = load<i32>(job, JOB_OUTPUT);
    let dst = scratch + <usize>(output * (BANK_PERIODS << 2));
    if (kind == COPY) {
      dst = input + <usize>load<i32>(job, JOB_CENTRE_INPUT);
    } else if (kind == FOLDED) {
      if (jobs == 1 && whole != 0) {
        folded(whole, job, input, vectors, output == 0 ? 0 : <usize>load<i32>(outputs));
        return true;
      }
      folded(dst, job, input, vectors, 0);
    } else if (kind == PLAIN) {
      plain(dst, job, input, vectors);
    } else {
      const mirrorOutput = load<i32>(job, JOB_MIRROR_OUTPUT);
      const mirrorDst = scratch + <usize>(mirrorOutput * (BANK_PERIODS << 2));
      mirrored(dst, mirrorDst, job, input, vectors);
      store<i32>(outputs + ((<usize>mirrorOutput) << 2), <i32>mirrorDst);
    }
    store<i32>(outputs + ((<usize>output) << 2), <i32>dst);
  }
  return false;
}

function planCopy(state: usize, job: usize, frame: i32): usize {
  store<i32>(job, COPY, JOB_KIND);
  store<i32>(job, inputOffset(state, frame), JOB_CENTRE_INPUT);
  return job + JOB_RUNS_AT;
}

/** Every tap by itself, oldest first. */
function planPlain(state: usize, job: usize, reach: i32): usize {
  const step = load<i32>(state, STAGE_STEP);
  const newest = newestFrame(state, load<i32>(job, JOB_OUTPUT), 0);
  let run = job + JOB_RUNS_AT;
  let coefficient = run + <usize>step * RUN_BYTES;
  for (let stream = 0; stream < step; stream++, run += RUN_BYTES) {
    const last = newest - stream;
    const taps = (reach - stream) / step + 1;
    const first = last - (taps - 1) * step;
    store<i32>(run, inputOffset(state, first), RUN_INPUT);
    store<i32>(run, taps, RUN_TAPS);
    store<i32>(run, <i32>(coefficient - job), RUN_COEFFICIENTS);
    for (let frame = first; frame <= last; frame += step, coefficient += 4) {
      store<f32>(coefficient, <f32>tapOf(state, load<i32>(job, JOB_OUTPUT), frame));
    }
  }
  store<i32>(job, PLAIN, JOB_KIND);
  store<i32>(job, step, JOB_RUNS);
  return coefficient;
}

/** An output whose window is symmetric: frame δ and its mirror image have the same tap. */
function planFolded(state: usize, job: usize, delay: i32): usize {
  const phases = load<i32>(state, STAGE_PHASES);
  const step = load<i32>(state, STAGE_STEP);
  const output = load<i32>(job, JOB_OUTPUT);
  const frameSum = (2 * output * step) / phases - 2 * delay;
  const newest = newestFrame(state, output, 1);
  let run = job + JOB_RUNS_AT;
  let coefficient = run + <usize>step * RUN_BYTES;
  for (let stream = 0; stream < step; stream++) {
    const first = newest - stream;
    const start = coefficient;
    let isZero = true;
    for (let frame = first; 2 * frame > frameSum; frame -= step, coefficient += 4) {
      const tap = <f32>tapOf(state, output, frame);
      store<f32>(coefficient, tap);
      if (tap != 0) isZero = false;
    }
    if (isZero) coefficient = start;
    else run = endRun(state, job, run, first, frameSum, start, <i32>(coefficient - start) >> 2);
  }
  store<i32>(job, FOLDED, JOB_KIND);
  store<i32>(job, <i32>(run - job - JOB_RUNS_AT) / <i32>RUN_BYTES, JOB_RUNS);
  const centre: f32 = output == 0 ? <f32>tapOf(state, 0, -delay) : 0;
  store<f32>(job, centre, JOB_CENTRE);
  store<i32>(job, inputOffset(state, -delay), JOB_CENTRE_INPUT);
  if (run == job + JOB_RUNS_AT && centre == 1) return planCopy(state, job, -delay);
  return coefficient;
}

/**
 * Two outputs whose windows mirror each other: with a and b the taps of one for a frame and its mirror image, b and a
 * are those of the other, and (a + b)/2 times the sum of both frames ± (a − b)/2 times their difference makes both. An
 * edge is a frame that the first output does not see, and whose mirror image the other one does not: it may be one that
 * has not arrived when the first output is due, so it takes no part in sums.
 */
function planMirrored(state: usize, job: usize, delay: i32): usize {
  const step = load<i32>(state, STAGE_STEP);
  const output = load<i32>(job, JOB_OUTPUT);
  const mirrorOutput = load<i32>(job, JOB_MIRROR_OUTPUT);
  const frameSum = step - 2 * delay;
  const newest = newestFrame(state, output, 1);
  const mirrorNewest = newestFrame(state, mirrorOutput, 1);
  let run = job + JOB_RUNS_AT;
  let coefficient = run + <usize>(2 * step) * RUN_BYTES;
  for (let stream = 0; stream < step; stream++) {
    const first = newest - stream;
    const start = coefficient;
    let isZero = true;
    for (let frame = first; 2 * frame >= frameSum; frame -= step, coefficient += 8) {
      // A frame that is its own mirror image would count twice.
      const share: f64 = 2 * frame == frameSum ? 0.25 : 0.5;
      const tap = tapOf(state, output, frame);
      const mirrorTap = tapOf(state, mirrorOutput, frame);
      store<f32>(coefficient, <f32>(share * (tap + mirrorTap)));
      store<f32>(coefficient, <f32>(share * (tap - mirrorTap)), 4);
      if (tap != 0 || mirrorTap != 0) isZero = false;
    }
    if (isZero) coefficient = start;
    else run = endRun(state, job, run, first, frameSum, start, <i32>(coefficient - start) >> 3);
  }
  const runs = <i32>(run - job - JOB_RUNS_AT) / <i32>RUN_BYTES;
  for (let frame = mirrorNewest; frame > newest; frame--, coefficient += 4) {
    store<f32>(coefficient, <f32>tapOf(state, mirrorOutput, frame));
    run = endRun(state, job, run, frame, frameSum, coefficient, 1);
  }
  store<i32>(job, MIRRORED, JOB_KIND);
  store<i32>(job, runs, JOB_RUNS);
  store<i32>(job, mirrorNewest - newest, JOB_EDGES);
  return coefficient;
}

function endRun(
  state: usize,
  job: usize,
  run: usize,
  frame: i32,
  frameSum: i32,
  coefficients: usize,
  taps: i32,
): usize {
  store<i32>(run, inputOffset(state, frame), RUN_INPUT);
  store<i32>(run, inputOffset(state, frameSum - frame), RUN_MIRROR);
  store<i32>(run, taps, RUN_TAPS);
  store<i32>(run, <i32>(coefficients - job), RUN_COEFFICIENTS);
  return run + RUN_BYTES;
}

/** The newest input frame, counted from the period's first, that is at least `leastLag` older than the output. */
function newestFrame(state: usize, output: i32, leastLag: i32): i32 {
  return floorDivide(output * load<i32>(state, STAGE_STEP) - leastLag, load<i32>(state, STAGE_PHASES));
}

function tapOf(state: usize, output: i32, frame: i32): f64 {
  return tapAt(<f64>(output * load<i32>(state, STAGE_STEP) - frame * load<i32>(state, STAGE_PHASES)));
}

/** Where a frame, counted from the first of a period, lies from that one's address in stream 0. */
function inputOffset(state: usize, frame: i32): i32 {
  const step = load<i32>(state, STAGE_STEP);
  const period = floorDivide(frame, step);
  return (frame - period * step) * load<i32>(state, STAGE_STREAM_BYTES) + (period << 2);
}

function floorDivide(a: i32, b: i32): i32 {
  return a < 0 ? -((b - 1 - a) / b) : a / b;
}

function scratchOffset(phases: i32): usize {
  return BANK_OUTPUTS + ((((<usize>phases) << 2) + 15) & ~15);
}

function jobsOf(state: usize): usize {
  const phases = load<i32>(state, STAGE_PHASES);
  return state + scratchOffset(phases) + <usize>(phases * (BANK_PERIODS << 2));
}
