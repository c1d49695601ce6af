// The inner product that every FIR of the core ends in. Its order of additions is part of its result: 16 partial sums
// (four vectors of four lanes) over blocks of 16 taps, the remaining groups of four in the first vector, then lanes and
// vectors added pairwise. Scalar code adds in exactly that order, so both builds agree bit for bit.

/** Returns Σ window[i] · coefficients[i] over `taps` f32 values; `taps` is a multiple of 4. Any alignment. */
export function dot(window: usize, coefficients: usize, taps: i32): f32 {
  if (ASC_FEATURE_SIMD) return vectorDot(window, coefficients, taps);
  const even = laneDot(window, coefficients, taps) + laneDot(window + 8, coefficients + 8, taps);
  const odd = laneDot(window + 4, coefficients + 4, taps) + laneDot(window + 12, coefficients + 12, taps);
  return even + odd;
}

function vectorDot(window: usize, coefficients: usize, taps: i32): f32 {
  let sum0 = f32x4.splat(0);
  let sum1 = sum0;
  let sum2 = sum0;
  let sum3 = sum0;
  const end = window + ((<usize>taps) << 2);
  const blocksEnd = window + ((<usize>(taps & ~15)) << 2);
  while (window < blocksEnd) {
    sum0 = multiplyAdd(v128.load(window), v128.load(coefficients), sum0);
    sum1 = multiplyAdd(v128.load(window, 16), v128.load(coefficients, 16), sum1);
    sum2 = multiplyAdd(v128.load(window, 32), v128.load(coefficients, 32), sum2);
    sum3 = multiplyAdd(v128.load(window, 48), v128.load(coefficients, 48), sum3);
    window += 64;
    coefficients += 64;
  }
  while (window < end) {
    sum0 = multiplyAdd(v128.load(window), v128.load(coefficients), sum0);
    window += 16;
    coefficients += 16;
  }
  const lanes = f32x4.add(f32x4.add(sum0, sum1), f32x4.add(sum2, sum3));
  const even = f32x4.extract_lane(lanes, 0) + f32x4.extract_lane(lanes, 2);
  const odd = f32x4.extract_lane(lanes, 1) + f32x4.extract_lane(lanes, 3);
  return even + odd;
}

function multiplyAdd(a: v128, b: v128, sum: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_madd(a, b, sum);
  return f32x4.add(sum, f32x4.mul(a, b));
}

/** One lane of `vectorDot`: every fourth tap from `window` on. */
function laneDot(window: usize, coefficients: usize, taps: i32): f32 {
  let sum0: f32 = 0;
  let sum1: f32 = 0;
  let sum2: f32 = 0;
  let sum3: f32 = 0;
  const end = window + ((<usize>taps) << 2);
  const blocksEnd = window + ((<usize>(taps & ~15)) << 2);
  while (window < blocksEnd) {
    sum0 += load<f32>(window) * load<f32>(coefficients);
    sum1 += load<f32>(window, 16) * load<f32>(coefficients, 16);
    sum2 += load<f32>(window, 32) * load<f32>(coefficients, 32);
    sum3 += load<f32>(window, 48) * load<f32>(coefficients, 48);
    window += 64;
    coefficients += 64;
  }
  while (window < end) {
    sum0 += load<f32>(window) * load<f32>(coefficients);
    window += 16;
    coefficients += 16;
  }
  return sum0 + sum1 + (sum2 + sum3);
}
