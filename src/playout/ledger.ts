import { keepYoungest } from './keep-youngest.ts';
import type { ItemPosition, PlayoutAddress, PlayoutListener } from './playout.ts';

/**
 * Cancelled ids that are remembered, and done items; audio of one that is older than that can't be under way.
 */
const REMEMBERED_IDS = 512;

interface Item {
  readonly itemId: string;
  readonly contentIndex: number;
  readonly responseId: string;
  receivedFrames: number;
  renderedFrames: number;
  hasEnded: boolean;
  /** A report may fall short of the item's end by less than this; 0 as long as frames are counted. */
  resolutionFrames: number;
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
 *
 * The listener hears nothing before `deliver`, which a sink calls at the end of each of its methods: whatever the
 * listener does then, or throws, finds the sink's state complete.
 */
export class PlayoutLedger {
  listener: PlayoutListener | null = null;
  /** Frames of cancelled items and responses that were refused. */
  refusedFrames = 0;
  // Made when needed: a call may wait for hours before anybody speaks.
  #unfinished: Map<string, Item> | null = null;
  #done: Map<string, Item> | null = null;
  #cancelledIds: Set<string> | null = null;
  #queue: OwnedStretch[] = [];
  #interrupts: Interrupt[] = [];
  #lastRendered: Item | null = null;
  #newestResponseId: string | null = null;
  #events: ((listener: PlayoutListener) => void)[] = [];
  #isDelivering = false;

