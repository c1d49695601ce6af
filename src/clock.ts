/** A timer that has not fired yet. */
export interface Timer {
  cancel(): void;
}

/**
 * Monotonic time and timers, injected wherever time matters, so that a conversation runs the same in real time and on a
 * virtual clock.
 */
export interface Clock {
  /** Milliseconds since an arbitrary origin; never steps back. */
  nowMs(): number;
  /** Runs `callback` once, `delayMs` from now. */
  schedule(delayMs: number, callback: () => void): Timer;
  /**
   * Waits for work that takes real time, speech synthesis for instance. A virtual clock stands still meanwhile; the
   * system clock just returns the promise.
   */
  during<T>(work: Promise<T>): Promise<T>;
}

class SystemTimer implements Timer {
  readonly #id: ReturnType<typeof setTimeout>;

  constructor(delayMs: number, callback: () => void) {
    // Who is late asks for less than nothing; Node would warn.
    this.#id = setTimeout(callback, Math.max(0, delayMs));
  }

  cancel(): void {
    clearTimeout(this.#id);
  }
}

/** The platform's monotonic clock. */
export const systemClock: Clock = {
  nowMs: () => performance.now(),
  schedule: (delayMs, callback) => new SystemTimer(delayMs, callback),
  during: (work) => work,
};
