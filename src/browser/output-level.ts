/** Frames that the level is of: 21 ms at 48 kHz. */
const WINDOW_FRAMES = 1024;

/** Level of what flows through `node`, measured when it is read. */
export class OutputLevel {
  readonly node: AnalyserNode;
  readonly #samples: Float32Array<ArrayBuffer> = new Float32Array(WINDOW_FRAMES);

  constructor(context: AudioContext) {
    this.node = new AnalyserNode(context, { fftSize: WINDOW_FRAMES });
  }

  /** RMS in dB relative to full scale; −Infinity for silence. */
  get rmsDb(): number {
    this.node.getFloatTimeDomainData(this.#samples);
    let sum = 0;
    for (const sample of this.#samples) sum += sample * sample;
    return 10 * Math.log10(sum / WINDOW_FRAMES);
  }

  close(): void {
    this.node.disconnect();
  }
}
