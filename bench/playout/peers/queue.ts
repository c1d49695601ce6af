// Queues of the field, by what they do and not by their code. All of them play what they are given at its own speed, in the
// order in which it came, and know nothing of duplicates.
import type { Player, SaidPosition } from '../player.ts';

interface Queued {
  readonly item: number;
  readonly samples: Int16Array;
  /** Frame of the item that the samples begin with, as the player counts them. */
  readonly firstFrame: number;
}

/** A plain queue: starts at once or behind a prebuffer, cuts hard, counts what it played. */
export class Queue implements Player {
  readonly pause = (): void => {
    this.#isPaused = true;
  };
  readonly resume = (): void => {
    this.#isPaused = false;
  };
  #queue: Queued[] = [];
  #isPaused = false;
  readonly #prebufferFrames: number;
  readonly #written = new Map<number, number>();
  readonly #played = new Map<number, number>();
  readonly #ended = new Set<number>();
  readonly #cancelled = new Set<number>();
  #report: SaidPosition[] | null = null;
  #isStarted = false;
  #offset = 0;

  /** `prebufferMs`: audio that has to wait before the first sample plays, again after every underrun. */
  constructor(sampleRate: number, prebufferMs: number) {
    this.#prebufferFrames = (sampleRate * prebufferMs) / 1000;
  }

  write(item: number, _startFrame: number, samples: Int16Array): void {
    if (this.#cancelled.has(item)) return;
    const firstFrame = this.#written.get(item) ?? 0;
    this.#queue.push({ item, samples: samples.slice(), firstFrame });
    this.#written.set(item, firstFrame + samples.length);
  }

  end(item: number): void {
    this.#ended.add(item);
  }

  render(output: Float32Array): void {
    if (this.#isPaused) {
      output.fill(0);
      return;
    }
    if (!this.#isStarted) {
      const waiting = this.#queue.reduce((sum, { samples }) => sum + samples.length, -this.#offset);
      const isComplete = this.#queue[0] !== undefined && this.#ended.has(this.#queue[0].item);
      this.#isStarted = waiting > 0 && (waiting >= this.#prebufferFrames || isComplete);
    }
    let frames = 0;
    while (this.#isStarted && frames < output.length) {
      const head = this.#queue[0];
      if (head === undefined) {
        this.#isStarted = false;
        break;
      }
      const part = head.samples.subarray(this.#offset, this.#offset + output.length - frames);
      for (const sample of part) output[frames++] = sample / 32_768;
      this.#offset += part.length;
      this.#played.set(head.item, head.firstFrame + this.#offset);
      if (this.#offset === head.samples.length) {
        this.#queue.shift();
        this.#offset = 0;
      }
    }
    output.fill(0, frames);
  }

  interrupt(): void {
    const items = [...this.#written.keys()].filter((item) => {
      const isPlayed = (this.#played.get(item) ?? 0) === this.#written.get(item);
      return !this.#cancelled.has(item) && !(isPlayed && this.#ended.has(item));
    });
    this.#report = items.map((item) => ({ item, renderedFrames: this.#played.get(item) ?? 0 }));
    for (const item of items) this.#cancelled.add(item);
    this.#queue = [];
    this.#offset = 0;
    this.#isStarted = false;
  }

  takeReport(): readonly SaidPosition[] | null {
    const report = this.#report;
    this.#report = null;
    return report;
  }
}
