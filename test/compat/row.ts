import type { Side } from './side.ts';

/** One behaviour: what a package does, in a few words, and where ours differs from the peer's, why. */
export interface Row {
  readonly name: string;
  /** Plays the scenario and says what was seen. */
  readonly observe: (side: Side) => Promise<string>;
  /** Given where the two differ: why ours is the better one. */
  readonly better?: string;
}
