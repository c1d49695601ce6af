// The journal of a call while its store comes, goes, hangs, forgets, or has given the call to somebody else.

import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { JournalEntry } from '../../../src/index.ts';
import {
  type JournalGap,
  type JournalLease,
  type JournalStore,
  LiveJournal,
  type LiveJournalOptions,
  MemoryJournals,
  RedisJournals,
} from '../../../src/server/index.ts';
import { initialSession } from '../../../src/session/fresh-state.ts';
import { VirtualClock } from '../../../src/testing/virtual-clock.ts';
import { hasRedis, RedisServer } from './redis-server.ts';

const TTL_MS = 60_000;
const started = (callId: string): JournalEntry => ({ type: 'tool_started', callId, name: 'book', arguments: '{}' });
const input = (atMs: number): JournalEntry => ({ type: 'input', input: { type: 'interrupt', atMs } });
const words = (atMs: number): JournalEntry => ({
  type: 'input',
  input: { type: 'transcriptDelta', atMs, itemId: 'item_1', responseId: 'resp_1', delta: ' words' },
});
const wholeState: JournalEntry = {
  type: 'state',
  state: initialSession({
    agentName: 'Desk',
    seed: 's',
    guardrailDebounceLength: null,
    guardrailCount: 0,
    reconnect: { maxAttempts: 9, initialDelayMs: 100, maxDelayMs: 500, rolloverAfterMs: null },
  }),
};

async function leased(store: JournalStore, options: { isForced?: boolean } = {}): Promise<JournalLease> {
  const lease = await store.lease('CA1', { owner: 'a', ttlMs: TTL_MS, ...options });
  if (lease === null) throw new Error('the call is taken');
  return lease;
}

async function live(store: JournalStore, options: Partial<LiveJournalOptions> = {}): Promise<LiveJournal> {
  const journal = new LiveJournal(store, await leased(store), { ttlMs: TTL_MS, ...options });
  onTestFinished(() => journal.end(false).catch(() => {}));
  return journal;
}

/** Counts what goes to a store. */
class CountingJournals extends MemoryJournals {
  appends = 0;

  override append(...args: Parameters<MemoryJournals['append']>): Promise<void> {
    this.appends += 1;
    return super.append(...args);
  }
}

describe('the journal of a call', () => {
  it('hands over what happens in one turn of the event loop together', async () => {
    const store = new CountingJournals();
    const journal = await live(store);
    void journal.append(wholeState);
    for (let at = 0; at < 100; at++) void journal.append(input(at));
    await journal.flushed(1000);
    expect(store.appends).toBe(1);
    expect(await store.read('CA1')).toHaveLength(101);
    expect(journal.lagMs).toBe(0);
  });

  it('hands over the inputs of 40 ms together, and at once with the start of a tool or when somebody waits for it', async () => {
    const store = new CountingJournals();
    const clock = new VirtualClock(() => new Promise((resolve) => setImmediate(resolve)));
    const journal = await live(store, { clock });
    const written = async (): Promise<number> => (await store.read('CA1')).length;
    for (let at = 0; at < 3; at++) {
      void journal.append(input(at));
      await clock.advance(10);
    }
    expect(await written()).toBe(0);
    await clock.advance(10);
    expect([store.appends, await written()]).toEqual([1, 3]);

    void journal.append(input(3));
    await journal.append(started('c1'));
    expect([store.appends, await written()]).toEqual([2, 5]);

    void journal.append(input(4));
    await journal.flushed(1000);
    expect([store.appends, await written()]).toEqual([3, 6]);
  });

  it('hands over the words of 400 ms together, sooner with anything else', async () => {
    const store = new CountingJournals();
    const clock = new VirtualClock(() => new Promise((resolve) => setImmediate(resolve)));
    const journal = await live(store, { clock });
    const written = async (): Promise<number> => (await store.read('CA1')).length;
    for (let at = 0; at < 5; at++) {
      void journal.append(words(at));
      await clock.advance(66);
    }
    expect(await written()).toBe(0);
    await clock.advance(70);
    expect([store.appends, await written()]).toEqual([1, 5]);

    void journal.append(words(5));
    void journal.append(input(6));
    await clock.advance(40);
    expect([store.appends, await written()]).toEqual([2, 7]);
    await clock.advance(400);
    expect(store.appends).toBe(2);
  });

  it('is cut off at the newest state', async () => {
    const store = new MemoryJournals();
    const journal = await live(store);
    void journal.append(wholeState);
    void journal.append(input(1));
    void journal.append(wholeState);
    void journal.append(input(2));
    await journal.flushed(1000);
    expect((await store.read('CA1')).map(({ type }) => type)).toEqual(['state', 'input']);
  });

  it('lets no tool start when somebody else has taken the call, and says so once', async () => {
    const store = new MemoryJournals();
    const lost: unknown[] = [];
    const journal = await live(store, { onLost: (error) => lost.push(error) });
    await leased(store, { isForced: true });
    const stale = { code: 'ERR_LEASE_LOST' };
    await expect(journal.append(started('c1'))).rejects.toMatchObject(stale);
    await expect(journal.append(started('c2'))).rejects.toMatchObject(stale);
    void journal.append(input(1));
    expect(lost).toHaveLength(1);
    expect(await store.read('CA1')).toEqual([]);
  });

  it('leaves a call that ends to others, or to nobody', async () => {
    const store = new MemoryJournals();
    const first = await live(store);
    void first.append(input(1));
    await first.end(false);
    const second = await live(store);
    expect(await store.read('CA1')).toHaveLength(1);
    await second.end(true);
    expect(await store.read('CA1')).toEqual([]);
  });
});

