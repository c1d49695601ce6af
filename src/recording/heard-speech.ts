import type { ItemPosition } from '../playout/playout.ts';

interface Item {
  readonly received: Int16Array[];
  recordedFrames: number;
}

/** What the agent said, item by item, until it is known how much of it was heard. */
export class HeardSpeech {
  readonly #items = new Map<string, Item>();

  /** Audio of an item arrived. */
  receive(itemId: string, contentIndex: number, samples: Int16Array): void {
    const key = keyOf(itemId, contentIndex);
    const item = this.#items.get(key);
    if (item === undefined) this.#items.set(key, { received: [samples], recordedFrames: 0 });
    else item.received.push(samples);
  }

  /** The frames of an item that were rendered since the last time. */
  heardSince({ itemId, contentIndex, renderedFrames }: ItemPosition): Int16Array {
    const item = this.#items.get(keyOf(itemId, contentIndex));
    if (item === undefined) return new Int16Array(0);
    const heard = new Int16Array(Math.max(0, renderedFrames - item.recordedFrames));
    let filled = 0;
    for (let next = item.received[0]; next !== undefined && filled < heard.length; next = item.received[0]) {
      const part = next.subarray(0, heard.length - filled);
      heard.set(part, filled);
      filled += part.length;
      if (part.length === next.length) item.received.shift();
      else item.received[0] = next.subarray(part.length);
    }
    item.recordedFrames += filled;
    return heard.subarray(0, filled);
  }

  /** Nothing more of an item will be heard. */
  end({ itemId, contentIndex }: ItemPosition): void {
    this.#items.delete(keyOf(itemId, contentIndex));
  }
}

function keyOf(itemId: string, contentIndex: number): string {
  return `${contentIndex} ${itemId}`;
}
