import type { Clock, Timer } from '../clock.ts';
import { ArrivalOrder } from './arrival-order.ts';
import { PlayoutLedger } from './ledger.ts';
import type { ItemPosition, PlayoutListener, PlayoutPacket, SessionPlayout } from './playout.ts';

/** How far an app got that plays the audio itself. */
export interface PlaybackReport {
  readonly itemId: string;
  /** Default 0: the first audio of the item. */
  readonly contentIndex?: number;
  /** Milliseconds of this item that were played. */
  readonly playedMs: number;
}

/**
 * A playout for an app that plays the audio itself: it renders nothing and keeps the position.
 *
 * Until the app reports, the position is that of a player that starts each item when the one before has ended or when
 * it arrived, whichever is later, and waits when audio is missing. From the first `reportPlayback` on, reports alone
 * move it. A position that the clock has passed is not taken back by a report below it.
 *
 * Events come last in each call, when everything is in its place; an error that the listener throws comes out of the
 * call, after the other events.
 */
export class VirtualPlayout implements SessionPlayout {
  readonly sampleRate: number;
  readonly #clock: Clock;
  readonly #ledger: PlayoutLedger = new PlayoutLedger();
  readonly #order: ArrivalOrder = new ArrivalOrder();
  #newestHandle = 0;
  /** Since when audio plays without a break, and how much of that the ledger knows; `null` in silence. */
  #playingSinceMs: number | null = null;
  #playedFrames = 0;
  #isReported = false;
  #isPaused = false;
  #timer: Timer | null = null;

  constructor(options: { sampleRate: number; clock: Clock }) {
    this.sampleRate = options.sampleRate;
    this.#clock = options.clock;
  }

  get isModelled(): boolean {
    return !this.#isReported;
  }

  get listener(): PlayoutListener | null {
    return this.#ledger.listener;
  }

  set listener(listener: PlayoutListener | null) {
    this.#ledger.listener = listener;
  }

  /** Frames of cancelled items and responses that were refused. */
  get refusedFrames(): number {
    return this.#ledger.refusedFrames;
  }

  write(packet: PlayoutPacket): void {
    this.#advance();
    for (const next of this.#order.take(packet)) this.#queue(next);
    this.#ledger.deliver();
  }

  #queue(packet: PlayoutPacket): void {
    const stretch = this.#ledger.receive(packet);
    if (stretch === null) return;
    if (stretch.handle === 0) stretch.handle = ++this.#newestHandle;
    this.#play();
  }

  end(itemId: string, contentIndex: number): void {
    this.#advance();
    for (const next of this.#order.end(itemId, contentIndex)) this.#queue(next);
    this.#ledger.end(itemId, contentIndex);
    this.#ledger.deliver();
  }

  flush(interruptId: string): void {
    this.#advance();
    this.#order.clear();
    this.#ledger.cancel(interruptId);
    this.#stop();
    this.#isPaused = false;
    this.#ledger.report();
    this.#ledger.deliver();
  }

  /** The session tells the app with `audio_paused`; the position of the player that is modelled here stands still. */
  pause(): void {
    this.#advance();
    this.#stop();
    this.#isPaused = true;
    this.#ledger.deliver();
  }

  resume(): void {
    if (!this.#isPaused) return;
    this.#isPaused = false;
    this.#play();
  }

  /** The app has the volume. */
  duck(): void {}

  unduck(): void {}

  positions(): readonly ItemPosition[] {
    this.#advance();
    this.#ledger.deliver();
    return this.#ledger.positions();
  }

  /**
   * The app says how far it got. A report that is no number of milliseconds, or of an item that is unknown, done or
   * cancelled, changes nothing.
   */
  reportPlayback(report: PlaybackReport): void {
    const { itemId, contentIndex = 0, playedMs } = report;
    this.#advance();
    if (Number.isFinite(playedMs) && playedMs >= 0) {
      // Reports count whole milliseconds, so the last one of an item may fall short of its end by less than that.
      const resolutionFrames = this.sampleRate / 1000;
      if (this.#ledger.renderedItem(itemId, contentIndex, this.#framesIn(playedMs), resolutionFrames)) {
        this.#isReported = true;
        this.#stop();
      }
    }
    this.#ledger.deliver();
  }

  /** Begins to play what is queued, unless it plays or is paused. */
  #play(): void {
    if (this.#isPaused) return;
    if (this.#playingSinceMs === null) {
      this.#playingSinceMs = this.#clock.nowMs();
      this.#playedFrames = 0;
    }
    this.#schedule();
  }

  /** Plays what the clock says has been played by now. */
  #advance(): void {
    if (this.#playingSinceMs === null || this.#isReported) return;
    const elapsedFrames = this.#framesIn(this.#clock.nowMs() - this.#playingSinceMs);
    while (true) {
      const front = this.#ledger.front;
      if (front === null) return this.#stop();
      const frames = Math.min(elapsedFrames - this.#playedFrames, front.receivedFrames - front.renderedFrames);
      if (frames <= 0) return;
      this.#playedFrames += frames;
      this.#ledger.rendered(front.handle, front.renderedFrames + frames);
    }
  }

  /** Wakes up when the item at the front starts or runs out, so that the listener hears of it in time. */
  #schedule(): void {
    if (this.#timer !== null || this.#playingSinceMs === null || this.#isReported) return;
    const front = this.#ledger.front;
    if (front === null) return;
    const frames = front.renderedFrames === 0 ? 1 : front.receivedFrames - front.renderedFrames;
    const dueMs = this.#playingSinceMs + ((this.#playedFrames + frames) * 1000) / this.sampleRate;
    // Rounding may leave the frame one ulp short of done when it is due; another 0 ms would not take it any further.
    const delayMs = Math.max(1, Math.ceil(dueMs - this.#clock.nowMs()));
    this.#timer = this.#clock.schedule(delayMs, () => {
      this.#timer = null;
      this.#advance();
      this.#schedule();
      this.#ledger.deliver();
    });
  }

  #framesIn(durationMs: number): number {
    return Math.floor((durationMs * this.sampleRate) / 1000);
  }

  #stop(): void {
    this.#timer?.cancel();
    this.#timer = null;
    this.#playingSinceMs = null;
  }
}
