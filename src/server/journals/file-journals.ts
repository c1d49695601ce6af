import { mkdir, open, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { JournalEntry } from '../../session/journal.ts';
import {
  journalForgotten,
  type JournalLease,
  type JournalStore,
  leaseLost,
  type LeaseOptions,
} from './journal-store.ts';

const LOCK_RETRY_MS = 2;
/** Nobody holds a lock so long; who left it there has died. */
const STALE_LOCK_MS = 5000;

/** One line of a journal's file. */
interface Line {
  readonly token: number;
  readonly number: number;
  readonly entry: JournalEntry;
}

interface LeaseFile {
  readonly token: number;
  readonly owner: string;
  /** By the wall clock, which the processes of one machine share. */
  readonly takenUntilMs: number;
}

/** Options of `FileJournals`. */
export interface FileJournalsOptions {
  /** Made when it is not there. */
  readonly folder: string;
  /**
   * When the disk must have what was written before it counts as safe: `always`; `tools` (default), for starts of tools
   * and whole states; `never`. What the disk need not have survives the death of the process, not of the machine.
   */
  readonly fsync?: 'always' | 'tools' | 'never';
}

/** Journals as files of JSON lines, one a call, for the processes of one machine. */
export class FileJournals implements JournalStore {
  readonly #folder: string;
  readonly #fsync: 'always' | 'tools' | 'never';

  constructor({ folder, fsync = 'tools' }: FileJournalsOptions) {
    this.#folder = folder;
    this.#fsync = fsync;
  }

  async lease(
    callId: string,
    { owner, ttlMs, isForced = false, aboveToken = 0 }: LeaseOptions,
  ): Promise<JournalLease | null> {
    await mkdir(this.#folder, { recursive: true });
    return this.#locked(callId, async () => {
      const held = await this.#holder(callId);
      if (held !== null && held.takenUntilMs > Date.now() && !isForced) return null;
      const token = Math.max(held?.token ?? 0, aboveToken) + 1;
      await this.#hold(callId, { token, owner, takenUntilMs: Date.now() + ttlMs });
      return { callId, owner, token };
    });
  }

  async renew(lease: JournalLease, ttlMs: number): Promise<boolean> {
    return this.#extend(lease, Date.now() + ttlMs);
  }

  async release(lease: JournalLease): Promise<void> {
    await this.#extend(lease, 0);
  }

  async append(lease: JournalLease, firstNumber: number, entries: readonly JournalEntry[]): Promise<void> {
    await this.#owned(lease, async () => {
      const lines = entries.map((entry, index): Line => ({ token: lease.token, number: firstNumber + index, entry }));
      const file = await open(this.#path(lease.callId, 'journal'), 'a');
      try {
        // Behind a line that a dying process left unfinished, too.
        await file.write(lines.map((line) => `\n${JSON.stringify(line)}`).join(''));
        if (this.#mustSync(entries)) await file.datasync();
      } finally {
        await file.close();
      }
    });
  }

  async read(callId: string): Promise<JournalEntry[]> {
    return (await this.#lines(callId)).map(({ entry }) => entry);
  }

  async trim(lease: JournalLease, number: number): Promise<void> {
    await this.#owned(lease, async () => {
      const kept = (await this.#lines(lease.callId)).filter(
        (line) => line.token === lease.token && line.number >= number,
      );
      await this.#replace(lease.callId, 'journal', kept.map((line) => `\n${JSON.stringify(line)}`).join(''));
    });
  }

  async remove(lease: JournalLease): Promise<void> {
    await this.#owned(lease, async () => {
      await rm(this.#path(lease.callId, 'journal'), { force: true });
      await rm(this.#path(lease.callId, 'lease'));
    });
  }

  async close(): Promise<void> {}

  #mustSync(entries: readonly JournalEntry[]): boolean {
    if (this.#fsync !== 'tools') return this.#fsync === 'always';
    return entries.some(({ type }) => type !== 'input');
  }

  async #extend(lease: JournalLease, takenUntilMs: number): Promise<boolean> {
    return this.#locked(lease.callId, async () => {
      const held = await this.#holder(lease.callId);
      if (held?.token !== lease.token) return false;
      await this.#hold(lease.callId, { token: lease.token, owner: lease.owner, takenUntilMs });
      return true;
    });
  }

  async #owned(lease: JournalLease, work: () => Promise<void>): Promise<void> {
    await this.#locked(lease.callId, async () => {
      const held = await this.#holder(lease.callId);
      if (held === null) throw journalForgotten(lease);
      if (held.token !== lease.token) throw leaseLost(lease);
      await work();
    });
  }

  /** Entries in order; one that was written twice or not to its end counts once or not at all. */
  async #lines(callId: string): Promise<Line[]> {
    const lines: Line[] = [];
    for (const text of (await readIfThere(this.#path(callId, 'journal'))).split('\n')) {
      const line = parsed(text);
      const last = lines.at(-1);
      if (line === null) continue;
      if (last === undefined || line.token > last.token || line.number > last.number) lines.push(line);
    }
    return lines;
  }

  async #holder(callId: string): Promise<LeaseFile | null> {
    const text = await readIfThere(this.#path(callId, 'lease'));
    return text === '' ? null : (JSON.parse(text) as LeaseFile);
  }

  #hold(callId: string, lease: LeaseFile): Promise<void> {
    return this.#replace(callId, 'lease', JSON.stringify(lease));
  }

  /** In one piece: a process that dies meanwhile leaves the old one. */
  async #replace(callId: string, kind: 'journal' | 'lease', text: string): Promise<void> {
    const path = this.#path(callId, kind);
    await writeFile(`${path}.new`, text, { flush: this.#fsync !== 'never' });
    await rename(`${path}.new`, path);
  }

  /** A file that only one process can make is what keeps the others out. */
  async #locked<T>(callId: string, work: () => Promise<T>): Promise<T> {
    const path = this.#path(callId, 'lock');
    while (!(await makes(path))) {
      if (await isStale(path)) await rm(path, { force: true });
      else await wait(LOCK_RETRY_MS);
    }
    try {
      return await work();
    } finally {
      await rm(path, { force: true });
    }
  }

  #path(callId: string, kind: 'journal' | 'lease' | 'lock'): string {
    return join(this.#folder, `${encodeURIComponent(callId).replaceAll('.', '%2E')}.${kind}`);
  }
}

function parsed(text: string): Line | null {
  try {
    return text === '' ? null : (JSON.parse(text) as Line);
  } catch {
    return null;
  }
}

async function readIfThere(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (isMissing(error)) return '';
    throw error;
  }
}

async function makes(path: string): Promise<boolean> {
  try {
    await (await open(path, 'wx')).close();
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
}

async function isStale(path: string): Promise<boolean> {
  try {
    return Date.now() - (await stat(path)).mtimeMs > STALE_LOCK_MS;
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
