const PROCESSOR = `registerProcessor('output-recorder', class extends AudioWorkletProcessor {
  process([[mono]]) {
    if (mono !== undefined) this.port.postMessage({ frame: currentFrame, samples: mono.slice() });
    return true;
  }
});`;

/** Keeps every sample that comes to its node, with the context's frame, so that a gap in the recording can't hide. */
export class OutputRecorder {
  readonly node: AudioWorkletNode;
  /** From frame 0 of the context on. */
  #recording: Float32Array = new Float32Array(0);
  #endFrame = 0;
  #onBlock: () => void = () => {};
  /** Stretches in which the browser called no processor at all, from a frame up to another. */
  readonly #uncalled: { readonly from: number; readonly to: number }[] = [];

  static async open(context: BaseAudioContext): Promise<OutputRecorder> {
    const url = URL.createObjectURL(new Blob([PROCESSOR], { type: 'text/javascript' }));
    await context.audioWorklet.addModule(url);
    URL.revokeObjectURL(url);
    return new OutputRecorder(new AudioWorkletNode(context, 'output-recorder', { channelCount: 1 }));
  }

  private constructor(node: AudioWorkletNode) {
    this.node = node;
    node.port.onmessage = ({ data }: MessageEvent<{ frame: number; samples: Float32Array }>) => {
      this.#add(data.frame, data.samples);
      this.#onBlock();
    };
  }

  /** All of it, from frame 0 of the context on. */
  get recording(): Float32Array {
    return this.#since(0);
  }

  /** The frame behind the last one recorded. */
  get endFrame(): number {
    return this.#endFrame;
  }

  /** Waits until so many frames of sound in all are recorded from a frame on. */
  async hears(frames: number, from: number): Promise<void> {
    while (this.soundingFrames(from) < frames) await this.#nextBlock();
  }

  /** Waits for so many silent frames at the end of the recording. */
  async fallsSilent(frames: number): Promise<void> {
    for (;;) {
      const recent = this.#since(this.endFrame - frames);
      if (this.endFrame >= frames && recent.every((sample) => sample === 0)) return;
      await this.#nextBlock();
    }
  }

  /** Frames from the first sample that is not 0 to the last one, at or after a frame. */
  soundingFrames(from: number): number {
    return this.sound(from).length;
  }

  /** What sounded from a frame on, from the first sample that is not 0 to the last one. */
  sound(from: number): Float32Array {
    return trimmed(this.#since(from));
  }

  /** The same, of what was rendered: frames that the browser skipped, having called neither player nor recorder, are left out. */
  renderedSound(from: number): Float32Array {
    const rendered: number[] = [];
    let at = Math.max(0, from);
    for (const skipped of [...this.#uncalled, { from: this.endFrame, to: this.endFrame }]) {
      if (skipped.to <= at && skipped.from !== this.endFrame) continue;
      rendered.push(...this.#recording.subarray(at, skipped.from));
      at = skipped.to;
    }
    return trimmed(Float32Array.from(rendered));
  }

  /** Longest run of zeros between those two. */
  longestGapFrames(from: number): number {
    return longestRun(this.sound(from));
  }

  /** Longest run of zeros in the sound that was rendered. */
  longestRenderedGapFrames(): number {
    return longestRun(this.renderedSound(0));
  }

  #since(from: number): Float32Array {
    return this.#recording.subarray(Math.max(0, from), this.#endFrame);
  }

  #add(frame: number, samples: Float32Array): void {
    if (frame > this.#endFrame) this.#uncalled.push({ from: this.#endFrame, to: frame });
    this.#endFrame = frame + samples.length;
    if (this.#endFrame > this.#recording.length) {
      const longer = new Float32Array(2 * this.#endFrame);
      longer.set(this.#recording);
      this.#recording = longer;
    }
    this.#recording.set(samples, frame);
  }

  #nextBlock(): Promise<void> {
    return new Promise((resolve) => {
      this.#onBlock = resolve;
    });
  }
}

/** From the first sample that is not 0 to the last one. */
function trimmed(sound: Float32Array): Float32Array {
  let first = 0;
  while (first < sound.length && sound[first] === 0) first++;
  let end = sound.length;
  while (end > first && sound[end - 1] === 0) end--;
  return sound.subarray(first, end);
}

/** Length of the longest run of zeros. */
function longestRun(sound: Float32Array): number {
  let longest = 0;
  let run = 0;
  for (const sample of sound) {
    run = sample === 0 ? run + 1 : 0;
    longest = Math.max(longest, run);
  }
  return longest;
}
