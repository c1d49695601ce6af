// Where two stretches of sound are most alike: the normalised cross-correlation of a window with every shift of another.
import { dotFour } from './core';
import { PLAYOUT_CORRELATION, PLAYOUT_STRETCH, STRETCH_DOTS } from './layout';

/** Energy of a window that is too quiet to compare. */
const LEAST_ENERGY: f32 = 1e-6;

/**
 * The shift of `other`, 0…shifts − 1 frames, at which its `taps` frames are most like those at `window`; the correlation
 * there is left in the state, 0 if nothing is alike. `taps` is a multiple of 8, and three more frames than needed can
 * be read at `other`.
 */
export function bestMatch(state: usize, window: usize, other: usize, shifts: i32, taps: i32): i32 {
  const dots = state + PLAYOUT_STRETCH + STRETCH_DOTS;
  dotFour(dots, taps, window, window, other, other, window, window, window, window);
  const windowEnergy = load<f32>(dots);
  let energy = load<f32>(dots, 4);
  const reach = (<usize>taps) << 2;
  let best = 0;
  let bestScore: f32 = 0;
  for (let shift = 0; shift < shifts; shift += 4) {
    const at = other + ((<usize>shift) << 2);
    dotFour(dots, taps, window, at, window, at + 4, window, at + 8, window, at + 12);
    for (let i: usize = 0; i < 16 && shift + <i32>(i >> 2) < shifts; i += 4) {
      const product = load<f32>(dots + i);
      if (product > 0 && product * product > bestScore * energy) {
        bestScore = (product * product) / max<f32>(energy, LEAST_ENERGY);
        best = shift + <i32>(i >> 2);
      }
      const leaving = load<f32>(at + i);
      const entering = load<f32>(at + i + reach);
      energy = max<f32>(energy + entering * entering - leaving * leaving, LEAST_ENERGY);
    }
  }
  const alike = windowEnergy > LEAST_ENERGY ? sqrt<f32>(bestScore / windowEnergy) : 0;
  store<f32>(state, alike, PLAYOUT_CORRELATION);
  return best;
}

/** Averages every `factor` of the f32 frames at `src` to one of the `count` at `dst`, which may be `src`. */
export function decimate(dst: usize, src: usize, count: i32, factor: i32): void {
  const scale = <f32>1 / <f32>factor;
  for (let i = 0; i < count; i++, dst += 4) {
    let sum: f32 = 0;
    for (let k = 0; k < factor; k++, src += 4) sum += load<f32>(src);
    store<f32>(dst, sum * scale);
  }
}
