// What is heard while audio is missing: the last period of the voice again and again, quieter and quieter, for 40 ms where
// there is no voice and up to 90 ms where there is. The method of ITU-T G.711 Appendix I without its delay: nothing that
// was played is changed afterwards, so the first period begins with the offset that makes it continuous.
import { bestMatch, decimate } from './correlation';
import { fallingGain, risingGain } from './fade';
import {
  PLAYOUT_CONCEALED_FRAMES,
  PLAYOUT_CONCEALMENT_EVENTS,
  PLAYOUT_CONCEALMENT_INDEX,
  PLAYOUT_CONCEALMENT_LENGTH,
  PLAYOUT_CORRELATION,
  PLAYOUT_ITEM_RATE,
  PLAYOUT_MERGE_AT,
  PLAYOUT_OFFSET,
  PLAYOUT_PERIOD_FRAMES,
  PLAYOUT_READ_FRAMES,
  PLAYOUT_SEARCHES,
} from './layout';
import { readRing, ringSample } from './ring';
import {
  crossFrames,
  decimation,
  leastLag,
  mostLag,
  searchedOf,
  templateOf,
  windowFrames,
  windowOf,
} from './stretch-scratch';

const SHORTEST_MS: i32 = 70;
const LONGEST_MS: i32 = 94;
/** Of which this share is as loud as what came before. */
const LOUD_SHARE: i32 = 4;
/** Below this correlation there is no voice to go on with, above the other there surely is. */
const UNVOICED: f32 = 0.3;
const VOICED: f32 = 0.8;
/** Concealment that is louder than this is worth aligning with what follows. */
const ALIGNED_GAIN: f32 = 0.25;

/** Whether a period can be found in the `history` frames of the item that were played last. */
export function canConceal(state: usize, history: i32): bool {
  return history >= windowFrames(state) + 2 * leastLag(state);
}

export function beginConcealment(state: usize, history: i32): void {
  const position = load<i64>(state, PLAYOUT_READ_FRAMES);
  const taps = windowFrames(state);
  const most = min<i32>(mostLag(state), history - taps);
  const period = findPeriod(state, position - <i64>taps, most);
  const alike = load<f32>(state, PLAYOUT_CORRELATION);
  const template = templateOf(state);
  readRing(state, template, position - <i64>period, period);
  // The end of a period leads into its beginning.
  const joint = period >> 2;
  for (let i = 0; i < joint; i++) {
    const at = template + ((<usize>(period - joint + i)) << 2);
    const before = ringSample(state, position - <i64>(period + joint - i));
    store<f32>(at, load<f32>(at) * fallingGain(i, joint) + before * risingGain(i, joint));
  }
  store<f32>(state, ringSample(state, position - 1) - ringSample(state, position - <i64>period - 1), PLAYOUT_OFFSET);
  const voice = max<f32>(0, min<f32>(1, (alike - UNVOICED) / (VOICED - UNVOICED)));
  const ms = SHORTEST_MS + <i32>(voice * <f32>(LONGEST_MS - SHORTEST_MS));
  store<i32>(state, (load<i32>(state, PLAYOUT_ITEM_RATE) * ms) / 1000, PLAYOUT_CONCEALMENT_LENGTH);
  store<i32>(state, 0, PLAYOUT_CONCEALMENT_INDEX);
  store<i32>(state, period, PLAYOUT_PERIOD_FRAMES);
  store<i32>(state, -1, PLAYOUT_MERGE_AT);
  store<i32>(state, load<i32>(state, PLAYOUT_CONCEALMENT_EVENTS) + 1, PLAYOUT_CONCEALMENT_EVENTS);
}

/**
 * Length of the period that ends at the window of frames at `position`, at most `most`; where nothing repeats, the longest
 * one, which buzzes least.
 */
export function findPeriod(state: usize, position: i64, most: i32): i32 {
  const factor = decimation(state);
  const taps = windowFrames(state);
  const coarseMost = most / factor;
  const reach = coarseMost * factor;
  const window = windowOf(state);
  const searched = searchedOf(state);
  readRing(state, searched, position - <i64>reach, reach + taps);
  decimate(searched, searched, coarseMost + taps / factor, factor);
  memory.copy(window, searched + ((<usize>coarseMost) << 2), (<usize>(taps / factor)) << 2);
  const shifts = coarseMost - leastLag(state) / factor + 1;
  const coarse = coarseMost - bestMatch(state, window, searched, shifts, taps / factor);
  if (load<f32>(state, PLAYOUT_CORRELATION) < UNVOICED) return most;
  return refine(state, position, coarse * factor, -1, most);
}

