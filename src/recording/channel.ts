/** Sound comes in packets, a bit early or late: within so many milliseconds it is taken as continuous. */
const JITTER_MS = 150;

/** One side of a recording: sound on a time line, silence where there is none. Frames count from the start of the recording. */
export class Channel {
  readonly #jitterFrames: number;
  #samples: Int16Array<ArrayBuffer>;
  /** Frame of the first sample that was not taken. */
  #startFrame = 0;
  #cursorFrame = 0;

  constructor(sampleRate: number) {
    this.#jitterFrames = (sampleRate * JITTER_MS) / 1000;
    this.#samples = new Int16Array(sampleRate);
  }

  /** Adds sound that ended at `nowFrame`, behind what came just before, or after a silence. */
  add(sound: Int16Array, nowFrame: number): void {
    const beginFrame = nowFrame - sound.length;
    if (beginFrame - this.#cursorFrame > this.#jitterFrames) this.#cursorFrame = beginFrame;
    this.#cursorFrame = Math.max(this.#cursorFrame, this.#startFrame);
    const at = this.#cursorFrame - this.#startFrame;
    if (at + sound.length > this.#samples.length) {
      const larger = new Int16Array(2 * (at + sound.length));
      larger.set(this.#samples);
      this.#samples = larger;
    }
    this.#samples.set(sound, at);
    this.#cursorFrame += sound.length;
  }

  /** Moves the first `frames` into every second sample of `stereo`, from `offset` on. */
  take(frames: number, stereo: Int16Array, offset: number): void {
    for (let at = 0; at < frames; at++) stereo[2 * at + offset] = this.#samples[at] ?? 0;
    this.#samples.copyWithin(0, frames);
    this.#samples.fill(0, Math.max(0, this.#samples.length - frames));
    this.#startFrame += frames;
  }
}
