// FIR banks: consecutive frames of one output stream from streams of input frames, vectors across outputs. A tap is one
// coefficient times 4 outputs' inputs, which lie side by side: no horizontal sums, no shuffles. Each output adds its taps
// from the edge of the window inwards, the last one in the centre, so it is the same in any vector and in scalar code.
//
// A job (see `layout.ts`) is a list of runs: a pointer into an input stream that steps one frame a tap, a mirrored one
// that steps against it, and coefficients. `folded` adds mirrored inputs first and so multiplies once for two taps; its
// siblings are in files of their own. Taps go in groups of up to eight, each of the first four with the one four behind it
// if there is one, whose inputs are the same vectors one place on: that saves almost half of the loads. `vectors` counts
// vectors of four outputs and is a multiple of 4.
//
// Tried: A. Karatsuba's product for sixteen taps by sixteen outputs, three quarters of the multiplications: `max` at 2 : 1
// 14 % faster, `voice` at 3 : 2 25 % slower. Bodies of four pairs of taps: V8 sums one output after the other and spills.
import {
  JOB_CENTRE,
  JOB_CENTRE_INPUT,
  JOB_RUNS,
  JOB_RUNS_AT,
  RUN_BYTES,
  RUN_COEFFICIENTS,
  RUN_INPUT,
  RUN_MIRROR,
  RUN_TAPS,
} from './layout';
import { multiplyAdd } from './multiply-add';

/**
 * Writes one stream at `dst`: Σ c · (input + mirrored input), then the centre. Frame 0 of the input is at `input`. With
 * `other`, frames of the stream there take turns with these, and go first.
 */
export function folded(dst: usize, job: usize, input: usize, vectors: i32, other: usize): void {
  if (!ASC_FEATURE_SIMD) return foldedFrames(dst, job, input, vectors << 2, other);
  for (; vectors >= 8; vectors -= 8, input += 128) {
    foldedEight(dst, job, input, other);
    dst += 128;
    if (other == 0) continue;
    dst += 128;
    other += 128;
  }
  for (; vectors > 0; vectors -= 4, input += 64) {
    foldedFour(dst, job, input, other);
    dst += 64;
    if (other == 0) continue;
    dst += 64;
    other += 64;
  }
}

