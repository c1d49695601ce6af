// What the widely copied stream processor of wavtools does: no prebuffer, blocks of 128 frames of which a short last one is
// lost when it runs dry, a new node for what comes then, and a position that is counted in blocks since that node began,
// for the item of the block being written.
import type { Player, SaidPosition } from '../player.ts';

const BLOCK_FRAMES = 128;

export class Wavtools implements Player {
  readonly pause = null;
  readonly resume = null;
  #blocks: { readonly item: number; readonly samples: Int16Array }[] = [];
  #partial: { readonly item: number; samples: number[] } | null = null;
  /** Frames since the node began, by item. */
  #offsets = new Map<number, number>();
  #current = -1;
  #isRunning = false;
  #cancelled = new Set<number>();
  #report: SaidPosition[] | null = null;

  write(item: number, _startFrame: number, samples: Int16Array): void {
    if (this.#cancelled.has(item)) return;
    if (!this.#isRunning) {
      this.#isRunning = true;
      this.#offsets = new Map();
      this.#partial = null;
    }
    let partial = this.#partial?.item === item ? this.#partial.samples : [];
    for (const sample of samples) {
      partial.push(sample);
      if (partial.length < BLOCK_FRAMES) continue;
      this.#blocks.push({ item, samples: Int16Array.from(partial) });
      partial = [];
    }
    this.#partial = { item, samples: partial };
  }

  end(): void {}

  render(output: Float32Array): void {
    output.fill(0);
    const block = this.#blocks.shift();
    if (block === undefined) {
      // The node ends; the next write makes a new one.
      this.#isRunning = false;
      return;
    }
    block.samples.forEach((sample, i) => (output[i] = sample / 32_768));
    this.#current = block.item;
    this.#offsets.set(block.item, (this.#offsets.get(block.item) ?? 0) + BLOCK_FRAMES);
  }

  interrupt(): void {
    this.#report = [];
    if (this.#current >= 0) {
      this.#report.push({ item: this.#current, renderedFrames: this.#offsets.get(this.#current) ?? 0 });
      this.#cancelled.add(this.#current);
    }
    this.#blocks = [];
    this.#partial = null;
    this.#isRunning = false;
  }

  takeReport(): readonly SaidPosition[] | null {
    const report = this.#report;
    this.#report = null;
    return report;
  }
}
