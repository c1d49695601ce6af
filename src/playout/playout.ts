// The contract between a session and whatever plays the agent's audio. It is the same for every sink: a worklet, a file or
// speaker on Node, a phone behind marks, or an app that plays the audio itself. What was heard has one owner, and this
// is how it is asked.

/** Which audio a packet is of. */
export interface PlayoutAddress {
  readonly itemId: string;
  readonly contentIndex: number;
  readonly responseId: string;
}

/** One stretch of audio of an item, as the model sends it: PCM16 at `sampleRate`, in order. */
export interface PlayoutPacket extends PlayoutAddress {
  /**
   * Frame of the item that the samples begin with; without it, the one after those received. With it, audio that arrives
   * twice is played once, and audio that arrives early waits for what comes before it.
   */
  readonly startFrame?: number;
  readonly samples: Int16Array;
}

/** One stretch of audio of an item, coded in G.711 as the model sent it: an octet a frame, in order. */
export interface EncodedPlayoutPacket extends PlayoutAddress {
  readonly octets: Uint8Array;
  /** The same in base64. */
  readonly payload: string;
}

/** How far the audio of one item has got. Frames are at the item's own rate, exact, and never decrease. */
export interface ItemPosition {
  readonly itemId: string;
  readonly contentIndex: number;
  readonly responseId: string;
  /** Frames received from the model so far. */
  readonly receivedFrames: number;
  /** Frames rendered so far. Rendered frames can't be recalled: they will be heard. */
  readonly renderedFrames: number;
}

/** What an interrupt cancelled: the audible item where it stopped, every later one at 0 rendered frames, in queue order. */
export interface PlayoutReport {
  readonly interruptId: string;
  readonly items: readonly ItemPosition[];
}

/** Events of a playout, in the order in which things happened. Called when the state they tell of is complete. */
export interface PlayoutListener {
  /** An interrupt is complete: the fade is rendered and the counts are final. Once per `interruptId`. */
  onReport(report: PlayoutReport): void;
  /** The first frame of an item was rendered. */
  onStarted(position: ItemPosition): void;
  /** An item ended and its last frame was rendered. */
  onDone(position: ItemPosition): void;
}

/** A sink for the agent's audio that knows what was rendered. All methods are synchronous and never throw on late calls. */
export interface SessionPlayout {
  /** Rate of the packets that this playout takes, in Hz. */
  readonly sampleRate: number;
  /** The app plays the audio itself and has not said how far it is: what counts as done here may be heard a little longer. */
  readonly isModelled?: boolean;
  /** The one owner that is told of reports; setting it replaces the previous one. */
  listener: PlayoutListener | null;
  /**
   * Queues audio behind everything queued before. Audio of an item or response that an interrupt has cancelled is
   * refused and counted, never played. Nothing else is ever dropped.
   */
  write(packet: PlayoutPacket): void;
  /** Instead of `write`, for a sink that passes G.711 on without decoding it. */
  writeEncoded?(packet: EncodedPlayoutPacket): void;
  /** No more audio follows for this item: when it has drained, that is its end and not an underrun. */
  end(itemId: string, contentIndex: number): void;
  /**
   * Stops with a fade within one quantum and cancels everything queued. `onReport` follows with the same id, possibly
   * before this call returns.
   */
  flush(interruptId: string): void;
  /**
   * Stops with a fade and keeps everything; `resume` continues without a lost or repeated sample beyond the fade. A flush
   * is the end of it.
   */
  pause(): void;
  resume(): void;
  /**
   * Turns the output down to `gainDb`, at most 0 dB, and plays on; positions and arrivals are as without it. A ramp of
   * at most 20 ms, so it does not click. A flush is the end of it.
   */
  duck(gainDb: number): void;
  unduck(): void;
  /** Last known positions of all items that still have unrendered audio, and of the last one rendered, in queue order. */
  positions(): readonly ItemPosition[];
}
