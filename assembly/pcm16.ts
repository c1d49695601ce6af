// float32 ↔ PCM16. The rule, here and nowhere else: full scale is 32768 in both directions; a float is rounded to the
// nearest integer, halves to even; what lies beyond −32768…32767, infinities included, saturates; NaN becomes 0.
// PCM16 → float32 is exact, and so the way back restores every sample.

/** Added to a float of magnitude ≤ 2¹⁵, it leaves the rounded integer in the low bits of the sum (1.5 × 2²³). */
const ROUNDER: f32 = 12582912;
const FULL_SCALE: f32 = 32768;
const LOWEST: f32 = -32768;
const HIGHEST: f32 = 32767;

// Vector constants are loaded, because the optimiser would move literals into the loop and rebuild them in each pass.
const FULL_SCALE_X4: usize = memory.data<f32>([32768, 32768, 32768, 32768], 16);
const LOWEST_X4: usize = memory.data<f32>([-32768, -32768, -32768, -32768], 16);
const HIGHEST_X4: usize = memory.data<f32>([32767, 32767, 32767, 32767], 16);
const ROUNDER_X4: usize = memory.data<f32>([12582912, 12582912, 12582912, 12582912], 16);
const STEP_X4: usize = memory.data<f32>(
  [0.000030517578125, 0.000030517578125, 0.000030517578125, 0.000030517578125],
  16,
);

/** The low 16 bits of the result are the PCM16 sample. */
export function quantise(sample: f32): i32 {
  if (sample != sample) return 0;
  let scaled = sample * FULL_SCALE;
  if (scaled > HIGHEST) scaled = HIGHEST;
  if (scaled < LOWEST) scaled = LOWEST;
  return reinterpret<i32>(scaled + ROUNDER);
}

/** @inline */
function quantiseX4(samples: v128, fullScale: v128, lowest: v128, highest: v128, rounder: v128): v128 {
  const numbers = v128.and(samples, f32x4.eq(samples, samples));
  const limited = f32x4.pmax(lowest, f32x4.pmin(highest, f32x4.mul(numbers, fullScale)));
  return f32x4.add(limited, rounder);
}

/** Converts `frames` floats at `src` into PCM16 at `dst`. Buffers may not overlap. */
export function pcm16FromFloat(dst: usize, src: usize, frames: i32): void {
  let i = 0;
  if (ASC_FEATURE_SIMD) {
    const fullScale = v128.load(FULL_SCALE_X4);
    const lowest = v128.load(LOWEST_X4);
    const highest = v128.load(HIGHEST_X4);
    const rounder = v128.load(ROUNDER_X4);
    for (; i + 8 <= frames; i += 8) {
      const low = quantiseX4(v128.load(src + (i << 2)), fullScale, lowest, highest, rounder);
      const high = quantiseX4(v128.load(src + (i << 2), 16), fullScale, lowest, highest, rounder);
      v128.store(dst + (i << 1), v128.shuffle<i16>(low, high, 0, 2, 4, 6, 8, 10, 12, 14));
    }
  }
  for (; i < frames; i++) store<i16>(dst + (i << 1), <i16>quantise(load<f32>(src + (i << 2))));
}

/** Converts `frames` PCM16 samples at `src` into floats in −1…1 at `dst`. Buffers may not overlap. */
export function floatFromPcm16(dst: usize, src: usize, frames: i32): void {
  let i = 0;
  if (ASC_FEATURE_SIMD) {
    const step = v128.load(STEP_X4);
    for (; i + 8 <= frames; i += 8) {
      const samples = v128.load(src + (i << 1));
      const low = f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_s(samples));
      const high = f32x4.convert_i32x4_s(i32x4.extend_high_i16x8_s(samples));
      v128.store(dst + (i << 2), f32x4.mul(low, step));
      v128.store(dst + (i << 2), f32x4.mul(high, step), 16);
    }
  }
  for (; i < frames; i++) store<f32>(dst + (i << 2), <f32>load<i16>(src + (i << 1)) / FULL_SCALE);
}
