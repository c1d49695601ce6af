// µ-law and A-law as in ITU-T G.711, on every input equal to the reference programs of ITU-T G.191 (`ulaw_compress`,
// `alaw_compress` and their inverses), which fold negative samples by one's complement. Most software negates them
// instead, as in Sun Microsystems' g711.c: then 127 inputs get the next code. `negation` chooses: 0 for G.191, −1 for that.
//
// A code is a tiny floating-point number: three bits of segment, four of mantissa. The encoders therefore convert the
// biased magnitude to float32 and read exponent and leading mantissa bits from its top; the scalar twin counts leading
// zeros. Octets are 8 kHz on the phone, but nothing here depends on the rate.

/** Makes every µ-law segment a power of two, in units of the 14-bit magnitude (G.711 §3). */
const MULAW_BIAS: i32 = 33;
const MULAW_HIGHEST: i32 = 8191;

const MULAW_BIAS_X8: usize = memory.data<i16>([33, 33, 33, 33, 33, 33, 33, 33], 16);
const MULAW_HIGHEST_X8: usize = memory.data<i16>([8191, 8191, 8191, 8191, 8191, 8191, 8191, 8191], 16);
/** (127 + 5) × 16: what a float's top 13 bits hold for the lowest µ-law segment, which begins at 2⁵. */
const MULAW_ORIGIN_X8: usize = memory.data<i16>([2112, 2112, 2112, 2112, 2112, 2112, 2112, 2112], 16);
/** (127 + 3) × 16: the same for A-law, whose first segment above the linear start begins at 2⁴. */
const ALAW_ORIGIN_X8: usize = memory.data<i16>([2080, 2080, 2080, 2080, 2080, 2080, 2080, 2080], 16);
const SIXTEEN_X8: usize = memory.data<i16>([16, 16, 16, 16, 16, 16, 16, 16], 16);
const MULAW_DECODER_BIAS_X8: usize = memory.data<i16>([132, 132, 132, 132, 132, 132, 132, 132], 16);
const SIGN_X16: usize = memory.data<u8>(
  [128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128],
  16,
);
/** Even bits are inverted on the line (0x55), and the sign bit is set for positive samples. */
const ALAW_LINE_X16: usize = memory.data<u8>(
  [213, 213, 213, 213, 213, 213, 213, 213, 213, 213, 213, 213, 213, 213, 213, 213],
  16,
);
const MANTISSA_X16: usize = memory.data<u8>([15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15], 16);
const SEGMENT_X16: usize = memory.data<u8>([7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7], 16);
/** By segment: the odd number that a mantissa of 0 stands for, and the power of two that scales it. */
const MULAW_ODD: usize = memory.data<u8>([33, 33, 33, 33, 33, 33, 33, 33, 0, 0, 0, 0, 0, 0, 0, 0], 16);
const MULAW_SCALE: usize = memory.data<u8>([1, 2, 4, 8, 16, 32, 64, 128, 0, 0, 0, 0, 0, 0, 0, 0], 16);
const ALAW_ODD: usize = memory.data<u8>([1, 33, 33, 33, 33, 33, 33, 33, 0, 0, 0, 0, 0, 0, 0, 0], 16);
const ALAW_SCALE: usize = memory.data<u8>([1, 1, 2, 4, 8, 16, 32, 64, 0, 0, 0, 0, 0, 0, 0, 0], 16);

function mulawOctet(sample: i32, negation: i32): i32 {
  const sign = sample >> 31;
  const biased = min((((sample ^ sign) - (sign & negation)) >> 2) + MULAW_BIAS, MULAW_HIGHEST);
  const segment = 26 - clz(biased);
  const code = (segment << 4) | ((biased >> (segment + 1)) & 15);
  return ~(code | (sign & 0x80));
}

function mulawSample(octet: i32): i32 {
  const code = ~octet;
  const magnitude = ((((code & 15) << 1) + MULAW_BIAS) << (((code >> 4) & 7) + 2)) - 132;
  return (code & 0x80) != 0 ? -magnitude : magnitude;
}

