// Calls whose process is killed (SIGKILL) at a random moment, and which their callers' lines bring to another one:
//   node --conditions=bargein-source test/soak/killed-calls.ts [--calls 200] [--together 10] [--seed 1] [--json]
// It starts a redis-server and a Realtime server; each round's successor is the next one's victim. Prints what became of the
// calls, how long their callers were without a model, and what took that long: until the line was there, its `start`, the
// journal, the model, and the caller's audio at the model. The exit code is 1 when anything was lost, doubled or run twice.

import { parseArgs } from 'node:util';
import { quantile } from '../../bench/statistics.ts';
import { Crowd } from '../server/fleet/crowd.ts';
import { tallyOf } from '../server/fleet/call-tally.ts';
import { RedisServer } from '../server/journals/redis-server.ts';
import { Choice } from '../session/choices.ts';

const LATEST_KILL_MS = 1000;

const { values: options } = parseArgs({
  options: {
    calls: { type: 'string', default: '200' },
    together: { type: 'string', default: '10' },
    seed: { type: 'string', default: '1' },
    json: { type: 'boolean', default: false },
  },
});
const together = Number(options.together);
const random = new Choice(Number(options.seed));

const redis = await RedisServer.start();
const crowd = await Crowd.gather(redis.url);
const records = [];
try {
  for (let begun = 0; begun < Number(options.calls); begun += together) {
    const callIds = Array.from({ length: together }, (_, call) => `CA${begun + call}x`);
    records.push(...(await crowd.kill(callIds, random.below(LATEST_KILL_MS))));
  }
} finally {
  await crowd.disperse();
  await redis.stop();
}

const tally = tallyOf(records);
const spread = (valuesMs: readonly number[]): Readonly<Record<string, number>> => {
  const at = (share: number): number => Math.round(quantile(valuesMs, share));
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99), max: at(1) };
};
const returns = records.flatMap(({ returnMs }) => returnMs ?? []);
const result = {
  ...tally,
  silentMs: spread(records.map((record) => record.silentMs)),
  lineMs: spread(returns.map(({ line }) => line)),
  startMs: spread(returns.map(({ start }) => start)),
  journalMs: spread(returns.map(({ journal }) => journal)),
  modelMs: spread(returns.map(({ model }) => model)),
  audioMs: spread(returns.map(({ audio }) => audio)),
};
console.log(options.json ? JSON.stringify(result) : result);
process.exitCode = tally.lost + tally.doubled + tally.wrongAgent + tally.repeatedOrders > 0 ? 1 : 0;
