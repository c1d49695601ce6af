// The journal of a call that goes on. The call never waits for the store, tools excepted: what happens is kept here until
// the store has it, and goes there together with what happens in other calls of the process.

import { type Clock, systemClock, type Timer } from '../../clock.ts';
import type { JournalEntry } from '../../session/journal.ts';
import type { SessionJournal } from '../../shell/journal-writer.ts';
import { JournalError, type JournalLease, type JournalStore, leaseLost } from './journal-store.ts';

/** Entries in one hand-over to the store. */
const MAX_BATCH = 500;
/** More of them than this are dropped while the store is away; a whole state takes their place. */
const MAX_WAITING = 5000;
/** A store that has not answered for so long is taken for away. */
const ANSWER_TIMEOUT_MS = 1000;
const RETRY_MS = 100;

/** Inputs wait for at most so long, and those of all calls go together: a hand-over of its own costs more than the entry in it. */
const HAND_OVER_MS = 40;
/** Words of an answer, two thirds of all inputs, wait for more of them, or for the next input of another kind. */
const WORDS_HAND_OVER_MS = 400;

/** Token of a lease that nobody has given, because the store was away when the call began. */
export const UNLEASED = 0;

/** A time in which nothing was safe. */
export interface JournalGap {
  readonly durationMs: number;
  /** Entries that were dropped because too many waited. */
  readonly droppedEntries: number;
  /** Tools that ran without a safe record of their start. */
  readonly unjournalledCallIds: readonly string[];
}

/** Options of a `LiveJournal`. */
export interface LiveJournalOptions {
  /** How long the call stays taken when this process dies, in milliseconds. */
  readonly ttlMs: number;
  readonly clock?: Clock;
  /** Somebody else has the call: the session has to end here. */
  readonly onLost?: (error: JournalError) => void;
  /** The store was away and is back; the journal is whole again. */
  readonly onGap?: (gap: JournalGap) => void;
}

interface Waiting {
  readonly number: number;
  readonly entry: JournalEntry;
  readonly atMs: number;
  /** Settles the wait of a tool. */
  readonly settle: ((error?: JournalError) => void) | null;
}

/** The journal of one call in a store, for the session that holds its lease. */
export class LiveJournal implements SessionJournal {
  readonly #store: JournalStore;
  readonly #options: LiveJournalOptions;
  readonly #clock: Clock;
  #lease: JournalLease;
  #waiting: Waiting[] = [];
  #newestNumber = 0;
  #isWriting = false;
  /** The next hand-over, and when it is. */
  #soon: Timer | null = null;
  #soonAtMs = 0;
  #lost: JournalError | null = null;
  /** Since when the store has been away. */
  #awaySinceMs: number | null = null;
  #dropped = 0;
  #unjournalled: string[] = [];
  #wantsState = false;
  #renewal: Timer | null = null;
  #retry: (() => void) | null = null;
  #onEmpty: (() => void)[] = [];
  #isClosed = false;

  constructor(store: JournalStore, lease: JournalLease, options: LiveJournalOptions) {
    this.#store = store;
    this.#lease = lease;
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#renewLater();
  }

  /** How long the oldest entry that is not safe has waited, in milliseconds. */
  get lagMs(): number {
    const [oldest] = this.#waiting;
    return oldest === undefined ? 0 : this.#clock.nowMs() - oldest.atMs;
  }

  /** Whether the store does not answer. */
  get isAway(): boolean {
    return this.#awaySinceMs !== null;
  }

