// Where the journals of many calls are kept. A call has one owner at a time: who takes it gets a token that is higher than
// every one before, and what comes with a lower one is refused. So a process that was only slow can't write over its successor.

import { BargeinError } from '../../errors.ts';
import type { JournalEntry } from '../../session/journal.ts';

/** A call that has another owner now, or a journal store that can't be used. */
export class JournalError extends BargeinError {}

/** The right to write the journal of a call. */
export interface JournalLease {
  readonly callId: string;
  /** Who has it, for people. */
  readonly owner: string;
  /** Rises with each owner of the call. */
  readonly token: number;
}

/** How a call is taken. */
export interface LeaseOptions {
  /** Who takes it, for people. */
  readonly owner: string;
  /** How long the call counts as taken without a renewal, in milliseconds. */
  readonly ttlMs: number;
  /** Takes it from an owner who still has it: right when the caller's line has come here, for it is at one place only. */
  readonly isForced?: boolean;
  /** The token is higher than this one; default 0. For an owner whose store has lost what it knew. */
  readonly aboveToken?: number;
}

/** Journals by call. Times out and fails as what it is built on does; entries are plain data. */
export interface JournalStore {
  /** Takes the call; `null` while somebody else has it. */
  lease(callId: string, options: LeaseOptions): Promise<JournalLease | null>;
  /** Keeps the call for so long again; false when somebody else has taken it. */
  renew(lease: JournalLease, ttlMs: number): Promise<boolean>;
  /** Lets the call go; its journal stays. */
  release(lease: JournalLease): Promise<void>;
  /**
   * Adds entries, all or none, and resolves when they are safe. They are numbered from `firstNumber` on, and a number that
   * the lease has used already is passed over: what may have arrived can be sent again. Rejects with `ERR_LEASE_LOST` when
   * somebody else has taken the call, with `ERR_JOURNAL_FORGOTTEN` when the store knows of no owner at all.
   */
  append(lease: JournalLease, firstNumber: number, entries: readonly JournalEntry[]): Promise<void>;
  /** All entries, in order. */
  read(callId: string): Promise<JournalEntry[]>;
  /** Forgets what came before the entry of that number of this lease. Rejects as `append` does. */
  trim(lease: JournalLease, number: number): Promise<void>;
  /** Forgets the call, which is over. Rejects as `append` does. */
  remove(lease: JournalLease): Promise<void>;
  /** Ends what the store keeps open. */
  close(): Promise<void>;
}

/** The error of an owner who is none any more. */
export function leaseLost({ callId, token }: JournalLease): JournalError {
  return new JournalError(`call ${callId} has been taken over: token ${token} is stale. End the session here.`, {
    code: 'ERR_LEASE_LOST',
  });
}

/** The error of a store that knows nothing of the call. */
export function journalForgotten({ callId }: JournalLease): JournalError {
  return new JournalError(`the store has lost the journal of call ${callId}: take it again and write its state`, {
    code: 'ERR_JOURNAL_FORGOTTEN',
  });
}