function foldedEight(dst: usize, job: usize, input: usize, other: usize): void {
  let sum0 = f32x4.splat(0);
  let sum1 = sum0;
  let sum2 = sum0;
  let sum3 = sum0;
  let sum4 = sum0;
  let sum5 = sum0;
  let sum6 = sum0;
  let sum7 = sum0;
  let run = job + JOB_RUNS_AT;
  for (const end = run + <usize>load<i32>(job, JOB_RUNS) * RUN_BYTES; run < end; run += RUN_BYTES) {
    let at = input + <usize>load<i32>(run, RUN_INPUT);
    let mirror = input + <usize>load<i32>(run, RUN_MIRROR);
    let coefficient = job + <usize>load<i32>(run, RUN_COEFFICIENTS);
    let coefficientsEnd = coefficient + ((<usize>load<i32>(run, RUN_TAPS)) << 2);
    while (coefficient + 16 < coefficientsEnd) {
      const groupEnd = coefficient + 16;
      const pairsEnd = min<usize>(groupEnd, coefficientsEnd - 16);
      for (; coefficient < pairsEnd; coefficient += 4, at -= 4, mirror += 4) {
        const near = v128.load_splat<f32>(coefficient);
        const far = v128.load_splat<f32>(coefficient, 16);
        const older = at - 16;
        const x = v128.load(older);
        const y0 = v128.load(mirror);
        const x0 = v128.load(older, 16);
        const y1 = v128.load(mirror, 16);
        sum0 = multiplyAdd(f32x4.add(x0, y0), near, sum0);
        sum0 = multiplyAdd(f32x4.add(x, y1), far, sum0);
        const x1 = v128.load(older, 32);
        const y2 = v128.load(mirror, 32);
        sum1 = multiplyAdd(f32x4.add(x1, y1), near, sum1);
        sum1 = multiplyAdd(f32x4.add(x0, y2), far, sum1);
        const x2 = v128.load(older, 48);
        const y3 = v128.load(mirror, 48);
        sum2 = multiplyAdd(f32x4.add(x2, y2), near, sum2);
        sum2 = multiplyAdd(f32x4.add(x1, y3), far, sum2);
        const x3 = v128.load(older, 64);
        const y4 = v128.load(mirror, 64);
        sum3 = multiplyAdd(f32x4.add(x3, y3), near, sum3);
        sum3 = multiplyAdd(f32x4.add(x2, y4), far, sum3);
        const x4 = v128.load(older, 80);
        const y5 = v128.load(mirror, 80);
        sum4 = multiplyAdd(f32x4.add(x4, y4), near, sum4);
        sum4 = multiplyAdd(f32x4.add(x3, y5), far, sum4);
        const x5 = v128.load(older, 96);
        const y6 = v128.load(mirror, 96);
        sum5 = multiplyAdd(f32x4.add(x5, y5), near, sum5);
        sum5 = multiplyAdd(f32x4.add(x4, y6), far, sum5);
        const x6 = v128.load(older, 112);
        const y7 = v128.load(mirror, 112);
        sum6 = multiplyAdd(f32x4.add(x6, y6), near, sum6);
        sum6 = multiplyAdd(f32x4.add(x5, y7), far, sum6);
        const x7 = v128.load(older, 128);
        const y8 = v128.load(mirror, 128);
        sum7 = multiplyAdd(f32x4.add(x7, y7), near, sum7);
        sum7 = multiplyAdd(f32x4.add(x6, y8), far, sum7);
      }
      if (pairsEnd < groupEnd) {
        coefficientsEnd = groupEnd;
        break;
      }
      coefficient += 16;
      at -= 16;
      mirror += 16;
    }
    for (; coefficient < coefficientsEnd; coefficient += 4, at -= 4, mirror += 4) {
      const c = v128.load_splat<f32>(coefficient);
      sum0 = multiplyAdd(f32x4.add(v128.load(at), v128.load(mirror)), c, sum0);
      sum1 = multiplyAdd(f32x4.add(v128.load(at, 16), v128.load(mirror, 16)), c, sum1);
      sum2 = multiplyAdd(f32x4.add(v128.load(at, 32), v128.load(mirror, 32)), c, sum2);
      sum3 = multiplyAdd(f32x4.add(v128.load(at, 48), v128.load(mirror, 48)), c, sum3);
      sum4 = multiplyAdd(f32x4.add(v128.load(at, 64), v128.load(mirror, 64)), c, sum4);
      sum5 = multiplyAdd(f32x4.add(v128.load(at, 80), v128.load(mirror, 80)), c, sum5);
      sum6 = multiplyAdd(f32x4.add(v128.load(at, 96), v128.load(mirror, 96)), c, sum6);
      sum7 = multiplyAdd(f32x4.add(v128.load(at, 112), v128.load(mirror, 112)), c, sum7);
    }
  }
  const centre = v128.load_splat<f32>(job, JOB_CENTRE);
  const at = input + <usize>load<i32>(job, JOB_CENTRE_INPUT);
  sum0 = multiplyAdd(v128.load(at), centre, sum0);
  sum1 = multiplyAdd(v128.load(at, 16), centre, sum1);
  sum2 = multiplyAdd(v128.load(at, 32), centre, sum2);
  sum3 = multiplyAdd(v128.load(at, 48), centre, sum3);
  sum4 = multiplyAdd(v128.load(at, 64), centre, sum4);
  sum5 = multiplyAdd(v128.load(at, 80), centre, sum5);
  sum6 = multiplyAdd(v128.load(at, 96), centre, sum6);
  sum7 = multiplyAdd(v128.load(at, 112), centre, sum7);
  if (other != 0) {
    storeTurns(dst, v128.load(other), sum0);
    storeTurns(dst + 32, v128.load(other, 16), sum1);
    storeTurns(dst + 64, v128.load(other, 32), sum2);
    storeTurns(dst + 96, v128.load(other, 48), sum3);
    storeTurns(dst + 128, v128.load(other, 64), sum4);
    storeTurns(dst + 160, v128.load(other, 80), sum5);
    storeTurns(dst + 192, v128.load(other, 96), sum6);
    storeTurns(dst + 224, v128.load(other, 112), sum7);
    return;
  }
  v128.store(dst, sum0);
  v128.store(dst, sum1, 16);
  v128.store(dst, sum2, 32);
  v128.store(dst, sum3, 48);
  v128.store(dst, sum4, 64);
  v128.store(dst, sum5, 80);
  v128.store(dst, sum6, 96);
  v128.store(dst, sum7, 112);
}

