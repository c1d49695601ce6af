import { type Clock, systemClock } from '../../clock.ts';
import type { JournalEntry } from '../../session/journal.ts';
import {
  journalForgotten,
  type JournalLease,
  type JournalStore,
  leaseLost,
  type LeaseOptions,
} from './journal-store.ts';

interface StoredEntry {
  readonly token: number;
  readonly number: number;
  readonly text: string;
}

interface StoredCall {
  token: number;
  /** Until when its owner has it. */
  takenUntilMs: number;
  entries: StoredEntry[];
}

/** Journals in the memory of this process: for tests, and for calls that move between sessions of one process. */
export class MemoryJournals implements JournalStore {
  readonly #clock: Clock;
  readonly #calls = new Map<string, StoredCall>();

  constructor({ clock = systemClock }: { readonly clock?: Clock } = {}) {
    this.#clock = clock;
  }

  async lease(
    callId: string,
    { owner, ttlMs, isForced = false, aboveToken = 0 }: LeaseOptions,
  ): Promise<JournalLease | null> {
    const nowMs = this.#clock.nowMs();
    const call = this.#calls.get(callId) ?? { token: 0, takenUntilMs: nowMs, entries: [] };
    if (call.takenUntilMs > nowMs && !isForced) return null;
    call.token = Math.max(call.token, aboveToken) + 1;
    call.takenUntilMs = nowMs + ttlMs;
    this.#calls.set(callId, call);
    return { callId, owner, token: call.token };
  }

  async renew(lease: JournalLease, ttlMs: number): Promise<boolean> {
    const call = this.#calls.get(lease.callId);
    if (call?.token !== lease.token) return false;
    call.takenUntilMs = this.#clock.nowMs() + ttlMs;
    return true;
  }

  async release(lease: JournalLease): Promise<void> {
    const call = this.#calls.get(lease.callId);
    if (call?.token === lease.token) call.takenUntilMs = this.#clock.nowMs();
  }

  async append(lease: JournalLease, firstNumber: number, entries: readonly JournalEntry[]): Promise<void> {
    const call = this.#owned(lease);
    const last = call.entries.at(-1);
    const lastNumber = last?.token === lease.token ? last.number : 0;
    entries.forEach((entry, index) => {
      const number = firstNumber + index;
      if (number > lastNumber) call.entries.push({ token: lease.token, number, text: JSON.stringify(entry) });
    });
  }

  async read(callId: string): Promise<JournalEntry[]> {
    return (this.#calls.get(callId)?.entries ?? []).map(({ text }) => JSON.parse(text) as JournalEntry);
  }

  async trim(lease: JournalLease, number: number): Promise<void> {
    const call = this.#owned(lease);
    call.entries = call.entries.filter((entry) => entry.token === lease.token && entry.number >= number);
  }

  async remove(lease: JournalLease): Promise<void> {
    this.#owned(lease);
    this.#calls.delete(lease.callId);
  }

  async close(): Promise<void> {
    this.#calls.clear();
  }

  #owned(lease: JournalLease): StoredCall {
    const call = this.#calls.get(lease.callId);
    if (call === undefined) throw journalForgotten(lease);
    if (call.token !== lease.token) throw leaseLost(lease);
    return call;
  }
}
