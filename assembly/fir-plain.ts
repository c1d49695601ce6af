// The bank of `fir.ts` for a window without symmetry: every tap by itself.
import { JOB_RUNS, JOB_RUNS_AT, RUN_BYTES, RUN_COEFFICIENTS, RUN_INPUT, RUN_TAPS } from './layout';
import { multiplyAdd } from './multiply-add';

/** Writes one stream at `dst`: Σ c · input. */
export function plain(dst: usize, job: usize, input: usize, vectors: i32): void {
  if (!ASC_FEATURE_SIMD) return plainFrames(dst, job, input, vectors << 2);
  for (; vectors >= 8; vectors -= 8, dst += 128, input += 128) plainEight(dst, job, input);
  for (; vectors > 0; vectors -= 4, dst += 64, input += 64) plainFour(dst, job, input);
}

function plainEight(dst: usize, job: usize, input: usize): void {
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
    let coefficient = job + <usize>load<i32>(run, RUN_COEFFICIENTS);
    const coefficientsEnd = coefficient + ((<usize>load<i32>(run, RUN_TAPS)) << 2);
    for (; coefficient < coefficientsEnd; coefficient += 4) {
      const c = v128.load_splat<f32>(coefficient);
      sum0 = multiplyAdd(v128.load(at), c, sum0);
      sum1 = multiplyAdd(v128.load(at, 16), c, sum1);
      sum2 = multiplyAdd(v128.load(at, 32), c, sum2);
      sum3 = multiplyAdd(v128.load(at, 48), c, sum3);
      sum4 = multiplyAdd(v128.load(at, 64), c, sum4);
      sum5 = multiplyAdd(v128.load(at, 80), c, sum5);
      sum6 = multiplyAdd(v128.load(at, 96), c, sum6);
      sum7 = multiplyAdd(v128.load(at, 112), c, sum7);
      at += 4;
    }
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

function plainFour(dst: usize, job: usize, input: usize): void {
  let sum0 = f32x4.splat(0);
  let sum1 = sum0;
  let sum2 = sum0;
  let sum3 = sum0;
  let run = job + JOB_RUNS_AT;
  for (const end = run + <usize>load<i32>(job, JOB_RUNS) * RUN_BYTES; run < end; run += RUN_BYTES) {
    let at = input + <usize>load<i32>(run, RUN_INPUT);
    let coefficient = job + <usize>load<i32>(run, RUN_COEFFICIENTS);
    const coefficientsEnd = coefficient + ((<usize>load<i32>(run, RUN_TAPS)) << 2);
    for (; coefficient < coefficientsEnd; coefficient += 4) {
      const c = v128.load_splat<f32>(coefficient);
      sum0 = multiplyAdd(v128.load(at), c, sum0);
      sum1 = multiplyAdd(v128.load(at, 16), c, sum1);
      sum2 = multiplyAdd(v128.load(at, 32), c, sum2);
      sum3 = multiplyAdd(v128.load(at, 48), c, sum3);
      at += 4;
    }
  }
  v128.store(dst, sum0);
  v128.store(dst, sum1, 16);
  v128.store(dst, sum2, 32);
  v128.store(dst, sum3, 48);
}

function plainFrames(dst: usize, job: usize, input: usize, frames: i32): void {
  for (const dstEnd = dst + ((<usize>frames) << 2); dst < dstEnd; dst += 4, input += 4) {
    let sum: f32 = 0;
    let run = job + JOB_RUNS_AT;
    for (const end = run + <usize>load<i32>(job, JOB_RUNS) * RUN_BYTES; run < end; run += RUN_BYTES) {
      let at = input + <usize>load<i32>(run, RUN_INPUT);
      let coefficient = job + <usize>load<i32>(run, RUN_COEFFICIENTS);
      const coefficientsEnd = coefficient + ((<usize>load<i32>(run, RUN_TAPS)) << 2);
      for (; coefficient < coefficientsEnd; coefficient += 4, at += 4) sum += load<f32>(at) * load<f32>(coefficient);
    }
    store<f32>(dst, sum);
  }
}
