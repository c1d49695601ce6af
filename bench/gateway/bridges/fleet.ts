// Calls by this package as the bridge `bargein` has them, each in a fleet with its journal in a Redis server, which is a process
// of its own: what this bridge takes more than that one is the cost of the journal.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { RealtimeAgent } from '../../../src/index.ts';
import { acceptTwilioCalls } from '../../../src/node/twilio-calls.ts';
import { joinFleet } from '../../../src/server/index.ts';
import { TwilioRealtimeTransportLayer } from '../../../src/twilio.ts';
import { MEDIA_PATH } from '../load-protocol.ts';
import { serveBridge } from './serve-bridge.ts';

const agents = [new RealtimeAgent({ name: 'Desk', instructions: 'Answer.' })];

async function startRedis(): Promise<string> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  const options = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'];
  const redis = spawn('redis-server', options, { stdio: ['ignore', 'pipe', 'inherit'] });
  process.on('exit', () => redis.kill());
  for await (const text of redis.stdout) if (String(text).includes('Ready to accept connections')) break;
  return `redis://127.0.0.1:${port}`;
}

const fleet = await joinFleet({ url: await startRedis() });
let calls = 0;

await serveBridge((server, url) => {
  const answer = async (transport: TwilioRealtimeTransportLayer): Promise<void> => {
    await transport.started();
    calls += 1;
    const { session } = await fleet.takeCall({ callId: `load-${calls}`, agents, transport });
    session.on('error', ({ error }) => console.error('fleet', error));
    await session.connect({ apiKey: 'sk-local', url });
  };
  acceptTwilioCalls({
    server,
    path: MEDIA_PATH,
    authToken: null,
    onCall: (socket) => void answer(new TwilioRealtimeTransportLayer({ twilioWebSocket: socket })).catch(console.error),
  });
});
