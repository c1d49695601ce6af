import { expect } from 'vitest';

const FADE_FRAMES = 128;
const LEAST_CORRELATION = 0.97;

/** How much before the fade is looked at; less where time was bent within it, and still far more than fits by chance. */
const WINDOWS_S = [0.03, 0.02, 0.012, 0.008];

interface Rates {
  readonly recording: number;
  readonly item: number;
  /** Frames of the recording that are left out at its end, where it fades; default 128. */
  readonly fadeFrames?: number;
}

/**
 * Which place of the item, in its frames, the end of a recording is: where the 30 ms before the fade fit best, or a part of
 * them. Time that was bent before does not matter.
 */
export function placeOfEnd(recording: Float32Array, item: Int16Array, rates: Rates, around: number): number {
  const place = findPlaceOfEnd(recording, item, rates, around);
  expect(place).not.toBeNull();
  return place ?? 0;
}

/** The same; `null` if no place within 40 ms of `around` fits. */
export function findPlaceOfEnd(recording: Float32Array, item: Int16Array, rates: Rates, around: number): number | null {
  for (const windowS of WINDOWS_S) {
    const { correlation, place } = bestFit(recording, item, rates, {
      around,
      frames: Math.round(rates.recording * windowS),
    });
    if (correlation > LEAST_CORRELATION) return place;
  }
  return null;
}

function bestFit(
  recording: Float32Array,
  item: Int16Array,
  rates: Rates,
  { around, frames }: { readonly around: number; readonly frames: number },
): { readonly correlation: number; readonly place: number } {
  const { fadeFrames = FADE_FRAMES } = rates;
  const heard = Float64Array.from({ length: frames }, (_, k) => recording.at(-1 - fadeFrames - k) ?? 0);
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
      const candidate = centred(shape.map((_, k) => at(place - ((fadeFrames + k) * rates.item) / rates.recording)));
      const correlation = product(shape, candidate) / Math.sqrt(product(shape, shape) * product(candidate, candidate));
      if (correlation > best.correlation) best = { correlation, place };
    }
  }
  return best;
}
