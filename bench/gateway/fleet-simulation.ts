// Whether a plan holds when calls come by chance: they begin and end at random, go to a random gateway that is ready, and a
// gateway's socket to a random worker. In the middle of it as many gateways die as the plan has to spare, all at once, and
// their calls come back.

import { seededRandom } from '../../src/server/seeded-random.ts';
import { type FleetPlan, JOURNAL_ENTRIES_PER_SECOND, MEAN_CALL_SECONDS, WORKERS_PER_GATEWAY } from './fleet-plan.ts';

const SECONDS = 240;
const DEATH_AT_SECOND = 80;
const SEED = 11;

/** What the simulated fleet went through. */
export interface FleetOutcome {
  /** Calls that asked to begin, and those that found their worker full. */
  readonly asked: number;
  readonly refused: number;
  /** Calls of gateways that died, and those of them that found their new worker full. */
  readonly moved: number;
  readonly lost: number;
  /** Most calls on one worker at the end of a second, before and after the deaths. */
  readonly busiestBefore: number;
  readonly busiestAfter: number;
  /** Most entries in a second for one Redis server. */
  readonly busiestRedisPerSecond: number;
}

/** Lives through four minutes of a fleet that is as full as it was planned for. */
export function simulateFleet(plan: FleetPlan, { callsPerCore }: { callsPerCore: number }): FleetOutcome {
  const uniform = seededRandom(SEED);
  const pick = (count: number): number => Math.floor(uniform() * count);
  const workers = new Int32Array(plan.gateways * WORKERS_PER_GATEWAY);
  const redis = new Int32Array(plan.redisServers);
  /** By the second in which they end: the worker and the Redis server of each call, as one number. */
  const endings = Array.from({ length: SECONDS + 1 }, (): number[] => []);
  /** Those that outlive the simulation. */
  const lasting: number[] = [];
  let firstLiving = 0;
  /** Finds a worker and takes the call; says whether there was room. */
  const begin = (second: number, server: number): boolean => {
    const gateway = firstLiving + pick(plan.gateways - firstLiving);
    const worker = gateway * WORKERS_PER_GATEWAY + pick(WORKERS_PER_GATEWAY);
    if ((workers[worker] ?? 0) >= callsPerCore) return false;
    workers[worker] = (workers[worker] ?? 0) + 1;
    redis[server] = (redis[server] ?? 0) + 1;
    // The end of a call does not depend on how long it has been going on, so one that moves may draw it again.
    const lasts = Math.ceil(-MEAN_CALL_SECONDS * Math.log(1 - uniform()));
    (endings[second + lasts] ?? lasting).push(worker * plan.redisServers + server);
    return true;
  };
  const end = (call: number): void => {
    const worker = Math.floor(call / plan.redisServers);
    const server = call % plan.redisServers;
    workers[worker] = (workers[worker] ?? 0) - 1;
    redis[server] = (redis[server] ?? 0) - 1;
  };
  const busiest = (counts: Int32Array): number => counts.reduce((most, count) => Math.max(most, count), 0);

  for (let call = 0; call < plan.calls; call++) begin(0, pick(plan.redisServers));
  let asked = 0;
  let refused = 0;
  let moved = 0;
  let lost = 0;
  let busiestBefore = 0;
  let busiestAfter = 0;
  let busiestRedis = 0;
  for (let second = 1; second <= SECONDS; second++) {
    for (const call of endings[second] ?? []) end(call);
    if (second === DEATH_AT_SECOND) {
      firstLiving = plan.spareGateways;
      const isDead = (call: number): boolean =>
        Math.floor(call / plan.redisServers) < firstLiving * WORKERS_PER_GATEWAY;
      const orphans: number[] = [];
      for (const calls of [...endings.slice(second + 1), lasting]) {
        let kept = 0;
        for (const call of calls) {
          if (isDead(call)) orphans.push(call);
          else calls[kept++] = call;
        }
        calls.length = kept;
      }
      for (const call of orphans) {
        end(call);
        moved += 1;
        if (!begin(second, call % plan.redisServers)) lost += 1;
      }
    }
    for (let starts = poisson(plan.startsPerSecond, uniform); starts > 0; starts--) {
      asked += 1;
      if (!begin(second, pick(plan.redisServers))) refused += 1;
    }
    const most = busiest(workers);
    if (second < DEATH_AT_SECOND) busiestBefore = Math.max(busiestBefore, most);
    else busiestAfter = Math.max(busiestAfter, most);
    busiestRedis = Math.max(busiestRedis, busiest(redis));
  }
  return {
    asked,
    refused,
    moved,
    lost,
    busiestBefore,
    busiestAfter,
    busiestRedisPerSecond: busiestRedis * JOURNAL_ENTRIES_PER_SECOND,
  };
}

/** How many of events that come by chance come in a second that has `mean` of them: in slices, each too short for many. */
function poisson(mean: number, uniform: () => number): number {
  let events = 0;
  for (let rest = mean; rest > 0; rest -= 10) {
    const limit = Math.exp(-Math.min(rest, 10));
    for (let product = uniform(); product > limit; product *= uniform()) events += 1;
  }
  return events;
}
