import { Lateness } from './lateness.ts';

/** Audio may wait this much longer than the target before pauses are shortened, before speech is, and before it is hurried. */
const WINDOW_MS = 5;
const WIDE_WINDOW_MS = 12;
const FAR_MS = 60;
/** Audio that is late by this much may stay away: what there is, if it is less than the other, is made to last. */
const OVERDUE_MS = 15;
const OVERDUE_BUFFER_MS = 200;
/** Only with this share of the target in the ring is anything shortened. */
const AMPLE_SHARE = 0.7;
/** With less than this to play, time bends as far as it can. */
const URGENT_MS = 100;

/** A producer that is ahead of the clock by this share and this much makes more than can be heard: a burst. */
const BURST_SPEED = 1.03;
const BURST_LEAD_MS = 130;
/** One that is this fast needs no head start; before the first answer all are taken to be. */
const FAST_SPEED = 1.7;
/** Most that the beginning of an answer is held back. */
const MOST_HOLD_MS = 85;
/** A lead below the first is made longer while the answer is late by less than `LOW_LEAD_DELAY_MS`. */
const LOW_LEAD_MS = 300;
const LOW_LEAD_FAST_MS = 500;
const LOW_LEAD_DELAY_MS = 200;
/** A lead above this pays back what the answer is late by, and never more. */
const HIGH_LEAD_MS = 400;
const HIGH_LEAD_FAST_MS = 700;
/** An answer that was never later than the first is not hurried, nor one that is no later than the second. */
const LEAST_LATE_MS = 15;
const LEAST_PAYBACK_MS = 5;
/** A producer stalls when nothing came for this many times its usual interval. */
const STALL_INTERVALS = 2.5;
/** In a stall a lead below the first is made to last, and up to the second, more gently, while the answer is not very late. */
const STALL_LEAD_MS = 800;
const STALL_HIGH_LEAD_MS = 3000;
const STALL_DELAY_MS = 450;
/** How fast the usual interval follows. */
const INTERVAL_SHARE = 0.2;
/** When in an answer its producer's speed is measured. */
const SPEED_FROM_MS = 800;
const SPEED_TO_MS = 1600;

/** What `playoutWish` takes. */
const LENGTHEN_TO_THE_LAST = 4;
const LENGTHEN_ROUGHLY = 3;
const LENGTHEN = 2;
const AS_IT_IS = 0;
const SHORTEN_PAUSES = -1;
const SHORTEN = -2;
const SHORTEN_ROUGHLY = -3;

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
  /** Of the last answer. */
  #speed = Number.POSITIVE_INFINITY;
  #targetMs = 0;
  #amountMs = 0;
  #isHeld = false;
  /** What pauses have made this answer late by: it stays that late, or speech would be hurried after each of them. */
  #pausedMs = 0;

  /** How far behind its schedule paced audio is to be played, in milliseconds. */
  get targetMs(): number {
    return this.#targetMs;
  }

  /** How much longer or shorter time is to become, in milliseconds, by the last `wish`. */
  get amountMs(): number {
    return this.#amountMs;
  }

  /** `durationMs` of audio of an item arrived, while `bufferedMs` waited. */
  arrived(handle: number, durationMs: number, bufferedMs: number): void {
    const now = this.#nowMs;
    if (handle !== this.#handle) this.#begin(handle, bufferedMs);
    this.#lateness.arrived(now, this.#receivedMs);
    this.#receivedMs += durationMs;
    this.#intervalMs += INTERVAL_SHARE * (now - this.#lastArrivalMs - this.#intervalMs);
    this.#lastArrivalMs = now;
    this.#targetMs = this.#lateness.worthwhileMs;
  }

  /** No more audio of this item follows. */
  ended(handle: number): void {
    if (handle === this.#handle) this.#hasEnded = true;
  }

  /** What is to be done in the next `blockMs`, with `bufferedMs` waiting: as `playoutWish` has it. */
  wish(bufferedMs: number, blockMs: number): number {
    const wish = this.#hasEnded ? AS_IT_IS : this.#wishNow(bufferedMs);
    this.#nowMs += blockMs;
    return wish;
  }

  #wishNow(bufferedMs: number): number {
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

  /**
   * Whether the beginning of the answer waits, for the render that follows `wish`: as long as paced audio is to be late,
   * or until more than that is there and its producer is fast.
   */
  get isHeld(): boolean {
    if (!this.#isHeld) return false;
    const heldMs = this.#nowMs - this.#firstArrivalMs;
    const isReady = this.#receivedMs - heldMs > this.#targetMs && this.#speed >= FAST_SPEED;
    this.#isHeld = !this.#hasEnded && !this.#isBurst && !isReady && heldMs < Math.min(MOST_HOLD_MS, this.#targetMs);
    return this.#isHeld;
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
    this.#targetMs = this.#lateness.worthwhileMs;
    this.#isHeld = bufferedMs === 0;
  }

  #wishInBurst(bufferedMs: number, elapsedMs: number, delayMs: number): number {
    this.#amountMs = Number.POSITIVE_INFINITY;
    if (delayMs > LEAST_LATE_MS) this.#wasLate = true;
    const isStalled = this.#nowMs - this.#lastArrivalMs > STALL_INTERVALS * this.#intervalMs;
    if (bufferedMs < URGENT_MS) return isStalled ? LENGTHEN_TO_THE_LAST : LENGTHEN_ROUGHLY;
    if (isStalled && bufferedMs < STALL_LEAD_MS) return LENGTHEN_ROUGHLY;
    if (isStalled && bufferedMs < STALL_HIGH_LEAD_MS && delayMs < STALL_DELAY_MS) return LENGTHEN;
    const isFast = this.#receivedMs > FAST_SPEED * elapsedMs;
    if (bufferedMs < (isFast ? LOW_LEAD_FAST_MS : LOW_LEAD_MS) && delayMs < LOW_LEAD_DELAY_MS) return LENGTHEN;
    const isAmple = bufferedMs > (isFast ? HIGH_LEAD_FAST_MS : HIGH_LEAD_MS);
    if (!this.#wasLate || delayMs < LEAST_PAYBACK_MS || !isAmple || isStalled) return AS_IT_IS;
    this.#amountMs = delayMs;
    return delayMs > FAR_MS ? SHORTEN_ROUGHLY : SHORTEN;
  }

  #wishInStep(bufferedMs: number): number {
    const sinceScheduleMs = this.#nowMs - this.#lateness.scheduleMs - this.#pausedMs;
    const behindMs = sinceScheduleMs - (this.#receivedMs - bufferedMs);
    const overdueMs = sinceScheduleMs - this.#receivedMs;
    const excessMs = behindMs - this.#targetMs;
    if (overdueMs > OVERDUE_MS && bufferedMs < OVERDUE_BUFFER_MS) {
      this.#amountMs = Number.POSITIVE_INFINITY;
      return bufferedMs < URGENT_MS ? LENGTHEN_TO_THE_LAST : LENGTHEN_ROUGHLY;
    }
    this.#amountMs = Math.abs(excessMs);
    if (excessMs < 0) return LENGTHEN;
    // A producer that is too slow falls behind its own schedule, and leaves nothing to be shortened.
    if (excessMs < WINDOW_MS || bufferedMs < AMPLE_SHARE * this.#targetMs) return AS_IT_IS;
    if (excessMs > FAR_MS) return SHORTEN_ROUGHLY;
    return excessMs < WIDE_WINDOW_MS ? SHORTEN_PAUSES : SHORTEN;
  }
}