function alawOctet(sample: i32, negation: i32): i32 {
  const sign = sample >> 31;
  const magnitude = min((sample ^ sign) - (sign & negation), 32767) >> 4;
  let code = magnitude;
  if (magnitude >= 16) {
    const segment = 28 - clz(magnitude);
    code = (segment << 4) | ((magnitude >> (segment - 1)) & 15);
  }
  return code ^ 0xd5 ^ (sign & 0x80);
}

function alawSample(octet: i32): i32 {
  const code = octet ^ 0xd5;
  const segment = (code >> 4) & 7;
  const odd = ((code & 15) << 1) + (segment == 0 ? 1 : 33);
  const magnitude = (odd << 3) << max(segment - 1, 0);
  return (code & 0x80) != 0 ? -magnitude : magnitude;
}

/** Top 13 bits of eight magnitudes as floats: exponent above, four bits of mantissa below. @inline */
function floatTopX8(magnitudes: v128): v128 {
  const low = f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_u(magnitudes));
  const high = f32x4.convert_i32x4_s(i32x4.extend_high_i16x8_u(magnitudes));
  return i16x8.narrow_i32x4_s(i32x4.shr_u(low, 19), i32x4.shr_u(high, 19));
}

/** Folded by one's complement, or negated (−32768 saturates). @inline */
function magnitudeX8(samples: v128, sign: v128, negated: v128): v128 {
  return i16x8.sub_sat_s(v128.xor(samples, sign), v128.and(sign, negated));
}

/** @inline */
function mulawCodeX8(magnitudes: v128, bias: v128, highest: v128, origin: v128): v128 {
  const biased = i16x8.min_s(i16x8.add(i16x8.shr_u(magnitudes, 2), bias), highest);
  return i16x8.sub(floatTopX8(biased), origin);
}

/** @inline */
function alawCodeX8(magnitudes: v128, sixteen: v128, origin: v128): v128 {
  const steps = i16x8.shr_u(magnitudes, 4);
  const curved = i16x8.sub(floatTopX8(steps), origin);
  return v128.bitselect(steps, curved, i16x8.lt_s(steps, sixteen));
}

/** Encodes `frames` PCM16 samples at `src` into µ-law octets at `dst`. Buffers may not overlap. */
export function encodeMulaw(dst: usize, src: usize, frames: i32, negation: i32): void {
  let i = 0;
  if (ASC_FEATURE_SIMD) {
    const bias = v128.load(MULAW_BIAS_X8);
    const highest = v128.load(MULAW_HIGHEST_X8);
    const origin = v128.load(MULAW_ORIGIN_X8);
    const signBit = v128.load(SIGN_X16);
    const negated = i32x4.splat(negation);
    for (; i + 16 <= frames; i += 16) {
      const low = v128.load(src + (i << 1));
      const high = v128.load(src + (i << 1), 16);
      const lowSign = i16x8.shr_s(low, 15);
      const highSign = i16x8.shr_s(high, 15);
      const codes = i8x16.narrow_i16x8_u(
        mulawCodeX8(magnitudeX8(low, lowSign, negated), bias, highest, origin),
        mulawCodeX8(magnitudeX8(high, highSign, negated), bias, highest, origin),
      );
      const signs = v128.and(i8x16.narrow_i16x8_s(lowSign, highSign), signBit);
      v128.store(dst + i, v128.not(v128.or(codes, signs)));
    }
  }
  for (; i < frames; i++) store<u8>(dst + i, <u8>mulawOctet(load<i16>(src + (i << 1)), negation));
}