  /** The stretch that `packet` belongs to, its frames added; `null` if it has none, or came too late and is refused. */
  receive(packet: PlayoutAddress & { readonly samples: { readonly length: number } }): Stretch | null {
    const { itemId, responseId, samples } = packet;
    if (this.#isCancelled(itemId) || this.#isCancelled(responseId)) {
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
    const item = this.#unfinished?.get(keyOf(itemId, contentIndex));
    if (item === undefined) return null;
    item.hasEnded = true;
    const stretch = this.#queue.findLast((candidate) => candidate.item === item);
    if (stretch !== undefined) stretch.hasEnded = true;
    // The report that meant the end may have come before it was known to be the end.
    if (item.resolutionFrames > 0) {
      this.renderedItem(itemId, contentIndex, item.renderedFrames, item.resolutionFrames);
    }
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
   * `resolutionFrames` short of the end of an item that has ended is its end. Returns whether there is such an item.
   */
  renderedItem(itemId: string, contentIndex: number, frames: number, resolutionFrames: number): boolean {
    const item = this.#unfinished?.get(keyOf(itemId, contentIndex));
    if (item === undefined) return false;
    item.resolutionFrames = resolutionFrames;
    const isWhole = frames >= item.receivedFrames || (item.hasEnded && item.receivedFrames - frames < resolutionFrames);
    let left = (isWhole ? item.receivedFrames : frames) - item.renderedFrames;
    while (left > 0) {
      const stretch = this.#queue[0];
      if (stretch === undefined) break;
      const before = stretch.renderedFrames;
      const target = stretch.item === item ? Math.min(before + left, stretch.receivedFrames) : stretch.receivedFrames;
      if (stretch.item === item) left -= target - before;
      if (target > before) this.#move(stretch, target);
      this.#dropRendered();
      this.#finish(stretch.item);
      if (this.#queue[0] === stretch) break;
    }
    return true;
  }

  /**
   * Cancels every unfinished item and the newest response, of which more may be on its way even if all of its audio was
   * heard. From here on their audio is refused. Returns whether the sink has anything to stop.
   */
  cancel(interruptId: string): boolean {
    const items = [...(this.#unfinished?.values() ?? [])];
    for (const item of items) {
      this.#remember(item.itemId);
      this.#remember(item.responseId);
    }
    if (this.#newestResponseId !== null) this.#remember(this.#newestResponseId);
    this.#interrupts.push({ interruptId, items, stretches: this.#queue });
    this.#unfinished = null;
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

  /**
   * All that was cancelled has stopped: reports every interrupt that waits for it; with an id, only that one and those
   * before it, for a sink that answers later than it is asked.
   */
  report(newestId?: string): void {
    const newest = this.#interrupts.findIndex(({ interruptId }) => interruptId === newestId);
    const interrupts = this.#interrupts.splice(0, newestId === undefined ? this.#interrupts.length : newest + 1);
    for (const { interruptId, items } of interrupts) {
      const report = { interruptId, items: items.map(positionOf) };
      this.#events.push((listener) => listener.onReport(report));
    }
  }

  /**
   * Tells the listener what has happened since, in order, each event once: also those that come about meanwhile, and
   * those after one at which it throws. The first error is thrown again at the end.
   */
  deliver(): void {
    if (this.#isDelivering) return;
    const errors: unknown[] = [];
    this.#isDelivering = true;
    for (let event = this.#events.shift(); event !== undefined; event = this.#events.shift()) {
      try {
        if (this.listener !== null) event(this.listener);
      } catch (error) {
        errors.push(error);
      }
    }
    this.#isDelivering = false;
    if (errors.length > 0) throw errors[0];
  }

  /** Positions of all items that still have unrendered audio, and of the last one rendered, in queue order. */
  positions(): readonly ItemPosition[] {
    const waiting = [...(this.#unfinished?.values() ?? [])].filter((item) => item.renderedFrames < item.receivedFrames);
    const last = this.#lastRendered;
    return (last === null || waiting.includes(last) ? waiting : [last, ...waiting]).map(positionOf);
  }

  /** An item that returns after it was done goes on from its counts. */
  #itemOf(packet: PlayoutAddress): Item {
    const { itemId, contentIndex, responseId } = packet;
    const newest = this.#queue.at(-1)?.item;
    // Nearly every packet goes on with the newest item, which needs no key; one that has not ended is unfinished.
    if (newest?.itemId === itemId && newest.contentIndex === contentIndex && !newest.hasEnded) return newest;
    const key = keyOf(itemId, contentIndex);
    const unfinished = (this.#unfinished ??= new Map<string, Item>());
    let item = unfinished.get(key);
    if (item === undefined) {
      item = this.#done?.get(key) ?? {
        itemId,
        contentIndex,
        responseId,
        receivedFrames: 0,
        renderedFrames: 0,
        hasEnded: false,
        resolutionFrames: 0,
      };
      this.#done?.delete(key);
      unfinished.set(key, item);
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
    if (!isFirst) return;
    const position = positionOf(item);
    this.#events.push((listener) => listener.onStarted(position));
  }

  /** A stretch is over when it is rendered and no more can be added to it. */
  #dropRendered(): void {
    const [first, second] = this.#queue;
    if (first === undefined || first.renderedFrames < first.receivedFrames) return;
    if (first.hasEnded || second !== undefined) this.#queue.shift();
  }

  #finish(item: Item): void {
    if (!item.hasEnded || item.renderedFrames < item.receivedFrames) return;
    const key = keyOf(item.itemId, item.contentIndex);
    if (this.#unfinished?.delete(key) !== true) return;
    const done = (this.#done ??= new Map<string, Item>());
    done.set(key, item);
    keepYoungest(done, REMEMBERED_IDS);
    const position = positionOf(item);
    this.#events.push((listener) => listener.onDone(position));
  }

  #isCancelled(id: string): boolean {
    return this.#cancelledIds?.has(id) === true;
  }

  #remember(id: string): void {
    const ids = (this.#cancelledIds ??= new Set<string>());
    ids.delete(id);
    ids.add(id);
    keepYoungest(ids, REMEMBERED_IDS);
  }
}

/** Names one part of an item. */
export function keyOf(itemId: string, contentIndex: number): string {
  return `${contentIndex} ${itemId}`;
}

function positionOf(item: Item): ItemPosition {
  const { itemId, contentIndex, responseId, receivedFrames, renderedFrames } = item;
  return { itemId, contentIndex, responseId, receivedFrames, renderedFrames };
}
