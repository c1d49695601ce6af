// How the frames of the ring become the stream that is resampled: as they are, or with time edited. An edit is a splice, one
// period of the voice or a piece of a pause left out or played twice, with a crossfade where both sides are alike; so
// all but the crossfades is, sample for sample, what was received. Missing audio is concealed, and merged with what follows.
import { beginConcealment, canConceal, conceal, concealed, findPeriod, planMerge, refine } from './concealment';
import { bestMatch, decimate } from './correlation';
import { fallingGain, risingGain } from './fade';
import {
  PLAYOUT_CONCEALMENT_INDEX,
  PLAYOUT_CONCEALMENT_LENGTH,
  PLAYOUT_CORRELATION,
  PLAYOUT_CROSS_IS_NOISE,
  PLAYOUT_CROSS_TO,
  PLAYOUT_FROM_CONCEALMENT,
  PLAYOUT_INSERTED_FRAMES,
  PLAYOUT_IS_DRY,
  PLAYOUT_IS_HELD,
  PLAYOUT_ITEM_RATE,
  PLAYOUT_MAY_EDIT,
  PLAYOUT_MERGE_AT,
  PLAYOUT_MODE,
  PLAYOUT_MODE_FRAMES,
  PLAYOUT_MODE_INDEX,
  PLAYOUT_QUEUE,
  PLAYOUT_QUEUED_FRAMES,
  PLAYOUT_READ_FRAMES,
  PLAYOUT_REMOVED_FRAMES,
  PLAYOUT_REST_FRAMES,
  PLAYOUT_SEARCHES,
  PLAYOUT_SPEECH_POWER,
  PLAYOUT_STREAM_FRAMES,
  PLAYOUT_STRETCH_BYTES,
  PLAYOUT_WISH,
  PLAYOUT_WISH_FRAMES,
} from './layout';
import { endOfItem, isInMidItem, startOfItem } from './playout-handles';
import { breakAt } from './positions';
import { readRing, ringPower, ringSample } from './ring';
import { crossFrames, decimation, leastLag, mostLag, searchedOf, windowFrames, windowOf } from './stretch-scratch';

export const VERBATIM: i32 = 0;
export const CROSSFADE: i32 = 1;
export const CONCEALMENT: i32 = 2;

/** A splice of voice is followed by this many times its length as received: time bends by 15 % at most, or 40 %. */
const REST_RATIO: f32 = 6.7;
const URGENT_REST_RATIO: f32 = 2.5;
const FAST_REST_RATIO: f32 = 4;
/** Correlation that a splice asks for, and where it is urgent. */
const ALIKE: f32 = 0.9;
const NEARLY_ALIKE: f32 = 0.75;
const UNVOICED: f32 = 0.3;
/** A pause is this much less powerful than speech: 30 dB. */
const PAUSE_RATIO: f32 = 0.001;
/** The power of speech is forgotten over seconds, and learnt over the first syllable. */
const FORGETTING_S: i32 = 4;
const LEARNING: f32 = 0.2;
const LEAST_SPEECH_POWER: f32 = 1e-5;

/** How many of the `wanted` frames the ring can give now, after edits that had to be made were put in the queue. */
export function streamFrames(state: usize, wanted: i32, limit: i64): i32 {
  if (load<i32>(state, PLAYOUT_STRETCH_BYTES) != 0) edit(state, wanted, limit);
  return load<i32>(state, PLAYOUT_QUEUED_FRAMES) + verbatimFrames(state, limit);
}

/** How many of them are as they were received. */
export function verbatimFrames(state: usize, limit: i64): i32 {
  if (load<i32>(state, PLAYOUT_MODE) != VERBATIM || load<i32>(state, PLAYOUT_IS_HELD) != 0) return 0;
  return <i32>min<i64>(0x40000000, limit - load<i64>(state, PLAYOUT_READ_FRAMES));
}

