import { Playout, type PlayoutOptions, REFUSED } from '../audio/playout.ts';
import type { PlayoutStats } from '../audio/playout-stats.ts';
import { AudioError } from '../errors.ts';
import { ArrivalOrder } from './arrival-order.ts';
import { PlayoutLedger, type Stretch } from './ledger.ts';
import type { ItemPosition, PlayoutListener, PlayoutPacket, SessionPlayout } from './playout.ts';

/**
 * Most frames that one `write` or `render` moves into the ring, unless the render consumes more: so each stays short.
 */
const SLICE_FRAMES = 65_536;

/** Options of `PullPlayout`. */
export interface PullPlayoutOptions extends Omit<PlayoutOptions, 'itemRate'> {
  /** Rate of the packets, in Hz; default 24000. */
  readonly sampleRate?: number;
}

interface Spilled {
  readonly stretch: Stretch;
  samples: Int16Array;
}

/**
 * A playout for a host that pulls samples: a speaker stream, a sound card, a file. Whatever `render` returns counts as
 * heard, so the host plays it all.
 *
 * The wasm ring is bounded; what does not fit, and what is too long to be moved at once, waits here in order and moves
 * up as the ring drains. It has to hold what the longest `render` consumes.
 *
 * Events come last in each call, when everything is in its place; an error that the listener throws comes out of the
 * call, after the other events.
 */
export class PullPlayout implements SessionPlayout {
  readonly sampleRate: number;
  /** Rate of the rendered samples, in Hz. */
  readonly outputRate: number;
  readonly #playout: Playout;
  readonly #ledger: PlayoutLedger = new PlayoutLedger();
  readonly #order: ArrivalOrder = new ArrivalOrder();
  #spill: Spilled[] = [];
  #spilledFrames = 0;
  #spillHighWaterFrames = 0;

  constructor(options: PullPlayoutOptions = {}) {
    const { sampleRate, ...rest } = options;
    this.#playout = new Playout({ ...rest, itemRate: sampleRate });
    this.sampleRate = this.#playout.itemRate;
    this.outputRate = this.#playout.outputRate;
    const { capacityFrames, maxBlockFrames } = this.#playout;
    const neededFrames = this.#consumedBy(maxBlockFrames);
    if (capacityFrames >= neededFrames) return;
    this.#playout.free();
    throw new AudioError(
      `capacityFrames must be at least ${neededFrames}, which one render of maxBlockFrames (${maxBlockFrames}) consumes, ` +
        `got ${capacityFrames}; raise it or lower maxBlockFrames`,
      { code: 'ERR_BUFFER_SIZE' },
    );
  }

  get listener(): PlayoutListener | null {
    return this.#ledger.listener;
  }

  set listener(listener: PlayoutListener | null) {
    this.#ledger.listener = listener;
  }

  /** Underruns, refused frames, and the frames that wait to be rendered, those outside the ring included. */
  get stats(): PlayoutStats {
    const stats = this.#playout.stats;
    stats.refusedFrames += this.#ledger.refusedFrames;
    stats.bufferedFrames += this.#spilledFrames;
    return stats;
  }

  /** Most frames that have waited outside of the ring at once. */
  get spillHighWaterFrames(): number {
    return this.#spillHighWaterFrames;
  }

  /** Frames that came again, and were not played again. */
  get duplicateFrames(): number {
    return this.#order.duplicateFrames;
  }

  write(packet: PlayoutPacket): void {
    for (const next of this.#order.take(packet)) this.#queue(next);
  }

  #queue(packet: PlayoutPacket): void {
    const stretch = this.#ledger.receive(packet);
    if (stretch === null) return;
    const { samples } = packet;
    const accepted = this.#spill.length > 0 ? 0 : this.#put(stretch, samples.subarray(0, SLICE_FRAMES));
    if (accepted === samples.length) return;
    this.#spill.push({ stretch, samples: samples.slice(accepted) });
    this.#spilledFrames += samples.length - accepted;
    this.#spillHighWaterFrames = Math.max(this.#spillHighWaterFrames, this.#spilledFrames);
  }

  end(itemId: string, contentIndex: number): void {
    for (const next of this.#order.end(itemId, contentIndex)) this.#queue(next);
    const stretch = this.#ledger.end(itemId, contentIndex);
    if (stretch !== null) this.#endWhenComplete(stretch);
    this.#ledger.deliver();
  }

  flush(interruptId: string): void {
    const isPlaying = this.#ledger.cancel(interruptId);
    this.#dropSpill();
    this.#order.clear();
    this.#playout.interrupt();
    if (!isPlaying) this.#ledger.report();
    this.#ledger.deliver();
  }

  pause(): void {
    this.#playout.pause();
  }

  resume(): void {
    this.#playout.resume();
  }

  /** Throws `ERR_GAIN` for a gain above 0 dB or none at all. */
  duck(gainDb: number): void {
    this.#playout.duck(gainDb);
  }

  unduck(): void {
    this.#playout.unduck();
  }

  positions(): readonly ItemPosition[] {
    return this.#ledger.positions();
  }

  /** Fills `output` with the next samples at `outputRate`, then reports what that rendered. */
  render(output: Float32Array): void {
    const playout = this.#playout;
    const consumedFrames = this.#consumedBy(output.length);
    this.#refill(consumedFrames - playout.bufferedFrames);
    playout.render(output);
    const report = playout.takeInterruptReport();
    if (report !== null) {
      for (const { handle, renderedFrames } of report) this.#ledger.stopped(handle, renderedFrames);
    }
    this.#refill(Math.max(SLICE_FRAMES, consumedFrames));
    const handle = playout.currentHandle;
    if (handle > 0) this.#ledger.rendered(handle, playout.renderedFrames(handle));
    if (report !== null) this.#ledger.report();
    this.#ledger.deliver();
  }

  /** Gives the memory back; `render`, `write` and the like throw `ERR_AUDIO_MEMORY` afterwards. */
  free(): void {
    this.#dropSpill();
    this.#playout.free();
  }

  #dropSpill(): void {
    this.#spill = [];
    this.#spilledFrames = 0;
  }

  /** Most frames of the ring that `outputFrames` take. */
  #consumedBy(outputFrames: number): number {
    return Math.ceil((outputFrames * this.sampleRate) / this.outputRate);
  }

  /** Moves as many frames of the spill into the ring, if there are as many and it has room for them. */
  #refill(frames: number): void {
    let budget = frames;
    for (let next = this.#spill[0]; next !== undefined && budget > 0; next = this.#spill[0]) {
      const accepted = this.#put(next.stretch, next.samples.subarray(0, budget));
      budget -= accepted;
      this.#spilledFrames -= accepted;
      if (accepted < next.samples.length) {
        next.samples = next.samples.subarray(accepted);
        return;
      }
      this.#spill.shift();
      this.#endWhenComplete(next.stretch);
    }
  }

  /** Writes what fits; the stretch gets its handle with its first frame. */
  #put(stretch: Stretch, samples: Int16Array): number {
    if (stretch.handle === 0) {
      const handle = this.#playout.open();
      if (handle === null) return 0;
      stretch.handle = handle;
    }
    const accepted = this.#playout.write(stretch.handle, samples);
    return accepted === REFUSED ? 0 : accepted;
  }

  #endWhenComplete(stretch: Stretch): void {
    if (!stretch.hasEnded || stretch.handle === 0) return;
    const isComplete = this.#playout.receivedFrames(stretch.handle) === stretch.receivedFrames;
    if (isComplete) this.#playout.end(stretch.handle);
  }
}
