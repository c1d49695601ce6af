// How late packets arrive, in NetEq's manner and with its constants: the worst of each half second, in buckets of 20 ms.
const BUCKETS = 100;
const BUCKET_MS = 20;
const QUANTILE = 0.95;
const FORGETTING = 0.983;
const INTERVAL_MS = 500;
/** Of arrivals that a delay is relative to. */
const HISTORY_MS = 2000;
const START_TARGET_MS = 80;

export class DelayHistogram {
  targetMs = START_TARGET_MS;
  readonly #weights: number[] = Array.from({ length: BUCKETS }, () => 0);
  #arrivals: { readonly atMs: number; readonly due: number }[] = [];
  #item = -1;
  #worstMs = 0;
  #intervalStartMs = 0;

  /** The worst delay of the last seconds. */
  get recentMs(): number {
    const least = Math.min(...this.#arrivals.map(({ due }) => due));
    return this.#arrivals.reduce((most, { due }) => Math.max(most, due - least), 0);
  }

  arrived(item: number, atMs: number, startMs: number): void {
    if (item !== this.#item) this.#arrivals = [];
    this.#item = item;
    const due = atMs - startMs;
    this.#arrivals = this.#arrivals.filter((arrival) => atMs - arrival.atMs <= HISTORY_MS);
    this.#arrivals.push({ atMs, due });
    const least = Math.min(...this.#arrivals.map((arrival) => arrival.due));
    this.#worstMs = Math.max(this.#worstMs, due - least);
    if (atMs - this.#intervalStartMs < INTERVAL_MS) return;
    this.#intervalStartMs = atMs;
    this.#note(Math.min(BUCKETS - 1, Math.floor(this.#worstMs / BUCKET_MS)));
    this.#worstMs = 0;
  }

  #note(bucket: number): void {
    for (let i = 0; i < BUCKETS; i++) this.#weights[i] = (this.#weights[i] ?? 0) * FORGETTING;
    this.#weights[bucket] = (this.#weights[bucket] ?? 0) + 1;
    const total = this.#weights.reduce((sum, weight) => sum + weight, 0);
    let sum = 0;
    const index = this.#weights.findIndex((weight) => (sum += weight) >= QUANTILE * total);
    this.targetMs = (1 + index) * BUCKET_MS;
  }
}