/** Takes `frames` frames that `streamFrames` promised, as f32. */
export function takeStream(state: usize, dst: usize, frames: i32): void {
  const queued = load<i32>(state, PLAYOUT_QUEUED_FRAMES);
  const first = min<i32>(queued, frames);
  const queue = state + PLAYOUT_QUEUE;
  const bytes = (<usize>first) << 2;
  memory.copy(dst, queue, bytes);
  memory.copy(queue, queue + bytes, (<usize>(queued - first)) << 2);
  store<i32>(state, queued - first, PLAYOUT_QUEUED_FRAMES);
  if (frames > first) readVerbatim(state, dst + bytes, frames - first);
}

function readVerbatim(state: usize, dst: usize, frames: i32): void {
  const position = load<i64>(state, PLAYOUT_READ_FRAMES);
  readRing(state, dst, position, frames);
  store<i64>(state, position + <i64>frames, PLAYOUT_READ_FRAMES);
  store<i64>(state, load<i64>(state, PLAYOUT_STREAM_FRAMES) + <i64>frames, PLAYOUT_STREAM_FRAMES);
  store<i32>(state, 0, PLAYOUT_IS_DRY);
  store<i32>(state, load<i32>(state, PLAYOUT_REST_FRAMES) - frames, PLAYOUT_REST_FRAMES);
  if (load<i32>(state, PLAYOUT_STRETCH_BYTES) != 0) learnSpeechPower(state, position, frames);
}

function learnSpeechPower(state: usize, position: i64, frames: i32): void {
  const power = ringPower(state, position, frames, decimation(state));
  let speech = load<f32>(state, PLAYOUT_SPEECH_POWER);
  if (power > speech) speech += (power - speech) * LEARNING;
  else speech -= (speech * <f32>frames) / <f32>(load<i32>(state, PLAYOUT_ITEM_RATE) * FORGETTING_S);
  store<f32>(state, max<f32>(speech, LEAST_SPEECH_POWER), PLAYOUT_SPEECH_POWER);
}

/** Fills the queue up to `wanted` frames as long as time is being edited; what is to be played as it is stays in the ring. */
function edit(state: usize, wanted: i32, limit: i64): void {
  while (load<i32>(state, PLAYOUT_QUEUED_FRAMES) < wanted) {
    const left = wanted - load<i32>(state, PLAYOUT_QUEUED_FRAMES);
    const mode = load<i32>(state, PLAYOUT_MODE);
    if (mode == CROSSFADE) continueCrossfade(state, left);
    else if (mode == CONCEALMENT) continueConcealment(state, left, limit);
    else if (!beginEdit(state, left, limit)) return;
  }
}

/** Begins an edit at the next frame, if one is to be made; `wanted` frames are asked for. */
function beginEdit(state: usize, wanted: i32, limit: i64): bool {
  if (load<i32>(state, PLAYOUT_MAY_EDIT) == 0 || load<i32>(state, PLAYOUT_IS_HELD) != 0) return false;
  const position = load<i64>(state, PLAYOUT_READ_FRAMES);
  const ahead = <i32>min<i64>(0x40000000, limit - position);
  if (ahead < wanted && load<i32>(state, PLAYOUT_IS_DRY) == 0 && isInMidItem(state, limit)) {
    const history = historyFrames(state, limit);
    if (!canConceal(state, history)) return false;
    const queued = load<i32>(state, PLAYOUT_QUEUED_FRAMES);
    readVerbatim(state, state + PLAYOUT_QUEUE + ((<usize>queued) << 2), ahead);
    store<i32>(state, queued + ahead, PLAYOUT_QUEUED_FRAMES);
    beginConcealment(state, history);
    breakAt(state, load<i64>(state, PLAYOUT_STREAM_FRAMES), limit, false);
    store<i32>(state, CONCEALMENT, PLAYOUT_MODE);
    return true;
  }
  const wish = load<i32>(state, PLAYOUT_WISH);
  if (wish == 0 || load<i32>(state, PLAYOUT_REST_FRAMES) > 0) return false;
  return wish > 0 ? lengthen(state, position, ahead, wish) : shorten(state, position, ahead, -wish);
}

