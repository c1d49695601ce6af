// float32 → PCM16 with triangular dither: the difference of two uniform numbers, ±1 step at most, is added before
// rounding, so that the error has no relation to the signal: its mean is 0 and its power 1/4 step², whatever the signal
// (S. P. Lipshitz, R. A. Wannamaker and J. Vanderkooy, "Quantization and Dither: A Theoretical Survey", JAES 40, 1992).
//
// The numbers are the halves of the words of eight generators (G. Marsaglia, "Xorshift RNGs", JSS 8, 2003) that take turns
// sample by sample, so output does not depend on block sizes. NaN counts as 0; saturation is that of `pcm16.ts`.
import { DITHER_BYTES, DITHER_TURN } from './layout';
import { LOWEST, LOWEST_X4, ROUNDER_X4, saturated } from './pcm16';

/**
 * Its last bit is worth a 65536th of a step of PCM16: a difference added to its bits is added to its value. The rounder
 * takes it off again.
 */
const NOISE: f32 = 0.005859375;
const NOISE_X4: usize = memory.data<f32>([0.005859375, 0.005859375, 0.005859375, 0.005859375], 16);
/** 384 − 0.005859375, see `pcm16.ts`. */
const NOISE_ROUNDER: f32 = 383.994140625;
const NOISE_ROUNDER_X4: usize = memory.data<f32>([383.994140625, 383.994140625, 383.994140625, 383.994140625], 16);
const DIFFERENCE: usize = memory.data<i16>([1, -1, 1, -1, 1, -1, 1, -1], 16);

/** Size of the generators' state. */
export function ditherBytes(): i32 {
  return <i32>DITHER_BYTES;
}

/** Seeds the generators; equal seeds give equal dither. */
export function ditherInit(state: usize, seed: i32): void {
  for (const end = state + DITHER_TURN; state < end; state += 4) {
    seed = (seed ^ (seed >>> 15)) * 0x2c1b3c6d + 0x6d2b79f5;
    // No generator gets out of 0.
    store<i32>(state, seed | 1);
  }
  store<i32>(state, 0);
}

/** Converts `frames` floats at `src` into dithered PCM16 at `dst`. Buffers may not overlap. */
export function pcm16FromFloatDithered(dst: usize, src: usize, frames: i32, state: usize): void {
  const end = src + ((<usize>frames) << 2);
  if (ASC_FEATURE_SIMD) {
    while (src < end && load<i32>(state, DITHER_TURN) != 0) {
      store<i16>(dst, ditheredSample(load<f32>(src), state));
      src += 4;
      dst += 2;
    }
    const lowest = v128.load(LOWEST_X4);
    const rounder = v128.load(ROUNDER_X4);
    const centre = v128.load(NOISE_X4);
    const noiseRounder = v128.load(NOISE_ROUNDER_X4);
    const difference = v128.load(DIFFERENCE);
    let words0 = v128.load(state);
    let words1 = v128.load(state, 16);
    for (; src + 32 <= end; src += 32, dst += 16) {
      words0 = nextWords(words0);
      words1 = nextWords(words1);
      const noise0 = i32x4.add(i32x4.dot_i16x8_s(words0, difference), centre);
      const noise1 = i32x4.add(i32x4.dot_i16x8_s(words1, difference), centre);
      const samples0 = v128.load(src);
      const samples1 = v128.load(src, 16);
      const numbers0 = f32x4.pmax(v128.and(samples0, f32x4.eq(samples0, samples0)), lowest);
      const numbers1 = f32x4.pmax(v128.and(samples1, f32x4.eq(samples1, samples1)), lowest);
      const steps0 = i32x4.sub(f32x4.add(f32x4.add(numbers0, noise0), noiseRounder), rounder);
      const steps1 = i32x4.sub(f32x4.add(f32x4.add(numbers1, noise1), noiseRounder), rounder);
      v128.store(dst, i16x8.narrow_i32x4_s(steps0, steps1));
    }
    v128.store(state, words0);
    v128.store(state, words1, 16);
  }
  for (; src < end; src += 4, dst += 2) store<i16>(dst, ditheredSample(load<f32>(src), state));
}

/** @inline */
function nextWords(words: v128): v128 {
  const first = v128.xor(words, i32x4.shl(words, 13));
  const second = v128.xor(first, i32x4.shr_u(first, 17));
  return v128.xor(second, i32x4.shl(second, 5));
}

function ditheredSample(sample: f32, state: usize): i16 {
  const turn = load<i32>(state, DITHER_TURN);
  const generator = state + ((<usize>turn) << 2);
  let word = load<u32>(generator);
  word ^= word << 13;
  word ^= word >>> 17;
  word ^= word << 5;
  store<u32>(generator, word);
  store<i32>(state, (turn + 1) & 7, DITHER_TURN);
  const difference = <i32>(<i16>word) - <i32>(<i16>(word >> 16));
  const noise = reinterpret<f32>(reinterpret<i32>(NOISE) + difference);
  return <i16>saturated((sample != sample ? 0 : max(sample, LOWEST)) + noise + NOISE_ROUNDER);
}