  append(entry: JournalEntry): void | Promise<void> {
    if (this.#lost !== null) return entry.type === 'tool_started' ? Promise.reject(this.#lost) : undefined;
    if (this.#isClosed) return entry.type === 'tool_started' ? Promise.reject(leaseLost(this.#lease)) : undefined;
    if (entry.type === 'state') this.#wantsState = false;
    if (entry.type !== 'tool_started') return this.#add(entry, null);
    return new Promise((resolve, reject) => {
      this.#add(entry, (error) => (error === undefined ? resolve() : reject(error)));
      if (this.#awaySinceMs !== null) this.#letToolsRun();
    });
  }

  wantsState(): boolean {
    return this.#wantsState;
  }

  /** Resolves when everything is safe, the call is lost, or so long has passed. */
  async flushed(timeoutMs: number): Promise<void> {
    if (this.#waiting.length === 0) return;
    this.#writeNow();
    await new Promise<void>((resolve) => {
      const timer = this.#clock.schedule(timeoutMs, resolve);
      this.#onEmpty.push(() => {
        timer.cancel();
        resolve();
      });
    });
  }

  /** The session is over here. `isCallOver`: nobody will go on with it, and the store forgets it. */
  async end(isCallOver: boolean): Promise<void> {
    await this.flushed(ANSWER_TIMEOUT_MS);
    this.#isClosed = true;
    this.#renewal?.cancel();
    this.#retry?.();
    if (this.#lost !== null) return;
    await this.#answered(isCallOver ? this.#store.remove(this.#lease) : this.#store.release(this.#lease));
  }

  #add(entry: JournalEntry, settle: Waiting['settle']): void {
    this.#newestNumber += 1;
    this.#waiting.push({ number: this.#newestNumber, entry, atMs: this.#clock.nowMs(), settle });
    if (this.#waiting.length > MAX_WAITING) this.#dropInputs();
    // What a tool waits for, and what others wait to read, goes at once.
    if (entry.type !== 'input') this.#writeNow();
    else this.#writeSoon(entry.input.type === 'transcriptDelta' ? WORDS_HAND_OVER_MS : HAND_OVER_MS);
  }

  /** At the next multiple of a time, which all journals of this process share. */
  #writeSoon(periodMs: number): void {
    if (this.#isWriting) return;
    const nowMs = this.#clock.nowMs();
    const atMs = nowMs - (nowMs % periodMs) + periodMs;
    if (this.#soon !== null && this.#soonAtMs <= atMs) return;
    this.#soon?.cancel();
    this.#soonAtMs = atMs;
    this.#soon = this.#clock.schedule(atMs - nowMs, () => this.#writeNow());
  }

  #writeNow(): void {
    this.#soon?.cancel();
    this.#soon = null;
    if (this.#isWriting) return;
    this.#isWriting = true;
    setImmediate(() => void this.#write());
  }

  async #write(): Promise<void> {
    while (this.#waiting.length > 0 && this.#lost === null && !this.#isClosed) {
      const batch = this.#batch();
      try {
        const [first] = batch;
        const entries = batch.map(({ entry }) => entry);
        await this.#answered(this.#store.append(this.#lease, first?.number ?? 0, entries));
        this.#safe(batch);
        await this.#cutOff(batch);
        if (this.#waiting.length === 0) for (const done of this.#onEmpty.splice(0)) done();
      } catch (error) {
        const code = error instanceof JournalError ? error.code : '';
        if (code === 'ERR_JOURNAL_FORGOTTEN' || (code === 'ERR_LEASE_LOST' && this.#lease.token === UNLEASED))
          await this.#claimAgain();
        else if (error instanceof JournalError && code === 'ERR_LEASE_LOST') this.#lose(error);
        else await this.#wait();
      }
    }
    this.#isWriting = false;
  }

  /** Entries whose numbers follow on each other. */
  #batch(): readonly Waiting[] {
    const first = this.#waiting[0]?.number ?? 0;
    const end = this.#waiting.findIndex(({ number }, index) => number !== first + index || index === MAX_BATCH);
    return this.#waiting.slice(0, end === -1 ? undefined : end);
  }

  #safe(batch: readonly Waiting[]): void {
    // Entries may have been dropped meanwhile.
    const last = batch.at(-1)?.number ?? 0;
    this.#waiting = this.#waiting.filter(({ number }) => number > last);
    for (const { settle } of batch) settle?.();
    if (this.#awaySinceMs !== null) this.#closeGap(this.#awaySinceMs);
  }

  /** What came before a state is not needed any more; where it can't be dropped now, the next state will see to it. */
  async #cutOff(batch: readonly Waiting[]): Promise<void> {
    const state = batch.findLast(({ entry }) => entry.type === 'state');
    if (state !== undefined) await this.#answered(this.#store.trim(this.#lease, state.number)).catch(() => {});
  }

  #closeGap(sinceMs: number): void {
    const gap: JournalGap = {
      durationMs: Math.round(this.#clock.nowMs() - sinceMs),
      droppedEntries: this.#dropped,
      unjournalledCallIds: this.#unjournalled,
    };
    this.#awaySinceMs = null;
    this.#dropped = 0;
    this.#unjournalled = [];
    this.#add({ type: 'gap', ...gap }, null);
    this.#options.onGap?.(gap);
  }

  /** The store is away: tools no longer wait for it, and it is tried again soon. */
  async #wait(): Promise<void> {
    this.#awaySinceMs ??= this.#waiting[0]?.atMs ?? this.#clock.nowMs();
    this.#letToolsRun();
    await new Promise<void>((resolve) => {
      const timer = this.#clock.schedule(RETRY_MS, resolve);
      this.#retry = () => {
        timer.cancel();
        resolve();
      };
    });
  }

  #letToolsRun(): void {
    this.#waiting = this.#waiting.map((waiting) => {
      const { entry, settle } = waiting;
      if (settle === null || entry.type !== 'tool_started') return waiting;
      this.#unjournalled.push(entry.callId);
      settle();
      return { ...waiting, settle: null };
    });
  }

