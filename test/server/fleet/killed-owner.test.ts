// Calls whose process is killed at a random moment, over real sockets and a real Redis server.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasRedis, RedisServer } from '../journals/redis-server.ts';
import { Choice } from '../../session/choices.ts';
import { Crowd } from './crowd.ts';

const ROUNDS = 2;
const CALLS_PER_ROUND = 10;
const LATEST_KILL_MS = 1000;

describe.skipIf(!hasRedis)(
  hasRedis
    ? 'a call whose process is killed'
    : 'a call whose process is killed (skipped: redis-server is not installed)',
  () => {
    let redis: RedisServer;
    let crowd: Crowd;
    beforeAll(async () => {
      redis = await RedisServer.start();
      crowd = await Crowd.gather(redis.url);
    });
    afterAll(async () => {
      await crowd.disperse();
      await redis.stop();
    });

    it('goes on in another one: what was safe is there once, the agent is the right one, and no tool runs twice', async () => {
      const random = new Choice(1);
      let continued = 0;
      for (let round = 0; round < ROUNDS; round++) {
        const callIds = Array.from({ length: CALLS_PER_ROUND }, (_, call) => `CA${round}x${call}`);
        const records = await crowd.kill(callIds, random.below(LATEST_KILL_MS));
        for (const { safeItemIds, safeAgentName, takenItemIds, takenAgentName, orders } of records) {
          if (takenItemIds === null) expect(safeItemIds).toEqual([]);
          else {
            continued += 1;
            expect(takenItemIds).toEqual(expect.arrayContaining([...safeItemIds]));
            expect(new Set(takenItemIds).size).toBe(takenItemIds.length);
            if (safeAgentName === 'Billing') expect(takenAgentName).toBe('Billing');
          }
          expect(orders.every((count) => count === 1)).toBe(true);
        }
      }
      expect(continued).toBeGreaterThan(0);
    }, 120_000);
  },
);
