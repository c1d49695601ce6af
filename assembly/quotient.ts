// Quotients of frame counts by the small numbers of a ratio. A processor divides in as long as it takes for twenty
// additions; by a constant the engine multiplies, so the divisors of the usual ratios are written out.

/** `dividend` / `divisor`, rounded down; `dividend` is not negative. */
export function quotient(dividend: i32, divisor: i32): i32 {
  if (divisor == 1) return dividend;
  if (divisor == 2) return dividend >> 1;
  if (divisor == 3) return <i32>(<u32>dividend / 3);
  return <i32>(<u32>dividend / <u32>divisor);
}

/** The same of a product that may be large. */
export function longQuotient(dividend: i64, divisor: i32): i64 {
  if (dividend <= <i64>i32.MAX_VALUE) return <i64>quotient(<i32>dividend, divisor);
  return dividend / <i64>divisor;
}
