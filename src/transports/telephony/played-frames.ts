// How much a phone has played: a line whose only news is the marks it returns, each a network's journey late.

import { keepYoungest } from '../../playout/keep-youngest.ts';

const FRAMES_PER_MS = 8;

/** A single late mark is the network's jitter; the least of so many tells of the phone. */
const JUDGED_TRIPS = 4;

/** Marks in flight that are remembered; an older one that still comes back says nothing. */
const REMEMBERED_MARKS = 256;

/**
 * Models the playback of a phone between its marks.
 *
 * A phone plays what it is sent without a break, from the moment the first of it arrives. Audio and the `clear` that would
 * stop it travel equally long, so of audio that was sent into silence `t` ms ago, a `clear` sent now leaves `t` ms heard.
 * A mark comes back one round trip after the phone should have played up to it; the least trip seen is the line's own, and
 * what others take beyond that is how late the phone plays.
 */
export class PlayedFrames {
  /** Frames sent before the present run of playback, and when it began to be sent. */
  #runFrames = 0;
  #runSinceMs = 0;
  #sentFrames = 0;
  #playedFrames = 0;
  /** How late the phone plays, and the youngest trips of this run that say so. */
  #lagMs = 0;
  #trips: number[] = [];
  #tripMs = Number.POSITIVE_INFINITY;
  readonly #marks = new Map<
    string,
    { readonly frames: number; readonly runSinceMs: number; readonly runFrames: number }
  >();

  /** Frames sent so far that were not taken back. */
  get sentFrames(): number {
    return this.#sentFrames;
  }

  /** Frames that will have been played when something sent now arrives. Never decreases. */
  at(nowMs: number): number {
    const elapsedMs = Math.max(0, nowMs - this.#runSinceMs - this.#lagMs);
    const frames = Math.min(this.#sentFrames, this.#runFrames + Math.floor(elapsedMs * FRAMES_PER_MS));
    this.#playedFrames = Math.max(this.#playedFrames, frames);
    return this.#playedFrames;
  }

  /** `frames` more were sent. */
  sent(frames: number, nowMs: number): void {
    if (this.at(nowMs) >= this.#sentFrames) {
      this.#begin(nowMs);
    }
    this.#sentFrames += frames;
  }

  /** A mark was sent behind everything sent so far. */
  marked(name: string, nowMs: number): void {
    const isSilent = this.at(nowMs) >= this.#sentFrames;
    this.#marks.set(name, {
      frames: this.#sentFrames,
      runSinceMs: isSilent ? nowMs : this.#runSinceMs,
      runFrames: isSilent ? this.#sentFrames : this.#runFrames,
    });
    keepYoungest(this.#marks, REMEMBERED_MARKS);
  }

  /** A mark came back. */
  returned(name: string, nowMs: number): void {
    const mark = this.#marks.get(name);
    if (mark === undefined) return;
    this.#marks.delete(name);
    const tripMs = nowMs - mark.runSinceMs - (mark.frames - mark.runFrames) / FRAMES_PER_MS;
    this.#tripMs = Math.min(this.#tripMs, Math.max(0, tripMs));
    if (mark.runSinceMs === this.#runSinceMs) {
      this.#trips = [...this.#trips, tripMs].slice(-JUDGED_TRIPS);
      this.#lagMs = Math.max(0, Math.min(...this.#trips) - this.#tripMs);
    }
    // What was passed was played, whatever the model thought.
    this.#playedFrames = Math.max(this.#playedFrames, mark.frames);
  }

  /** What was sent and not played is gone; returns how much was played. Marks that come back from now on say nothing. */
  cleared(nowMs: number): number {
    const played = this.at(nowMs);
    this.#sentFrames = played;
    this.#begin(nowMs);
    this.#marks.clear();
    return played;
  }

  #begin(nowMs: number): void {
    this.#runFrames = this.#sentFrames;
    this.#runSinceMs = nowMs;
    this.#lagMs = 0;
    this.#trips = [];
  }
}
