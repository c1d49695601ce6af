import type { Clock, Timer } from './clock.ts';
import { deferred } from './deferred.ts';

/** Races work of the app against time. Once cleared, nothing settles or keeps a timer any more, and no work begins. */
export class Deadlines {
  readonly #clock: Clock;
  #timers: Set<Timer> | null = null;
  #isCleared = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * Settles as `work` does, or rejects with what `overdue` returns once `delayMs` have passed; `onOverdue` runs after that,
   * so that work which gives up then can't win the race.
   */
  async race<T>(
    delayMs: number,
    work: () => T | Promise<T>,
    overdue: () => Error,
    onOverdue?: (error: Error) => void,
  ): Promise<T> {
    const { promise, reject } = deferred<never>();
    if (this.#isCleared) return promise;
    const timer = this.#clock.schedule(delayMs, () => {
      const error = overdue();
      reject(error);
      onOverdue?.(error);
    });
    (this.#timers ??= new Set()).add(timer);
    try {
      return await Promise.race([work(), promise]);
    } finally {
      timer.cancel();
      this.#timers?.delete(timer);
    }
  }

  /** Cancels every timer, for good. */
  clear(): void {
    this.#isCleared = true;
    for (const timer of this.#timers ?? []) timer.cancel();
    this.#timers = null;
  }
}
