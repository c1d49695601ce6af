// Everything at once: a Redis server, a model, two gateways, and a caller whose gateway is killed in the middle of the call.

import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { ask, dial, hangUp, lost } from './caller.js';

const CALL = 'CA00000000000000000000000000000001';

const REDIS_URL = process.env.REDIS_URL ?? (await startRedis());
const model = await start('model.js', { PORT: '0' });
const MODEL_URL = model.url;
const [one, other] = await Promise.all(
  ['gateway-1', 'gateway-2'].map((NODE_NAME) => start('gateway.js', { NODE_NAME, PORT: '0', REDIS_URL, MODEL_URL })),
);

const phone = await dial(one.url, CALL);
console.log(`caller heard ${(await ask(phone, 'A table for four, please.')).toFixed(1)} s`);

console.log('gateway-1 is killed');
one.child.kill('SIGKILL');
await lost(phone);
// At Twilio, the <Redirect> behind <Connect> has the call answered anew; a load balancer knows who lives.
const again = await dial(other.url, CALL);
console.log(`caller heard ${(await ask(again, 'Hello? Are you still there?')).toFixed(1)} s`);
await hangUp(again);
process.exit();

/** Starts a part in a process of its own, which says where it listens. */
async function start(file, env) {
  const child = fork(new URL(file, import.meta.url), { env: { ...process.env, ...env } });
  process.on('exit', () => child.kill('SIGKILL'));
  const [url] = await Promise.race([
    once(child, 'message'),
    once(child, 'exit').then(([code]) => {
      throw new Error(`${file} ended with ${code}`);
    }),
  ]);
  return { child, url };
}

async function startRedis() {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address();
  probe.close();
  const options = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'];
  const redis = spawn('redis-server', options, { stdio: ['ignore', 'pipe', 'inherit'] });
  process.on('exit', () => redis.kill());
  for await (const text of redis.stdout) if (String(text).includes('Ready to accept connections')) break;
  redis.stdout.resume();
  return `redis://127.0.0.1:${port}`;
}
