// What every store of journals promises, asked of each of them.

import { appendFileSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { JournalEntry } from '../../../src/index.ts';
import { FileJournals, type JournalStore, MemoryJournals, RedisJournals } from '../../../src/server/index.ts';
import { hasRedis, RedisServer } from './redis-server.ts';

const TTL_MS = 60_000;

let redis: RedisServer | null = null;
beforeAll(async () => {
  if (hasRedis) redis = await RedisServer.start();
});
afterAll(() => redis?.stop());

const note = (text: string): JournalEntry => ({ type: 'tool_started', callId: text, name: 'note', arguments: '{}' });

/** Two processes' views of one store. */
interface Views {
  readonly one: JournalStore;
  readonly other: JournalStore;
}

function inMemory(): Views {
  const one = new MemoryJournals();
  return { one, other: one };
}

function inFiles(): Views {
  const folder = mkdtempSync(join(tmpdir(), 'journals-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return { one: new FileJournals({ folder }), other: new FileJournals({ folder, fsync: 'always' }) };
}

let prefixes = 0;
async function inRedis(): Promise<Views> {
  const options = { url: redis?.url ?? '', prefix: `test${(prefixes += 1)}:` };
  const [one, other] = await Promise.all([RedisJournals.open(options), RedisJournals.open(options)]);
  onTestFinished(async () => void (await Promise.all([one.close(), other.close()])));
  return { one, other };
}

const stores = [
  { name: 'in memory', views: inMemory, isThere: true },
  { name: 'in files', views: inFiles, isThere: true },
  { name: 'in Redis', views: inRedis, isThere: hasRedis },
];

for (const { name, views, isThere } of stores) {
  const title = isThere ? `journals ${name}` : `journals ${name} (skipped: redis-server is not installed)`;
  describe.skipIf(!isThere)(title, () => {
    it('give back what they were given, in order, to whoever asks', async () => {
      const { one, other } = await views();
      const lease = await one.lease('CA1', { owner: 'a', ttlMs: TTL_MS });
      expect(lease).toMatchObject({ callId: 'CA1', owner: 'a' });
      if (lease === null) return;
      await one.append(lease, 1, [note('first'), note('second')]);
      await one.append(lease, 3, [note('"third"\n')]);
      expect(await other.read('CA1')).toEqual([note('first'), note('second'), note('"third"\n')]);
      expect(await other.read('CA2')).toEqual([]);
    });

    it('have one owner a call; another call has its own', async () => {
      const { one, other } = await views();
      const claims = await Promise.all([
        one.lease('CA1', { owner: 'a', ttlMs: TTL_MS }),
        other.lease('CA1', { owner: 'b', ttlMs: TTL_MS }),
      ]);
      expect(claims.filter((lease) => lease !== null)).toHaveLength(1);
      expect(await other.lease('CA2', { owner: 'b', ttlMs: TTL_MS })).not.toBeNull();
    });

    it('refuse all that comes from an owner whose call was taken over, and leave it to the successor', async () => {
      const { one, other } = await views();
      const stale = await one.lease('CA1', { owner: 'a', ttlMs: TTL_MS });
      const lease = await other.lease('CA1', { owner: 'b', ttlMs: TTL_MS, isForced: true });
      if (stale === null || lease === null) throw new Error('no lease');
      expect(lease.token).toBeGreaterThan(stale.token);
      const lost = expect.objectContaining({ code: 'ERR_LEASE_LOST' });
      await other.append(lease, 1, [note('kept')]);
      await expect(one.append(stale, 1, [note('late')])).rejects.toEqual(lost);
      await expect(one.trim(stale, 1)).rejects.toEqual(lost);
      await expect(one.remove(stale)).rejects.toEqual(lost);
      expect(await one.renew(stale, TTL_MS)).toBe(false);
      await one.release(stale);
      expect(await one.lease('CA1', { owner: 'c', ttlMs: TTL_MS })).toBeNull();
      expect(await other.read('CA1')).toEqual([note('kept')]);
    });

    it('take an entry that is sent again once, whoever wrote before', async () => {
      const { one, other } = await views();
      const before = await one.lease('CA1', { owner: 'a', ttlMs: TTL_MS });
      if (before === null) throw new Error('no lease');
      await one.append(before, 1, [note('1'), note('2'), note('3')]);
      const lease = await other.lease('CA1', { owner: 'b', ttlMs: TTL_MS, isForced: true });
      if (lease === null) throw new Error('no lease');
      await other.append(lease, 1, [note('4')]);
      await other.append(lease, 1, [note('4'), note('5')]);
      await other.append(lease, 1, [note('4')]);
      expect(await one.read('CA1')).toEqual(['1', '2', '3', '4', '5'].map(note));
    });

    it('let a call go when its owner says so or has been silent for too long', async () => {
      const { one, other } = await views();
      const lease = await one.lease('CA1', { owner: 'a', ttlMs: TTL_MS });
      if (lease === null) throw new Error('no lease');
      expect(await other.lease('CA1', { owner: 'b', ttlMs: TTL_MS })).toBeNull();
      await one.release(lease);
      expect(await other.lease('CA1', { owner: 'b', ttlMs: 20 })).not.toBeNull();
      await expect
        .poll(() => one.lease('CA1', { owner: 'c', ttlMs: TTL_MS }), { interval: 10, timeout: 10_000 })
        .not.toBeNull();
    });

    it('keep a call whose owner renews it', async () => {
      const { one, other } = await views();
      const lease = await one.lease('CA1', { owner: 'a', ttlMs: 1 });
      if (lease === null) throw new Error('no lease');
      expect(await one.renew(lease, TTL_MS)).toBe(true);
      expect(await other.lease('CA1', { owner: 'b', ttlMs: TTL_MS })).toBeNull();
    });

    it('cut a journal off before an entry, predecessors included', async () => {
      const { one } = await views();
      const before = await one.lease('CA1', { owner: 'a', ttlMs: TTL_MS });
      if (before === null) throw new Error('no lease');
      await one.append(before, 1, [note('1'), note('2')]);
      const lease = await one.lease('CA1', { owner: 'a', ttlMs: TTL_MS, isForced: true });
      if (lease === null) throw new Error('no lease');
      await one.append(lease, 1, [note('3'), note('4')]);
      await one.trim(lease, 2);
      expect(await one.read('CA1')).toEqual([note('4')]);
      await one.append(lease, 3, [note('5')]);
      expect(await one.read('CA1')).toEqual([note('4'), note('5')]);
    });

    it('say that they know nothing of a call that is over, and give it a higher token if asked to', async () => {
      const { one, other } = await views();
      const lease = await one.lease('CA1', { owner: 'a', ttlMs: TTL_MS });
      if (lease === null) throw new Error('no lease');
      await one.append(lease, 1, [note('1')]);
      await one.remove(lease);
      expect(await other.read('CA1')).toEqual([]);
      await expect(one.append(lease, 2, [note('2')])).rejects.toMatchObject({ code: 'ERR_JOURNAL_FORGOTTEN' });
      expect(await one.lease('CA1', { owner: 'a', ttlMs: TTL_MS, aboveToken: 7 })).toMatchObject({ token: 8 });
    });
  });
}

describe('journals in files', () => {
  it('pass over a line that a dying process did not finish', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'journals-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const journals = new FileJournals({ folder });
    const lease = await journals.lease('../CA1', { owner: 'a', ttlMs: TTL_MS });
    if (lease === null) throw new Error('no lease');
    await journals.append(lease, 1, [note('1')]);
    const name = readdirSync(folder).find((file) => file.endsWith('.journal')) ?? '';
    appendFileSync(join(folder, name), '\n{"token":1,"number":2,"ent');
    await journals.append(lease, 2, [note('2')]);
    expect(await journals.read('../CA1')).toEqual([note('1'), note('2')]);
  });
});

describe('journals in Redis', () => {
  it.skipIf(!hasRedis)('are taken with all that is in them, and closed to who had them', async () => {
    const options = { url: redis?.url ?? '', prefix: 'taken:' };
    const [one, other] = await Promise.all([RedisJournals.open(options), RedisJournals.open(options)]);
    onTestFinished(async () => void (await Promise.all([one.close(), other.close()])));
    const { lease: stale, entries: none } = await one.take('CA1', { owner: 'a', ttlMs: TTL_MS });
    expect(none).toEqual([]);
    await one.append(stale, 1, [note('1'), note('2')]);
    const { lease, entries } = await other.take('CA1', { owner: 'b', ttlMs: TTL_MS });
    expect(entries).toEqual([note('1'), note('2')]);
    expect(lease).toEqual({ callId: 'CA1', owner: 'b', token: stale.token + 1 });
    await expect(one.append(stale, 3, [note('3')])).rejects.toMatchObject({ code: 'ERR_LEASE_LOST' });
    expect(await one.lease('CA1', { owner: 'c', ttlMs: TTL_MS })).toBeNull();
  });

  it('say so when nothing answers', async () => {
    await expect(RedisJournals.open({ url: 'redis://127.0.0.1:1' })).rejects.toMatchObject({
      code: 'ERR_REDIS_CONNECT',
    });
  });
});
