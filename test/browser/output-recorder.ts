const PROCESSOR = `registerProcessor('output-recorder', class extends AudioWorkletProcessor {
  process([[mono]]) {
    if (mono !== undefined) this.port.postMessage({ frame: currentFrame, samples: mono.slice() });
    return true;
  }
});`;

/** Keeps every sample that comes to its node, with the context's frame, so that a gap in the recording can't hide. */
export class OutputRecorder {
  readonly node: AudioWorkletNode;
  readonly #blocks: { readonly frame: number; readonly samples: Float32Array }[] = [];
  #onBlock: () => void = () => {};

  static async open(context: BaseAudioContext): Promise<OutputRecorder> {
    const url = URL.createObjectURL(new Blob([PROCESSOR], { type: 'text/javascript' }));
    await context.audioWorklet.addModule(url);
    URL.revokeObjectURL(url);
    return new OutputRecorder(new AudioWorkletNode(context, 'output-recorder', { channelCount: 1 }));
  }

  private constructor(node: AudioWorkletNode) {
    this.node = node;
    node.port.onmessage = ({ data }: MessageEvent<{ frame: number; samples: Float32Array }>) => {
      this.#blocks.push(data);
      this.#onBlock();
    };
  }

  /** The frame behind the last one recorded. */
  get endFrame(): number {
    const last = this.#blocks.at(-1);
    return last === undefined ? 0 : last.frame + last.samples.length;
  }

  /** Waits until this frame of the context is recorded. */
  async reaches(frame: number): Promise<void> {
    while (this.endFrame < frame) await this.#nextBlock();
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
    const sound = this.#since(from);
    const first = sound.findIndex((sample) => sample !== 0);
    return first < 0 ? new Float32Array(0) : sound.slice(first, sound.findLastIndex((sample) => sample !== 0) + 1);
  }

  /** Longest run of zeros between those two. */
  longestGapFrames(from: number): number {
    let longest = 0;
    let run = 0;
    for (const sample of this.sound(from)) {
      if (sample !== 0) longest = Math.max(longest, run);
      run = sample === 0 ? run + 1 : 0;
    }
    return longest;
  }

  #since(from: number): Float32Array {
    const blocks = this.#blocks.filter(({ frame, samples }) => frame + samples.length > from);
    const first = blocks[0];
    if (first === undefined) return new Float32Array(0);
    const sound = new Float32Array(this.endFrame - first.frame);
    for (const { frame, samples } of blocks) sound.set(samples, frame - first.frame);
    return sound;
  }

  #nextBlock(): Promise<void> {
    return new Promise((resolve) => {
      this.#onBlock = resolve;
    });
  }
}
