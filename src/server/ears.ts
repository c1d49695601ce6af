import { type Scenario, ScenarioScript } from './scenario.ts';

/** One turn of the user's speech. */
export interface HeardTurn {
  readonly pcm16: Int16Array;
  /** In Hz: 24000, or 8000 for G.711. */
  readonly sampleRate: number;
  /** The user's earlier turns in this session, spoken and written; this turn's index is their count. */
  readonly earlierTurns: readonly string[];
  /** What the session says about its speech: ISO-639-1 code. */
  readonly language?: string | undefined;
  /** What the session says about its speech: words to expect. */
  readonly prompt?: string | undefined;
  /** Takes the text while it is recognised, by ears that can say so much; joined, the deltas are the result. */
  readonly onDelta?: (delta: string) => void;
}

/** Speech → text. A rejection becomes a failed transcription; the conversation goes on. */
export interface Ears {
  transcribe(turn: HeardTurn): Promise<string>;
  /**
   * The text of a turn so far, asked at a pause so that `semantic_vad` can judge whether the sentence is finished. Without
   * this, it judges by the length of the pause alone.
   */
  transcribePause?(turn: HeardTurn): Promise<string>;
}

/**
 * The ears that the server has without a recogniser: they do not listen. A scenario says beforehand what each spoken
 * turn will be; beyond it, the text states only that there was speech and how long: `[speech of 1.2 s]`.
 */
export function scriptedEars(scenario?: Scenario): Ears {
  const script = scenario === undefined ? undefined : new ScenarioScript(scenario);
  return {
    transcribe: async ({ pcm16, sampleRate, earlierTurns }) =>
      script?.heard(earlierTurns) ?? `[speech of ${(pcm16.length / sampleRate).toFixed(1)} s]`,
  };
}