describe.skipIf(!hasRedis)(
  hasRedis
    ? 'the journal of a call in Redis'
    : 'the journal of a call in Redis (skipped: redis-server is not installed)',
  () => {
    let redis: RedisServer;
    beforeAll(async () => {
      redis = await RedisServer.start();
    });
    afterAll(() => redis.stop());

    let prefixes = 0;
    async function opened(): Promise<RedisJournals> {
      const store = await RedisJournals.open({ url: redis.url, prefix: `live${(prefixes += 1)}:` });
      onTestFinished(() => store.close());
      return store;
    }

    it('goes on while the server hangs: tools run and are flagged, nothing is lost, and nothing is there twice', async () => {
      const store = await opened();
      const { promise: gapClosed, resolve } = Promise.withResolvers<JournalGap>();
      const journal = await live(store, { onGap: resolve });
      void journal.append(wholeState);
      await journal.append(started('before'));
      redis.freeze();
      void journal.append(input(1));
      await journal.append(started('meanwhile'));
      expect(journal.isAway).toBe(true);
      expect(journal.lagMs).toBeGreaterThan(0);
      redis.thaw();
      const gap = await gapClosed;
      expect(gap).toMatchObject({ droppedEntries: 0, unjournalledCallIds: ['meanwhile'] });
      await journal.flushed(5000);
      const entries = await store.read('CA1');
      expect(entries).toEqual([wholeState, started('before'), input(1), started('meanwhile'), { type: 'gap', ...gap }]);
    });

    it('is whole again after the server was gone and has forgotten everything', async () => {
      const store = await opened();
      const { promise: gapClosed, resolve } = Promise.withResolvers<JournalGap>();
      const journal = await live(store, { onGap: resolve });
      void journal.append(wholeState);
      await journal.append(started('before'));
      await redis.stop();
      void journal.append(input(1));
      await journal.append(started('meanwhile'));
      await redis.start();
      await gapClosed;
      expect(journal.wantsState()).toBe(true);
      void journal.append(wholeState);
      void journal.append(input(2));
      await journal.flushed(5000);
      expect(journal.wantsState()).toBe(false);
      expect(await store.read('CA1')).toEqual([wholeState, input(2)]);
    });

    it('drops inputs when too many wait, keeps the starts of tools, and wants the whole state', async () => {
      const store = await opened();
      const { promise: gapClosed, resolve } = Promise.withResolvers<JournalGap>();
      const journal = await live(store, { onGap: resolve });
      redis.freeze();
      await journal.append(started('c1'));
      for (let at = 0; at < 6000; at++) void journal.append(input(at));
      expect(journal.wantsState()).toBe(true);
      void journal.append(wholeState);
      redis.thaw();
      expect((await gapClosed).droppedEntries).toBeGreaterThan(4900);
      await journal.flushed(5000);
      const [first, ...rest] = await store.read('CA1');
      expect(first).toEqual(wholeState);
      expect(rest.length).toBeLessThan(1100);
    });
  },
);
