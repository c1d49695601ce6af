import { Lateness } from './lateness.ts';

// Of the intervals of lateness, all but this share is outlasted without a gap.
const COVERED = 0.95;
/** No target is longer than this: what comes later than that is a stall, and waiting for it helps nobody. */
const MOST_TARGET_MS = 600;
/** Audio may wait this much longer than the target before it is shortened, and in speech too from the second on. */
const WINDOW_MS = 10;
const WIDE_WINDOW_MS = 30;
/** Only with this share of the target in the ring is anything shortened. */
const AMPLE_SHARE = 0.7;
/** With less than this to play, splices need not be as good. */
const URGENT_MS = 100;

/** A producer that is ahead of the clock by this share and this much makes more than can be heard: a burst. */
const BURST_SPEED = 1.03;
const BURST_LEAD_MS = 130;
/** One that is this fast never needs a head start. */
const FAST_SPEED = 1.7;
/** Most that the beginning of an answer is held back. */
const MOST_HOLD_MS = 70;
/** A lead below the first is made longer while the answer is late by less than `LOW_LEAD_DELAY_MS`. */
const LOW_LEAD_MS = 350;
const LOW_LEAD_FAST_MS = 500;
const LOW_LEAD_DELAY_MS = 200;
/** A lead above this pays back what the answer is late by, and never more. */
const HIGH_LEAD_MS = 400;
const HIGH_LEAD_FAST_MS = 700;
/** An answer that was never late by more than this is not hurried: a splice pays back as much, and it would be early. */
const LEAST_PAYBACK_MS = 15;
/** A producer stalls when nothing came for this many times its usual interval. */
const STALL_INTERVALS = 2.5;
/** In a stall a lead below the first is made to last, and up to the second while the answer is not very late. */
const STALL_LEAD_MS = 500;
const STALL_HIGH_LEAD_MS = 3000;
const STALL_DELAY_MS = 450;
/** How fast the usual interval follows. */
const INTERVAL_SHARE = 0.2;
/** When in an answer its producer's speed is measured. */
const SPEED_FROM_MS = 800;
const SPEED_TO_MS = 1600;

/** What `playoutWish` takes. */
const LENGTHEN_ROUGHLY = 3;
const LENGTHEN = 2;
const AS_IT_IS = 0;
const SHORTEN_PAUSES = -1;
const SHORTEN = -2;

/**
 * Decides, block by block, whether time is made longer or shorter, and whether an answer's beginning waits.
 *
 * Paced audio, a packet whenever its time has come, is kept as far behind its schedule as packets have lately been late.
 * A burst, more audio than can be heard yet, is begun at once and never hurried: what makes it late, a lead that is
 * about to run out or a producer that stalls, is paid back when the lead is long again, and no more than that.
 *
 * The clock is the output itself, the milliseconds that were rendered.
 */
export class JitterControl {
  readonly #lateness: Lateness = new Lateness();
  #nowMs = 0;
  #handle = 0;
  #firstArrivalMs = 0;
  #lastArrivalMs = 0;
  #intervalMs = 20;
  #receivedMs = 0;
  #hasEnded = true;
  #isBurst = false;
  #wasLate = false;
  /** Speed of the last producer; before the first it is taken to be fast. */
  #speed = Number.POSITIVE_INFINITY;
  #targetMs = 0;
  #holdMs = 0;
  /** What pauses have made this answer late by: it stays that late, or speech would be hurried after each of them. */
  #pausedMs = 0;

  /** How far behind its schedule paced audio is to be played, in milliseconds. */
  get targetMs(): number {
    return this.#targetMs;
  }

