// The resampler's low-pass: a windowed sinc cut off at the Nyquist frequency of the lower rate, as a function of the lag
// between output and input, counted in periods of the common multiple of both rates. Cut off just there it is an
// M-th-band filter: where output and input frames coincide, every tap but the central one is exactly 0.
// A stage that leaves the cutting to another one (see `resampler.ts`) has a wide and therefore short one.
// Designed here in f64: `Math.sin` differs between engines, wasm arithmetic does not.
import { besselI0, windowedSinc } from './kaiser';
import {
  MINIMUM_PHASE_SPAN,
  designMinimumPhase,
  minimumPhaseAt,
  minimumPhaseDelay,
  minimumPhaseScratchBytes,
} from './minimum-phase';

export const VOICE: i32 = 0;
export const HIGH: i32 = 1;
export const MAX: i32 = 2;
/** The magnitude of `VOICE` with the least delay that has it. */
export const LOW_LATENCY: i32 = 3;
/** Rejects as much as `MAX`, over a transition band that is as wide as the pass band. */
export const WIDE: i32 = 4;

// The filter that `beginDesign` chose: valid until its next call.
let isMinimumPhase: bool = false;
let beta: f64 = 0;
/** Lags between two zeros of the sinc. */
let sincSpan: f64 = 0;
/** Lags from the centre of the window to its (open) end. */
let halfWidth: f64 = 0;
let gain: f64 = 0;

/** Bytes that `beginDesign` needs at its scratch. */
export function designScratchBytes(grade: i32): i32 {
  return grade == LOW_LATENCY ? minimumPhaseScratchBytes() : 0;
}

/**
 * Chooses the filter that `tapAt` returns. It cuts off at half the rate of which a frame is `cutFrames` input frames;
 * `lagsPerFrame` are the lags in an input frame. A minimum-phase filter lives in `scratch` and is gone when that is
 * overwritten.
 */
export function beginDesign(grade: i32, cutFrames: f64, lagsPerFrame: f64, scratch: usize): void {
  isMinimumPhase = grade == LOW_LATENCY;
  beta = kaiserBeta(grade);
  gain = 1 / (cutFrames * (isMinimumPhase ? 1 : besselI0(beta)));
  sincSpan = lagsPerFrame * cutFrames;
  halfWidth = <f64>halfSpan(grade, cutFrames) * lagsPerFrame;
  if (isMinimumPhase) designMinimumPhase(scratch);
}

/** Half the window in input frames, whole: the delay of a linear-phase grade. */
export function halfSpan(grade: i32, cutFrames: f64): i32 {
  return <i32>ceil(halfSpanOf(grade) * cutFrames - 1e-9);
}

/** Input frames back from the newest one that the filter sees, or may see: its ends are 0. */
export function reachFrames(grade: i32, cutFrames: f64): i32 {
  if (grade == LOW_LATENCY) return <i32>ceil(MINIMUM_PHASE_SPAN * cutFrames);
  return 2 * halfSpan(grade, cutFrames);
}

/** Delay at 0 Hz in input frames of the filter being designed. */
export function designDelay(grade: i32, cutFrames: f64): f64 {
  if (grade == LOW_LATENCY) return minimumPhaseDelay() * cutFrames;
  return <f64>halfSpan(grade, cutFrames);
}

/** The tap for an input frame that is `lag` periods of the common multiple older than the output frame. */
export function tapAt(lag: f64): f64 {
  if (isMinimumPhase) return gain * minimumPhaseAt(lag / sincSpan);
  const position = lag - halfWidth;
  if (abs<f64>(position) >= halfWidth) return 0;
  return gain * windowedSinc(position / sincSpan, position / halfWidth, beta);
}

/** Half the window in frames of the rate at whose half the filter cuts off. */
function halfSpanOf(grade: i32): f64 {
  if (grade == WIDE) return 10;
  return grade == MAX ? 80 : grade == HIGH ? 47 : 22;
}

/** Side lobes of 100, 110 and 120 dB; the transition bands that this leaves are measured in the tests. */
function kaiserBeta(grade: i32): f64 {
  if (grade == WIDE) return 13.2;
  return grade == MAX ? 12.5 : grade == HIGH ? 11.2 : 10.3;
}
