import type { Clock, Timer } from '../clock.ts';

/** Waits for a user who says nothing, from the end of playback. */
export class IdleTimeout {
  readonly #clock: Clock;
  readonly #receivedMs: () => number;
  readonly #onTimeout: (startMs: number) => void;
  #timer: Timer | null = null;

  /** @param onTimeout Told how much of the session's audio had come in when the wait began. */
  constructor(clock: Clock, receivedMs: () => number, onTimeout: (startMs: number) => void) {
    this.#clock = clock;
    this.#receivedMs = receivedMs;
    this.#onTimeout = onTimeout;
  }

  /** Waits until playback ends and then for the timeout. */
  start(playedAtMs: number, timeoutMs: number): void {
    this.cancel();
    this.#timer = this.#clock.schedule(playedAtMs - this.#clock.nowMs(), () => {
      const startMs = this.#receivedMs();
      this.#timer = this.#clock.schedule(timeoutMs, () => this.#onTimeout(startMs));
    });
  }

  cancel(): void {
    this.#timer?.cancel();
    this.#timer = null;
  }
}
