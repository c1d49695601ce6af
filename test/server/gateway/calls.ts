// What the gateway under test does with a call: an agent that answers, and one that brings its thread down.
import { RealtimeAgent, RealtimeSession } from '../../../src/index.ts';
import type { GatewayCall } from '../../../src/server/index.ts';

export default async function onCall({ transport, signal }: GatewayCall): Promise<RealtimeSession> {
  const { parameters } = await transport.started();
  if (parameters['crash'] !== undefined) {
    setImmediate(() => {
      throw new Error('a bug of the app');
    });
  }
  const session = new RealtimeSession(new RealtimeAgent({ name: 'Desk' }), { transport });
  session.on('error', () => {});
  signal.addEventListener('abort', () => session.close());
  await session.connect({ apiKey: 'local', url: process.env['BARGEIN_TEST_MODEL_URL'] ?? '' });
  return session;
}
