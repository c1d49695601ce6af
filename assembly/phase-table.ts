// Ratios too large for a bank: a row of taps for each phase, each output an inner product of its row with the newest
// input. Rows are in the order of outputs, so that after as many outputs as there are phases the first one follows again. Ratios with very many phases share fewer rows: the position stays exact, the output is interpolated linearly
// between the two rows that enclose its phase.
import { LEAST_TAPS, dotRows } from './dot';
import { tapAt } from './filter';
import {
  STAGE_INPUT,
  STAGE_NEWEST,
  STAGE_PHASE,
  STAGE_PHASES,
  STAGE_STEP,
  STAGE_TAPS,
  TABLE_ALL_ROWS,
  TABLE_DISTANCES,
  TABLE_DOTS,
  TABLE_INDEX,
  TABLE_SHARED_ROWS,
  TABLE_ROWS,
} from './layout';

/** Most phases that have a row each, at the higher of both rates. Linear interpolation between so many is 130 dB exact. */
const MOST_ROWS: i32 = 2560;

/** Outputs that are computed at once. */
const GROUP: i32 = 4;

/** Rows in an input frame: the phases, or fewer. */
export function tableRows(phases: i32, step: i32): i32 {
  if (max<i32>(phases, step) <= MOST_ROWS) return phases;
  return phases >= step ? MOST_ROWS : <i32>((<i64>MOST_ROWS * <i64>phases) / <i64>step) + 1;
}

/** Taps of a row: `reach`, of which one end is always 0, up to a multiple of 4. */
export function tableTaps(reach: i32): i32 {
  return max<i32>(LEAST_TAPS, (reach + 3) & ~3);
}

/** Bytes behind the header. */
export function tableBytes(phases: i32, step: i32, reach: i32): i32 {
  return <i32>TABLE_ROWS + ((rowsOf(phases, step) * (tableTaps(reach) + 1)) << 2);
}

/** Writes the rows, each for its oldest frame first, with the filter that is being designed. */
export function planTable(state: usize, reach: i32): void {
  const phases = <i64>load<i32>(state, STAGE_PHASES);
  const step = <i64>load<i32>(state, STAGE_STEP);
  const lags = tableRows(<i32>phases, <i32>step);
  const isShared = lags < <i32>phases;
  const taps = tableTaps(reach);
  const rows = rowsOf(<i32>phases, <i32>step);
  store<i32>(state, isShared ? lags + 1 : 0, TABLE_SHARED_ROWS);
  store<i32>(state, rows, TABLE_ALL_ROWS);
  store<i32>(state, taps, STAGE_TAPS);
  let tap = state + TABLE_ROWS;
  let distance = tap + ((<usize>(rows * taps)) << 2);
  for (let row = 0; row < rows; row++, distance += 4) {
    const position = <i64>row * step;
    const lag = isShared ? row : <i32>(position % phases);
    for (let age = taps - 1; age >= 0; age--, tap += 4) {
      store<f32>(tap, age > reach ? 0 : <f32>tapAt(<f64>(lag + age * lags)));
    }
    store<i32>(distance, (<i32>(position / phases)) << 2);
  }
}

/** Writes the next `frames` output frames at `dst`; the input that they need is there. */
export function tableProcess(state: usize, dst: usize, frames: i32): void {
  const taps = load<i32>(state, STAGE_TAPS);
  let window = state + <usize>load<i32>(state, STAGE_INPUT);
  window += (<usize>(load<i32>(state, STAGE_NEWEST) + 1 - taps)) << 2;
  const rows = state + TABLE_ROWS;
  const rowBytes = (<usize>taps) << 2;
  const distances = rows + <usize>load<i32>(state, TABLE_ALL_ROWS) * rowBytes;
  const sharedRows = load<i32>(state, TABLE_SHARED_ROWS);
  if (sharedRows != 0) {
    const row = rows + <usize>sharedRows * rowBytes;
    let phase = load<i32>(state, STAGE_PHASE);
    for (; frames > 0; frames -= GROUP, dst += 16) {
      phase = blendRows(state, row, distances, phase);
      dotGroup(state, dst, min<i32>(frames, GROUP), row, window, distances);
      window += <usize>load<i32>(distances, 16);
    }
    return;
  }
  const phases = load<i32>(state, STAGE_PHASES);
  let index = load<i32>(state, TABLE_INDEX);
  window -= <usize>load<i32>(distances + ((<usize>index) << 2));
  while (frames > 0) {
    // To the end of the round, or a little beyond it.
    const count = min<i32>(frames, (phases - index + GROUP - 1) & ~(GROUP - 1));
    const groups = count / GROUP;
    let row = rows + <usize>index * rowBytes;
    let distance = distances + ((<usize>index) << 2);
    dotRows(dst, groups, taps, row, window, distance);
    dst += (<usize>groups) << 4;
    row += <usize>(GROUP * groups) * rowBytes;
    distance += (<usize>groups) << 4;
    if (count > GROUP * groups) dotGroup(state, dst, count - GROUP * groups, row, window, distance);
    frames -= count;
    index += count;
    if (index < phases) continue;
    index -= phases;
    window += (<usize>load<i32>(state, STAGE_STEP)) << 2;
  }
  store<i32>(state, index, TABLE_INDEX);
}

/** Writes one to four outputs. Behind the last one its window serves again: there may be no input for a later one. */
function dotGroup(state: usize, dst: usize, frames: i32, row: usize, window: usize, distance: usize): void {
  const own = state + TABLE_DISTANCES;
  for (let i = 0; i < GROUP; i++) {
    const from = distance + ((<usize>min<i32>(i, frames - 1)) << 2);
    store<i32>(own + ((<usize>i) << 2), load<i32>(from));
  }
  dotRows(state + TABLE_DOTS, 1, load<i32>(state, STAGE_TAPS), row, window, own);
  memory.copy(dst, state + TABLE_DOTS, (<usize>frames) << 2);
}

/**
 * Interpolates the rows of the next four outputs from shared ones, the first at `phase`, and writes how far their
 * windows lie from the first one's, and that of the output after them. Returns the phase of that.
 */
function blendRows(state: usize, dst: usize, distance: usize, phase: i32): i32 {
  const phases = load<i32>(state, STAGE_PHASES);
  const step = load<i32>(state, STAGE_STEP);
  const lags = load<i32>(state, TABLE_SHARED_ROWS) - 1;
  const rowBytes = (<usize>load<i32>(state, STAGE_TAPS)) << 2;
  let frames = 0;
  for (let output = 0; output < GROUP; output++, distance += 4) {
    store<i32>(distance, frames << 2);
    const position = <i64>phase * <i64>lags;
    const below = position / <i64>phases;
    const fraction = <f32>(<f64>(position - below * <i64>phases) / <f64>phases);
    let row = state + TABLE_ROWS + <usize>below * rowBytes;
    for (const end = row + rowBytes; row < end; row += 4, dst += 4) {
      const lower = load<f32>(row);
      store<f32>(dst, lower + fraction * (load<f32>(row + rowBytes) - lower));
    }
    phase += step % phases;
    frames += step / phases;
    if (phase >= phases) {
      phase -= phases;
      frames++;
    }
  }
  store<i32>(distance, frames << 2);
  return phase;
}

/**
 * Rows in all: those of every phase and the first ones again, for groups that begin near the end of a round. Or those
 * that outputs share, with one beyond the last phase, then a group of interpolated ones; one more has just a distance.
 */
function rowsOf(phases: i32, step: i32): i32 {
  const rows = tableRows(phases, step);
  return rows < phases ? rows + 2 + GROUP : rows + GROUP;
}
