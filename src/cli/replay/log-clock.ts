import type { Clock, Timer } from '../../clock.ts';

/** Time as a log tells it: it moves from line to line, and what falls due in between happens in order. */
export class LogClock implements Clock {
  readonly #timers = new Map<object, { readonly dueMs: number; readonly callback: () => void }>();
  #nowMs = 0;

  nowMs(): number {
    return this.#nowMs;
  }

  schedule(delayMs: number, callback: () => void): Timer {
    const key = {};
    this.#timers.set(key, { dueMs: this.#nowMs + Math.max(0, delayMs), callback });
    return { cancel: () => this.#timers.delete(key) };
  }

  during<T>(work: Promise<T>): Promise<T> {
    return work;
  }

  /** Moves on to `ms`, which is never before now. */
  advanceTo(ms: number): void {
    for (;;) {
      let next: { readonly key: object; readonly dueMs: number; readonly callback: () => void } | null = null;
      for (const [key, timer] of this.#timers) {
        if (timer.dueMs <= ms && (next === null || timer.dueMs < next.dueMs)) next = { key, ...timer };
      }
      if (next === null) break;
      this.#timers.delete(next.key);
      this.#nowMs = Math.max(this.#nowMs, next.dueMs);
      next.callback();
    }
    this.#nowMs = Math.max(this.#nowMs, ms);
  }
}
