// Level over everything measured since the last reset: RMS and peak relative to full scale, and clipped samples.
// A clip is a sample at a rail: 32767 or −32768 in PCM16; in float32 at or above 32767/32768, at or below −1. A float
// that is not finite counts as a clip and adds nothing to the level.
import { METER_BYTES, METER_CLIPS, METER_FRAMES, METER_PEAK, METER_SUM_SQUARES } from './layout';

const HIGHEST: f32 = 0.999969482421875;
const LOWEST: f32 = -1;

const HIGHEST_X4: usize = memory.data<f32>(
  [0.999969482421875, 0.999969482421875, 0.999969482421875, 0.999969482421875],
  16,
);
const LOWEST_X4: usize = memory.data<f32>([-1, -1, -1, -1], 16);
const INFINITY_X4: usize = memory.data<u32>([0x7f800000, 0x7f800000, 0x7f800000, 0x7f800000], 16);
const HIGHEST_X8: usize = memory.data<i16>([32767, 32767, 32767, 32767, 32767, 32767, 32767, 32767], 16);
const LOWEST_X8: usize = memory.data<i16>([-32768, -32768, -32768, -32768, -32768, -32768, -32768, -32768], 16);

/** Size of a meter's state. */
export function meterBytes(): i32 {
  return <i32>METER_BYTES;
}

/** Forgets all that was measured; also what makes fresh memory a meter. */
export function meterReset(state: usize): void {
  memory.fill(state, 0, METER_BYTES);
}

/** Measures `frames` floats at `src`. Four partial sums in f64; sample i of a call belongs to sum i mod 4. */
export function meterFloat(state: usize, src: usize, frames: i32): void {
  const sums = state + METER_SUM_SQUARES;
  let peak = load<f32>(state, METER_PEAK);
  let clips = 0;
  let i = 0;
  if (ASC_FEATURE_SIMD) {
    const highest = v128.load(HIGHEST_X4);
    const lowest = v128.load(LOWEST_X4);
    const infinity = v128.load(INFINITY_X4);
    let peaks = f32x4.splat(peak);
    let lowSums = v128.load(sums);
    let highSums = v128.load(sums, 16);
    for (; i + 4 <= frames; i += 4) {
      const samples = v128.load(src + (i << 2));
      const magnitudes = f32x4.abs(samples);
      const isFinite = f32x4.lt(magnitudes, infinity);
      const levels = v128.and(magnitudes, isFinite);
      const isInside = v128.and(f32x4.lt(samples, highest), f32x4.gt(samples, lowest));
      clips += 4 - popcnt(i32x4.bitmask(isInside));
      peaks = f32x4.pmax(peaks, levels);
      const low = f64x2.promote_low_f32x4(levels);
      const high = f64x2.promote_low_f32x4(v128.shuffle<i32>(levels, levels, 2, 3, 2, 3));
      lowSums = f64x2.add(lowSums, f64x2.mul(low, low));
      highSums = f64x2.add(highSums, f64x2.mul(high, high));
    }
    v128.store(sums, lowSums);
    v128.store(sums, highSums, 16);
    peak = max(
      max(f32x4.extract_lane(peaks, 0), f32x4.extract_lane(peaks, 1)),
      max(f32x4.extract_lane(peaks, 2), f32x4.extract_lane(peaks, 3)),
    );
  }
  for (; i < frames; i++) {
    const sample = load<f32>(src + (i << 2));
    if (!(sample < HIGHEST && sample > LOWEST)) clips++;
    const level = abs(sample);
    if (!(level < Infinity)) continue;
    if (level > peak) peak = level;
    const sum = sums + ((i & 3) << 3);
    store<f64>(sum, load<f64>(sum) + <f64>level * <f64>level);
  }
  store<f32>(state, peak, METER_PEAK);
  count(state, frames, clips);
}

/** Measures `frames` PCM16 samples at `src`; the sum of a call is an exact integer, so lane order has no effect. */
export function meterPcm16(state: usize, src: usize, frames: i32): void {
  let sum: u64 = 0;
  let peak: u32 = 0;
  let clips = 0;
  let i = 0;
  if (ASC_FEATURE_SIMD) {
    const highest = v128.load(HIGHEST_X8);
    const lowest = v128.load(LOWEST_X8);
    let peaks = i16x8.splat(0);
    let sums = i64x2.splat(0);
    for (; i + 8 <= frames; i += 8) {
      const samples = v128.load(src + (i << 1));
      clips += popcnt(i16x8.bitmask(v128.or(i16x8.eq(samples, highest), i16x8.eq(samples, lowest))));
      // |−32768| and the sum of two of its squares need the sign bit: both are unsigned.
      peaks = i16x8.max_u(peaks, i16x8.abs(samples));
      const squares = i32x4.dot_i16x8_s(samples, samples);
      sums = i64x2.add(sums, i64x2.extend_low_i32x4_u(squares));
      sums = i64x2.add(sums, i64x2.extend_high_i32x4_u(squares));
    }
    sum = <u64>i64x2.extract_lane(sums, 0) + <u64>i64x2.extract_lane(sums, 1);
    peaks = i16x8.max_u(peaks, v128.shuffle<i64>(peaks, peaks, 1, 0));
    peaks = i16x8.max_u(peaks, v128.shuffle<i32>(peaks, peaks, 1, 0, 3, 2));
    peaks = i16x8.max_u(peaks, v128.shuffle<i16>(peaks, peaks, 1, 0, 3, 2, 5, 4, 7, 6));
    peak = <u32>i16x8.extract_lane_u(peaks, 0);
  }
  for (; i < frames; i++) {
    const sample: i32 = load<i16>(src + (i << 1));
    if (sample == 32767 || sample == -32768) clips++;
    peak = max(peak, <u32>abs(sample));
    sum += <u64>(sample * sample);
  }
  store<f64>(state, load<f64>(state, METER_SUM_SQUARES) + <f64>sum / 1073741824, METER_SUM_SQUARES);
  store<f32>(state, max(load<f32>(state, METER_PEAK), <f32>peak / 32768), METER_PEAK);
  count(state, frames, clips);
}

function count(state: usize, frames: i32, clips: i32): void {
  store<f64>(state, load<f64>(state, METER_FRAMES) + <f64>frames, METER_FRAMES);
  store<f64>(state, load<f64>(state, METER_CLIPS) + <f64>clips, METER_CLIPS);
}

/** Mean square relative to full scale; 0 when nothing was measured. */
export function meterMeanSquare(state: usize): f64 {
  const frames = load<f64>(state, METER_FRAMES);
  if (frames == 0) return 0;
  const low = load<f64>(state, METER_SUM_SQUARES) + load<f64>(state, METER_SUM_SQUARES + 16);
  const high = load<f64>(state, METER_SUM_SQUARES + 8) + load<f64>(state, METER_SUM_SQUARES + 24);
  return (low + high) / frames;
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
