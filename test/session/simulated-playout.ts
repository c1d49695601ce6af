// A sink for audio on another thread: commands reach it late and in order, and so does what it says.

import type { ItemPosition } from '../../src/playout/playout.ts';
import type { Untimed } from './rehearsal.ts';
import { SAMPLE_RATE } from './simulated-server.ts';

interface QueuedItem {
  readonly itemId: string;
  readonly responseId: string;
  receivedFrames: number;
  renderedFrames: number;
  hasEnded: boolean;
}

type PlayoutCommand =
  | { readonly type: 'write'; readonly itemId: string; readonly responseId: string; readonly frames: number }
  | { readonly type: 'end'; readonly itemId: string }
  | { readonly type: 'flush'; readonly interruptId: string }
  | { readonly type: 'pause' }
  | { readonly type: 'resume' };

/** Renders items in order and reports what an interrupt cancelled. */
export class SimulatedPlayout {
  /** On the way to the render thread. */
  readonly commands: PlayoutCommand[] = [];
  /** On the way back. */
  readonly news: Untimed[] = [];
  /** Frames rendered of every item so far. */
  readonly rendered: Map<string, number> = new Map();
  /** Frames that were queued of every item so far. */
  readonly received: Map<string, number> = new Map();
  readonly #queue: QueuedItem[] = [];
  readonly #cancelled: Set<string> = new Set();

  isPaused = false;

  get isIdle(): boolean {
    const head = this.#queue[0];
    // What was rendered so far and has not ended is waited for.
    const isDry = head === undefined || (head.renderedFrames === head.receivedFrames && !head.hasEnded);
    return this.isPaused || isDry;
  }

  /** The render thread takes the next command. */
  obey(): void {
    const command = this.commands.shift();
    if (command === undefined) return;
    if (command.type === 'write') this.#write(command.itemId, command.responseId, command.frames);
    else if (command.type === 'end') this.#end(command.itemId);
    else if (command.type === 'flush') this.#flush(command.interruptId);
    else this.#pause(command.type === 'pause');
  }

  /** Renders up to `frames` of the item at the head. */
  render(frames: number): void {
    const item = this.#queue[0];
    if (item === undefined || this.isPaused) return;
    item.renderedFrames = Math.min(item.receivedFrames, item.renderedFrames + frames);
    this.rendered.set(item.itemId, item.renderedFrames);
    if (!item.hasEnded || item.renderedFrames < item.receivedFrames) return;
    this.#queue.shift();
    this.news.push({ type: 'playoutDone', position: position(item) });
  }

  /** What the network side knows now: positions as last published, with what it has written since. */
  positions(): readonly ItemPosition[] {
    const positions = this.#queue.map(position);
    for (const command of this.commands) {
      if (command.type !== 'write') continue;
      const at = positions.findIndex((each) => each.itemId === command.itemId);
      const known = positions[at];
      const { itemId, responseId, frames } = command;
      if (known === undefined) {
        positions.push({ itemId, responseId, contentIndex: 0, receivedFrames: frames, renderedFrames: 0 });
      } else {
        positions[at] = { ...known, receivedFrames: known.receivedFrames + frames };
      }
    }
    return positions;
  }

  #write(itemId: string, responseId: string, frames: number): void {
    if (this.#cancelled.has(itemId)) return;
    this.received.set(itemId, (this.received.get(itemId) ?? 0) + frames);
    const item = this.#queue.find((each) => each.itemId === itemId);
    if (item !== undefined) item.receivedFrames += frames;
    else this.#queue.push({ itemId, responseId, receivedFrames: frames, renderedFrames: 0, hasEnded: false });
  }

  #end(itemId: string): void {
    const item = this.#queue.find((each) => each.itemId === itemId);
    if (item === undefined) return;
    item.hasEnded = true;
    if (item === this.#queue[0]) this.render(0);
  }

  #pause(isPaused: boolean): void {
    this.isPaused = isPaused;
    // What ended meanwhile without a frame left to render is done now.
    this.render(0);
  }

  #flush(interruptId: string): void {
    const items = this.#queue.splice(0);
    this.isPaused = false;
    for (const { itemId } of items) this.#cancelled.add(itemId);
    const report = { interruptId, items: items.map(position) };
    this.news.push({ type: 'playoutReport', report, sampleRate: SAMPLE_RATE });
  }
}

function position(item: QueuedItem): ItemPosition {
  const { itemId, responseId, receivedFrames, renderedFrames } = item;
  return { itemId, responseId, contentIndex: 0, receivedFrames, renderedFrames };
}
