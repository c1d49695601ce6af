// Calls whose process is killed at a random moment, over real sockets and a real Redis server; `test/soak/killed-calls.ts` has
// more of them.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasRedis, RedisServer } from '../journals/redis-server.ts';
import { Choice } from '../../session/choices.ts';
import { tallyOf } from './call-tally.ts';
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
      const records = [];
      for (let round = 0; round < ROUNDS; round++) {
        const callIds = Array.from({ length: CALLS_PER_ROUND }, (_, call) => `CA${round}x${call}`);
        records.push(...(await crowd.kill(callIds, random.below(LATEST_KILL_MS))));
      }
      const tally = tallyOf(records);
      const calls = ROUNDS * CALLS_PER_ROUND;
      expect(tally).toMatchObject({ calls, heardAgain: calls, lost: 0, doubled: 0, wrongAgent: 0, repeatedOrders: 0 });
      expect(tally.continued).toBeGreaterThan(0);
    }, 120_000);
  },
);
