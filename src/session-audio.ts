import type { SessionPlayout } from './playout/playout.ts';

/** A microphone and a speaker for a session; `browserAudio()` of `bargein/browser` makes them of a browser's. */
export interface SessionAudio {
  /** Plays the model's audio. */
  readonly playout: SessionPlayout;
  readonly muted: boolean;
  /**
   * Opens the microphone and the speaker; `send` gets PCM16 at 24 kHz from then on. Called in `session.connect`, before
   * the connection is made; rejects if that makes no sense without it.
   */
  open(send: (audio: ArrayBuffer) => void): Promise<void>;
  mute(muted: boolean): void;
  /** The call has ended, or was never made. Another one may follow. */
  close(): void;
}
