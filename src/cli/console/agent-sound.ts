import { WIRE_SAMPLE_RATE } from '../../audio/format.ts';
import type { ItemPosition } from '../../playout/playout.ts';
import { BUCKET_MS, heightOf, type Timeline } from './timeline.ts';

const BUCKET_FRAMES = (WIRE_SAMPLE_RATE * BUCKET_MS) / 1000;

/** The highest sample of each 40 ms of PCM16 at 24 kHz, as heights of 0 to 1. */
export class Peaks {
  readonly heights: number[] = [];
  #peak = 0;
  #frames = 0;

  add(samples: Int16Array): void {
    for (const sample of samples) {
      this.#peak = Math.max(this.#peak, Math.abs(sample));
      if (++this.#frames < BUCKET_FRAMES) continue;
      this.heights.push(heightOf(this.#peak / 32_768));
      this.#peak = 0;
      this.#frames = 0;
    }
  }
}

interface Item {
  readonly peaks: Peaks;
  shownBuckets: number;
}

/** Puts the agent's sound on the time line: what was heard where it was heard, and what waits behind the present. */
export class AgentSound {
  readonly #timeline: Timeline;
  readonly #items = new Map<string, Item>();

  constructor(timeline: Timeline) {
    this.#timeline = timeline;
  }

  receive(itemId: string, samples: Int16Array): void {
    const item = this.#items.get(itemId) ?? { peaks: new Peaks(), shownBuckets: 0 };
    this.#items.set(itemId, item);
    item.peaks.add(samples);
  }

  /** Shows what the playout says was rendered by now. */
  hear(nowBucket: number, positions: readonly ItemPosition[]): void {
    for (const { itemId, renderedFrames, receivedFrames } of positions) {
      const item = this.#items.get(itemId);
      if (item === undefined) continue;
      const { heights } = item.peaks;
      const heard = Math.min(heights.length, Math.floor(renderedFrames / BUCKET_FRAMES));
      for (let index = item.shownBuckets; index < heard; index++) {
        this.#timeline.setAgent(Math.max(0, nowBucket - (heard - 1 - index)), heights[index] ?? 0, false);
      }
      item.shownBuckets = heard;
      if (renderedFrames === receivedFrames && positions.at(-1)?.itemId !== itemId) this.#items.delete(itemId);
    }
    this.#showWaiting(nowBucket, false);
  }

  /** An interruption took away whatever still waits. */
  cut(nowBucket: number): void {
    this.#showWaiting(nowBucket, true);
    this.#items.clear();
  }

  #showWaiting(nowBucket: number, isCut: boolean): void {
    let bucket = nowBucket + 1;
    for (const { peaks, shownBuckets } of this.#items.values()) {
      for (let index = shownBuckets; index < peaks.heights.length; index++, bucket++) {
        this.#timeline.setAgent(bucket, peaks.heights[index] ?? 0, isCut);
      }
    }
    for (; bucket < this.#timeline.end; bucket++) {
      if (!this.#timeline.isCut(bucket)) this.#timeline.setAgent(bucket, 0, false);
    }
  }
}
