// Ratios too large for a bank: a row of taps for each phase, each output an inner product of its row with the newest
// input. Ratios with very many phases share fewer rows: the position stays exact, the output is interpolated linearly
// between the two rows that enclose its phase.
import { dotFour, dotSix } from './dot';
import { tapAt } from './filter';
import {
  RESAMPLER_INPUT,
  RESAMPLER_NEWEST,
  RESAMPLER_PHASE,
  RESAMPLER_PHASES,
  RESAMPLER_STEP,
  RESAMPLER_TAPS,
  TABLE_DOTS,
  TABLE_ROWS,
  TABLE_TAPS,
} from './layout';

/** Most phases that have a row each, at the higher of both rates. Linear interpolation between so many is 130 dB exact. */
const MOST_ROWS: i32 = 2560;

/** Rows in an input frame: the phases, or fewer. */
export function tableRows(phases: i32, step: i32): i32 {
  if (max<i32>(phases, step) <= MOST_ROWS) return phases;
  return phases >= step ? MOST_ROWS : <i32>((<i64>MOST_ROWS * <i64>phases) / <i64>step) + 1;
}

/** Taps of a row: one more input frame than `reach`, up to a multiple of 8. */
export function tableTaps(reach: i32): i32 {
  return (reach + 8) & ~7;
}

/** Bytes behind the header. */
export function tableBytes(phases: i32, step: i32, reach: i32): i32 {
  const rows = tableRows(phases, step);
  return <i32>TABLE_TAPS + (((rows + (rows < phases ? 1 : 0)) * tableTaps(reach)) << 2);
}

/** Writes the rows, each for its oldest frame first, with the filter that is being designed. */
export function planTable(state: usize, reach: i32): void {
  const phases = load<i32>(state, RESAMPLER_PHASES);
  const rows = tableRows(phases, load<i32>(state, RESAMPLER_STEP));
  const taps = tableTaps(reach);
  store<i32>(state, rows, TABLE_ROWS);
  store<i32>(state, taps, RESAMPLER_TAPS);
  let tap = state + TABLE_TAPS;
  for (let row = 0; row < rows + (rows < phases ? 1 : 0); row++) {
    for (let age = taps - 1; age >= 0; age--, tap += 4) {
      store<f32>(tap, age > reach ? 0 : <f32>tapAt(<f64>(row + age * rows)));
    }
  }
}

/** Writes the next `frames` output frames at `dst`; the input that they need is there. */
export function tableProcess(state: usize, dst: usize, frames: i32): void {
  if (load<i32>(state, TABLE_ROWS) < load<i32>(state, RESAMPLER_PHASES)) return interpolatedFrames(state, dst, frames);
  const phases = load<i32>(state, RESAMPLER_PHASES);
  const step = load<i32>(state, RESAMPLER_STEP);
  const taps = load<i32>(state, RESAMPLER_TAPS);
  const rowBytes = (<usize>taps) << 2;
  const table = state + TABLE_TAPS;
  const tableEnd = table + <usize>phases * rowBytes;
  const frameStep = (<usize>(step / phases)) << 2;
  const rowStep = <usize>(step % phases) * rowBytes;
  const tableSize = tableEnd - table;
  let window = state + <usize>load<i32>(state, RESAMPLER_INPUT);
  window += (<usize>(load<i32>(state, RESAMPLER_NEWEST) + 1 - taps)) << 2;
  let row = table + <usize>load<i32>(state, RESAMPLER_PHASE) * rowBytes;
  // After as many outputs as there are phases the same rows serve again: six such rounds at once load each row once.
  const roundBytes = (<usize>phases) << 2;
  for (; frames >= 6 * phases; frames -= 6 * phases, dst += 5 * roundBytes) {
    for (const roundEnd = dst + roundBytes; dst < roundEnd; dst += 4) {
      dotSix(dst, roundBytes, taps, row, window, (<usize>step) << 2);
      row += rowStep;
      window += frameStep;
      if (row >= tableEnd) {
        row -= tableSize;
        window += 4;
      }
    }
    window += (<usize>(5 * step)) << 2;
  }
  for (; frames > 0; frames -= 4, dst += 16) {
    // Behind the last frame the same position serves again, so that every output comes out of the same sums.
    const window0 = window;
    const row0 = row;
    if (frames > 1) {
      row += rowStep;
      window += frameStep;
      if (row >= tableEnd) {
        row -= tableSize;
        window += 4;
      }
    }
    const window1 = window;
    const row1 = row;
    if (frames > 2) {
      row += rowStep;
      window += frameStep;
      if (row >= tableEnd) {
        row -= tableSize;
        window += 4;
      }
    }
    const window2 = window;
    const row2 = row;
    if (frames > 3) {
      row += rowStep;
      window += frameStep;
      if (row >= tableEnd) {
        row -= tableSize;
        window += 4;
      }
    }
    if (frames < 4) {
      dotFour(state + TABLE_DOTS, taps, window0, row0, window1, row1, window2, row2, window, row);
      memory.copy(dst, state + TABLE_DOTS, (<usize>frames) << 2);
      return;
    }
    dotFour(dst, taps, window0, row0, window1, row1, window2, row2, window, row);
    row += rowStep;
    window += frameStep;
    if (row >= tableEnd) {
      row -= tableSize;
      window += 4;
    }
  }
}

function interpolatedFrames(state: usize, dst: usize, frames: i32): void {
  const phases = load<i32>(state, RESAMPLER_PHASES);
  const step = load<i32>(state, RESAMPLER_STEP);
  const rows = load<i32>(state, TABLE_ROWS);
  const taps = load<i32>(state, RESAMPLER_TAPS);
  const rowBytes = (<usize>taps) << 2;
  const dots = state + TABLE_DOTS;
  let window = state + <usize>load<i32>(state, RESAMPLER_INPUT);
  window += (<usize>(load<i32>(state, RESAMPLER_NEWEST) + 1 - taps)) << 2;
  let phase = load<i32>(state, RESAMPLER_PHASE);
  for (; frames > 0; frames--, dst += 4) {
    const position = <i64>phase * <i64>rows;
    const below = position / <i64>phases;
    const row = state + TABLE_TAPS + <usize>below * rowBytes;
    dotFour(dots, taps, window, row, window, row + rowBytes, window, row, window, row + rowBytes);
    const fraction = <f32>(<f64>(position - below * <i64>phases) / <f64>phases);
    const lower = load<f32>(dots);
    store<f32>(dst, lower + fraction * (load<f32>(dots, 4) - lower));
    phase += step % phases;
    window += (<usize>(step / phases)) << 2;
    if (phase >= phases) {
      phase -= phases;
      window += 4;
    }
  }
}
