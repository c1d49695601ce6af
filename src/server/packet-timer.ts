import type { Clock, Timer } from '../clock.ts';

/** Length of a packet of a call. */
export const PACKET_MS = 20;

/** Who is late by more than this has been asleep: the gap stays instead of becoming a burst. */
const MAX_LATE_MS = 200;

/** Who makes the packets. */
export interface PacketListener {
  onPacket(): void;
  /** So many packets were left out. */
  onSkipped?(packets: number): void;
}

/** Beats once every 20 ms. A beat that comes late is made up for, so the rate never drifts. */
export class PacketTimer {
  readonly #clock: Clock;
  readonly #listener: PacketListener;
  #dueMs = 0;
  #timer: Timer | null = null;

  constructor(clock: Clock, listener: PacketListener) {
    this.#clock = clock;
    this.#listener = listener;
  }

  /** The first packet is due at once. */
  start(): void {
    this.#dueMs = this.#clock.nowMs();
    this.#beat();
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = null;
  }

  #beat(): void {
    const lateMs = this.#clock.nowMs() - this.#dueMs;
    const duePackets = Math.floor(Math.max(0, lateMs) / PACKET_MS) + 1;
    this.#dueMs += duePackets * PACKET_MS;
    // Set before the packets are made: one of them may stop the timer.
    this.#timer = this.#clock.schedule(this.#dueMs - this.#clock.nowMs(), () => this.#beat());
    const skipped = lateMs > MAX_LATE_MS ? duePackets - 1 : 0;
    if (skipped > 0) this.#listener.onSkipped?.(skipped);
    for (let i = skipped; i < duePackets && this.#timer !== null; i++) this.#listener.onPacket();
  }
}
