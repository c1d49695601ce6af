import { describe, expect, it } from 'vitest';
import { race, turnOrder } from '../../bench/race.ts';
import type { Contender } from '../../bench/subject.ts';

const SETTINGS = { rounds: 4, batchMs: 2, warmUpMs: 30 };

/** A contender on a clock of its own: each operation takes `operationNs`. */
function contender(name: string, operationNs: number, log: { name: string; times: number }[] = []): Contender {
  return {
    name,
    time: (times) => {
      log.push({ name, times });
      return times * operationNs;
    },
  };
}

describe('a race', () => {
  it('reports the nanoseconds of one operation for every round', async () => {
    const entries = await race([contender('bargein', 250), contender('peer', 40_000)], SETTINGS);
    expect(entries).toEqual([
      { contender: 'bargein', rounds: [250, 250, 250, 250], facts: {} },
      { contender: 'peer', rounds: [40_000, 40_000, 40_000, 40_000], facts: {} },
    ]);
  });

  it('gives each contender batches of the length asked for', async () => {
    const log: { name: string; times: number }[] = [];
    await race([contender('fast', 100, log), contender('slow', 1e6, log), contender('slower', 5e6, log)], SETTINGS);
    const measured = log.slice(-3 * SETTINGS.rounds);
    expect(new Set(measured.filter(({ name }) => name === 'fast').map(({ times }) => times))).toEqual(
      new Set([20_000]),
    );
    expect(new Set(measured.filter(({ name }) => name === 'slow').map(({ times }) => times))).toEqual(new Set([2]));
    expect(new Set(measured.filter(({ name }) => name === 'slower').map(({ times }) => times))).toEqual(new Set([1]));
  });

  it('warms every contender up for the time asked for before any counts', async () => {
    const log: { name: string; times: number }[] = [];
    await race([contender('a', 1000, log), contender('b', 1000, log)], SETTINGS);
    const warmUp = log.slice(0, -2 * SETTINGS.rounds);
    for (const name of ['a', 'b']) {
      const operations = warmUp.filter((call) => call.name === name).reduce((sum, { times }) => sum + times, 0);
      expect(operations * 1000).toBeGreaterThanOrEqual(SETTINGS.warmUpMs * 1e6);
    }
  });

  it('also takes contenders that answer later', async () => {
    const [entry] = await race([{ name: 'native', time: async (times) => times * 7 }], SETTINGS);
    expect(entry?.rounds).toEqual([7, 7, 7, 7]);
  });
});

describe('turns', () => {
  it('hold everyone once, start with another one each time, and reverse', () => {
    expect(turnOrder(3, 0)).toEqual([0, 1, 2]);
    expect(turnOrder(3, 1)).toEqual([0, 2, 1]);
    expect(turnOrder(3, 2)).toEqual([2, 0, 1]);
    for (let round = 0; round < 7; round++)
      expect(turnOrder(5, round).toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3, 4]);
  });
});
