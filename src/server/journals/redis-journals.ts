import type { JournalEntry } from '../../session/journal.ts';
import {
  journalForgotten,
  type JournalLease,
  type JournalStore,
  leaseLost,
  type LeaseOptions,
} from './journal-store.ts';
import { DEFAULT_PREFIX, journalKey } from './redis-keys.ts';
import { RedisLink } from './redis-link.ts';
import { APPEND, LEASE, RELEASE, REMOVE, RENEW, type RedisScript, TAKE, TRIM } from './redis-scripts.ts';

const DEFAULT_RETENTION_MS = 60 * 60_000;

/** Options of `RedisJournals.open`. */
export interface RedisJournalsOptions {
  /** `redis://127.0.0.1:6379`. */
  readonly url: string;
  /** What every key begins with; default `bargein:`. */
  readonly prefix?: string;
  /** How long a journal is kept after its last entry, in milliseconds; default an hour. */
  readonly retentionMs?: number;
}

/** Journals as streams of a Redis server, whose entries any process can read as they come. */
export class RedisJournals implements JournalStore {
  readonly #link: RedisLink;
  readonly #prefix: string;
  readonly #retentionMs: number;

  /** Rejects with `ERR_REDIS_MISSING` without the package `redis`, and with `ERR_REDIS_CONNECT` when nothing answers. */
  static async open(options: RedisJournalsOptions): Promise<RedisJournals> {
    return new RedisJournals(await RedisLink.open(options.url), options);
  }

  private constructor(
    link: RedisLink,
    { prefix = DEFAULT_PREFIX, retentionMs = DEFAULT_RETENTION_MS }: Partial<RedisJournalsOptions>,
  ) {
    this.#link = link;
    this.#prefix = prefix;
    this.#retentionMs = retentionMs;
  }

  async lease(
    callId: string,
    { owner, ttlMs, isForced = false, aboveToken = 0 }: LeaseOptions,
  ): Promise<JournalLease | null> {
    const args = [owner, ttlMs, isForced ? 1 : 0, aboveToken, this.#retentionMs];
    const token = Number(await this.#link.run(LEASE, this.#keys(callId), args));
    return token === 0 ? null : { callId, owner, token };
  }

  /** Takes the call from whoever has it, and reads its journal in the same round trip: its caller hears nothing meanwhile. */
  async take(
    callId: string,
    { owner, ttlMs }: Pick<LeaseOptions, 'owner' | 'ttlMs'>,
  ): Promise<{ lease: JournalLease; entries: JournalEntry[] }> {
    const taken = await this.#link.run(TAKE, this.#keys(callId), [owner, ttlMs, 1, 0, this.#retentionMs]);
    const [token, stream] = taken as [token: number, stream: [id: string, fields: [name: string, entry: string]][]];
    const entries = stream.map(([, [, entry]]) => JSON.parse(entry) as JournalEntry);
    return { lease: { callId, owner, token }, entries };
  }

  async renew(lease: JournalLease, ttlMs: number): Promise<boolean> {
    const args = [lease.token, ttlMs, lease.owner];
    return Number(await this.#link.run(RENEW, this.#keys(lease.callId), args)) === 1;
  }

  async release(lease: JournalLease): Promise<void> {
    await this.#link.run(RELEASE, this.#keys(lease.callId), [lease.token]);
  }

  append(lease: JournalLease, firstNumber: number, entries: readonly JournalEntry[]): Promise<void> {
    const texts = entries.map((entry) => JSON.stringify(entry));
    return this.#fenced(APPEND, lease, [firstNumber, this.#retentionMs, ...texts]);
  }

  async read(callId: string): Promise<JournalEntry[]> {
    const entries = await this.#link.client.xRange(journalKey(this.#prefix, callId), '-', '+');
    return (entries ?? []).map(({ message }) => JSON.parse(message['entry'] ?? 'null') as JournalEntry);
  }

  trim(lease: JournalLease, number: number): Promise<void> {
    return this.#fenced(TRIM, lease, [number]);
  }

  remove(lease: JournalLease): Promise<void> {
    return this.#fenced(REMOVE, lease, []);
  }

  async close(): Promise<void> {
    this.#link.close();
  }

  async #fenced(script: RedisScript, lease: JournalLease, args: readonly (string | number)[]): Promise<void> {
    const outcome = Number(await this.#link.run(script, this.#keys(lease.callId), [lease.token, ...args]));
    if (outcome === -1) throw journalForgotten(lease);
    if (outcome === 0) throw leaseLost(lease);
  }

  #keys(callId: string): readonly string[] {
    return [`${this.#prefix}{${callId}}:lease`, `${this.#prefix}{${callId}}:fence`, journalKey(this.#prefix, callId)];
  }
}
