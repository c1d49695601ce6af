// One gateway of the fleet: takes telephone calls, and goes on with those whose gateway has died.
//   REDIS_URL, PORT, NODE_NAME; MODEL_URL of a local Realtime server, or OPENAI_API_KEY; TWILIO_AUTH_TOKEN and VOICE_URL for the real Twilio

import { RealtimeAgent, tool } from 'bargein';
import { createGateway, joinFleet } from 'bargein/server';
import { z } from 'zod';

const {
  REDIS_URL = 'redis://127.0.0.1:6379',
  PORT = '8080',
  HOST = '127.0.0.1',
  NODE_NAME,
  MODEL_URL,
  OPENAI_API_KEY = 'local',
  TWILIO_AUTH_TOKEN,
  VOICE_URL,
} = process.env;

const book = tool({
  name: 'book_table',
  description: 'Books a table.',
  parameters: z.object({ guests: z.number() }),
  execute: async ({ guests }) => {
    console.log(`${fleet.node}: a table for ${guests} is booked`);
    return 'booked';
  },
});
const agents = [
  new RealtimeAgent({ name: 'Host', instructions: 'You take bookings for a restaurant.', tools: [book] }),
];

const gateway = createGateway({
  onCall,
  authToken: TWILIO_AUTH_TOKEN ?? null,
  // By `drain` below, which leaves the fleet as well: the process ends when nothing is left.
  drainSignals: [],
  // Where Twilio asks how the call goes on when this process has gone: an address that any gateway answers.
  ...(VOICE_URL && { redirectUrl: VOICE_URL }),
  // Everything runs on one machine here, which may well be late.
  admission: { maxCalls: 100, maxLoopDelayMs: 1000, maxCpuShare: 16 },
});

const fleet = await joinFleet({
  url: REDIS_URL,
  node: NODE_NAME,
  maxCalls: 200,
  onDrain: () => void drain(),
});
for (const signal of ['SIGTERM', 'SIGINT']) process.once(signal, () => void drain());
const { url } = await gateway.listen({ port: Number(PORT), host: HOST });
console.log(`${fleet.node} listens on ${url}`);
process.send?.(url);

async function drain() {
  await gateway.drain();
  await fleet.leave();
}

async function onCall({ transport, reportJournalLag }) {
  const { callId } = await transport.started();
  if (!(await fleet.admit(callId))) throw new Error('the fleet is full');
  const call = await fleet.takeCall({ callId, agents, transport });
  const before = call.session.history.length;
  console.log(
    `${fleet.node} ${call.isContinued ? `goes on with ${callId}, of which it knows ${before} items` : `has ${callId}`}`,
  );
  call.session.on('history_updated', () => reportJournalLag(call.journalLagMs));
  call.session.on('agent_end', (_context, agent, text) => text && console.log(`${fleet.node} ${agent.name}: ${text}`));
  call.session.on('error', ({ error }) => console.error(`${fleet.node}: ${error.message}`));
  await call.session.connect({ apiKey: OPENAI_API_KEY, ...(MODEL_URL && { url: MODEL_URL }) });
  return call.session;
}
