import type { Clock, Timer } from '../clock.ts';

interface Entry {
  readonly dueMs: number;
  readonly order: number;
  readonly callback: () => void;
}

/** Lets every promise that is ready, and the platform's own I/O callbacks, run to the end. */
export type Settle = () => Promise<void>;

/**
 * Time that moves only when told to: timers fire in order of their due time, and between two of them everything that is
 * ready settles first. Work handed to `during` holds time still, so a run is the same however fast the machine is.
 */
export class VirtualClock implements Clock {
  readonly #settle: Settle;
  readonly #entries = new Set<Entry>();
  #held = 0;
  #nowMs = 0;
  #scheduled = 0;

  /** @param settle How to let ready work run; on Node: a few turns of `setImmediate`. */
  constructor(settle: Settle) {
    this.#settle = settle;
  }

  /** Timers that have neither fired nor been cancelled; after the end of a session there should be none. */
  get timerCount(): number {
    return this.#entries.size;
  }

  nowMs(): number {
    return this.#nowMs;
  }

  schedule(delayMs: number, callback: () => void): Timer {
    const entry = { dueMs: this.#nowMs + Math.max(0, delayMs), order: this.#scheduled++, callback };
    this.#entries.add(entry);
    return { cancel: () => this.#entries.delete(entry) };
  }

  async during<T>(work: Promise<T>): Promise<T> {
    this.#held += 1;
    try {
      return await work;
    } finally {
      this.#held -= 1;
    }
  }

  /** Moves time on by `ms`, firing what falls due. */
  async advance(ms: number): Promise<void> {
    const untilMs = this.#nowMs + ms;
    for (;;) {
      await this.#rest();
      const next = this.#earliest();
      if (next === undefined || next.dueMs > untilMs) break;
      this.#fire(next);
    }
    this.#nowMs = untilMs;
  }

  /** Moves time on until `done` settles; throws when nothing is left that could ever settle it. */
  async runUntil<T>(done: Promise<T>): Promise<T> {
    let isSettled = false;
    const settled = done.finally(() => {
      isSettled = true;
    });
    settled.catch(() => {});
    for (;;) {
      await this.#rest();
      if (isSettled) return settled;
      const next = this.#earliest();
      if (next === undefined)
        throw new Error(`nothing is scheduled at ${this.#nowMs} ms and the awaited work is not done`);
      this.#fire(next);
    }
  }

  async #rest(): Promise<void> {
    do await this.#settle();
    while (this.#held > 0);
  }

  #fire(entry: Entry): void {
    this.#entries.delete(entry);
    this.#nowMs = entry.dueMs;
    entry.callback();
  }

  #earliest(): Entry | undefined {
    let first: Entry | undefined;
    for (const entry of this.#entries) {
      if (
        first === undefined ||
        entry.dueMs < first.dueMs ||
        (entry.dueMs === first.dueMs && entry.order < first.order)
      ) {
        first = entry;
      }
    }
    return first;
  }
}