/** Frames of the item before `position` that are in the ring still: at least 50 ms are. */
function historyFrames(state: usize, position: i64): i32 {
  const kept = <i64>(load<i32>(state, PLAYOUT_ITEM_RATE) / 20);
  return <i32>min<i64>(kept, position - startOfItem(state, position));
}

/** Whether the frames from `position` on are quiet, every few of them, and as many around them as two crossfades take. */
function isPause(state: usize, position: i64, frames: i32): bool {
  const part = crossFrames(state);
  for (let at = -2 * part; at < frames + 2 * part; at += part) if (!isQuiet(state, position + <i64>at)) return false;
  return true;
}

/** Whether a crossfade at `position` would be. */
function isQuiet(state: usize, position: i64): bool {
  const power = ringPower(state, position, crossFrames(state), decimation(state));
  return power < load<f32>(state, PLAYOUT_SPEECH_POWER) * PAUSE_RATIO;
}

/** Plays the last of what was heard again. */
function lengthen(state: usize, position: i64, ahead: i32, wish: i32): bool {
  const taps = windowFrames(state);
  const history = historyFrames(state, position);
  if (ahead < taps || history < mostLag(state)) return false;
  const most = mostWished(state);
  let isNoise = isPause(state, position - <i64>most, most + crossFrames(state));
  let lag = most;
  if (!isNoise) {
    // Where a sound dies away is neither voice nor pause.
    if (wish < 2 || isQuiet(state, position) || !maySearch(state)) return false;
    lag = findPeriod(state, position, most);
    isNoise = isUnvoiced(state, wish);
    if (!isNoise && !isAlike(state, wish)) return false;
  }
  store<i64>(state, load<i64>(state, PLAYOUT_INSERTED_FRAMES) + <i64>lag, PLAYOUT_INSERTED_FRAMES);
  const stream = load<i64>(state, PLAYOUT_STREAM_FRAMES);
  breakAt(state, stream, position, false);
  breakAt(state, stream + <i64>lag, position, true);
  const ratio: f32 = wish > 3 ? 1 : wish > 2 ? URGENT_REST_RATIO : REST_RATIO;
  beginCrossfade(state, position - <i64>lag, isNoise, restAfter(lag, isNoise, ratio));
  return true;
}

/** Leaves out what comes next. */
function shorten(state: usize, position: i64, ahead: i32, wish: i32): bool {
  const taps = windowFrames(state);
  const itemFrames = <i32>min<i64>(<i64>ahead, endOfItem(state, position) - position);
  if (itemFrames < taps + mostLag(state) + SEARCH_SLACK_FRAMES) return false;
  const most = mostWished(state);
  let isNoise = isPause(state, position, most + crossFrames(state));
  let lag = most;
  if (!isNoise) {
    // Where a sound dies away is neither voice nor pause.
    if (wish < 2 || isQuiet(state, position) || !maySearch(state)) return false;
    lag = findPeriodAhead(state, position, most);
    isNoise = isUnvoiced(state, wish);
    if (!isNoise && !isAlike(state, wish)) return false;
  }
  store<i64>(state, load<i64>(state, PLAYOUT_REMOVED_FRAMES) + <i64>lag, PLAYOUT_REMOVED_FRAMES);
  const cross = <i64>crossFrames(state);
  breakAt(state, load<i64>(state, PLAYOUT_STREAM_FRAMES) + cross, position + cross + <i64>lag, true);
  beginCrossfade(state, position + <i64>lag, isNoise, restAfter(lag, isNoise, wish > 2 ? FAST_REST_RATIO : REST_RATIO));
  return true;
}

