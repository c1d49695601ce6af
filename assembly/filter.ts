// The resampler's low-pass: a windowed sinc cut off at the Nyquist frequency of the lower rate, as a function of the lag
// between output and input, counted in periods of the common multiple of both rates. Cut off just there it is an
// M-th-band filter: where output and input frames coincide, every tap but the central one is exactly 0.
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
 * Chooses the filter that `tapAt` returns. `ratio` is input rate / output rate, `lagsPerFrame` the lags in an input
 * frame. A minimum-phase filter lives in `scratch` and is gone when that is overwritten.
 */
export function beginDesign(grade: i32, ratio: f64, lagsPerFrame: f64, scratch: usize): void {
  isMinimumPhase = grade == LOW_LATENCY;
  beta = kaiserBeta(grade);
  gain = 1 / (max<f64>(1, ratio) * (isMinimumPhase ? 1 : besselI0(beta)));
  sincSpan = lagsPerFrame * max<f64>(1, ratio);
  halfWidth = <f64>halfSpan(grade, ratio) * lagsPerFrame;
  if (isMinimumPhase) designMinimumPhase(scratch);
}

/** Half the window in input frames, whole: the delay of a linear-phase grade. */
export function halfSpan(grade: i32, ratio: f64): i32 {
  const lowerRateFrames: f64 = grade == MAX ? 80 : grade == HIGH ? 47 : 22;
  return <i32>ceil(lowerRateFrames * max<f64>(1, ratio) - 1e-9);
}

/** Input frames back from the newest one that the filter sees. */
export function reachFrames(grade: i32, ratio: f64): i32 {
  if (grade == LOW_LATENCY) return <i32>ceil(MINIMUM_PHASE_SPAN * max<f64>(1, ratio));
  return 2 * halfSpan(grade, ratio);
}

/** Delay at 0 Hz in input frames of the filter being designed. */
export function designDelay(grade: i32, ratio: f64): f64 {
  if (grade == LOW_LATENCY) return minimumPhaseDelay() * max<f64>(1, ratio);
  return <f64>halfSpan(grade, ratio);
}

/** The tap for an input frame that is `lag` periods of the common multiple older than the output frame. */
export function tapAt(lag: f64): f64 {
  if (isMinimumPhase) return gain * minimumPhaseAt(lag / sincSpan);
  const position = lag - halfWidth;
  if (abs<f64>(position) >= halfWidth) return 0;
  return gain * windowedSinc(position / sincSpan, position / halfWidth, beta);
}

/** Side lobes of 100, 110 and 120 dB; the transition bands that this leaves are measured in the tests. */
function kaiserBeta(grade: i32): f64 {
  return grade == MAX ? 12.5 : grade == HIGH ? 11.2 : 10.3;
}
