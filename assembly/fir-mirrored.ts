// The bank of `fir.ts` for two outputs whose windows are mirror images of each other, from the sums and differences of
// mirrored inputs, and edges that only one of them sees.
import {
  JOB_EDGES,
  JOB_RUNS,
  JOB_RUNS_AT,
  RUN_BYTES,
  RUN_COEFFICIENTS,
  RUN_INPUT,
  RUN_MIRROR,
  RUN_TAPS,
} from './layout';
import { multiplyAdd } from './multiply-add';

/** Writes two streams, whose windows mirror each other. */
export function mirrored(dst: usize, mirrorDst: usize, job: usize, input: usize, vectors: i32): void {
  if (!ASC_FEATURE_SIMD) return mirroredFrames(dst, mirrorDst, job, input, vectors << 2);
  for (; vectors > 0; vectors -= 4, dst += 64, mirrorDst += 64, input += 64) mirroredFour(dst, mirrorDst, job, input);
}

function mirroredFour(dst: usize, mirrorDst: usize, job: usize, input: usize): void {
  let even0 = f32x4.splat(0);
  let even1 = even0;
  let even2 = even0;
  let even3 = even0;
  let odd0 = even0;
  let odd1 = even0;
  let odd2 = even0;
  let odd3 = even0;
  let run = job + JOB_RUNS_AT;
  for (const end = run + <usize>load<i32>(job, JOB_RUNS) * RUN_BYTES; run < end; run += RUN_BYTES) {
    let at = input + <usize>load<i32>(run, RUN_INPUT);
    let mirror = input + <usize>load<i32>(run, RUN_MIRROR);
    let coefficient = job + <usize>load<i32>(run, RUN_COEFFICIENTS);
    const coefficientsEnd = coefficient + ((<usize>load<i32>(run, RUN_TAPS)) << 3);
    for (; coefficient < coefficientsEnd; coefficient += 8) {
      const even = v128.load_splat<f32>(coefficient);
      const odd = v128.load_splat<f32>(coefficient, 4);
      const x0 = v128.load(at);
      const y0 = v128.load(mirror);
      even0 = multiplyAdd(f32x4.add(x0, y0), even, even0);
      odd0 = multiplyAdd(f32x4.sub(x0, y0), odd, odd0);
      const x1 = v128.load(at, 16);
      const y1 = v128.load(mirror, 16);
      even1 = multiplyAdd(f32x4.add(x1, y1), even, even1);
      odd1 = multiplyAdd(f32x4.sub(x1, y1), odd, odd1);
      const x2 = v128.load(at, 32);
      const y2 = v128.load(mirror, 32);
      even2 = multiplyAdd(f32x4.add(x2, y2), even, even2);
      odd2 = multiplyAdd(f32x4.sub(x2, y2), odd, odd2);
      const x3 = v128.load(at, 48);
      const y3 = v128.load(mirror, 48);
      even3 = multiplyAdd(f32x4.add(x3, y3), even, even3);
      odd3 = multiplyAdd(f32x4.sub(x3, y3), odd, odd3);
      at -= 4;
      mirror += 4;
    }
  }
  let sum0 = f32x4.add(even0, odd0);
  let mirrorSum0 = f32x4.sub(even0, odd0);
  let sum1 = f32x4.add(even1, odd1);
  let mirrorSum1 = f32x4.sub(even1, odd1);
  let sum2 = f32x4.add(even2, odd2);
  let mirrorSum2 = f32x4.sub(even2, odd2);
  let sum3 = f32x4.add(even3, odd3);
  let mirrorSum3 = f32x4.sub(even3, odd3);
  for (const end = run + <usize>load<i32>(job, JOB_EDGES) * RUN_BYTES; run < end; run += RUN_BYTES) {
    let at = input + <usize>load<i32>(run, RUN_INPUT);
    let mirror = input + <usize>load<i32>(run, RUN_MIRROR);
    let coefficient = job + <usize>load<i32>(run, RUN_COEFFICIENTS);
    const coefficientsEnd = coefficient + ((<usize>load<i32>(run, RUN_TAPS)) << 2);
    for (; coefficient < coefficientsEnd; coefficient += 4) {
      const c = v128.load_splat<f32>(coefficient);
      sum0 = multiplyAdd(v128.load(mirror), c, sum0);
      mirrorSum0 = multiplyAdd(v128.load(at), c, mirrorSum0);
      sum1 = multiplyAdd(v128.load(mirror, 16), c, sum1);
      mirrorSum1 = multiplyAdd(v128.load(at, 16), c, mirrorSum1);
      sum2 = multiplyAdd(v128.load(mirror, 32), c, sum2);
      mirrorSum2 = multiplyAdd(v128.load(at, 32), c, mirrorSum2);
      sum3 = multiplyAdd(v128.load(mirror, 48), c, sum3);
      mirrorSum3 = multiplyAdd(v128.load(at, 48), c, mirrorSum3);
      at -= 4;
      mirror += 4;
    }
  }
  v128.store(dst, sum0);
  v128.store(mirrorDst, mirrorSum0);
  v128.store(dst, sum1, 16);
  v128.store(mirrorDst, mirrorSum1, 16);
  v128.store(dst, sum2, 32);
  v128.store(mirrorDst, mirrorSum2, 32);
  v128.store(dst, sum3, 48);
  v128.store(mirrorDst, mirrorSum3, 48);
}

function mirroredFrames(dst: usize, mirrorDst: usize, job: usize, input: usize, frames: i32): void {
  for (const dstEnd = dst + ((<usize>frames) << 2); dst < dstEnd; dst += 4, mirrorDst += 4, input += 4) {
    let even: f32 = 0;
    let odd: f32 = 0;
    let run = job + JOB_RUNS_AT;
    for (const end = run + <usize>load<i32>(job, JOB_RUNS) * RUN_BYTES; run < end; run += RUN_BYTES) {
      let at = input + <usize>load<i32>(run, RUN_INPUT);
      let mirror = input + <usize>load<i32>(run, RUN_MIRROR);
      let coefficient = job + <usize>load<i32>(run, RUN_COEFFICIENTS);
      const coefficientsEnd = coefficient + ((<usize>load<i32>(run, RUN_TAPS)) << 3);
      for (; coefficient < coefficientsEnd; coefficient += 8, at -= 4, mirror += 4) {
        even += (load<f32>(at) + load<f32>(mirror)) * load<f32>(coefficient);
        odd += (load<f32>(at) - load<f32>(mirror)) * load<f32>(coefficient, 4);
      }
    }
    let sum = even + odd;
    let mirrorSum = even - odd;
    for (const end = run + <usize>load<i32>(job, JOB_EDGES) * RUN_BYTES; run < end; run += RUN_BYTES) {
      let at = input + <usize>load<i32>(run, RUN_INPUT);
      let mirror = input + <usize>load<i32>(run, RUN_MIRROR);
      let coefficient = job + <usize>load<i32>(run, RUN_COEFFICIENTS);
      const coefficientsEnd = coefficient + ((<usize>load<i32>(run, RUN_TAPS)) << 2);
      for (; coefficient < coefficientsEnd; coefficient += 4, at -= 4, mirror += 4) {
        sum += load<f32>(mirror) * load<f32>(coefficient);
        mirrorSum += load<f32>(at) * load<f32>(coefficient);
      }
    }
    store<f32>(dst, sum);
    store<f32>(mirrorDst, mirrorSum);
  }
}