/** Frames that a splice may take. */
function mostWished(state: usize): i32 {
  return max<i32>(leastLag(state), min<i32>(load<i32>(state, PLAYOUT_WISH_FRAMES), mostLag(state)));
}

/** Frames to be played as they are behind a splice; noise is spliced end to end. */
function restAfter(lag: i32, isNoise: bool, ratio: f32): i32 {
  return isNoise ? lag : <i32>(<f32>lag * ratio);
}

/** Frames that a search may read beyond the longest lag. */
const SEARCH_SLACK_FRAMES: i32 = 16;

function findPeriodAhead(state: usize, position: i64, most: i32): i32 {
  const factor = decimation(state);
  const taps = windowFrames(state);
  const least = leastLag(state);
  const searched = searchedOf(state);
  readRing(state, windowOf(state), position, taps);
  decimate(windowOf(state), windowOf(state), taps / factor, factor);
  readRing(state, searched, position + <i64>least, most - least + taps);
  decimate(searched, searched, (most - least + taps) / factor, factor);
  const shift = bestMatch(state, windowOf(state), searched, (most - least) / factor + 1, taps / factor);
  return refine(state, position, least + shift * factor, 1, most);
}

/** One search a block: where it fails, the next one comes a window later. */
function maySearch(state: usize): bool {
  if (load<i32>(state, PLAYOUT_SEARCHES) == 0) return false;
  store<i32>(state, load<i32>(state, PLAYOUT_SEARCHES) - 1, PLAYOUT_SEARCHES);
  return true;
}

/** Whether it is urgent and nothing repeats, as in a fricative: noise can be spliced anywhere. */
function isUnvoiced(state: usize, wish: i32): bool {
  return wish > 2 && load<f32>(state, PLAYOUT_CORRELATION) < UNVOICED;
}

function isAlike(state: usize, wish: i32): bool {
  if (load<f32>(state, PLAYOUT_CORRELATION) >= (wish > 2 ? NEARLY_ALIKE : ALIKE)) return true;
  store<i32>(state, windowFrames(state), PLAYOUT_REST_FRAMES);
  return false;
}

/** From the frames at the position to those at `target`, and then `rest` frames as they are. */
function beginCrossfade(state: usize, target: i64, isNoise: bool, rest: i32): void {
  store<i64>(state, target, PLAYOUT_CROSS_TO);
  store<i32>(state, <i32>isNoise, PLAYOUT_CROSS_IS_NOISE);
  store<i32>(state, 0, PLAYOUT_FROM_CONCEALMENT);
  startCrossfade(state);
  store<i32>(state, rest, PLAYOUT_REST_FRAMES);
}

function startCrossfade(state: usize): void {
  store<i32>(state, 0, PLAYOUT_MODE_INDEX);
  store<i32>(state, crossFrames(state), PLAYOUT_MODE_FRAMES);
  store<i32>(state, CROSSFADE, PLAYOUT_MODE);
}

function continueCrossfade(state: usize, wanted: i32): void {
  const index = load<i32>(state, PLAYOUT_MODE_INDEX);
  const length = load<i32>(state, PLAYOUT_MODE_FRAMES);
  const frames = min<i32>(wanted, length - index);
  const position = load<i64>(state, PLAYOUT_READ_FRAMES);
  const target = load<i64>(state, PLAYOUT_CROSS_TO);
  const isConcealed = load<i32>(state, PLAYOUT_FROM_CONCEALMENT) != 0;
  const concealment = load<i32>(state, PLAYOUT_CONCEALMENT_INDEX);
  // Alike sounds add up in amplitude, noises in power.
  const isNoise = load<i32>(state, PLAYOUT_CROSS_IS_NOISE) != 0;
  let dst = state + PLAYOUT_QUEUE + ((<usize>load<i32>(state, PLAYOUT_QUEUED_FRAMES)) << 2);
  for (let i = index; i < index + frames; i++, dst += 4) {
    const from = isConcealed ? concealed(state, concealment + i) : ringSample(state, position + <i64>i);
    const to: f32 = target < 0 ? <f32>0 : ringSample(state, target + <i64>i);
    const fall = fallingGain(i, length);
    const rise = risingGain(i, length);
    store<f32>(dst, isNoise ? from * sqrt<f32>(fall) + to * sqrt<f32>(rise) : from * fall + to * rise);
  }
  advanceQueue(state, frames);
  store<i32>(state, index + frames, PLAYOUT_MODE_INDEX);
  if (index + frames < length) return;
  if (target >= 0) store<i64>(state, target + <i64>length, PLAYOUT_READ_FRAMES);
  store<i32>(state, VERBATIM, PLAYOUT_MODE);
}