  /** `durationMs` of audio of an item arrived, while `bufferedMs` waited. */
  arrived(handle: number, durationMs: number, bufferedMs: number): void {
    const now = this.#nowMs;
    if (handle !== this.#handle) this.#begin(handle, bufferedMs);
    this.#lateness.arrived(now, this.#receivedMs);
    this.#receivedMs += durationMs;
    this.#intervalMs += INTERVAL_SHARE * (now - this.#lastArrivalMs - this.#intervalMs);
    this.#lastArrivalMs = now;
    this.#targetMs = Math.min(MOST_TARGET_MS, this.#lateness.quantile(COVERED));
  }

  /** No more audio of this item follows. */
  ended(handle: number): void {
    if (handle === this.#handle) this.#hasEnded = true;
  }

  /** What is to be done in the next `blockMs`, with `bufferedMs` waiting: as `playoutWish` has it. */
  wish(bufferedMs: number, blockMs: number): number {
    this.#nowMs += blockMs;
    if (this.#hasEnded) return AS_IT_IS;
    const elapsedMs = this.#nowMs - this.#firstArrivalMs;
    const delayMs = elapsedMs - this.#pausedMs - (this.#receivedMs - bufferedMs);
    if (elapsedMs > SPEED_FROM_MS && elapsedMs < SPEED_TO_MS) this.#speed = this.#receivedMs / elapsedMs;
    if (this.#receivedMs > BURST_SPEED * elapsedMs + BURST_LEAD_MS) this.#isBurst = true;
    return this.#isBurst ? this.#wishInBurst(bufferedMs, elapsedMs, delayMs) : this.#wishInStep(bufferedMs);
  }

  /** Instead of `wish`, for `blockMs` in which nothing is played on: the playout is paused, or fades for an interrupt. */
  pause(blockMs: number): void {
    this.#nowMs += blockMs;
    if (!this.#hasEnded) this.#pausedMs += blockMs;
  }

  /** Whether the beginning of the answer waits, for the first render after `wish`. */
  get isHeld(): boolean {
    return !this.#hasEnded && !this.#isBurst && this.#nowMs - this.#firstArrivalMs < this.#holdMs;
  }

  #begin(handle: number, bufferedMs: number): void {
    this.#handle = handle;
    this.#firstArrivalMs = this.#nowMs;
    this.#lastArrivalMs = this.#nowMs;
    this.#receivedMs = 0;
    this.#pausedMs = 0;
    this.#hasEnded = false;
    this.#isBurst = false;
    this.#wasLate = false;
    this.#lateness.restart(this.#nowMs);
    const isInSilence = bufferedMs === 0;
    this.#holdMs = isInSilence && this.#speed < FAST_SPEED ? Math.min(MOST_HOLD_MS, this.#targetMs) : 0;
  }

  #wishInBurst(bufferedMs: number, elapsedMs: number, delayMs: number): number {
    if (delayMs > LEAST_PAYBACK_MS) this.#wasLate = true;
    if (bufferedMs < URGENT_MS) return LENGTHEN_ROUGHLY;
    const isStalled = this.#nowMs - this.#lastArrivalMs > STALL_INTERVALS * this.#intervalMs;
    const stallLeadMs = delayMs < STALL_DELAY_MS ? STALL_HIGH_LEAD_MS : STALL_LEAD_MS;
    if (isStalled && bufferedMs < stallLeadMs) return LENGTHEN;
    const isFast = this.#receivedMs > FAST_SPEED * elapsedMs;
    if (bufferedMs < (isFast ? LOW_LEAD_FAST_MS : LOW_LEAD_MS) && delayMs < LOW_LEAD_DELAY_MS) return LENGTHEN;
    const isAmple = bufferedMs > (isFast ? HIGH_LEAD_FAST_MS : HIGH_LEAD_MS);
    return this.#wasLate && delayMs > 0 && isAmple && !isStalled ? SHORTEN : AS_IT_IS;
  }

  #wishInStep(bufferedMs: number): number {
    const sinceScheduleMs = this.#nowMs - this.#lateness.scheduleMs;
    const behindMs = sinceScheduleMs - this.#pausedMs - (this.#receivedMs - bufferedMs);
    const excessMs = behindMs - this.#targetMs;
    const isUrgent = bufferedMs < Math.min(URGENT_MS, this.#targetMs);
    if (isUrgent && excessMs < this.#targetMs / 2) return LENGTHEN_ROUGHLY;
    if (excessMs < 0) return LENGTHEN;
    // A producer that is too slow falls behind its own schedule, and leaves nothing to be shortened.
    if (excessMs < WINDOW_MS || bufferedMs < AMPLE_SHARE * this.#targetMs) return AS_IT_IS;
    return excessMs < WIDE_WINDOW_MS ? SHORTEN_PAUSES : SHORTEN;
  }
}
