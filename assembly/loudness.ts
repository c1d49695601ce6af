// Momentary loudness and true peak of one channel (ITU-R BS.1770-5): the mean square of the last 400 ms behind two
// filters, called K-weighting, in blocks of 100 ms; and the largest magnitude of the signal interpolated four times.
//
// The standard gives the filters at 48 kHz; the analog filters whose bilinear transforms they are give them at any rate.
import { sinePi } from './kaiser';
import {
  LOUDNESS_BLOCK_FRAMES,
  LOUDNESS_BLOCKS,
  LOUDNESS_BYTES,
  LOUDNESS_COEFFICIENTS,
  LOUDNESS_DELAYS,
  LOUDNESS_FILLED,
  LOUDNESS_INPUT,
  LOUDNESS_NEWEST,
  LOUDNESS_POWER,
  LOUDNESS_TAPS,
  LOUDNESS_TRUE_PEAK,
} from './layout';

/** The shelf: +4 dB above the head's radius; gain at the top, its 0.4997th power, frequency in Hz, and Q. */
const SHELF_GAIN: f64 = 1.584864701130855;
const SHELF_BAND_GAIN: f64 = 1.258720930232562;
const SHELF_HZ: f64 = 1681.974450955533;
const SHELF_Q: f64 = 0.7071752369554196;
const HIGH_PASS_HZ: f64 = 38.13547087602444;
const HIGH_PASS_Q: f64 = 0.5003270373238773;
/** The standard leaves out the scale of the high-pass, which at 48 kHz is this; so its gain is the same at any rate. */
const HIGH_PASS_GAIN: f64 = 1.0049948987146884;

/** BS.1770-5 Annex 2, table 1, in 1/8192: phases 0 and 1, newest sample first. Phases 3 and 2 are these, turned round. */
const TAPS: usize = memory.data<i16>(
  [
    14, 90, -161, 272, -487, 1125, 7964, -838, 390, -218, 122, -68, -239, 240, -424, 730, -1364, 3810, 6388, -1641, 832,
    -477, 271, -155,
  ],
  16,
);
const LAST_TAP: usize = 11;

/** Far below hearing, and enough that silence does not become denormal numbers, which are slow. */
const FLOOR: f64 = 1e-25;

/** Size of a loudness meter's state. */
export function loudnessBytes(): i32 {
  return <i32>LOUDNESS_BYTES;
}

/** Designs the filters for `sampleRate` and forgets everything. */
export function loudnessInit(state: usize, sampleRate: i32): void {
  memory.fill(state, 0, LOUDNESS_BYTES);
  store<i32>(state, (sampleRate + 5) / 10, LOUDNESS_BLOCK_FRAMES);
  const shelf = state + LOUDNESS_COEFFICIENTS;
  const passScale = designRecursion(shelf + 40, tanPi(HIGH_PASS_HZ / <f64>sampleRate), HIGH_PASS_Q);
  const k = tanPi(SHELF_HZ / <f64>sampleRate);
  const scale = designRecursion(shelf + 24, k, SHELF_Q) * passScale * HIGH_PASS_GAIN;
  const band = (SHELF_BAND_GAIN / SHELF_Q) * k;
  store<f64>(shelf, (SHELF_GAIN + band + k * k) * scale);
  store<f64>(shelf, 2 * (k * k - SHELF_GAIN) * scale, 8);
  store<f64>(shelf, (SHELF_GAIN - band + k * k) * scale, 16);
  for (let tap: usize = 0; tap <= LAST_TAP; tap++) {
    const taps = state + LOUDNESS_TAPS + (tap << 4);
    store<f32>(taps, tapAt(tap));
    store<f32>(taps, tapAt(12 + tap), 4);
    store<f32>(taps, tapAt(12 + LAST_TAP - tap), 8);
    store<f32>(taps, tapAt(LAST_TAP - tap), 12);
  }
}

