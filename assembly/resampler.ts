// Streaming rational resampler. Output frame n lies at n · step / phases input frames, minus the delay: the position is
// a pair of integers (newest frame of the window, phase), so it never drifts and output can't depend on block sizes.
// The filter of a phase is one run of coefficients, its window one run of the input buffer: an output frame is a dot.
// The input buffer keeps the last taps − 1 frames in front of new ones; only a full buffer moves them to its start.
import { dot } from './dot';
import { designFilter, filterTaps } from './filter';
import {
  RESAMPLER_CAPACITY,
  RESAMPLER_COEFFICIENTS,
  RESAMPLER_FILLED,
  RESAMPLER_NEWEST,
  RESAMPLER_PHASE,
  RESAMPLER_PHASES,
  RESAMPLER_STEP,
  RESAMPLER_TAPS,
} from './layout';

/** Bytes that `resamplerInit` needs at its state, or 0 if a rate is unsupported or a block would be empty. */
export function resamplerBytes(inputRate: i32, outputRate: i32, maxBlockFrames: i32): i32 {
  if (!isSupportedRate(inputRate) || !isSupportedRate(outputRate) || maxBlockFrames < 1) return 0;
  const divisor = greatestCommonDivisor(inputRate, outputRate);
  const phases = outputRate / divisor;
  const taps = tapsOf(phases, inputRate / divisor);
  return <i32>RESAMPLER_COEFFICIENTS + ((phases * taps + capacityOf(taps, maxBlockFrames)) << 2);
}

/** Designs the filter and resets. `state` is 16-byte aligned; rates and block size are those of `resamplerBytes`. */
export function resamplerInit(state: usize, inputRate: i32, outputRate: i32, maxBlockFrames: i32): void {
  const divisor = greatestCommonDivisor(inputRate, outputRate);
  const phases = outputRate / divisor;
  const step = inputRate / divisor;
  const taps = tapsOf(phases, step);
  store<i32>(state, phases, RESAMPLER_PHASES);
  store<i32>(state, step, RESAMPLER_STEP);
  store<i32>(state, taps, RESAMPLER_TAPS);
  store<i32>(state, capacityOf(taps, maxBlockFrames), RESAMPLER_CAPACITY);
  if (taps > 1) designFilter(state + RESAMPLER_COEFFICIENTS, phases, step, taps);
  resamplerReset(state);
}

/** Forgets all input, pending output included; the next frame is the first of a new stream. */
export function resamplerReset(state: usize): void {
  const history = load<i32>(state, RESAMPLER_TAPS) - 1;
  memory.fill(inputBuffer(state), 0, (<usize>history) << 2);
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
  const phases = load<i32>(state, RESAMPLER_PHASES);
  const taps = load<i32>(state, RESAMPLER_TAPS);
  let newest = load<i32>(state, RESAMPLER_NEWEST);
  const buffer = inputBuffer(state);
  if (taps == 1) {
    memory.copy(dst, buffer + ((<usize>newest) << 2), (<usize>frames) << 2);
    store<i32>(state, newest + frames, RESAMPLER_NEWEST);
    return frames;
  }
  const coefficients = state + RESAMPLER_COEFFICIENTS;
  const step = load<i32>(state, RESAMPLER_STEP);
  const wholeStep = step / phases;
  const phaseStep = step % phases;
  let phase = load<i32>(state, RESAMPLER_PHASE);
  for (let i = 0; i < frames; i++) {
    const window = buffer + ((<usize>(newest + 1 - taps)) << 2);
    store<f32>(dst + ((<usize>i) << 2), dot(window, coefficients + ((<usize>(phase * taps)) << 2), taps));
    newest += wholeStep;
    phase += phaseStep;
    if (phase >= phases) {
      phase -= phases;
      newest++;
    }
  }
  store<i32>(state, newest, RESAMPLER_NEWEST);
  store<i32>(state, phase, RESAMPLER_PHASE);
  return frames;
}

/** Group delay in input frames, a whole number: output frame n shows input frame n · step / phases − delay. */
export function resamplerDelayInputFrames(state: usize): i32 {
  return load<i32>(state, RESAMPLER_TAPS) >> 1;
}

/** The same delay in output frames. */
export function resamplerDelayFrames(state: usize): f64 {
  const perInputFrame = <f64>load<i32>(state, RESAMPLER_PHASES) / <f64>load<i32>(state, RESAMPLER_STEP);
  return <f64>resamplerDelayInputFrames(state) * perInputFrame;
}

/** Puts new input behind the old; moves the frames that are still needed to the start of the buffer if it is full. */
function append(state: usize, src: usize, frames: i32): bool {
  const capacity = load<i32>(state, RESAMPLER_CAPACITY);
  const buffer = inputBuffer(state);
  let filled = load<i32>(state, RESAMPLER_FILLED);
  if (frames > capacity - filled) {
    const newest = load<i32>(state, RESAMPLER_NEWEST);
    const unused = newest + 1 - load<i32>(state, RESAMPLER_TAPS);
    if (frames > capacity - filled + unused) return false;
    filled -= unused;
    memory.copy(buffer, buffer + ((<usize>unused) << 2), (<usize>filled) << 2);
    store<i32>(state, newest - unused, RESAMPLER_NEWEST);
  }
  copyFinite(buffer + ((<usize>filled) << 2), src, frames);
  store<i32>(state, filled + frames, RESAMPLER_FILLED);
  return true;
}

/** Copies f32 samples with 0 for NaN and ±Infinity: x − x is NaN for exactly these, and NaN equals nothing. */
function copyFinite(dst: usize, src: usize, frames: i32): void {
  const end = src + ((<usize>frames) << 2);
  if (ASC_FEATURE_SIMD) {
    for (const vectorsEnd = src + ((<usize>(frames & ~3)) << 2); src < vectorsEnd; src += 16, dst += 16) {
      const samples = v128.load(src);
      const difference = f32x4.sub(samples, samples);
      v128.store(dst, v128.and(samples, f32x4.eq(difference, difference)));
    }
  }
  for (; src < end; src += 4, dst += 4) {
    const sample = load<f32>(src);
    const difference = sample - sample;
    store<f32>(dst, difference == difference ? sample : 0);
  }
}

function inputBuffer(state: usize): usize {
  const coefficients = load<i32>(state, RESAMPLER_PHASES) * load<i32>(state, RESAMPLER_TAPS);
  return state + RESAMPLER_COEFFICIENTS + ((<usize>coefficients) << 2);
}

/** Equal rates need no filter: one tap, which means a plain copy. */
function tapsOf(phases: i32, step: i32): i32 {
  return phases == step ? 1 : filterTaps(phases, step);
}

function capacityOf(taps: i32, maxBlockFrames: i32): i32 {
  return taps - 1 + 2 * maxBlockFrames;
}

function isSupportedRate(sampleRate: i32): bool {
  return (
    sampleRate == 8000 ||
    sampleRate == 16000 ||
    sampleRate == 22050 ||
    sampleRate == 24000 ||
    sampleRate == 32000 ||
    sampleRate == 44100 ||
    sampleRate == 48000
  );
}

function greatestCommonDivisor(a: i32, b: i32): i32 {
  while (b != 0) {
    const rest = a % b;
    a = b;
    b = rest;
  }
  return a;
}
