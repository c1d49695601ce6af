import { keepYoungest } from './keep-youngest.ts';
import { keyOf } from './ledger.ts';
import type { PlayoutPacket } from './playout.ts';

/** Audio that arrived too early is kept up to this; beyond it, what is missing before it is given up. */
const MOST_HELD_FRAMES = 240_000;

/** As many items as the ledger remembers. */
const REMEMBERED_ITEMS = 512;

interface Order {
  readonly itemId: string;
  readonly contentIndex: number;
  /** Frames of the item that have been let through. */
  frames: number;
  /** Packets from beyond them, by their first frame. */
  held: PlayoutPacket[];
  heldFrames: number;
}

/**
 * Puts the audio of each item in order, where packets say by `startFrame` what they are: repeats are dropped, what comes too
 * early waits for what is missing. What never comes is silence in its place, so that positions stay those of the item.
 */
export class ArrivalOrder {
  /** Frames that had come before. */
  duplicateFrames = 0;
  /** Frames that came early and had to wait. */
  reorderedFrames = 0;
  #orders: Map<string, Order> | null = null;
  /** Of the packet before: nearly every packet goes on with its item, which needs no key then. */
  #latest: Order | null = null;

  /** What can be played now that `packet` has come, in order. */
  take(packet: PlayoutPacket): readonly PlayoutPacket[] {
    const order = this.#orderOf(packet);
    const { startFrame = order.frames } = packet;
    if (startFrame > order.frames) {
      order.held.push({ ...packet, samples: packet.samples.slice() });
      order.held.sort((a, b) => (a.startFrame ?? 0) - (b.startFrame ?? 0));
      order.heldFrames += packet.samples.length;
      this.reorderedFrames += packet.samples.length;
      return order.heldFrames > MOST_HELD_FRAMES ? this.#release(order) : [];
    }
    const ready = this.#pass(order, packet);
    while ((order.held[0]?.startFrame ?? Number.POSITIVE_INFINITY) <= order.frames) ready.push(...this.#next(order));
    return ready;
  }

  /** The item has ended: what waits is played, with silence for what is missing. */
  end(itemId: string, contentIndex: number): readonly PlayoutPacket[] {
    const order = this.#orders?.get(keyOf(itemId, contentIndex));
    return order === undefined ? [] : this.#release(order);
  }

  /** Everything that waits is dropped. */
  clear(): void {
    for (const order of this.#orders?.values() ?? []) {
      order.held = [];
      order.heldFrames = 0;
    }
  }

  /** Lets `packet` through from where its item has got to. */
  #pass(order: Order, packet: PlayoutPacket): PlayoutPacket[] {
    const repeated = Math.min(packet.samples.length, order.frames - (packet.startFrame ?? order.frames));
    this.duplicateFrames += repeated;
    if (repeated === packet.samples.length) return repeated === 0 ? [packet] : [];
    order.frames += packet.samples.length - repeated;
    return [repeated === 0 ? packet : { ...packet, samples: packet.samples.subarray(repeated) }];
  }

  #next(order: Order): PlayoutPacket[] {
    const packet = order.held.shift();
    if (packet === undefined) return [];
    order.heldFrames -= packet.samples.length;
    return this.#pass(order, packet);
  }

  #release(order: Order): PlayoutPacket[] {
    const ready: PlayoutPacket[] = [];
    for (let next = order.held[0]; next !== undefined; next = order.held[0]) {
      const missing = (next.startFrame ?? 0) - order.frames;
      if (missing > 0) {
        ready.push({ ...next, startFrame: order.frames, samples: new Int16Array(missing) });
        order.frames += missing;
      }
      ready.push(...this.#next(order));
    }
    return ready;
  }

  #orderOf({ itemId, contentIndex }: PlayoutPacket): Order {
    if (this.#latest?.itemId === itemId && this.#latest.contentIndex === contentIndex) return this.#latest;
    const key = keyOf(itemId, contentIndex);
    const orders = (this.#orders ??= new Map<string, Order>());
    let order = orders.get(key);
    if (order === undefined) {
      order = { itemId, contentIndex, frames: 0, held: [], heldFrames: 0 };
      orders.set(key, order);
      keepYoungest(orders, REMEMBERED_ITEMS);
    }
    this.#latest = order;
    return order;
  }
}