/**
 * The lag near `lag` at which the window of frames at `position` is most like those a lag before it (`direction` −1) or
 * behind it (1); at most `most`.
 */
export function refine(state: usize, position: i64, lag: i32, direction: i32, most: i32): i32 {
  const factor = decimation(state);
  const taps = windowFrames(state);
  const least = max<i32>(leastLag(state), lag - factor);
  const shifts = min<i32>(most, lag + factor) - least + 1;
  const first = direction < 0 ? position - <i64>(least + shifts - 1) : position + <i64>least;
  readRing(state, windowOf(state), position, taps);
  readRing(state, searchedOf(state), first, taps + shifts + 3);
  const shift = bestMatch(state, windowOf(state), searchedOf(state), shifts, taps);
  return direction < 0 ? least + shifts - 1 - shift : least + shift;
}

/** The next `frames` frames of concealment, at most as many as are left. */
export function conceal(state: usize, dst: usize, frames: i32): void {
  const index = load<i32>(state, PLAYOUT_CONCEALMENT_INDEX);
  for (let i = 0; i < frames; i++, dst += 4) store<f32>(dst, concealed(state, index + i));
  store<i32>(state, index + frames, PLAYOUT_CONCEALMENT_INDEX);
  store<i64>(state, load<i64>(state, PLAYOUT_CONCEALED_FRAMES) + <i64>frames, PLAYOUT_CONCEALED_FRAMES);
}

/** Frame `index` of the concealment; silence behind its end. */
export function concealed(state: usize, index: i32): f32 {
  const period = load<i32>(state, PLAYOUT_PERIOD_FRAMES);
  const joint = crossFrames(state);
  let sample = load<f32>(templateOf(state) + ((<usize>(index % period)) << 2));
  if (index < joint) sample += load<f32>(state, PLAYOUT_OFFSET) * fallingGain(index, joint);
  return sample * gainAt(state, index);
}

function gainAt(state: usize, index: i32): f32 {
  const length = load<i32>(state, PLAYOUT_CONCEALMENT_LENGTH);
  const loud = length / LOUD_SHARE;
  if (index < loud) return 1;
  return index < length ? fallingGain(index - loud, length - loud) : 0;
}

/**
 * Decides after how many frames of concealment the audio that is back joins in: at once where the concealment is almost
 * silent, else at that point of the next period which is most like the beginning of the audio.
 */
export function planMerge(state: usize, frames: i32): void {
  const index = load<i32>(state, PLAYOUT_CONCEALMENT_INDEX);
  store<i32>(state, index, PLAYOUT_MERGE_AT);
  const taps = windowFrames(state);
  if (frames < taps || load<i32>(state, PLAYOUT_SEARCHES) == 0 || gainAt(state, index) < ALIGNED_GAIN) return;
  store<i32>(state, load<i32>(state, PLAYOUT_SEARCHES) - 1, PLAYOUT_SEARCHES);
  const factor = decimation(state);
  const period = load<i32>(state, PLAYOUT_PERIOD_FRAMES);
  const shifts = period / factor;
  const window = windowOf(state);
  const searched = searchedOf(state);
  readRing(state, window, load<i64>(state, PLAYOUT_READ_FRAMES), taps);
  decimate(window, window, taps / factor, factor);
  const template = templateOf(state);
  for (let i = 0; i < (shifts + taps / factor + 1) * factor; i++) {
    const sample = load<f32>(template + ((<usize>((index + i) % period)) << 2));
    store<f32>(searched + ((<usize>i) << 2), sample);
  }
  decimate(searched, searched, shifts + taps / factor + 1, factor);
  const shift = bestMatch(state, window, searched, shifts, taps / factor) * factor;
  if (load<f32>(state, PLAYOUT_CORRELATION) >= UNVOICED) store<i32>(state, index + shift, PLAYOUT_MERGE_AT);
}
