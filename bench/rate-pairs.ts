/** Pairs of sample rates that voice meets: telephony, models, devices. */
export const RATE_PAIRS: readonly (readonly [inputRate: number, outputRate: number])[] = [
  [24_000, 48_000],
  [48_000, 24_000],
  [8000, 24_000],
  [24_000, 8000],
  [16_000, 24_000],
  [24_000, 16_000],
  [44_100, 24_000],
  [24_000, 44_100],
  [44_100, 48_000],
  [48_000, 44_100],
];

/** A pair as it stands in the name of a subject. */
export function pairName(inputRate: number, outputRate: number): string {
  return `${inputRate / 1000} to ${outputRate / 1000} kHz`;
}
