/** Counters since construction. */
export interface PlayoutStats {
  /** Gaps in mid-item. A gap counts when it is over; one that turns out to be the end of the item never does. */
  underrunEvents: number;
  /** Output frames of those gaps (`silentConcealedSamples`). */
  underrunFrames: number;
  /**
   * Those of 150 ms and longer, and their output frames, with what was concealed before the silence (`interruptionCount`,
   * `totalInterruptionDuration`).
   */
  interruptionEvents: number;
  interruptionFrames: number;
  /** Frames that were written to handles that are unknown, ended or cancelled. */
  refusedFrames: number;
  /** Frames in the ring. */
  bufferedFrames: number;
  /** Gaps that concealment began in, and frames of it at the item's rate (`concealedSamples` of WebRTC's `getStats`). */
  concealmentEvents: number;
  concealedFrames: number;
  /** Frames that splices repeated to slow down (`insertedSamplesForDeceleration`). */
  insertedFrames: number;
  /** Frames that splices left out to speed up (`removedSamplesForAcceleration`). */
  removedFrames: number;
  /** How far behind its schedule paced audio is to be played, in milliseconds; 0 if not adaptive. */
  targetDelayMs: number;
  /** Frames that left the ring to be heard, but for those of an interrupt's fade (`jitterBufferEmittedCount`). */
  emittedFrames: number;
  /** What frames have waited in the ring in all, in seconds (`jitterBufferDelay`), and were to wait (`…TargetDelay`). */
  bufferDelayS: number;
  bufferTargetDelayS: number;
}

/** Counters of nothing, to be filled by `copyStats`. */
export function noStats(): PlayoutStats {
  return {
    underrunEvents: 0,
    underrunFrames: 0,
    interruptionEvents: 0,
    interruptionFrames: 0,
    refusedFrames: 0,
    bufferedFrames: 0,
    concealmentEvents: 0,
    concealedFrames: 0,
    insertedFrames: 0,
    removedFrames: 0,
    targetDelayMs: 0,
    emittedFrames: 0,
    bufferDelayS: 0,
    bufferTargetDelayS: 0,
  };
}
