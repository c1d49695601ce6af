// A bank of band-pass filters of fourth order whose edges lie 0.9 octaves apart, and the power in each of its bands.
import { sine } from './fade';
import { BAND_COEFFICIENTS_BYTES, BAND_STATE_BYTES, BAND_SUM_SQUARES, BARGE_IN_BANDS } from './layout';

/** Lower edge of the first band, in Hz, and each band's upper edge as a multiple of its lower one: 150 Hz to 7 kHz. */
const LOWEST_EDGE: f64 = 150;
const EDGE_RATIO: f64 = 2;
/** Filters are not to come nearer to half the rate than this share of the rate. */
const HIGHEST_EDGE: f64 = 0.45;
/** States below this are nothing; denormal numbers would be slow. */
const LEAST_STATE: f64 = 1e-30;

/** Designs the bands for a rate in Hz at `coefficients`; those that the rate has no room for pass nothing. */
export function bandsInit(coefficients: usize, rate: f64): void {
  let lower = LOWEST_EDGE;
  for (let band = 0; band < BARGE_IN_BANDS; band++, coefficients += BAND_COEFFICIENTS_BYTES) {
    const upper = min(lower * EDGE_RATIO, HIGHEST_EDGE * rate);
    memory.fill(coefficients, 0, BAND_COEFFICIENTS_BYTES);
    if (upper > lower) bandPass(coefficients, lower / rate, upper / rate);
    lower *= EDGE_RATIO;
  }
}

/** Bristow-Johnson's band-pass whose peak is 0 dB, between two edges as shares of the rate. */
function bandPass(coefficients: usize, lower: f64, upper: f64): void {
  const centre = sqrt<f64>(lower * upper);
  const halfSine = sine(Math.PI * centre);
  const sineOfCentre = 2 * halfSine * sine(Math.PI * (0.5 - centre));
  const alpha = (sineOfCentre * (upper - lower)) / (2 * centre);
  store<f64>(coefficients, alpha / (1 + alpha));
  store<f64>(coefficients, (2 * (1 - 2 * halfSine * halfSine)) / (1 + alpha), 8);
  store<f64>(coefficients, (alpha - 1) / (1 + alpha), 16);
}

/** Sends one sample through both sections of every band of `bank`. */
export function bandsPush(bank: usize, coefficients: usize, sample: f64): void {
  for (const end = bank + <usize>BARGE_IN_BANDS * BAND_STATE_BYTES; bank < end; bank += BAND_STATE_BYTES) {
    const b0 = load<f64>(coefficients);
    const a1 = load<f64>(coefficients, 8);
    const a2 = load<f64>(coefficients, 16);
    const first = b0 * sample + load<f64>(bank);
    store<f64>(bank, a1 * first + load<f64>(bank, 8));
    store<f64>(bank, a2 * first - b0 * sample, 8);
    const second = b0 * first + load<f64>(bank, 16);
    store<f64>(bank, a1 * second + load<f64>(bank, 24), 16);
    store<f64>(bank, a2 * second - b0 * first, 24);
    store<f64>(bank, load<f64>(bank, BAND_SUM_SQUARES) + second * second, BAND_SUM_SQUARES);
    coefficients += BAND_COEFFICIENTS_BYTES;
  }
}

/** Ends a frame of `samples`: the mean square of the band whose state is at `state`, which begins the next frame. */
export function bandTake(state: usize, samples: i32): f64 {
  const power = load<f64>(state, BAND_SUM_SQUARES) / <f64>samples;
  store<f64>(state, 0, BAND_SUM_SQUARES);
  for (let at = state; at < state + BAND_SUM_SQUARES; at += 8) {
    if (abs(load<f64>(at)) < LEAST_STATE) store<f64>(at, 0);
  }
  return power;
}
