import { Playout } from '../audio/playout.ts';

/** How the agent is held. */
export type HoldAction = 'duck' | 'pause';

/**
 * A playout that a microphone may hold as well as its owner. The owner's word is the last one: an interrupt, a pause or a duck of
 * the owner is the end of the hold, which never outlasts it and is never heard beside it.
 */
export class HoldablePlayout extends Playout {
  #held: HoldAction | null = null;
  #isPausedByOwner = false;
  #isDuckedByOwner = false;

  /** Holds what sounds or is about to; returns whether there is any, and nobody holds it yet. Allocates nothing. */
  hold(action: HoldAction, duckDb: number): boolean {
    if (this.#held !== null || this.#isPausedByOwner || this.#isDuckedByOwner) return false;
    if (this.bufferedFrames === 0) return false;
    this.#held = action;
    if (action === 'pause') super.pause();
    else super.duck(duckDb);
    return true;
  }

  /** Goes on where it was held; returns whether it was. */
  release(): boolean {
    const held = this.#held;
    this.#held = null;
    if (held === 'pause') super.resume();
    if (held === 'duck') super.unduck();
    return held !== null;
  }

  override interrupt(): void {
    this.#held = null;
    this.#isPausedByOwner = false;
    this.#isDuckedByOwner = false;
    super.interrupt();
  }

  override pause(): void {
    this.release();
    this.#isPausedByOwner = true;
    super.pause();
  }

  override resume(): void {
    this.#isPausedByOwner = false;
    if (this.#held === null) super.resume();
  }

  override duck(gainDb: number): void {
    this.release();
    this.#isDuckedByOwner = gainDb < 0;
    super.duck(gainDb);
  }

  override unduck(): void {
    this.#isDuckedByOwner = false;
    if (this.#held === null) super.unduck();
  }
}
