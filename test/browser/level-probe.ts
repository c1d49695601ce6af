/** Level of 20 ms at 48 kHz above which the remote track speaks, about −40 dBFS, and below which it is silent. */
const SPEECH_RMS = 0.01;
const SILENCE_RMS = 0.001;
/** So many loud or silent stretches in a row are no accident of one syllable. */
const STRETCHES = 10;

const PROCESSOR = `registerProcessor('level-probe', class extends AudioWorkletProcessor {
  sum = 0; frames = 0;
  process([[mono]]) {
    if (mono === undefined) return true;
    for (const x of mono) this.sum += x * x;
    this.frames += mono.length;
    if (this.frames >= 960) {
      this.port.postMessage(Math.sqrt(this.sum / this.frames));
      this.sum = 0; this.frames = 0;
    }
    return true;
  }
});`;

/** Measures what a remote track really sounds like: the RMS of every 20 ms or so. */
export class LevelProbe {
  readonly levels: number[] = [];
  readonly #context: AudioContext;

  static async open(stream: MediaStream, onLevel: () => void): Promise<LevelProbe> {
    const context = new AudioContext({ sampleRate: 48_000 });
    const url = URL.createObjectURL(new Blob([PROCESSOR], { type: 'text/javascript' }));
    await context.audioWorklet.addModule(url);
    URL.revokeObjectURL(url);
    const node = new AudioWorkletNode(context, 'level-probe');
    const probe = new LevelProbe(context);
    node.port.onmessage = ({ data }: MessageEvent<number>) => {
      probe.levels.push(data);
      onLevel();
    };
    context.createMediaStreamSource(stream).connect(node);
    await context.resume();
    return probe;
  }

  private constructor(context: AudioContext) {
    this.#context = context;
  }

  /** Stretches measured so far. */
  get quanta(): number {
    return this.levels.length;
  }

  /** Whether there was a span of speech, or of silence, at or after a stretch. */
  spanAfter(from: number, isSpeech: boolean): boolean {
    let run = 0;
    for (const level of this.levels.slice(from)) {
      run = (isSpeech ? level > SPEECH_RMS : level < SILENCE_RMS) ? run + 1 : 0;
      if (run === STRETCHES) return true;
    }
    return false;
  }

  async close(): Promise<void> {
    await this.#context.close();
  }
}