/** Measures `frames` floats at `src`. A sample that is not finite counts as 0. */
export function loudnessMeasure(state: usize, src: usize, frames: i32): void {
  const c = state + LOUDNESS_COEFFICIENTS;
  const delays = state + LOUDNESS_DELAYS;
  const blockFrames = load<i32>(state, LOUDNESS_BLOCK_FRAMES);
  let filled = load<i32>(state, LOUDNESS_FILLED);
  let power = load<f64>(state, LOUDNESS_POWER);
  let shelf1 = load<f64>(delays);
  let shelf2 = load<f64>(delays, 8);
  let pass1 = load<f64>(delays, 16);
  let pass2 = load<f64>(delays, 24);
  for (const end = src + ((<usize>frames) << 2); src < end; src += 4) {
    let sample = load<f32>(src);
    if (sample - sample != 0) sample = 0;
    interpolate(state, sample);
    const x = <f64>sample + FLOOR;
    const y = load<f64>(c) * x + shelf1;
    shelf1 = load<f64>(c, 8) * x + load<f64>(c, 24) * y + shelf2;
    shelf2 = load<f64>(c, 16) * x + load<f64>(c, 32) * y;
    const z = y + pass1;
    pass1 = load<f64>(c, 40) * z - 2 * y + pass2;
    pass2 = load<f64>(c, 48) * z + y;
    power += z * z;
    if (++filled == blockFrames) {
      memory.copy(state + LOUDNESS_BLOCKS, state + LOUDNESS_BLOCKS + 8, 24);
      store<f64>(state, power / <f64>blockFrames, LOUDNESS_BLOCKS + 24);
      power = 0;
      filled = 0;
    }
  }
  store<i32>(state, filled, LOUDNESS_FILLED);
  store<f64>(state, power, LOUDNESS_POWER);
  store<f64>(delays, shelf1);
  store<f64>(delays, shelf2, 8);
  store<f64>(delays, pass1, 16);
  store<f64>(delays, pass2, 24);
}

/** K-weighted mean square of the last four whole blocks; what came before the first sample was silence. */
export function loudnessMomentary(state: usize): f64 {
  const blocks = state + LOUDNESS_BLOCKS;
  return (load<f64>(blocks) + load<f64>(blocks, 8) + (load<f64>(blocks, 16) + load<f64>(blocks, 24))) / 4;
}

/** Largest magnitude so far of the interpolated signal, relative to full scale. */
export function loudnessTruePeak(state: usize): f32 {
  return load<f32>(state, LOUDNESS_TRUE_PEAK);
}

/** Four interpolated values behind each sample; every one adds its taps from the newest sample on. */
function interpolate(state: usize, sample: f32): void {
  const newest = (load<i32>(state, LOUDNESS_NEWEST) + <i32>LAST_TAP) % <i32>(LAST_TAP + 1);
  store<i32>(state, newest, LOUDNESS_NEWEST);
  const input = state + LOUDNESS_INPUT + ((<usize>newest) << 2);
  store<f32>(input, sample);
  store<f32>(input, sample, 48);
  let peak = load<f32>(state, LOUDNESS_TRUE_PEAK);
  const taps = state + LOUDNESS_TAPS;
  if (ASC_FEATURE_SIMD) {
    let sums = f32x4.splat(0);
    for (let tap: usize = 0; tap <= LAST_TAP; tap++) {
      sums = f32x4.add(sums, f32x4.mul(v128.load_splat<f32>(input + (tap << 2)), v128.load(taps + (tap << 4))));
    }
    sums = f32x4.abs(sums);
    sums = f32x4.pmax(sums, v128.shuffle<i64>(sums, sums, 1, 0));
    peak = max(peak, max(f32x4.extract_lane(sums, 0), f32x4.extract_lane(sums, 1)));
  } else {
    for (let phase: usize = 0; phase < 16; phase += 4) {
      let sum: f32 = 0;
      for (let tap: usize = 0; tap <= LAST_TAP; tap++) {
        sum += load<f32>(input + (tap << 2)) * load<f32>(taps + phase + (tap << 4));
      }
      peak = max(peak, abs(sum));
    }
  }
  store<f32>(state, peak, LOUDNESS_TRUE_PEAK);
}

/** Stores −a1 and −a2 of a second-order filter at `at` and returns by what its other coefficients are scaled. */
function designRecursion(at: usize, k: f64, q: f64): f64 {
  const scale = 1 / (1 + k / q + k * k);
  store<f64>(at, 2 * (1 - k * k) * scale);
  store<f64>(at, (k / q - 1 - k * k) * scale, 8);
  return scale;
}

function tapAt(index: usize): f32 {
  return <f32>load<i16>(TAPS + (index << 1)) / 8192;
}

function tanPi(x: f64): f64 {
  return sinePi(x) / sinePi(0.5 - x);
}
