// Level over everything measured since the last reset: RMS and peak relative to full scale, and clipped samples.
// A clip is a sample at a rail: 32767 or −32768 in PCM16; in float32 at or above 32767/32768, at or below −1. A float
// that is not finite counts as a clip and adds nothing to the level.
//
// Squares of floats are summed in sixteen lanes of f32 over short stretches and in f64 from there, which keeps the RMS
// within 10⁻⁵ dB. Clips are looked for only where the peak says that there are some, sample by sample.
import { METER_BYTES, METER_CLIPS, METER_FRAMES, METER_LANES, METER_PEAK, METER_SUM_SQUARES } from './layout';

const HIGHEST: f32 = 0.999969482421875;
const LOWEST: f32 = -1;
const LANES: usize = 16;
/** Bytes of a stretch: 1024 frames, 64 squares in each lane. */
const STRETCH_BYTES: usize = 4096;

/** Size of a meter's state. */
export function meterBytes(): i32 {
  return <i32>METER_BYTES;
}

/** Forgets all that was measured; also what makes fresh memory a meter. */
export function meterReset(state: usize): void {
  memory.fill(state, 0, METER_BYTES);
}

/** Measures `frames` floats at `src`; sample i of a stretch belongs to lane i mod 16. */
export function meterFloat(state: usize, src: usize, frames: i32): void {
  for (const end = src + ((<usize>frames) << 2); src < end; src += STRETCH_BYTES) {
    meterStretch(state, src, min(src + STRETCH_BYTES, end));
  }
}

function meterStretch(state: usize, src: usize, end: usize): void {
  const lanes = state + METER_LANES;
  let peak: f32 = 0;
  let at = src;
  if (ASC_FEATURE_SIMD) {
    let peaks = f32x4.splat(0);
    let sum0 = peaks;
    let sum1 = peaks;
    let sum2 = peaks;
    let sum3 = peaks;
    for (; at + 64 <= end; at += 64) {
      const samples0 = v128.load(at);
      const samples1 = v128.load(at, 16);
      const samples2 = v128.load(at, 32);
      const samples3 = v128.load(at, 48);
      sum0 = f32x4.add(sum0, f32x4.mul(samples0, samples0));
      sum1 = f32x4.add(sum1, f32x4.mul(samples1, samples1));
      sum2 = f32x4.add(sum2, f32x4.mul(samples2, samples2));
      sum3 = f32x4.add(sum3, f32x4.mul(samples3, samples3));
      const low = f32x4.pmax(f32x4.abs(samples0), f32x4.abs(samples1));
      const high = f32x4.pmax(f32x4.abs(samples2), f32x4.abs(samples3));
      peaks = f32x4.pmax(peaks, f32x4.pmax(low, high));
    }
    v128.store(lanes, sum0);
    v128.store(lanes, sum1, 16);
    v128.store(lanes, sum2, 32);
    v128.store(lanes, sum3, 48);
    peak = max(
      max(f32x4.extract_lane(peaks, 0), f32x4.extract_lane(peaks, 1)),
      max(f32x4.extract_lane(peaks, 2), f32x4.extract_lane(peaks, 3)),
    );
  } else {
    memory.fill(lanes, 0, LANES << 2);
  }
  for (; at < end; at += 4) {
    const level = abs(load<f32>(at));
    const lane = lanes + ((at - src) & ((LANES - 1) << 2));
    store<f32>(lane, load<f32>(lane) + level * level);
    if (level > peak) peak = level;
  }
  let sum: f64 = 0;
  for (let lane = lanes; lane < lanes + 16; lane += 4) {
    sum += <f64>(load<f32>(lane) + load<f32>(lane, 16) + (load<f32>(lane, 32) + load<f32>(lane, 48)));
  }
  let clips = 0;
  if (peak >= HIGHEST || !(sum < Infinity)) {
    peak = 0;
    sum = 0;
    for (at = src; at < end; at += 4) {
      const sample = load<f32>(at);
      if (!(sample < HIGHEST && sample > LOWEST)) clips++;
      const level = abs(sample);
      if (!(level < Infinity)) continue;
      peak = max(peak, level);
      sum += <f64>level * <f64>level;
    }
  }
  count(state, <i32>((end - src) >> 2), clips, sum, peak);
}

/** Measures `frames` PCM16 samples at `src`; the sum of a call is an exact integer, so lane order has no effect. */
export function meterPcm16(state: usize, src: usize, frames: i32): void {
  const end = src + ((<usize>frames) << 1);
  let sum: u64 = 0;
  let peak = 0;
  let at = src;
  if (ASC_FEATURE_SIMD) {
    let peaks = i16x8.splat(0);
    let sums = i64x2.splat(0);
    for (; at + 32 <= end; at += 32) {
      const first = v128.load(at);
      const second = v128.load(at, 16);
      // |−32768| and the sum of its squares need the sign bit: both are unsigned. Four of them are too many, see below.
      peaks = i16x8.max_u(peaks, i16x8.max_u(i16x8.abs(first), i16x8.abs(second)));
      const squares = i32x4.add(i32x4.dot_i16x8_s(first, first), i32x4.dot_i16x8_s(second, second));
      sums = i64x2.add(sums, i64x2.extend_low_i32x4_u(squares));
      sums = i64x2.add(sums, i64x2.extend_high_i32x4_u(squares));
    }
    sum = <u64>i64x2.extract_lane(sums, 0) + <u64>i64x2.extract_lane(sums, 1);
    peaks = i16x8.max_u(peaks, v128.shuffle<i64>(peaks, peaks, 1, 0));
    peaks = i16x8.max_u(peaks, v128.shuffle<i32>(peaks, peaks, 1, 0, 3, 2));
    peak = max(i16x8.extract_lane_u(peaks, 0), i16x8.extract_lane_u(peaks, 1));
  }
  for (; at < end; at += 2) {
    const sample: i32 = load<i16>(at);
    peak = max(peak, abs(sample));
    sum += <u64>(sample * sample);
  }
  let clips = 0;
  if (peak >= 32767) {
    sum = 0;
    for (at = src; at < end; at += 2) {
      const sample: i32 = load<i16>(at);
      if (sample == 32767 || sample == -32768) clips++;
      sum += <u64>(sample * sample);
    }
  }
  count(state, frames, clips, <f64>sum / 1073741824, <f32>peak / 32768);
}

function count(state: usize, frames: i32, clips: i32, sum: f64, peak: f32): void {
  store<f64>(state, load<f64>(state, METER_FRAMES) + <f64>frames, METER_FRAMES);
  store<f64>(state, load<f64>(state, METER_CLIPS) + <f64>clips, METER_CLIPS);
  store<f64>(state, load<f64>(state, METER_SUM_SQUARES) + sum, METER_SUM_SQUARES);
  store<f32>(state, max(load<f32>(state, METER_PEAK), peak), METER_PEAK);
}

/** Mean square relative to full scale; 0 when nothing was measured. */
export function meterMeanSquare(state: usize): f64 {
  const frames = load<f64>(state, METER_FRAMES);
  return frames == 0 ? 0 : load<f64>(state, METER_SUM_SQUARES) / frames;
}

/** Largest magnitude relative to full scale. */
export function meterPeak(state: usize): f32 {
  return load<f32>(state, METER_PEAK);
}

/** Number of clipped samples. */
export function meterClips(state: usize): f64 {
  return load<f64>(state, METER_CLIPS);
}

/** Number of frames measured. */
export function meterFrames(state: usize): f64 {
  return load<f64>(state, METER_FRAMES);
}
