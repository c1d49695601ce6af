// Inner products along taps, four at once: what an output frame is when each has a phase of its own. The order of
// additions is part of the result: lane i of two vectors sums every eighth tap from i and from i + 4, then the two
// vectors, then lanes in pairs. Scalar code adds in exactly that order, so both builds agree bit for bit.
import { multiplyAdd } from './multiply-add';

/**
 * Stores four sums at `dst`: Σ window_i · row_i over `taps` f32 values each; `taps` is a multiple of 8. Any alignment,
 * and windows and rows may overlap or be the same.
 */
export function dotFour(
  dst: usize,
  taps: i32,
  window0: usize,
  row0: usize,
  window1: usize,
  row1: usize,
  window2: usize,
  row2: usize,
  window3: usize,
  row3: usize,
): void {
  if (ASC_FEATURE_SIMD) {
    let even0 = f32x4.splat(0);
    let odd0 = even0;
    let even1 = even0;
    let odd1 = even0;
    let even2 = even0;
    let odd2 = even0;
    let even3 = even0;
    let odd3 = even0;
    const bytes = (<usize>taps) << 2;
    for (let at: usize = 0; at < bytes; at += 32) {
      even0 = multiplyAdd(v128.load(window0 + at), v128.load(row0 + at), even0);
      odd0 = multiplyAdd(v128.load(window0 + at, 16), v128.load(row0 + at, 16), odd0);
      even1 = multiplyAdd(v128.load(window1 + at), v128.load(row1 + at), even1);
      odd1 = multiplyAdd(v128.load(window1 + at, 16), v128.load(row1 + at, 16), odd1);
      even2 = multiplyAdd(v128.load(window2 + at), v128.load(row2 + at), even2);
      odd2 = multiplyAdd(v128.load(window2 + at, 16), v128.load(row2 + at, 16), odd2);
      even3 = multiplyAdd(v128.load(window3 + at), v128.load(row3 + at), even3);
      odd3 = multiplyAdd(v128.load(window3 + at, 16), v128.load(row3 + at, 16), odd3);
    }
    const sum0 = f32x4.add(even0, odd0);
    const sum1 = f32x4.add(even1, odd1);
    const sum2 = f32x4.add(even2, odd2);
    const sum3 = f32x4.add(even3, odd3);
    const low01 = v128.shuffle<f32>(sum0, sum1, 0, 4, 1, 5);
    const high01 = v128.shuffle<f32>(sum0, sum1, 2, 6, 3, 7);
    const low23 = v128.shuffle<f32>(sum2, sum3, 0, 4, 1, 5);
    const high23 = v128.shuffle<f32>(sum2, sum3, 2, 6, 3, 7);
    const first = f32x4.add(v128.shuffle<f32>(low01, low23, 0, 1, 4, 5), v128.shuffle<f32>(low01, low23, 2, 3, 6, 7));
    const second = f32x4.add(
      v128.shuffle<f32>(high01, high23, 0, 1, 4, 5),
      v128.shuffle<f32>(high01, high23, 2, 3, 6, 7),
    );
    v128.store(dst, f32x4.add(first, second));
    return;
  }
  store<f32>(dst, dot(window0, row0, taps));
  store<f32>(dst, dot(window1, row1, taps), 4);
  store<f32>(dst, dot(window2, row2, taps), 8);
  store<f32>(dst, dot(window3, row3, taps), 12);
}

function dot(window: usize, row: usize, taps: i32): f32 {
  const first = laneDot(window, row, taps) + laneDot(window + 4, row + 4, taps);
  const second = laneDot(window + 8, row + 8, taps) + laneDot(window + 12, row + 12, taps);
  return first + second;
}

function laneDot(window: usize, row: usize, taps: i32): f32 {
  let even: f32 = 0;
  let odd: f32 = 0;
  for (const end = window + ((<usize>taps) << 2); window < end; window += 32, row += 32) {
    even += load<f32>(window) * load<f32>(row);
    odd += load<f32>(window, 16) * load<f32>(row, 16);
  }
  return even + odd;
}

/**
 * Stores six sums, each `dstStride` bytes behind the one before: those of one row with six windows, each `windowStride`
 * bytes behind the one before.
 */
export function dotSix(dst: usize, dstStride: usize, taps: i32, row: usize, window0: usize, windowStride: usize): void {
  const window1 = window0 + windowStride;
  const window2 = window1 + windowStride;
  const window3 = window2 + windowStride;
  const window4 = window3 + windowStride;
  const window5 = window4 + windowStride;
  if (ASC_FEATURE_SIMD) {
    let even0 = f32x4.splat(0);
    let odd0 = even0;
    let even1 = even0;
    let odd1 = even0;
    let even2 = even0;
    let odd2 = even0;
    let even3 = even0;
    let odd3 = even0;
    let even4 = even0;
    let odd4 = even0;
    let even5 = even0;
    let odd5 = even0;
    const bytes = (<usize>taps) << 2;
    for (let at: usize = 0; at < bytes; at += 32) {
      const even = v128.load(row + at);
      even0 = multiplyAdd(v128.load(window0 + at), even, even0);
      even1 = multiplyAdd(v128.load(window1 + at), even, even1);
      even2 = multiplyAdd(v128.load(window2 + at), even, even2);
      even3 = multiplyAdd(v128.load(window3 + at), even, even3);
      even4 = multiplyAdd(v128.load(window4 + at), even, even4);
      even5 = multiplyAdd(v128.load(window5 + at), even, even5);
      const odd = v128.load(row + at, 16);
      odd0 = multiplyAdd(v128.load(window0 + at, 16), odd, odd0);
      odd1 = multiplyAdd(v128.load(window1 + at, 16), odd, odd1);
      odd2 = multiplyAdd(v128.load(window2 + at, 16), odd, odd2);
      odd3 = multiplyAdd(v128.load(window3 + at, 16), odd, odd3);
      odd4 = multiplyAdd(v128.load(window4 + at, 16), odd, odd4);
      odd5 = multiplyAdd(v128.load(window5 + at, 16), odd, odd5);
    }
    store<f32>(dst, laneSum(f32x4.add(even0, odd0)));
    store<f32>(dst + dstStride, laneSum(f32x4.add(even1, odd1)));
    store<f32>(dst + 2 * dstStride, laneSum(f32x4.add(even2, odd2)));
    store<f32>(dst + 3 * dstStride, laneSum(f32x4.add(even3, odd3)));
    store<f32>(dst + 4 * dstStride, laneSum(f32x4.add(even4, odd4)));
    store<f32>(dst + 5 * dstStride, laneSum(f32x4.add(even5, odd5)));
    return;
  }
  store<f32>(dst, dot(window0, row, taps));
  store<f32>(dst + dstStride, dot(window1, row, taps));
  store<f32>(dst + 2 * dstStride, dot(window2, row, taps));
  store<f32>(dst + 3 * dstStride, dot(window3, row, taps));
  store<f32>(dst + 4 * dstStride, dot(window4, row, taps));
  store<f32>(dst + 5 * dstStride, dot(window5, row, taps));
}

/** @inline */
function laneSum(lanes: v128): f32 {
  const first = f32x4.extract_lane(lanes, 0) + f32x4.extract_lane(lanes, 1);
  const second = f32x4.extract_lane(lanes, 2) + f32x4.extract_lane(lanes, 3);
  return first + second;
}
