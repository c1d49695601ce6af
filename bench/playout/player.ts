// What the benches ask of a player. Every one is written to and rendered on the same thread, as a worklet is.

/** What a player says of an item that an interrupt cancelled. */
export interface SaidPosition {
  readonly item: number;
  readonly renderedFrames: number;
}

export interface Player {
  /** Audio of an item, from frame `startFrame` of it on. Called as it arrives, in any order, perhaps twice. */
  write(item: number, startFrame: number, samples: Int16Array): void;
  /** The item is complete. */
  end(item: number): void;
  render(output: Float32Array): void;
  /** Stop now. What was cancelled is asked for after the next render. */
  interrupt(): void;
  /** Positions of what the interrupt cancelled; null where the player can't tell. */
  takeReport(): readonly SaidPosition[] | null;
  /** Null where the player has no pause. */
  readonly pause: (() => void) | null;
  readonly resume: (() => void) | null;
}

/** A player for content at this rate; it renders at the same. */
export type PlayerMaker = (sampleRate: number) => Player;