function foldedFour(dst: usize, job: usize, input: usize, other: usize): void {
  let sum0 = f32x4.splat(0);
  let sum1 = sum0;
  let sum2 = sum0;
  let sum3 = sum0;
  let run = job + JOB_RUNS_AT;
  for (const end = run + <usize>load<i32>(job, JOB_RUNS) * RUN_BYTES; run < end; run += RUN_BYTES) {
    let at = input + <usize>load<i32>(run, RUN_INPUT);
    let mirror = input + <usize>load<i32>(run, RUN_MIRROR);
    let coefficient = job + <usize>load<i32>(run, RUN_COEFFICIENTS);
    let coefficientsEnd = coefficient + ((<usize>load<i32>(run, RUN_TAPS)) << 2);
    while (coefficient + 16 < coefficientsEnd) {
      const groupEnd = coefficient + 16;
      const pairsEnd = min<usize>(groupEnd, coefficientsEnd - 16);
      for (; coefficient < pairsEnd; coefficient += 4, at -= 4, mirror += 4) {
        const near = v128.load_splat<f32>(coefficient);
        const far = v128.load_splat<f32>(coefficient, 16);
        const older = at - 16;
        const x = v128.load(older);
        const y0 = v128.load(mirror);
        const x0 = v128.load(older, 16);
        const y1 = v128.load(mirror, 16);
        sum0 = multiplyAdd(f32x4.add(x0, y0), near, sum0);
        sum0 = multiplyAdd(f32x4.add(x, y1), far, sum0);
        const x1 = v128.load(older, 32);
        const y2 = v128.load(mirror, 32);
        sum1 = multiplyAdd(f32x4.add(x1, y1), near, sum1);
        sum1 = multiplyAdd(f32x4.add(x0, y2), far, sum1);
        const x2 = v128.load(older, 48);
        const y3 = v128.load(mirror, 48);
        sum2 = multiplyAdd(f32x4.add(x2, y2), near, sum2);
        sum2 = multiplyAdd(f32x4.add(x1, y3), far, sum2);
        const x3 = v128.load(older, 64);
        const y4 = v128.load(mirror, 64);
        sum3 = multiplyAdd(f32x4.add(x3, y3), near, sum3);
        sum3 = multiplyAdd(f32x4.add(x2, y4), far, sum3);
      }
      if (pairsEnd < groupEnd) {
        coefficientsEnd = groupEnd;
        break;
      }
      coefficient += 16;
      at -= 16;
      mirror += 16;
    }
    for (; coefficient < coefficientsEnd; coefficient += 4, at -= 4, mirror += 4) {
      const c = v128.load_splat<f32>(coefficient);
      sum0 = multiplyAdd(f32x4.add(v128.load(at), v128.load(mirror)), c, sum0);
      sum1 = multiplyAdd(f32x4.add(v128.load(at, 16), v128.load(mirror, 16)), c, sum1);
      sum2 = multiplyAdd(f32x4.add(v128.load(at, 32), v128.load(mirror, 32)), c, sum2);
      sum3 = multiplyAdd(f32x4.add(v128.load(at, 48), v128.load(mirror, 48)), c, sum3);
    }
  }
  const centre = v128.load_splat<f32>(job, JOB_CENTRE);
  const at = input + <usize>load<i32>(job, JOB_CENTRE_INPUT);
  sum0 = multiplyAdd(v128.load(at), centre, sum0);
  sum1 = multiplyAdd(v128.load(at, 16), centre, sum1);
  sum2 = multiplyAdd(v128.load(at, 32), centre, sum2);
  sum3 = multiplyAdd(v128.load(at, 48), centre, sum3);
  if (other != 0) {
    storeTurns(dst, v128.load(other), sum0);
    storeTurns(dst + 32, v128.load(other, 16), sum1);
    storeTurns(dst + 64, v128.load(other, 32), sum2);
    storeTurns(dst + 96, v128.load(other, 48), sum3);
    return;
  }
  v128.store(dst, sum0);
  v128.store(dst, sum1, 16);
  v128.store(dst, sum2, 32);
  v128.store(dst, sum3, 48);
}

/** @inline */
function storeTurns(dst: usize, first: v128, second: v128): void {
  v128.store(dst, v128.shuffle<f32>(first, second, 0, 4, 1, 5));
  v128.store(dst, v128.shuffle<f32>(first, second, 2, 6, 3, 7), 16);
}

function foldedFrames(dst: usize, job: usize, input: usize, frames: i32, other: usize): void {
  const centre = load<f32>(job, JOB_CENTRE);
  for (; frames > 0; frames--, dst += 4, input += 4) {
    if (other != 0) {
      store<f32>(dst, load<f32>(other));
      dst += 4;
      other += 4;
    }
    let sum: f32 = 0;
    let run = job + JOB_RUNS_AT;
    for (const end = run + <usize>load<i32>(job, JOB_RUNS) * RUN_BYTES; run < end; run += RUN_BYTES) {
      let at = input + <usize>load<i32>(run, RUN_INPUT);
      let mirror = input + <usize>load<i32>(run, RUN_MIRROR);
      let coefficient = job + <usize>load<i32>(run, RUN_COEFFICIENTS);
      let coefficientsEnd = coefficient + ((<usize>load<i32>(run, RUN_TAPS)) << 2);
      while (coefficient + 16 < coefficientsEnd) {
        const groupEnd = coefficient + 16;
        const pairsEnd = min<usize>(groupEnd, coefficientsEnd - 16);
        for (; coefficient < pairsEnd; coefficient += 4, at -= 4, mirror += 4) {
          sum += (load<f32>(at) + load<f32>(mirror)) * load<f32>(coefficient);
          sum += (load<f32>(at - 16) + load<f32>(mirror, 16)) * load<f32>(coefficient, 16);
        }
        if (pairsEnd < groupEnd) {
          coefficientsEnd = groupEnd;
          break;
        }
        coefficient += 16;
        at -= 16;
        mirror += 16;
      }
      for (; coefficient < coefficientsEnd; coefficient += 4, at -= 4, mirror += 4) {
        sum += (load<f32>(at) + load<f32>(mirror)) * load<f32>(coefficient);
      }
    }
    store<f32>(dst, sum + load<f32>(input + <usize>load<i32>(job, JOB_CENTRE_INPUT)) * centre);
  }
}
