// A sinc under a Kaiser window (J. F. Kaiser, "Nonrecursive digital filter design using the I0-sinh window function",
// ISCAS 1974) in f64: the raw material of every filter here.

/** sinc(x) · I₀(β √(1 − edge²)), where `edge` is −1…1 from one end of the window to the other; I₀(β) at the centre. */
export function windowedSinc(x: f64, edge: f64, beta: f64): f64 {
  const sinc = x == 0 ? 1 : sinePi(x) / (Math.PI * x);
  return sinc == 0 ? 0 : sinc * besselI0(beta * sqrt<f64>(1 - edge * edge));
}

/** sin(πx), exactly 0 at whole numbers. */
export function sinePi(x: f64): f64 {
  const whole = nearest<f64>(x);
  // Reduced to |πr| ≤ π/2, where 13 terms of the Taylor series reach f64 precision.
  const r = Math.PI * (x - whole);
  let series: f64 = 1;
  for (let n: f64 = 24; n > 0; n -= 2) series = 1 - (series * r * r) / (n * (n + 1));
  const sine = r * series;
  return (<i32>whole & 1) != 0 ? -sine : sine;
}

/** Modified Bessel function of the first kind, order 0, by its power series. */
export function besselI0(x: f64): f64 {
  const quarter = 0.25 * x * x;
  let term: f64 = 1;
  let sum: f64 = 1;
  for (let k: f64 = 1; term > sum * 1e-17; k++) {
    term *= quarter / (k * k);
    sum += term;
  }
  return sum;
}
