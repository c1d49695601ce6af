import { expect } from 'vitest';

/** What is left out at the end of a recording, in frames: there it fades. */
const FADE_FRAMES = 128;

/**
 * Which place of the item, in its frames, the end of a recording is: where the 30 ms before the fade fit best. Time that
 * was bent before them does not matter.
 */
export function placeOfEnd(
  recording: Float32Array,
  item: Int16Array,
  rates: { readonly recording: number; readonly item: number },
  around: number,
): number {
  const frames = Math.round(rates.recording * 0.03);
  const heard = Float64Array.from({ length: frames }, (_, k) => recording.at(-1 - FADE_FRAMES - k) ?? 0);
  const at = (place: number): number => {
    const below = Math.floor(place);
    return (item[below] ?? 0) + ((item[below + 1] ?? 0) - (item[below] ?? 0)) * (place - below);
  };
  const centred = (samples: Float64Array): Float64Array => {
    const mean = samples.reduce((sum, sample) => sum + sample, 0) / samples.length;
    return samples.map((sample) => sample - mean);
  };
  const product = (a: Float64Array, b: Float64Array): number => a.reduce((sum, x, i) => sum + x * (b[i] ?? 0), 0);
  const shape = centred(heard);
  let best = { correlation: -1, place: around };
  // The noise changes slowly enough for steps of 8 frames to find it.
  for (const [reach, step] of [
    [rates.item * 0.04, 8],
    [8, 0.5],
  ] as const) {
    const { place: middle } = best;
    for (let place = middle - reach; place <= middle + reach; place += step) {
      const candidate = centred(shape.map((_, k) => at(place - ((FADE_FRAMES + k) * rates.item) / rates.recording)));
      const correlation = product(shape, candidate) / Math.sqrt(product(shape, shape) * product(candidate, candidate));
      if (correlation > best.correlation) best = { correlation, place };
    }
  }
  expect(best.correlation).toBeGreaterThan(0.97);
  return best.place;
}
