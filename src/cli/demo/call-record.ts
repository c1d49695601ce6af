// What happened in one call, in frames of its recording: what the report, the picture and the trace are made from.

/** Something with a beginning and an end, in frames of the recording. */
export interface Span {
  readonly label: string;
  readonly startFrame: number;
  readonly endFrame: number;
}

/** The arrival of an item's audio: it takes less time than the audio lasts. */
export interface Arrival extends Span {
  /** Frames of audio that arrived. */
  readonly audioFrames: number;
}

/** A moment, in frames of the recording. */
export interface Mark {
  readonly label: string;
  readonly frame: number;
}

/** A truncation, as the server got it. */
export interface Truncation {
  readonly itemId: string;
  readonly audioEndMs: number;
  readonly frame: number;
}

/** An interrupt, by whoever caused it. */
export interface BargeIn {
  readonly cause: 'user' | 'guardrail';
  /** When the session knew; the recording must be silent 20 ms later. */
  readonly frame: number;
}

/** A line of the caller, and when it was on the air. */
export interface SpokenLine {
  readonly text: string;
  /** First frame with speech in it; what the latency of a barge-in counts from. */
  readonly startFrame: number;
  /** Last frame with speech in it; what the latency of an answer counts from. */
  readonly endFrame: number;
}

/** A run of frames of one item, as rendered. */
export interface HeardRun {
  readonly itemId: string;
  readonly startFrame: number;
  endFrame: number;
}

/** Everything that is known about a call. */
export interface CallRecord {
  readonly sampleRate: number;
  readonly lengthFrames: number;
  readonly spoken: readonly SpokenLine[];
  readonly sent: readonly Span[];
  readonly received: readonly Arrival[];
  readonly heard: readonly HeardRun[];
  readonly tools: readonly Span[];
  readonly marks: readonly Mark[];
  readonly bargeIns: readonly BargeIn[];
  readonly truncations: readonly Truncation[];
  readonly handoffs: readonly string[];
  readonly trips: readonly string[];
  readonly approvals: readonly string[];
  readonly errors: readonly string[];
  readonly underruns: number;
}

/** Frames of PCM16 in a text of base64. */
export function framesOfBase64(text: string): number {
  return Math.floor((text.length * 3) / 8);
}

/** Adds a packet of the microphone that was sent at `endFrame`; behind a longer pause than `pauseFrames` a new span begins. */
export function addSent(
  sent: Span[],
  { frames, endFrame, pauseFrames }: { frames: number; endFrame: number; pauseFrames: number },
): void {
  const last = sent.at(-1);
  if (last !== undefined && endFrame - last.endFrame <= frames + pauseFrames) {
    sent[sent.length - 1] = { ...last, endFrame };
  } else {
    sent.push({ label: 'microphone', startFrame: Math.max(0, endFrame - frames), endFrame });
  }
}

/** Adds `frames` of an item that arrived at `frame`. */
export function addReceived(received: Arrival[], itemId: string, frames: number, frame: number): void {
  const last = received.at(-1);
  if (last?.label === itemId) {
    received[received.length - 1] = { ...last, endFrame: frame, audioFrames: last.audioFrames + frames };
  } else {
    received.push({ label: itemId, startFrame: frame, endFrame: frame, audioFrames: frames });
  }
}
