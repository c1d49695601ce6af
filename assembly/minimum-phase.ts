// The minimum-phase filter with the magnitude of a linear-phase one, by the cepstrum: log magnitude, its cosine
// transform, and the recursion from the complex cepstrum to the impulse response (A. V. Oppenheim and R. W. Schafer,
// "Discrete-Time Signal Processing", ch. 13). Designed once, at eight times the lower rate, where both the response and
// the start of the impulse are smooth; interpolated from there to any lag.
import { besselI0, sinePi, windowedSinc } from './kaiser';

/** Samples of the design in a frame of the lower rate. */
const DENSITY: i32 = 8;
const SPAN_FRAMES: i32 = 48;
const KAISER_BETA: f64 = 10.6;
const HALF_TAPS: i32 = (SPAN_FRAMES * DENSITY) / 2;
const TAPS: i32 = 2 * HALF_TAPS;
/** Points round the circle at which the magnitude is taken. */
const POINTS: i32 = 4096;
/** Added to the magnitude, in power: keeps the logarithm finite where the linear-phase response has its zeros. */
const FLOOR: f64 = 1e-11;

// Interpolation: images beyond 108 dB down. The impulse starts 70 dB down, so three samples of its lead-in are enough.
const LEAD: i32 = 3;
const INTERPOLATOR_HALF_TAPS: i32 = 5;
const INTERPOLATOR_BETA: f64 = 11;

/** Length of the impulse response in frames of the lower rate. */
export const MINIMUM_PHASE_SPAN: f64 = <f64>(TAPS + LEAD + INTERPOLATOR_HALF_TAPS) / <f64>DENSITY;

// The scratch: cosines of every point, log magnitudes of the upper half circle, cepstrum, impulse response (all f64).
const COSINES: usize = 0;
const LOGARITHMS: usize = COSINES + ((<usize>POINTS) << 3);
const CEPSTRUM: usize = LOGARITHMS + ((<usize>POINTS / 2 + 1) << 3);
const IMPULSE: usize = CEPSTRUM + ((<usize>TAPS) << 3);
const SCRATCH_BYTES: usize = IMPULSE + ((<usize>TAPS) << 3);

let impulse: usize = 0;

export function minimumPhaseScratchBytes(): i32 {
  return <i32>SCRATCH_BYTES;
}

/** Designs the impulse response in `scratch`; its sum is `DENSITY`. */
export function designMinimumPhase(scratch: usize): void {
  impulse = scratch + IMPULSE;
  for (let i = 0; i < POINTS; i++) {
    store<f64>(scratch + COSINES + ((<usize>i) << 3), sinePi(0.5 + <f64>(2 * i) / <f64>POINTS));
  }
  takeLogMagnitudes(scratch);
  takeCepstrum(scratch);
  // n · h[n] = Σ k · c[k] · h[n − k], k = 1…n.
  store<f64>(impulse, 1);
  let sum: f64 = 1;
  for (let n = 1; n < TAPS; n++) {
    let tap: f64 = 0;
    for (let k = 1; k <= n; k++) {
      tap += <f64>k * load<f64>(scratch + CEPSTRUM + ((<usize>k) << 3)) * load<f64>(impulse + ((<usize>(n - k)) << 3));
    }
    tap /= <f64>n;
    store<f64>(impulse + ((<usize>n) << 3), tap);
    sum += tap;
  }
  for (let n = 0; n < TAPS; n++) {
    const tap = impulse + ((<usize>n) << 3);
    store<f64>(tap, (load<f64>(tap) * <f64>DENSITY) / sum);
  }
}

/** The impulse response `age` frames of the lower rate after the input. */
export function minimumPhaseAt(age: f64): f64 {
  const position = age * <f64>DENSITY - <f64>LEAD;
  const below = <i32>floor(position);
  let sum: f64 = 0;
  for (let n = below - INTERPOLATOR_HALF_TAPS + 1; n <= below + INTERPOLATOR_HALF_TAPS; n++) {
    if (n < 0 || n >= TAPS) continue;
    const x = position - <f64>n;
    const weight = windowedSinc(x, x / <f64>INTERPOLATOR_HALF_TAPS, INTERPOLATOR_BETA);
    sum += weight * load<f64>(impulse + ((<usize>n) << 3));
  }
  return sum / besselI0(INTERPOLATOR_BETA);
}

/** Delay at 0 Hz in frames of the lower rate. */
export function minimumPhaseDelay(): f64 {
  let moment: f64 = 0;
  for (let n = 0; n < TAPS; n++) moment += <f64>n * load<f64>(impulse + ((<usize>n) << 3));
  return (moment / <f64>DENSITY + <f64>LEAD) / <f64>DENSITY;
}

/** Logarithm of the power response of the linear-phase low-pass of `2 · HALF_TAPS − 1` taps. */
function takeLogMagnitudes(scratch: usize): void {
  // Its taps, in the place of the impulse response, which is not there yet.
  const scale = 1 / (<f64>DENSITY * besselI0(KAISER_BETA));
  for (let n = 0; n < HALF_TAPS; n++) {
    const tap = windowedSinc(<f64>n / <f64>DENSITY, <f64>n / <f64>HALF_TAPS, KAISER_BETA);
    store<f64>(impulse + ((<usize>n) << 3), tap * scale);
  }
  for (let i = 0; i <= POINTS / 2; i++) {
    let magnitude = load<f64>(impulse);
    for (let n = 1; n < HALF_TAPS; n++) {
      magnitude += 2 * load<f64>(impulse + ((<usize>n) << 3)) * cosine(scratch, i * n);
    }
    store<f64>(scratch + LOGARITHMS + ((<usize>i) << 3), logarithm(magnitude * magnitude + FLOOR));
  }
}

/** Twice the real cepstrum, which is the complex cepstrum of the minimum-phase filter, from its first sample on. */
function takeCepstrum(scratch: usize): void {
  const half = POINTS / 2;
  for (let k = 1; k < TAPS; k++) {
    const ends = load<f64>(scratch + LOGARITHMS + ((<usize>half) << 3)) * cosine(scratch, half * k);
    let sum = 0.5 * (load<f64>(scratch + LOGARITHMS) + ends);
    for (let i = 1; i < half; i++) sum += load<f64>(scratch + LOGARITHMS + ((<usize>i) << 3)) * cosine(scratch, i * k);
    // Half for the square root of the power, twice for the folded negative times, half circle for the whole.
    store<f64>(scratch + CEPSTRUM + ((<usize>k) << 3), sum / <f64>half);
  }
}

function cosine(scratch: usize, index: i32): f64 {
  return load<f64>(scratch + COSINES + ((<usize>(index & (POINTS - 1))) << 3));
}

/** Natural logarithm of a positive normal number, within a few units of the last place. */
function logarithm(x: f64): f64 {
  const bits = reinterpret<i64>(x);
  let exponent = <f64>((bits >> 52) - 1023);
  let mantissa = reinterpret<f64>((bits & 0xfffffffffffff) | 0x3ff0000000000000);
  if (mantissa > Math.SQRT2) {
    mantissa *= 0.5;
    exponent += 1;
  }
  const z = (mantissa - 1) / (mantissa + 1);
  let series: f64 = 0;
  for (let n: f64 = 23; n > 0; n -= 2) series = series * z * z + 1 / n;
  return exponent * Math.LN2 + 2 * z * series;
}