  /** Starts of tools are kept: they must not be started again, whatever the state says. */
  #dropInputs(): void {
    const kept = this.#waiting.filter(({ entry }) => entry.type === 'tool_started');
    this.#dropped += this.#waiting.length - kept.length;
    this.#waiting = kept;
    this.#wantsState = true;
  }

  /**
   * The store came back empty: whoever comes first has the call. One that began while the store was away is where its
   * caller is.
   */
  async #claimAgain(): Promise<void> {
    const { callId, owner, token } = this.#lease;
    try {
      const options = { owner, ttlMs: this.#options.ttlMs, aboveToken: token, isForced: token === UNLEASED };
      const lease = await this.#answered(this.#store.lease(callId, options));
      if (lease === null) return this.#lose(leaseLost(this.#lease));
      this.#lease = lease;
      this.#awaySinceMs ??= this.#waiting[0]?.atMs ?? this.#clock.nowMs();
      this.#wantsState = true;
    } catch {
      await this.#wait();
    }
  }

  #lose(error: JournalError): void {
    this.#lost = error;
    this.#renewal?.cancel();
    for (const { settle } of this.#waiting.splice(0)) settle?.(error);
    for (const done of this.#onEmpty.splice(0)) done();
    this.#options.onLost?.(error);
  }

  #renewLater(): void {
    const { ttlMs } = this.#options;
    this.#renewal = this.#clock.schedule(ttlMs / 3, () => {
      this.#renewLater();
      // A store that is away or has lost everything shows at the next entry; so does another owner, but that may be long.
      this.#store.renew(this.#lease, ttlMs).catch(() => {});
    });
  }

  /** What a store that hangs never says. */
  #answered<T>(answer: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const timer = this.#clock.schedule(ANSWER_TIMEOUT_MS, () =>
        reject(
          new JournalError(`the store has not answered for ${ANSWER_TIMEOUT_MS} ms`, { code: 'ERR_JOURNAL_AWAY' }),
        ),
      );
      answer.then(resolve, reject).finally(() => timer.cancel());
    });
  }
}
