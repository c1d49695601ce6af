// How late audio arrives, as a histogram with forgetting that goes on from one item to the next. A packet's schedule is that of
// the fastest packet of the last seconds, so neither the first packet nor a sender's clock that drifts against ours is taken for
// lateness. Times are milliseconds on the clock of the output.
import {
  LATENESS_BOUNDS_MS,
  LATENESS_BUCKETS,
  LATENESS_INTERVAL_START_MS,
  LATENESS_LAST_SCHEDULE_MS,
  LATENESS_SCHEDULE_MS,
  LATENESS_SPAN_START_MS,
  LATENESS_WEIGHTS,
  LATENESS_WORST_MS,
  LATENESS_WORTHWHILE_MS,
} from './layout';

/** Lateness is noted as the greatest of this long: what matters is the worst that has to be outlasted. */
const INTERVAL_MS: f64 = 500;
/** Bounds of the histogram's buckets: from here on, each this many times the one before, up to 600 ms. */
const LEAST_MS: f64 = 2;
const RATIO: f64 = 1.05;
/** What an interval weighs after the next one: half as much after 34 s. */
const FORGETTING: f64 = 0.99;
/** What is expected of a network before it is known, as if so many intervals of either kind had been seen. */
const CALM_MS: f64 = 10;
const CALM_WEIGHT: f64 = 40;
const ROUGH_MS: f64 = 100;
const ROUGH_WEIGHT: f64 = 2;
/**
 * Share of the intervals that may be later than audio waits, where waiting is not felt yet and where it is: beyond 177 ms a
 * millisecond harms a conversation 5.6 times as much (the E-model of ITU-T G.107 as Cole and Rosenbluth simplified it in
 * 2001). The bend lies a little further here, at twice the time in which a lost packet is usually sent again.
 */
const UNFELT_SHARE: f64 = 0.034;
const FELT_SHARE: f64 = 5.6 * UNFELT_SHARE;
const FELT_MS: f64 = 190;
/** It falls by no more than this from one interval to the next: what was forgotten a little early is no harm. */
const MOST_FALL: f64 = 1.1;
/** The fastest packets of this long are the schedule that the others are late against. */
const SCHEDULE_MS: f64 = 8000;

/** Makes zeroed memory at `lateness` one that has seen nothing. */
export function initLateness(lateness: usize): void {
  store<f64>(lateness, -Infinity, LATENESS_INTERVAL_START_MS);
  let bound = LEAST_MS;
  for (let i = 0; i < LATENESS_BUCKETS; i++, bound *= RATIO) {
    store<f64>(bucketAt(lateness, i), bound, LATENESS_BOUNDS_MS);
  }
  addWeight(lateness, CALM_MS, CALM_WEIGHT);
  addWeight(lateness, ROUGH_MS, ROUGH_WEIGHT);
  store<f64>(lateness, findWorthwhile(lateness), LATENESS_WORTHWHILE_MS);
  restartLateness(lateness, 0);
}

/** Another item follows, with a schedule of its own. */
export function restartLateness(lateness: usize, nowMs: f64): void {
  store<f64>(lateness, Infinity, LATENESS_SCHEDULE_MS);
  store<f64>(lateness, Infinity, LATENESS_LAST_SCHEDULE_MS);
  store<f64>(lateness, nowMs, LATENESS_SPAN_START_MS);
}

/** A packet that begins `startMs` into its item has arrived. */
export function noteArrival(lateness: usize, nowMs: f64, startMs: f64): void {
  const dueMs = nowMs - startMs;
  if (nowMs - load<f64>(lateness, LATENESS_SPAN_START_MS) > SCHEDULE_MS) {
    store<f64>(lateness, load<f64>(lateness, LATENESS_SCHEDULE_MS), LATENESS_LAST_SCHEDULE_MS);
    store<f64>(lateness, Infinity, LATENESS_SCHEDULE_MS);
    store<f64>(lateness, nowMs, LATENESS_SPAN_START_MS);
  }
  store<f64>(lateness, min<f64>(load<f64>(lateness, LATENESS_SCHEDULE_MS), dueMs), LATENESS_SCHEDULE_MS);
  const worstMs = max<f64>(load<f64>(lateness, LATENESS_WORST_MS), dueMs - scheduleMs(lateness));
  store<f64>(lateness, worstMs, LATENESS_WORST_MS);
  if (nowMs - load<f64>(lateness, LATENESS_INTERVAL_START_MS) < INTERVAL_MS) return;
  store<f64>(lateness, nowMs, LATENESS_INTERVAL_START_MS);
  for (let i = 0; i < LATENESS_BUCKETS; i++) {
    const bucket = bucketAt(lateness, i);
    store<f64>(bucket, load<f64>(bucket, LATENESS_WEIGHTS) * FORGETTING, LATENESS_WEIGHTS);
  }
  addWeight(lateness, worstMs, 1);
  store<f64>(lateness, 0, LATENESS_WORST_MS);
  const fallenMs = load<f64>(lateness, LATENESS_WORTHWHILE_MS) / MOST_FALL;
  store<f64>(lateness, max<f64>(findWorthwhile(lateness), fallenMs), LATENESS_WORTHWHILE_MS);
}

/** When the item would have begun had all of it come as its fastest packet. */
export function scheduleMs(lateness: usize): f64 {
  return min<f64>(load<f64>(lateness, LATENESS_SCHEDULE_MS), load<f64>(lateness, LATENESS_LAST_SCHEDULE_MS));
}

/** The least bound that no more intervals exceed than is worth a delay as long. */
function findWorthwhile(lateness: usize): f64 {
  let total: f64 = 0;
  for (let i = 0; i < LATENESS_BUCKETS; i++) total += load<f64>(bucketAt(lateness, i), LATENESS_WEIGHTS);
  let later: f64 = 0;
  for (let i = LATENESS_BUCKETS - 1; i >= 0; i--) {
    const boundMs = load<f64>(bucketAt(lateness, i), LATENESS_BOUNDS_MS);
    later += load<f64>(bucketAt(lateness, i), LATENESS_WEIGHTS);
    if (later > (boundMs > FELT_MS ? FELT_SHARE : UNFELT_SHARE) * total) return boundMs;
  }
  return 0;
}

/** To the first bucket whose bound is not below `latenessMs`. */
function addWeight(lateness: usize, latenessMs: f64, weight: f64): void {
  let i = 0;
  while (i < LATENESS_BUCKETS - 1 && load<f64>(bucketAt(lateness, i), LATENESS_BOUNDS_MS) < latenessMs) i++;
  const bucket = bucketAt(lateness, i);
  store<f64>(bucket, load<f64>(bucket, LATENESS_WEIGHTS) + weight, LATENESS_WEIGHTS);
}

function bucketAt(lateness: usize, index: i32): usize {
  return lateness + ((<usize>index) << 3);
}
