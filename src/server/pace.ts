import type { Clock } from '../clock.ts';
import { ServerError } from './server-error.ts';

/** How fast audio leaves the server: `deltaMs` of speech every `intervalMs`, the first at once. */
export interface PaceOptions {
  /** Speech in one delta; default 200. */
  readonly deltaMs?: number;
  /** Time between deltas; default 50, which makes four times real time. */
  readonly intervalMs?: number;
}

const DEFAULT_DELTA_MS = 200;
const DEFAULT_INTERVAL_MS = 50;

/** Returns the options if a response can keep them, else throws `ERR_PACE`. */
export function checkPace(options: PaceOptions): PaceOptions {
  const { deltaMs = DEFAULT_DELTA_MS, intervalMs = DEFAULT_INTERVAL_MS } = options;
  if (deltaMs >= 1 && Number.isFinite(deltaMs) && intervalMs >= 0 && Number.isFinite(intervalMs)) return options;
  throw new ServerError(
    `pace needs deltaMs of at least 1 and intervalMs of at least 0, got ${deltaMs} and ${intervalMs}`,
    {
      code: 'ERR_PACE',
    },
  );
}

/** Spaces the deltas of one response. Time lost to a slow synthesis is not made up for by a burst. */
export class Pace {
  readonly deltaMs: number;
  readonly #intervalMs: number;
  readonly #clock: Clock;
  #dueMs = -Infinity;
  #firstMs: number | null = null;

  constructor(clock: Clock, options: PaceOptions) {
    this.#clock = clock;
    this.deltaMs = options.deltaMs ?? DEFAULT_DELTA_MS;
    this.#intervalMs = options.intervalMs ?? DEFAULT_INTERVAL_MS;
  }

  /** When the first delta left; null before. */
  get firstMs(): number | null {
    return this.#firstMs;
  }

  /** Resolves when the next delta is due. */
  async next(): Promise<void> {
    this.#firstMs ??= this.#clock.nowMs();
    const waitMs = this.#dueMs - this.#clock.nowMs();
    this.#dueMs = Math.max(this.#dueMs, this.#clock.nowMs()) + this.#intervalMs;
    if (waitMs > 0) await new Promise<void>((resolve) => void this.#clock.schedule(waitMs, resolve));
  }
}
