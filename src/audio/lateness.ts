/** Lateness is noted as the greatest of this long: what matters is the worst that has to be outlasted. */
const INTERVAL_MS = 500;
/** Bounds of the histogram's buckets: from here on, each this many times the one before, up to 600 ms. */
const LEAST_MS = 2;
const RATIO = 1.05;
const BUCKETS = 118;
const BOUNDS_MS: Float64Array = Float64Array.from({ length: BUCKETS }, (_, i) => LEAST_MS * RATIO ** i);
/** What an interval weighs after the next one: half as much after 34 s. */
const FORGETTING = 0.99;
/** What is expected of a network before it is known, as if so many intervals of either kind had been seen. */
const CALM_MS = 10;
const CALM_WEIGHT = 40;
const ROUGH_MS = 100;
const ROUGH_WEIGHT = 2;
/**
 * Share of the intervals that may be later than audio waits, where waiting is not felt yet and where it is: beyond 177 ms a
 * millisecond harms a conversation 5.6 times as much (the E-model of ITU-T G.107 as Cole and Rosenbluth simplified it in
 * 2001). The bend lies a little further here, at twice the time in which a lost packet is usually sent again.
 */
const UNFELT_SHARE = 0.034;
const FELT_SHARE = 5.6 * UNFELT_SHARE;
const FELT_MS = 190;
/** It falls by no more than this from one interval to the next: what was forgotten a little early is no harm. */
const MOST_FALL = 1.1;
/** The fastest packets of this long are the schedule that the others are late against. */
const SCHEDULE_MS = 8000;

/**
 * How late audio arrives, as a histogram with forgetting that goes on from one item to the next.
 *
 * A packet's schedule is that of the fastest packet of the last seconds, so neither the first packet nor a sender's
 * clock that drifts against ours is taken for lateness. Times are milliseconds on the clock of the output.
 */
export class Lateness {
  readonly #weights: Float64Array = new Float64Array(BUCKETS);
  /** Milliseconds, in an object for the reason that `JitterControl` has. */
  readonly #ms = {
    /** When the first sample of the item would have been due, by the fastest packet of this span and of the last one. */
    schedule: Number.POSITIVE_INFINITY,
    lastSchedule: Number.POSITIVE_INFINITY,
    spanStart: 0,
    intervalStart: Number.NEGATIVE_INFINITY,
    worst: 0,
    worthwhile: 0,
  };

  constructor() {
    this.#weights[bucketOf(CALM_MS)] = CALM_WEIGHT;
    this.#weights[bucketOf(ROUGH_MS)] = ROUGH_WEIGHT;
    this.#ms.worthwhile = this.#findWorthwhile();
  }

  /** The delay, in milliseconds, beyond which waiting for late audio costs more than it saves. */
  get worthwhileMs(): number {
    return this.#ms.worthwhile;
  }

  /** Another item follows, with a schedule of its own. */
  restart(nowMs: number): void {
    const ms = this.#ms;
    ms.schedule = Number.POSITIVE_INFINITY;
    ms.lastSchedule = Number.POSITIVE_INFINITY;
    ms.spanStart = nowMs;
  }

  /** A packet that begins `startMs` into its item has arrived. */
  arrived(nowMs: number, startMs: number): void {
    const ms = this.#ms;
    const due = nowMs - startMs;
    if (nowMs - ms.spanStart > SCHEDULE_MS) {
      ms.lastSchedule = ms.schedule;
      ms.schedule = Number.POSITIVE_INFINITY;
      ms.spanStart = nowMs;
    }
    ms.schedule = Math.min(ms.schedule, due);
    ms.worst = Math.max(ms.worst, due - this.scheduleMs);
    if (nowMs - ms.intervalStart < INTERVAL_MS) return;
    ms.intervalStart = nowMs;
    for (let i = 0; i < BUCKETS; i++) this.#weights[i] = (this.#weights[i] ?? 0) * FORGETTING;
    const bucket = bucketOf(ms.worst);
    this.#weights[bucket] = (this.#weights[bucket] ?? 0) + 1;
    ms.worst = 0;
    ms.worthwhile = Math.max(this.#findWorthwhile(), ms.worthwhile / MOST_FALL);
  }

  /** When the item would have begun had all of it come as its fastest packet. */
  get scheduleMs(): number {
    return Math.min(this.#ms.schedule, this.#ms.lastSchedule);
  }

  /** The least bound that no more intervals exceed than is worth a delay as long. */
  #findWorthwhile(): number {
    let total = 0;
    for (let i = 0; i < BUCKETS; i++) total += this.#weights[i] ?? 0;
    let later = 0;
    for (let i = BUCKETS - 1; i >= 0; i--) {
      const boundMs = BOUNDS_MS[i] ?? 0;
      later += this.#weights[i] ?? 0;
      if (later > (boundMs > FELT_MS ? FELT_SHARE : UNFELT_SHARE) * total) return boundMs;
    }
    return 0;
  }
}

function bucketOf(latenessMs: number): number {
  if (latenessMs <= LEAST_MS) return 0;
  return Math.min(BUCKETS - 1, Math.ceil(Math.log(latenessMs / LEAST_MS) / Math.log(RATIO)));
}
