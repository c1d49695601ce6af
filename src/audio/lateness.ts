/** Lateness is noted as the greatest of this long: what matters is the worst that has to be outlasted. */
const INTERVAL_MS = 500;
/** Bounds of the histogram's buckets: from here on, each this many times the one before. */
const LEAST_MS = 2;
const RATIO = 1.25;
const BUCKETS = 32;
/** What an interval weighs after the next one: half as much after 12 s. */
const FORGETTING = 0.972;
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
  /** When the first sample of the item would have been due, by the fastest packet of this span and of the last one. */
  #schedule = Number.POSITIVE_INFINITY;
  #lastSchedule = Number.POSITIVE_INFINITY;
  #spanStartMs = 0;
  #intervalStartMs = Number.NEGATIVE_INFINITY;
  #worstMs = 0;

  /** Another item follows, with a schedule of its own. */
  restart(nowMs: number): void {
    this.#schedule = Number.POSITIVE_INFINITY;
    this.#lastSchedule = Number.POSITIVE_INFINITY;
    this.#spanStartMs = nowMs;
  }

  /** A packet that begins `startMs` into its item has arrived. */
  arrived(nowMs: number, startMs: number): void {
    const due = nowMs - startMs;
    if (nowMs - this.#spanStartMs > SCHEDULE_MS) {
      this.#lastSchedule = this.#schedule;
      this.#schedule = Number.POSITIVE_INFINITY;
      this.#spanStartMs = nowMs;
    }
    this.#schedule = Math.min(this.#schedule, due);
    this.#worstMs = Math.max(this.#worstMs, due - this.scheduleMs);
    if (nowMs - this.#intervalStartMs < INTERVAL_MS) return;
    this.#intervalStartMs = nowMs;
    for (let i = 0; i < BUCKETS; i++) this.#weights[i] = (this.#weights[i] ?? 0) * FORGETTING;
    const bucket = bucketOf(this.#worstMs);
    this.#weights[bucket] = (this.#weights[bucket] ?? 0) + 1;
    this.#worstMs = 0;
  }

  /** When the item would have begun had all of it come as its fastest packet. */
  get scheduleMs(): number {
    return Math.min(this.#schedule, this.#lastSchedule);
  }

  /** The lateness, in milliseconds, that all but the share 1 − `p` of the intervals stayed below; 0 before any. */
  quantile(p: number): number {
    let total = 0;
    for (let i = 0; i < BUCKETS; i++) total += this.#weights[i] ?? 0;
    if (total === 0) return 0;
    let sum = 0;
    for (let i = 0; i < BUCKETS; i++) {
      sum += this.#weights[i] ?? 0;
      if (sum >= p * total) return LEAST_MS * RATIO ** i;
    }
    return LEAST_MS * RATIO ** (BUCKETS - 1);
  }
}

function bucketOf(latenessMs: number): number {
  if (latenessMs <= LEAST_MS) return 0;
  return Math.min(BUCKETS - 1, Math.ceil(Math.log(latenessMs / LEAST_MS) / Math.log(RATIO)));
}
