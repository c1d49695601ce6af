import type { ItemPosition, PlayoutListener, PlayoutPacket } from './playout.ts';

/**
 * Ids of cancelled items and responses that are remembered; audio of one that is older than that can't be under way.
 */
const REMEMBERED_IDS = 512;

interface Item {
  readonly itemId: string;
  readonly contentIndex: number;
  readonly responseId: string;
  receivedFrames: number;
  renderedFrames: number;
  hasEnded: boolean;
}

/** Consecutive audio of one item in the queue. An item has a second one only if another item came in between. */
export interface Stretch {
  /** What the sink calls it, ascending in queue order; 0 as long as the sink does not hold it. */
  handle: number;
  readonly receivedFrames: number;
  readonly renderedFrames: number;
  /** No more audio follows for its item. */
  readonly hasEnded: boolean;
}

interface OwnedStretch extends Stretch {
  readonly item: Item;
  receivedFrames: number;
  renderedFrames: number;
  hasEnded: boolean;
}

interface Interrupt {
  readonly interruptId: string;
  readonly items: readonly Item[];
  readonly stretches: readonly OwnedStretch[];
}

/**
 * What was heard, item by item, for every sink alike: the sink says how far each stretch got, the ledger keeps the
 * items' cumulative frames, decides what is late, and tells the listener what started, what is done and what was
 * cancelled.
 */
export class PlayoutLedger {
  listener: PlayoutListener | null = null;
  /** Frames of cancelled items and responses that were refused. */
  refusedFrames = 0;
  readonly #unfinished = new Map<string, Item>();
  readonly #cancelledIds = new Set<string>();
  #queue: OwnedStretch[] = [];
  #interrupts: Interrupt[] = [];
  #lastRendered: Item | null = null;
  #newestResponseId: string | null = null;

  /** The stretch that `packet` belongs to, its frames added; `null` if it has none, or came too late and is refused. */
  receive(packet: PlayoutPacket): Stretch | null {
    const { itemId, responseId, samples } = packet;
    if (this.#cancelledIds.has(itemId) || this.#cancelledIds.has(responseId)) {
      this.refusedFrames += samples.length;
      return null;
    }
    if (samples.length === 0) return null;
    this.#newestResponseId = responseId;
    const item = this.#itemOf(packet);
    let stretch = this.#queue.at(-1);
    if (stretch === undefined || stretch.item !== item || stretch.hasEnded) {
      stretch = { item, handle: 0, receivedFrames: 0, renderedFrames: 0, hasEnded: false };
      this.#queue.push(stretch);
    }
    item.receivedFrames += samples.length;
    stretch.receivedFrames += samples.length;
    return stretch;
  }

  /** No more audio follows for this item; returns its newest stretch, if that is still queued. */
  end(itemId: string, contentIndex: number): Stretch | null {
    const item = this.#unfinished.get(keyOf(itemId, contentIndex));
    if (item === undefined) return null;
    item.hasEnded = true;
    const stretch = this.#queue.findLast((candidate) => candidate.item === item);
    if (stretch !== undefined) stretch.hasEnded = true;
    this.#dropRendered();
    this.#finish(item);
    return stretch ?? null;
  }

  /** The stretch that sounds now or next. */
  get front(): Stretch | null {
    return this.#queue.find((stretch) => stretch.renderedFrames < stretch.receivedFrames) ?? null;
  }

