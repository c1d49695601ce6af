// Page's end of the playback worklet's ring. Producer: this, on the page. Consumer: the render thread. It is told later how
// far the other side is, so it may only think the ring fuller than it is, never emptier.

import { PLAYOUT_HANDLES } from '../audio/playout.ts';
import { QUANTUM_WRITE_FRAMES } from '../audio/write-queue.ts';
import type { Stretch } from '../playout/ledger.ts';
import type { SharedCommand } from './playback-outlet.ts';

/**
 * Frames that are left free, 200 ms: the ring keeps 100 ms behind what it plays, to conceal and to bend time with.
 */
const RESERVE_FRAMES = 4800;

/** A handle of which the ring may still hold frames. */
interface OpenHandle {
  readonly stretch: Stretch;
  readonly handle: number;
  writtenFrames: number;
  renderedFrames: number;
}

interface Spilled {
  readonly stretch: Stretch;
  samples: Int16Array;
}

/** Keeps a bounded ring filled from an unbounded queue: what does not fit waits here, in order, and is never dropped. */
export class RingWriter {
  /** Of which this may fill as many. */
  readonly #capacityFrames: number;
  readonly #post: (command: SharedCommand) => void;
  #open: OpenHandle[] = [];
  #spill: Spilled[] = [];
  #newestHandle = 0;

  /** @param post Delivers commands in order, and copies samples. */
  constructor(options: { readonly capacityFrames: number; readonly post: (command: SharedCommand) => void }) {
    this.#capacityFrames = options.capacityFrames - RESERVE_FRAMES;
    this.#post = options.post;
  }

  /** Frames that wait to be rendered, in the ring or for it. */
  get bufferedFrames(): number {
    return this.#spill.reduce((sum, { samples }) => sum + samples.length, this.#ringFrames);
  }

  /** Queues audio; the samples are copied. */
  write(stretch: Stretch, samples: Int16Array): void {
    const taken = this.#spill.length > 0 ? 0 : this.#put(stretch, samples);
    if (taken < samples.length) this.#spill.push({ stretch, samples: samples.slice(taken) });
  }

  /** The stretch has ended; the ring is told when all of it is there. */
  end(stretch: Stretch): void {
    const open = this.#open.find(({ handle }) => handle === stretch.handle);
    if (open !== undefined && open.writtenFrames === stretch.receivedFrames) {
      this.#post({ type: 'end', handle: open.handle });
    }
  }

  /** What was written is cancelled; the ring frees its room with its report. */
  interrupt(interruptId: string): void {
    this.#spill = [];
    this.#post({ type: 'interrupt', interruptId });
  }

  /** The ring has rendered this much of a handle, and all of the earlier ones. */
  rendered(handle: number, frames: number): void {
    this.#open = this.#open.filter((open) => open.handle >= handle);
    const [front] = this.#open;
    if (front?.handle === handle) front.renderedFrames = Math.max(front.renderedFrames, frames);
    this.#refill();
  }

  /** Handles up to this one were cancelled and have left the ring. */
  cleared(handle: number): void {
    this.#open = this.#open.filter((open) => open.handle > handle);
    this.#refill();
  }

  get #ringFrames(): number {
    return this.#open.reduce((sum, { writtenFrames, renderedFrames }) => sum + writtenFrames - renderedFrames, 0);
  }

  #refill(): void {
    for (let next = this.#spill[0]; next !== undefined; next = this.#spill[0]) {
      const taken = this.#put(next.stretch, next.samples);
      if (taken < next.samples.length) {
        next.samples = next.samples.subarray(taken);
        return;
      }
      this.#spill.shift();
      if (next.stretch.hasEnded) this.end(next.stretch);
    }
  }

  /** Writes what surely fits and returns how much; the stretch gets its handle with its first frame. */
  #put(stretch: Stretch, samples: Int16Array): number {
    const room = Math.min(samples.length, this.#capacityFrames - this.#ringFrames);
    if (room <= 0) return 0;
    const open = this.#handleOf(stretch);
    if (open === null) return 0;
    for (let from = 0; from < room; from += QUANTUM_WRITE_FRAMES) {
      const slice = samples.subarray(from, Math.min(room, from + QUANTUM_WRITE_FRAMES));
      this.#post({ type: 'write', handle: open.handle, samples: slice });
    }
    open.writtenFrames += room;
    return room;
  }

  #handleOf(stretch: Stretch): OpenHandle | null {
    const newest = this.#open.at(-1);
    if (stretch.handle !== 0 && newest?.handle === stretch.handle) return newest;
    if (this.#open.length >= PLAYOUT_HANDLES) return null;
    const handle = ++this.#newestHandle;
    stretch.handle = handle;
    const open = { stretch, handle, writtenFrames: 0, renderedFrames: 0 };
    this.#open.push(open);
    this.#post({ type: 'open', handle });
    return open;
  }
}
