// float32 ↔ PCM16. The rule, here and nowhere else: full scale is 32768 in both directions; a float is rounded to the
// nearest integer, halves to even; what lies beyond −32768…32767, infinities included, saturates; NaN becomes 0.
// PCM16 → float32 is exact, and so the way back restores every sample.

/**
 * Added to a float in −128…128, it leaves the rounded sample in the low bits of the sum, whose last bit is worth 2⁻¹⁵.
 * Larger sums have larger bits, down to 0: with the rounder's own bits subtracted, they only have to be saturated.
 */
const ROUNDER: f32 = 384;
/** Any number that saturates and from which the sum can't be negative. */
export const LOWEST: f32 = -100;

// Vector constants are loaded, because the optimiser would move literals into the loop and rebuild them in each pass.
export const LOWEST_X4: usize = memory.data<f32>([-100, -100, -100, -100], 16);
export const ROUNDER_X4: usize = memory.data<f32>([384, 384, 384, 384], 16);

function quantise(sample: f32): i32 {
  return sample != sample ? 0 : saturated(max(sample, LOWEST) + ROUNDER);
}

/** The PCM16 sample of a sum with the rounder. */
export function saturated(sum: f32): i32 {
  return max(-32768, min(32767, reinterpret<i32>(sum) - reinterpret<i32>(ROUNDER)));
}

/** Converts `frames` floats at `src` into PCM16 at `dst`. Buffers may not overlap. */
export function pcm16FromFloat(dst: usize, src: usize, frames: i32): void {
  const end = src + ((<usize>frames) << 2);
  if (ASC_FEATURE_SIMD) {
    const rounder = v128.load(ROUNDER_X4);
    const start = src;
    let all = f32x4.splat(0);
    for (; src + 64 <= end; src += 64, dst += 32) {
      const first = f32x4.add(v128.load(src), rounder);
      const second = f32x4.add(v128.load(src, 16), rounder);
      const third = f32x4.add(v128.load(src, 32), rounder);
      const fourth = f32x4.add(v128.load(src, 48), rounder);
      all = v128.or(all, v128.or(v128.or(first, second), v128.or(third, fourth)));
      const low = i16x8.narrow_i32x4_s(i32x4.sub(first, rounder), i32x4.sub(second, rounder));
      const high = i16x8.narrow_i32x4_s(i32x4.sub(third, rounder), i32x4.sub(fourth, rounder));
      v128.store(dst, low);
      v128.store(dst, high, 16);
    }
    // Bit 29 is set in every NaN, the sign in every sum below 0, and neither in a sum near full scale. Seldom: all of it
    // again below.
    if (i32x4.bitmask(v128.or(all, i32x4.shl(all, 2))) != 0) {
      dst -= (src - start) >> 1;
      src = start;
    }
  }
  for (; src < end; src += 4, dst += 2) store<i16>(dst, <i16>quantise(load<f32>(src)));
}

/** Makes a float of an offset sample in its low half: 256 + (sample + 32768) / 32768. */
const FLOAT_TOP_X8: usize = memory.data<u16>([0x4380, 0x4380, 0x4380, 0x4380, 0x4380, 0x4380, 0x4380, 0x4380], 16);
const FLOAT_OFFSET_X4: usize = memory.data<f32>([257, 257, 257, 257], 16);
const SIGN_X8: usize = memory.data<u16>([0x8000, 0x8000, 0x8000, 0x8000, 0x8000, 0x8000, 0x8000, 0x8000], 16);

/** Converts `frames` PCM16 samples at `src` into floats in −1…1 at `dst`. Buffers may not overlap. */
export function floatFromPcm16(dst: usize, src: usize, frames: i32): void {
  const end = src + ((<usize>frames) << 1);
  if (ASC_FEATURE_SIMD) {
    const top = v128.load(FLOAT_TOP_X8);
    const offset = v128.load(FLOAT_OFFSET_X4);
    const sign = v128.load(SIGN_X8);
    for (; src + 32 <= end; src += 32, dst += 64) {
      const low = v128.xor(v128.load(src), sign);
      const high = v128.xor(v128.load(src, 16), sign);
      v128.store(dst, f32x4.sub(v128.shuffle<i16>(low, top, 0, 8, 1, 9, 2, 10, 3, 11), offset));
      v128.store(dst, f32x4.sub(v128.shuffle<i16>(low, top, 4, 12, 5, 13, 6, 14, 7, 15), offset), 16);
      v128.store(dst, f32x4.sub(v128.shuffle<i16>(high, top, 0, 8, 1, 9, 2, 10, 3, 11), offset), 32);
      v128.store(dst, f32x4.sub(v128.shuffle<i16>(high, top, 4, 12, 5, 13, 6, 14, 7, 15), offset), 48);
    }
  }
  for (; src < end; src += 2, dst += 4) store<f32>(dst, <f32>load<i16>(src) / 32768);
}
