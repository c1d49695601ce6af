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
 * The clock is the output itself, the milliseconds that were rendered. What is asked and answered in each quantum are whole
 * numbers, because V8 allocates the others wherever they go from function to function.
 */
export class JitterControl {
  readonly #itemRate: number;
  readonly #outputRate: number;
  readonly #lateness: Lateness = new Lateness();
  /**
   * Milliseconds: times on the clock, and how long. In an object, whose fractions V8 overwrites in place: in private fields it
   * replaces them, by numbers that it allocates, until it has compiled a function for good.
   */
  readonly #ms = {
    now: 0,
    firstArrival: 0,
    lastArrival: 0,
    interval: 20,
    received: 0,
    /** Of audio that came in one, in the last answer. */
    speed: Number.POSITIVE_INFINITY,
    schedule: Number.POSITIVE_INFINITY,
    target: 0,
    amount: 0,
    /** What pauses have made this answer late by: it stays that late, or speech would be hurried after each of them. */
    paused: 0,
    // Of the wish that is being made.
    buffered: 0,
    elapsed: 0,
    delay: 0,
  };
  #handle = 0;
  #hasEnded = true;
  #isBurst = false;
  #wasLate = false;
  #isHeld = false;

  /** @param itemRate Of what arrives, in Hz. @param outputRate Of the blocks. */
  constructor(itemRate: number, outputRate: number) {
    this.#itemRate = itemRate;
    this.#outputRate = outputRate;
  }

  /** How far behind its schedule paced audio is to be played, in milliseconds. */
  get targetMs(): number {
    return this.#ms.target;
  }

  /** How much longer or shorter time is to become, by the last `wish`, in frames of an item: a second at most. */
  get amountFrames(): number {
    return Math.min(this.#itemRate, Math.round((this.#ms.amount * this.#itemRate) / 1000));
  }

  /** So many frames of an item arrived, while `bufferedFrames` waited. */
  arrived(handle: number, frames: number, bufferedFrames: number): void {
    const ms = this.#ms;
    if (handle !== this.#handle) this.#begin(handle, bufferedFrames === 0);
    this.#lateness.arrived(ms.now, ms.received);
    ms.received += (frames * 1000) / this.#itemRate;
    ms.interval += INTERVAL_SHARE * (ms.now - ms.lastArrival - ms.interval);
    ms.lastArrival = ms.now;
    ms.schedule = this.#lateness.scheduleMs;
    ms.target = this.#lateness.worthwhileMs;
  }

  /** No more audio of this item follows. */
  ended(handle: number): void {
    if (handle === this.#handle) this.#hasEnded = true;
  }

  /** What is to be done in the next block, with `bufferedFrames` of items waiting: as `playoutWish` has it. */
  wish(bufferedFrames: number, blockFrames: number): number {
    const wish = this.#hasEnded ? AS_IT_IS : this.#wishNow(bufferedFrames);
    this.#ms.now += (blockFrames * 1000) / this.#outputRate;
    return wish;
  }

  #wishNow(bufferedFrames: number): number {
    const ms = this.#ms;
    ms.buffered = (bufferedFrames * 1000) / this.#itemRate;
    ms.elapsed = ms.now - ms.firstArrival;
    ms.delay = ms.elapsed - ms.paused - (ms.received - ms.buffered);
    if (ms.elapsed > SPEED_FROM_MS && ms.elapsed < SPEED_TO_MS) ms.speed = ms.received / ms.elapsed;
    if (ms.received > BURST_SPEED * ms.elapsed + BURST_LEAD_MS) this.#isBurst = true;
    return this.#isBurst ? this.#wishInBurst() : this.#wishInStep();
  }

  /** Instead of `wish`, for a block in which nothing is played on: the playout is paused, or fades for an interrupt. */
  pause(blockFrames: number): void {
    const blockMs = (blockFrames * 1000) / this.#outputRate;
    this.#ms.now += blockMs;
    if (!this.#hasEnded) this.#ms.paused += blockMs;
  }

  /**
   * Whether the beginning of the answer waits, for the render that follows `wish`: as long as paced audio is to be late,
   * or until more than that is there and its producer is fast.
   */
  get isHeld(): boolean {
    if (!this.#isHeld) return false;
    const ms = this.#ms;
    const heldMs = ms.now - ms.firstArrival;
    const isReady = ms.received - heldMs > ms.target && ms.speed >= FAST_SPEED;
    this.#isHeld = !this.#hasEnded && !this.#isBurst && !isReady && heldMs < Math.min(MOST_HOLD_MS, ms.target);
    return this.#isHeld;
  }

  #begin(handle: number, isHeld: boolean): void {
    const ms = this.#ms;
    this.#handle = handle;
    ms.firstArrival = ms.now;
    ms.lastArrival = ms.now;
    ms.received = 0;
    ms.paused = 0;
    this.#hasEnded = false;
    this.#isBurst = false;
    this.#wasLate = false;
    this.#lateness.restart(ms.now);
    this.#isHeld = isHeld;
  }

  #wishInBurst(): number {
    const ms = this.#ms;
    ms.amount = Number.POSITIVE_INFINITY;
    if (ms.delay > LEAST_LATE_MS) this.#wasLate = true;
    const isStalled = ms.now - ms.lastArrival > STALL_INTERVALS * ms.interval;
    if (ms.buffered < URGENT_MS) return isStalled ? LENGTHEN_TO_THE_LAST : LENGTHEN_ROUGHLY;
    if (isStalled && ms.buffered < STALL_LEAD_MS) return LENGTHEN_ROUGHLY;
    if (isStalled && ms.buffered < STALL_HIGH_LEAD_MS && ms.delay < STALL_DELAY_MS) return LENGTHEN;
    const isFast = ms.received > FAST_SPEED * ms.elapsed;
    if (ms.buffered < (isFast ? LOW_LEAD_FAST_MS : LOW_LEAD_MS) && ms.delay < LOW_LEAD_DELAY_MS) return LENGTHEN;
    const isAmple = ms.buffered > (isFast ? HIGH_LEAD_FAST_MS : HIGH_LEAD_MS);
    if (!this.#wasLate || ms.delay < LEAST_PAYBACK_MS || !isAmple || isStalled) return AS_IT_IS;
    ms.amount = ms.delay;
    return ms.delay > FAR_MS ? SHORTEN_ROUGHLY : SHORTEN;
  }

  #wishInStep(): number {
    const ms = this.#ms;
    const sinceScheduleMs = ms.now - ms.schedule - ms.paused;
    const behindMs = sinceScheduleMs - (ms.received - ms.buffered);
    const overdueMs = sinceScheduleMs - ms.received;
    const excessMs = behindMs - ms.target;
    if (overdueMs > OVERDUE_MS && ms.buffered < OVERDUE_BUFFER_MS) {
      ms.amount = Number.POSITIVE_INFINITY;
      return ms.buffered < URGENT_MS ? LENGTHEN_TO_THE_LAST : LENGTHEN_ROUGHLY;
    }
    ms.amount = Math.abs(excessMs);
    if (excessMs < 0) return LENGTHEN;
    // A producer that is too slow falls behind its own schedule, and leaves nothing to be shortened.
    if (excessMs < WINDOW_MS || ms.buffered < AMPLE_SHARE * ms.target) return AS_IT_IS;
    if (excessMs > FAR_MS) return SHORTEN_ROUGHLY;
    return excessMs < WIDE_WINDOW_MS ? SHORTEN_PAUSES : SHORTEN;
  }
}