  /** `frames` of the stretch with this handle were rendered since it began, and all that was queued before it. */
  rendered(handle: number, frames: number): void {
    while (true) {
      const stretch = this.#queue[0];
      if (stretch === undefined || stretch.handle === 0 || stretch.handle > handle) return;
      const target = stretch.handle === handle ? Math.min(frames, stretch.receivedFrames) : stretch.receivedFrames;
      const hasMoved = target > stretch.renderedFrames;
      if (hasMoved) this.#move(stretch, target);
      this.#dropRendered();
      if (hasMoved) this.#finish(stretch.item);
      if (this.#queue[0] === stretch) return;
    }
  }

  /**
   * An item was rendered up to `frames` of all its audio, and everything that was queued before it. Less than
   * `resolutionFrames` short of the end of an item that has ended is its end.
   */
  renderedItem(itemId: string, contentIndex: number, frames: number, resolutionFrames: number): void {
    const item = this.#unfinished.get(keyOf(itemId, contentIndex));
    if (item === undefined) return;
    const isWhole = frames >= item.receivedFrames || (item.hasEnded && item.receivedFrames - frames < resolutionFrames);
    let left = (isWhole ? item.receivedFrames : frames) - item.renderedFrames;
    while (left > 0) {
      const stretch = this.#queue[0];
      if (stretch === undefined) return;
      const before = stretch.renderedFrames;
      const target = stretch.item === item ? Math.min(before + left, stretch.receivedFrames) : stretch.receivedFrames;
      if (stretch.item === item) left -= target - before;
      if (target > before) this.#move(stretch, target);
      this.#dropRendered();
      this.#finish(stretch.item);
      if (this.#queue[0] === stretch) return;
    }
  }

  /**
   * Cancels every unfinished item and the newest response, of which more may be on its way even if all of its audio was
   * heard. From here on their audio is refused. Returns whether the sink has anything to stop.
   */
  cancel(interruptId: string): boolean {
    const items = [...this.#unfinished.values()];
    for (const item of items) {
      this.#remember(item.itemId);
      this.#remember(item.responseId);
    }
    if (this.#newestResponseId !== null) this.#remember(this.#newestResponseId);
    this.#interrupts.push({ interruptId, items, stretches: this.#queue });
    this.#unfinished.clear();
    this.#queue = [];
    return items.length > 0 || this.#interrupts.length > 1;
  }

  /** Where a cancelled stretch came to its stop. */
  stopped(handle: number, renderedFrames: number): void {
    for (const { stretches } of this.#interrupts) {
      const stretch = stretches.find((candidate) => candidate.handle === handle);
      if (stretch !== undefined && renderedFrames > stretch.renderedFrames) this.#move(stretch, renderedFrames);
    }
  }

  /** All that was cancelled has stopped: reports every interrupt that waits for it. */
  report(): void {
    const interrupts = this.#interrupts;
    this.#interrupts = [];
    for (const { interruptId, items } of interrupts) {
      this.listener?.onReport({ interruptId, items: items.map(positionOf) });
    }
  }

  /** Positions of all items that still have unrendered audio, and of the last one rendered, in queue order. */
  positions(): readonly ItemPosition[] {
    const waiting = [...this.#unfinished.values()].filter((item) => item.renderedFrames < item.receivedFrames);
    const last = this.#lastRendered;
    return (last === null || waiting.includes(last) ? waiting : [last, ...waiting]).map(positionOf);
  }

  #itemOf(packet: PlayoutPacket): Item {
    const { itemId, contentIndex, responseId } = packet;
    const key = keyOf(itemId, contentIndex);
    let item = this.#unfinished.get(key);
    if (item === undefined) {
      const last = this.#lastRendered;
      const isLast = last !== null && last.itemId === itemId && last.contentIndex === contentIndex;
      item = isLast
        ? last
        : { itemId, contentIndex, responseId, receivedFrames: 0, renderedFrames: 0, hasEnded: false };
      this.#unfinished.set(key, item);
    }
    item.hasEnded = false;
    return item;
  }

  #move(stretch: OwnedStretch, renderedFrames: number): void {
    const { item } = stretch;
    const isFirst = item.renderedFrames === 0;
    item.renderedFrames += renderedFrames - stretch.renderedFrames;
    stretch.renderedFrames = renderedFrames;
    this.#lastRendered = item;
    if (isFirst) this.listener?.onStarted(positionOf(item));
  }

  /** A stretch is over when it is rendered and no more can be added to it. */
  #dropRendered(): void {
    const [first, second] = this.#queue;
    if (first === undefined || first.renderedFrames < first.receivedFrames) return;
    if (first.hasEnded || second !== undefined) this.#queue.shift();
  }

  #finish(item: Item): void {
    if (!item.hasEnded || item.renderedFrames < item.receivedFrames) return;
    if (this.#unfinished.delete(keyOf(item.itemId, item.contentIndex))) this.listener?.onDone(positionOf(item));
  }

  #remember(id: string): void {
    this.#cancelledIds.delete(id);
    this.#cancelledIds.add(id);
    for (const oldest of this.#cancelledIds) {
      if (this.#cancelledIds.size <= REMEMBERED_IDS) break;
      this.#cancelledIds.delete(oldest);
    }
  }
}

function keyOf(itemId: string, contentIndex: number): string {
  return `${contentIndex} ${itemId}`;
}

function positionOf(item: Item): ItemPosition {
  const { itemId, contentIndex, responseId, receivedFrames, renderedFrames } = item;
  return { itemId, contentIndex, responseId, receivedFrames, renderedFrames };
}
