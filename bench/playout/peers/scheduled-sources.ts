// One audio source per delta, each started when the one before it ends or now: what an app does without a worklet. What was
// heard is told by a clock that runs from the first delta of the newest item on, stalls or not, and stops at what has
// arrived of it; that is how the official SDK does it over WebSocket.
import type { Player, SaidPosition } from '../player.ts';

interface Source {
  readonly item: number;
  readonly atFrame: number;
  readonly samples: Int16Array;
}

export class ScheduledSources implements Player {
  readonly pause = null;
  readonly resume = null;
  readonly #aheadFrames: number;
  #sources: Source[] = [];
  #nowFrame = 0;
  #nextFrame = 0;
  #newest: { item: number; sinceFrame: number; receivedFrames: number } | null = null;
  #cancelled = -1;
  #report: SaidPosition[] | null = null;

  /** `aheadMs`: how far in the future a source is started that has none before it. */
  constructor(sampleRate: number, aheadMs: number) {
    this.#aheadFrames = Math.round((sampleRate * aheadMs) / 1000);
  }

  write(item: number, _startFrame: number, samples: Int16Array): void {
    if (item <= this.#cancelled) return;
    const atFrame = Math.max(this.#nextFrame, this.#nowFrame + this.#aheadFrames);
    if (this.#newest?.item !== item) this.#newest = { item, sinceFrame: this.#nowFrame, receivedFrames: 0 };
    this.#newest.receivedFrames += samples.length;
    this.#sources.push({ item, atFrame, samples: samples.slice() });
    this.#nextFrame = atFrame + samples.length;
  }

  end(): void {}

  render(output: Float32Array): void {
    output.fill(0);
    for (const { atFrame, samples } of this.#sources) {
      const from = Math.max(0, this.#nowFrame - atFrame);
      const to = Math.min(samples.length, this.#nowFrame + output.length - atFrame);
      for (let i = from; i < to; i++) output[atFrame + i - this.#nowFrame] = (samples[i] ?? 0) / 32_768;
    }
    this.#nowFrame += output.length;
    this.#sources = this.#sources.filter(({ atFrame, samples }) => atFrame + samples.length > this.#nowFrame);
  }

  interrupt(): void {
    const newest = this.#newest;
    this.#report = [];
    if (newest !== null) {
      const renderedFrames = Math.min(newest.receivedFrames, this.#nowFrame - newest.sinceFrame);
      this.#report.push({ item: newest.item, renderedFrames });
      this.#cancelled = newest.item;
    }
    this.#sources = [];
    this.#nextFrame = 0;
  }

  takeReport(): readonly SaidPosition[] | null {
    const report = this.#report;
    this.#report = null;
    return report;
  }
}
