const PROCESSOR = `registerProcessor('track-recorder', class extends AudioWorkletProcessor {
  process([[mono]]) {
    if (mono !== undefined) this.port.postMessage(mono.slice());
    return true;
  }
});`;

/** Keeps everything that a remote track sounds like, as PCM16. */
export class TrackRecorder {
  readonly #context: AudioContext;
  readonly #blocks: Float32Array[] = [];
  #frames = 0;
  #onBlock: () => void = () => {};

  static async open(stream: MediaStream, sampleRate: number): Promise<TrackRecorder> {
    const context = new AudioContext({ sampleRate });
    const url = URL.createObjectURL(new Blob([PROCESSOR], { type: 'text/javascript' }));
    await context.audioWorklet.addModule(url);
    URL.revokeObjectURL(url);
    const node = new AudioWorkletNode(context, 'track-recorder');
    const recorder = new TrackRecorder(context);
    node.port.onmessage = ({ data }: MessageEvent<Float32Array>) => {
      recorder.#blocks.push(data);
      recorder.#frames += data.length;
      recorder.#onBlock();
    };
    context.createMediaStreamSource(stream).connect(node);
    await context.resume();
    return recorder;
  }

  private constructor(context: AudioContext) {
    this.#context = context;
  }

  /** Frames recorded so far. */
  get frames(): number {
    return this.#frames;
  }

  /** The recording from a frame on, as soon as it is complete. */
  async from(frame: number, isComplete: (recording: Int16Array) => boolean): Promise<Int16Array<ArrayBuffer>> {
    for (;;) {
      const recording = this.#slice(frame);
      if (isComplete(recording)) return recording;
      await this.#nextBlock();
    }
  }

  async close(): Promise<void> {
    await this.#context.close();
  }

  #slice(from: number): Int16Array<ArrayBuffer> {
    const samples = this.#blocks.flatMap((block) => [...block]).slice(from);
    return Int16Array.from(samples, (x) => Math.max(-32_768, Math.min(32_767, Math.round(x * 32_768))));
  }

  #nextBlock(): Promise<void> {
    const { frames } = this;
    return new Promise((resolve) => {
      this.#onBlock = () => {
        // Looked at a few times a second: a look goes through the whole recording.
        if (this.#frames - frames > this.#context.sampleRate / 5) resolve();
      };
    });
  }
}
