// What each worker of the gateway does with a call: a full session, as the bridge without workers has.
import { RealtimeAgent, RealtimeSession } from '../../../src/index.ts';
import type { GatewayCall } from '../../../src/server/index.ts';

const agent = new RealtimeAgent({ name: 'Desk', instructions: 'Answer.' });
const url = process.env['BARGEIN_BENCH_MODEL_URL'] ?? '';

export default async function onCall({ transport }: GatewayCall): Promise<RealtimeSession> {
  const session = new RealtimeSession(agent, { transport });
  session.on('error', ({ error }) => console.error('gateway', error));
  await session.connect({ apiKey: 'sk-local', url });
  return session;
}
