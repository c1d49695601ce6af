// Between one stream of frames and several that take turns in it: frame n belongs to stream n mod count. Shuffles take two
// lanes of one vector, then two of another: engines have an instruction for these.
import { quotient } from './quotient';

/**
 * Deals `frames` f32 samples at `src` out to `count` streams, each `streamBytes` behind the one before. The first sample
 * is frame `first`, where frame 0 is the first one of stream 0 at `dst`. A sample that is not finite counts as 0.
 */
export function deal(dst: usize, count: i32, streamBytes: i32, first: i32, src: usize, frames: i32): void {
  const period = quotient(first, count);
  let stream = first - period * count;
  let at = dst + ((<usize>period) << 2);
  const end = src + ((<usize>frames) << 2);
  if (ASC_FEATURE_SIMD && count <= 3) {
    for (; stream != 0 && src < end; src += 4) {
      store<f32>(at + <usize>(stream * streamBytes), finite(load<f32>(src)));
      if (++stream == count) {
        stream = 0;
        at += 4;
      }
    }
    if (stream == 0) {
      const groups = quotient(<i32>(end - src) >> 4, count);
      if (count == 1) dealOne(at, src, groups);
      else if (count == 2) dealTwo(at, streamBytes, src, groups);
      else dealThree(at, streamBytes, src, groups);
      at += (<usize>groups) << 4;
      src += <usize>(groups * (count << 4));
    }
  }
  for (; src < end; src += 4) {
    store<f32>(at + <usize>(stream * streamBytes), finite(load<f32>(src)));
    if (++stream == count) {
      stream = 0;
      at += 4;
    }
  }
}

/**
 * Collects `frames` f32 samples at `dst` from `count` streams whose addresses (i32) lie at `streams`, beginning with
 * frame 0 of stream `first`.
 */
export function collect(dst: usize, streams: usize, count: i32, first: i32, frames: i32): void {
  const end = dst + ((<usize>frames) << 2);
  let index: usize = 0;
  if (first != 0) {
    for (let stream = first; stream < count && dst < end; stream++, dst += 4) {
      store<f32>(dst, load<f32>(streamAt(streams, stream)));
    }
    index = 4;
  }
  if (ASC_FEATURE_SIMD && count <= 3) {
    const groups = quotient(<i32>(end - dst) >> 4, count);
    if (count == 1) memory.copy(dst, streamAt(streams, 0) + index, (<usize>groups) << 4);
    else if (count == 2) collectTwo(dst, streamAt(streams, 0) + index, streamAt(streams, 1) + index, groups);
    else collectThree(dst, streams, index, groups);
    dst += <usize>(groups * (count << 4));
    index += (<usize>groups) << 4;
  }
  for (let stream = 0; stream < count; stream++) {
    let from = streamAt(streams, stream) + index;
    const stride = (<usize>count) << 2;
    for (let to = dst + ((<usize>stream) << 2); to < end; to += stride, from += 4) store<f32>(to, load<f32>(from));
  }
}

function streamAt(streams: usize, stream: i32): usize {
  return <usize>load<i32>(streams + ((<usize>stream) << 2));
}

/** 0 for NaN and ±Infinity: x − x is NaN for exactly these, and NaN equals nothing. */
function finite(sample: f32): f32 {
  const difference = sample - sample;
  return difference == difference ? sample : 0;
}

/** @inline */
function finiteVector(samples: v128): v128 {
  const difference = f32x4.sub(samples, samples);
  return v128.and(samples, f32x4.eq(difference, difference));
}

function dealOne(dst: usize, src: usize, groups: i32): void {
  for (; groups > 0; groups--, src += 16, dst += 16) v128.store(dst, finiteVector(v128.load(src)));
}

function dealTwo(dst: usize, streamBytes: i32, src: usize, groups: i32): void {
  for (; groups > 0; groups--, src += 32, dst += 16) {
    const low = finiteVector(v128.load(src));
    const high = finiteVector(v128.load(src, 16));
    v128.store(dst, v128.shuffle<f32>(low, high, 0, 2, 4, 6));
    v128.store(dst + <usize>streamBytes, v128.shuffle<f32>(low, high, 1, 3, 5, 7));
  }
}

function dealThree(dst: usize, streamBytes: i32, src: usize, groups: i32): void {
  for (; groups > 0; groups--, src += 48, dst += 16) {
    const low = finiteVector(v128.load(src));
    const middle = finiteVector(v128.load(src, 16));
    const high = finiteVector(v128.load(src, 32));
    const ends = v128.shuffle<f32>(middle, high, 2, 3, 5, 6);
    const starts = v128.shuffle<f32>(low, middle, 1, 2, 4, 5);
    v128.store(dst, v128.shuffle<f32>(low, ends, 0, 3, 4, 6));
    v128.store(dst + <usize>streamBytes, v128.shuffle<f32>(starts, ends, 0, 2, 5, 7));
    v128.store(dst + <usize>(2 * streamBytes), v128.shuffle<f32>(starts, high, 1, 3, 4, 7));
  }
}

function collectTwo(dst: usize, first: usize, second: usize, groups: i32): void {
  for (; groups > 0; groups--, first += 16, second += 16, dst += 32) {
    const x = v128.load(first);
    const y = v128.load(second);
    v128.store(dst, v128.shuffle<f32>(x, y, 0, 4, 1, 5));
    v128.store(dst, v128.shuffle<f32>(x, y, 2, 6, 3, 7), 16);
  }
}

function collectThree(dst: usize, streams: usize, index: usize, groups: i32): void {
  let first = streamAt(streams, 0) + index;
  let second = streamAt(streams, 1) + index;
  let third = streamAt(streams, 2) + index;
  for (; groups > 0; groups--, first += 16, second += 16, third += 16, dst += 48) {
    const x = v128.load(first);
    const y = v128.load(second);
    const z = v128.load(third);
    const xy = v128.shuffle<f32>(x, y, 0, 2, 4, 6);
    const yz = v128.shuffle<f32>(y, z, 1, 3, 5, 7);
    const zx = v128.shuffle<f32>(z, x, 0, 2, 5, 7);
    v128.store(dst, v128.shuffle<f32>(xy, zx, 0, 2, 4, 6));
    v128.store(dst, v128.shuffle<f32>(yz, xy, 0, 2, 5, 7), 16);
    v128.store(dst, v128.shuffle<f32>(zx, yz, 1, 3, 5, 7), 32);
  }
}
