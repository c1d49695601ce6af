import { describe, expect, test } from 'vitest';
import { SharedRing } from '../../src/audio/shared-ring.ts';
import { seededRandom } from '../../src/server/seeded-random.ts';

const CAPACITY = 256;

function twoEnds(): { pusher: SharedRing; puller: SharedRing } {
  const memory = SharedRing.memoryFor(CAPACITY);
  return { pusher: new SharedRing(memory), puller: new SharedRing(memory) };
}

function pullAll(ring: SharedRing): number[][] {
  const target = new Uint8Array(CAPACITY);
  const records: number[][] = [];
  for (let length = ring.pull(target); length >= 0; length = ring.pull(target)) {
    records.push([...target.subarray(0, length)]);
  }
  return records;
}

describe('a ring between two threads', () => {
  test('hands over what was pushed, in order, over thousands of times around, and refuses only what has no room', () => {
    const { pusher, puller } = twoEnds();
    const random = seededRandom(7);
    const pushed: number[][] = [];
    const pulled: number[][] = [];
    const target = new Uint8Array(CAPACITY);
    let usedBytes = 0;
    for (let i = 0; i < 20_000; i++) {
      const record = Uint8Array.from({ length: Math.floor(random() * 60) }, () => Math.floor(random() * 256));
      const bytes = 4 * Math.ceil((4 + record.length) / 4);
      const hasRoom = usedBytes + bytes <= CAPACITY;
      expect(pusher.push(record)).toBe(hasRoom);
      if (hasRoom) {
        pushed.push([...record]);
        usedBytes += bytes;
      }
      if (random() < 0.5) continue;
      const length = puller.pull(target);
      if (length < 0) continue;
      pulled.push([...target.subarray(0, length)]);
      usedBytes -= 4 * Math.ceil((4 + length) / 4);
    }
    pulled.push(...pullAll(puller));
    expect(pulled).toEqual(pushed);
    expect(pulled.length).toBeGreaterThan(8000);
  });

  test('copies from and to arrays that begin anywhere', () => {
    const { pusher, puller } = twoEnds();
    const source = Uint8Array.from({ length: 64 }, (_, i) => i + 1);
    for (const from of [0, 1, 4, 7]) {
      for (const to of [60, 61, 62, 63]) {
        expect(pusher.push(source.subarray(from % 3), from, to)).toBe(true);
        const target = new Uint8Array(80).subarray(to % 5);
        const length = puller.pull(target);
        expect([...target.subarray(0, length)]).toEqual([...source.subarray((from % 3) + from, (from % 3) + to)]);
        expect(target[length]).toBe(0);
      }
    }
  });

  test('leaves what was pushed after a mark', () => {
    const { pusher, puller } = twoEnds();
    const target = new Uint8Array(CAPACITY);
    pusher.push(Uint8Array.of(1));
    const { mark } = puller;
    pusher.push(Uint8Array.of(2));
    expect(puller.pull(target, mark)).toBe(1);
    expect(puller.pull(target, mark)).toBe(-1);
    pusher.makeVoid();
    puller.dropVoid();
    // What was made void meanwhile is behind the mark.
    expect(puller.pull(target, mark)).toBe(-1);
    pusher.push(Uint8Array.of(3));
    expect(pullAll(puller)).toEqual([[3]]);
  });

  test('drops what was made void and keeps what was pushed after it', () => {
    const { pusher, puller } = twoEnds();
    pusher.push(Uint8Array.of(1));
    pusher.push(Uint8Array.of(2));
    pusher.makeVoid();
    pusher.push(Uint8Array.of(3));
    expect(puller.dropVoid()).toBe(true);
    expect(puller.dropVoid()).toBe(false);
    expect(pullAll(puller)).toEqual([[3]]);
  });

  test('gives nothing back that was pulled before it was made void', () => {
    const { pusher, puller } = twoEnds();
    pusher.push(Uint8Array.of(1));
    pusher.makeVoid();
    pusher.push(Uint8Array.of(2));
    expect(pullAll(puller)).toEqual([[1], [2]]);
    expect(puller.dropVoid()).toBe(true);
    expect(pullAll(puller)).toEqual([]);
    pusher.push(Uint8Array.of(3));
    expect(pullAll(puller)).toEqual([[3]]);
  });

  test('wakes who waits for a record, for room, or not any more', async () => {
    const { pusher, puller } = twoEnds();
    const pushed = puller.pushed();
    pusher.push(new Uint8Array(200));
    await pushed;
    expect(pusher.push(new Uint8Array(200))).toBe(false);
    const pulled = pusher.pulled();
    pullAll(puller);
    await pulled;
    expect(pusher.push(new Uint8Array(200))).toBe(true);
    pullAll(puller);
    const waiting = puller.pushed();
    puller.wake();
    await waiting;
  });
});
