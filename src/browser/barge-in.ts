// Page's side of a barge-in that the microphone detects: from the hold, which the worklets have made without the page, to the
// word of the session, or the end of the wait for it.

import type { Clock, Timer } from '../clock.ts';
import { AudioError } from '../errors.ts';
import type { HoldAction } from './holdable-playout.ts';

/** How a microphone holds the agent when the user speaks over it. */
export interface BargeInOptions {
  /** Whether the agent is turned down, or stops until it is known what the user wants. */
  readonly action: HoldAction;
  /** Gain of the agent while it is turned down, in dB, at most 0. Default −20. */
  readonly duckDb?: number;
  /** Milliseconds in which the session must interrupt or hold the agent itself, or it goes on. 0…60,000, default 1000. */
  readonly releaseAfterMs?: number;
}

/**
 * What has become of a barge-in: the agent is held; the session has interrupted or held it itself; or it has not in time, and the
 * agent goes on without a lost sample.
 */
export type BargeInPhase = 'held' | 'committed' | 'released';

/** A speaker that a microphone may hold: `Speaker.watch` makes it for one `Microphone.open`. */
export interface BargeInWatch {
  /** What the speaker is given, to be told from the user. */
  readonly output: AudioNode;
  /** To the speaker's worklet, of the same context. */
  readonly port: MessagePort;
}

/** Options with what they default to; throws `ERR_BARGE_IN` for a value out of range. */
export function checkedBargeIn(options: HoldAction | BargeInOptions): Required<BargeInOptions> {
  const { action, duckDb = -20, releaseAfterMs = 1000 } = typeof options === 'string' ? { action: options } : options;
  if (action !== 'duck' && action !== 'pause') throw refused(`action must be 'duck' or 'pause', got ${String(action)}`);
  if (!(duckDb <= 0)) throw refused(`duckDb must be a number of decibels, at most 0, got ${duckDb}`);
  if (!(releaseAfterMs >= 0 && releaseAfterMs <= 60_000)) {
    throw refused(`releaseAfterMs must be 0…60000, got ${releaseAfterMs}`);
  }
  return { action, duckDb, releaseAfterMs };
}

function refused(message: string): AudioError {
  return new AudioError(`bargeIn: ${message}`, { code: 'ERR_BARGE_IN' });
}

/** Follows one hold after the other. */
export class BargeInWait {
  readonly #clock: Clock;
  readonly #onPhase: (phase: BargeInPhase) => void;
  readonly #release: () => void;
  #releaseAfterMs = 0;
  #timer: Timer | null = null;
  #newestReportFrame = -1;

  /** @param release Lets the worklet go on. */
  constructor(clock: Clock, onPhase: (phase: BargeInPhase) => void, release: () => void) {
    this.#clock = clock;
    this.#onPhase = onPhase;
    this.#release = release;
  }

  /** From the next hold on. */
  set releaseAfterMs(releaseAfterMs: number) {
    this.#releaseAfterMs = releaseAfterMs;
  }

  /** The worklet holds the agent since a frame of the context; what it knew of an interrupt then may be on its way still. */
  held(contextFrame: number, isInterrupting: boolean): void {
    this.#stop();
    this.#onPhase('held');
    if (isInterrupting || contextFrame < this.#newestReportFrame) {
      this.#onPhase('committed');
      return;
    }
    this.#timer = this.#clock.schedule(this.#releaseAfterMs, () => {
      this.#timer = null;
      this.#release();
      this.#onPhase('released');
    });
  }

  /** The session has had its say. */
  commit(): void {
    if (this.#stop()) this.#onPhase('committed');
  }

  /** The worklet has answered an interrupt, at a frame of the context. */
  reported(contextFrame: number): void {
    this.#newestReportFrame = contextFrame;
  }

  /** Nothing is waited for any more. */
  close(): void {
    this.#stop();
  }

  #stop(): boolean {
    const wasWaiting = this.#timer !== null;
    this.#timer?.cancel();
    this.#timer = null;
    return wasWaiting;
  }
}