function continueConcealment(state: usize, wanted: i32, limit: i64): void {
  const index = load<i32>(state, PLAYOUT_CONCEALMENT_INDEX);
  const position = load<i64>(state, PLAYOUT_READ_FRAMES);
  if (load<i32>(state, PLAYOUT_MAY_EDIT) != 0) {
    const ahead = <i32>min<i64>(0x40000000, limit - position);
    const isOver = !isInMidItem(state, position) && ahead == 0;
    if (isOver) return endConcealment(state, -1);
    const isBack = ahead >= crossFrames(state) && load<i32>(state, PLAYOUT_IS_HELD) == 0;
    if (isBack && load<i32>(state, PLAYOUT_MERGE_AT) < 0) planMerge(state, ahead);
  }
  const length = load<i32>(state, PLAYOUT_CONCEALMENT_LENGTH);
  const mergeAt = load<i32>(state, PLAYOUT_MERGE_AT);
  const end = mergeAt < 0 ? length : min<i32>(mergeAt, length);
  const frames = max<i32>(0, min<i32>(wanted, end - index));
  conceal(state, state + PLAYOUT_QUEUE + ((<usize>load<i32>(state, PLAYOUT_QUEUED_FRAMES)) << 2), frames);
  advanceQueue(state, frames);
  if (index + frames < end) return;
  if (mergeAt >= 0) return endConcealment(state, position);
  // It has died away: from here on it is a gap like any other.
  store<i32>(state, 1, PLAYOUT_IS_DRY);
  breakAt(state, load<i64>(state, PLAYOUT_STREAM_FRAMES), position, true);
  store<i32>(state, VERBATIM, PLAYOUT_MODE);
}

/** Exchanges the concealment for the frames at `target`, or for silence. */
function endConcealment(state: usize, target: i64): void {
  store<i64>(state, target, PLAYOUT_CROSS_TO);
  store<i32>(state, 0, PLAYOUT_CROSS_IS_NOISE);
  store<i32>(state, 1, PLAYOUT_FROM_CONCEALMENT);
  startCrossfade(state);
  const stream = load<i64>(state, PLAYOUT_STREAM_FRAMES);
  const shift = target < 0 ? <i64>crossFrames(state) : 0;
  breakAt(state, stream + shift, load<i64>(state, PLAYOUT_READ_FRAMES), true);
}

/** Everything that was begun is dropped with the stream that it belongs to. */
export function abandonEdit(state: usize): void {
  store<i32>(state, VERBATIM, PLAYOUT_MODE);
  store<i32>(state, 0, PLAYOUT_QUEUED_FRAMES);
  store<i32>(state, 0, PLAYOUT_REST_FRAMES);
  store<i32>(state, 0, PLAYOUT_IS_DRY);
}

function advanceQueue(state: usize, frames: i32): void {
  store<i32>(state, load<i32>(state, PLAYOUT_QUEUED_FRAMES) + frames, PLAYOUT_QUEUED_FRAMES);
  store<i64>(state, load<i64>(state, PLAYOUT_STREAM_FRAMES) + <i64>frames, PLAYOUT_STREAM_FRAMES);
}
