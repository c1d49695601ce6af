// The resampler's low-pass: a sinc cut off at the Nyquist frequency of the lower rate, under a Kaiser window
// (J. F. Kaiser, "Nonrecursive digital filter design using the I0-sinh window function", ISCAS 1974), sampled at the
// common multiple of both rates. Designed here in f64: `Math.sin` differs between engines, wasm arithmetic does not.

/**
 * Length in frames of the lower rate. With `KAISER_BETA` it puts the transition band at 0.85…1.15 of the lower Nyquist
 * and everything beyond it 101 dB down; half of it is the delay, 0.92 ms between 24 and 48 kHz.
 */
const SPAN_FRAMES: i32 = 44;

/** Tried: 10.4, which 44 frames cannot hold (99.5 dB at the band edge); 10.0, whose side lobes rise to 100.6 dB. */
const KAISER_BETA: f64 = 10.3;

/** Taps of each of `phases` polyphase filters when an output frame is `step / phases` input frames; a multiple of 4. */
export function filterTaps(phases: i32, step: i32): i32 {
  const taps = (SPAN_FRAMES * max<i32>(phases, step) + phases - 1) / phases;
  return (taps + 3) & ~3;
}

/**
 * Writes `phases × taps` f32 coefficients at `dst`, phase after phase, each for its oldest frame first. The impulse
 * response is exactly symmetric about `taps / 2` input frames; its gain at 0 Hz is 1 within 0.0002 dB.
 */
export function designFilter(dst: usize, phases: i32, step: i32, taps: i32): void {
  const sincSpan = <f64>max<i32>(phases, step);
  const gain = <f64>phases / sincSpan / besselI0(KAISER_BETA);
  const halfWidth = phases * (taps >> 1);
  for (let phase = 0; phase < phases; phase++) {
    for (let age = taps - 1; age >= 0; age--) {
      const position = phase + age * phases - halfWidth;
      let coefficient: f64 = 0;
      // The far end has no mirror image in the table, so it is left out.
      if (position > -halfWidth) {
        const x = <f64>position / <f64>halfWidth;
        coefficient = gain * sinc(<f64>position / sincSpan) * besselI0(KAISER_BETA * sqrt<f64>(1 - x * x));
      }
      store<f32>(dst, <f32>coefficient);
      dst += 4;
    }
  }
}

/** sin(πx) / (πx). */
function sinc(x: f64): f64 {
  if (x == 0) return 1;
  const whole = nearest<f64>(x);
  // Reduced to |πr| ≤ π/2, where 13 terms of the Taylor series reach f64 precision; exactly 0 at whole numbers.
  const r = Math.PI * (x - whole);
  let series: f64 = 1;
  for (let n: f64 = 24; n > 0; n -= 2) series = 1 - (series * r * r) / (n * (n + 1));
  const sine = r * series;
  return ((<i32>whole & 1) != 0 ? -sine : sine) / (Math.PI * x);
}

/** Modified Bessel function of the first kind, order 0, by its power series. */
function besselI0(x: f64): f64 {
  const quarter = 0.25 * x * x;
  let term: f64 = 1;
  let sum: f64 = 1;
  for (let k: f64 = 1; term > sum * 1e-17; k++) {
    term *= quarter / (k * k);
    sum += term;
  }
  return sum;
}