/** Encodes `frames` PCM16 samples at `src` into A-law octets at `dst`. Buffers may not overlap. */
export function encodeAlaw(dst: usize, src: usize, frames: i32, negation: i32): void {
  let i = 0;
  if (ASC_FEATURE_SIMD) {
    const sixteen = v128.load(SIXTEEN_X8);
    const origin = v128.load(ALAW_ORIGIN_X8);
    const signBit = v128.load(SIGN_X16);
    const negated = i32x4.splat(negation);
    const line = v128.load(ALAW_LINE_X16);
    for (; i + 16 <= frames; i += 16) {
      const low = v128.load(src + (i << 1));
      const high = v128.load(src + (i << 1), 16);
      const lowSign = i16x8.shr_s(low, 15);
      const highSign = i16x8.shr_s(high, 15);
      const codes = i8x16.narrow_i16x8_u(
        alawCodeX8(magnitudeX8(low, lowSign, negated), sixteen, origin),
        alawCodeX8(magnitudeX8(high, highSign, negated), sixteen, origin),
      );
      const signs = v128.and(i8x16.narrow_i16x8_s(lowSign, highSign), signBit);
      v128.store(dst + i, v128.xor(v128.xor(codes, line), signs));
    }
  }
  for (; i < frames; i++) store<u8>(dst + i, <u8>alawOctet(load<i16>(src + (i << 1)), negation));
}

/** Decodes `frames` µ-law octets at `src` into PCM16 at `dst`. Buffers may not overlap. */
export function decodeMulaw(dst: usize, src: usize, frames: i32): void {
  let i = 0;
  if (ASC_FEATURE_SIMD) {
    const mantissa = v128.load(MANTISSA_X16);
    const segment = v128.load(SEGMENT_X16);
    const odd = v128.load(MULAW_ODD);
    const scale = v128.load(MULAW_SCALE);
    const bias = v128.load(MULAW_DECODER_BIAS_X8);
    for (; i + 16 <= frames; i += 16) {
      const codes = v128.not(v128.load(src + i));
      const segments = v128.and(i16x8.shr_u(codes, 4), segment);
      const steps = v128.and(codes, mantissa);
      const odds = i8x16.add(i8x16.add(steps, steps), i8x16.swizzle(odd, segments));
      const scales = i8x16.swizzle(scale, segments);
      const low = i16x8.sub(i16x8.shl(i16x8.extmul_low_i8x16_u(odds, scales), 2), bias);
      const high = i16x8.sub(i16x8.shl(i16x8.extmul_high_i8x16_u(odds, scales), 2), bias);
      storeSigned(dst + (i << 1), low, high, codes);
    }
  }
  for (; i < frames; i++) store<i16>(dst + (i << 1), <i16>mulawSample(load<u8>(src + i)));
}

/** Decodes `frames` A-law octets at `src` into PCM16 at `dst`. Buffers may not overlap. */
export function decodeAlaw(dst: usize, src: usize, frames: i32): void {
  let i = 0;
  if (ASC_FEATURE_SIMD) {
    const mantissa = v128.load(MANTISSA_X16);
    const segment = v128.load(SEGMENT_X16);
    const odd = v128.load(ALAW_ODD);
    const scale = v128.load(ALAW_SCALE);
    const line = v128.load(ALAW_LINE_X16);
    for (; i + 16 <= frames; i += 16) {
      const codes = v128.xor(v128.load(src + i), line);
      const segments = v128.and(i16x8.shr_u(codes, 4), segment);
      const steps = v128.and(codes, mantissa);
      const odds = i8x16.add(i8x16.add(steps, steps), i8x16.swizzle(odd, segments));
      const scales = i8x16.swizzle(scale, segments);
      const low = i16x8.shl(i16x8.extmul_low_i8x16_u(odds, scales), 3);
      const high = i16x8.shl(i16x8.extmul_high_i8x16_u(odds, scales), 3);
      storeSigned(dst + (i << 1), low, high, codes);
    }
  }
  for (; i < frames; i++) store<i16>(dst + (i << 1), <i16>alawSample(load<u8>(src + i)));
}

/** Stores sixteen magnitudes, negated where the top bit of the code is set. @inline */
function storeSigned(dst: usize, low: v128, high: v128, codes: v128): void {
  const lowSign = i16x8.shr_s(i16x8.extend_low_i8x16_s(codes), 15);
  const highSign = i16x8.shr_s(i16x8.extend_high_i8x16_s(codes), 15);
  v128.store(dst, i16x8.sub(v128.xor(low, lowSign), lowSign));
  v128.store(dst, i16x8.sub(v128.xor(high, highSign), highSign), 16);
}
