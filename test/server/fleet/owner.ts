// A process of a fleet, for tests that kill it: takes telephone calls, begins each new one with an order, and tells its
// parent what is safe and what it has taken over.

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { createClient } from 'redis';
import type { WebSocket } from 'ws';
import { RealtimeAgent, type RealtimeItem, tool } from '../../../src/index.ts';
import { acceptTwilioCalls } from '../../../src/node/twilio-calls.ts';
import { joinFleet } from '../../../src/server/index.ts';
import { TwilioRealtimeTransportLayer } from '../../../src/twilio.ts';

/** What a process of the fleet tells the test. */
export type OwnerReport =
  | { readonly type: 'listening'; readonly url: string }
  | { readonly type: 'safe' | 'taken'; readonly callId: string; readonly agentName: string; readonly itemIds: string[] }
  | { readonly type: 'continued'; readonly callId: string; readonly steps: ReturnSteps }
  | { readonly type: 'over'; readonly callId: string; readonly reason: string };

/** How far a caller's return had got, in ms since 1970. */
interface ReturnSteps {
  /** The line is here, and has said whose it is. */
  readonly lineMs: number;
  readonly startMs: number;
  /** The journal is here. */
  readonly takenMs: number;
  /** The model is. */
  readonly connectedMs: number;
}

/** How long the order takes: long enough to be killed in it. */
const ORDER_MS = 150;

const [redisUrl = '', modelUrl = '', node = ''] = process.argv.slice(2);
const report = (text: OwnerReport): void => void process.send?.(text);
const effects = createClient({ url: redisUrl });
effects.on('error', () => {});
await effects.connect();
const fleet = await joinFleet({ url: redisUrl, node, onDrain: () => void fleet.leave() });

const server = createServer();
acceptTwilioCalls({ server, path: '/media', authToken: null, onCall });
server.listen(0, '127.0.0.1', () => {
  report({ type: 'listening', url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}/media` });
});

/** In fractions of a ms, and alike in all processes of a machine. */
function sinceEpochMs(): number {
  return performance.timeOrigin + performance.now();
}

function onCall(socket: WebSocket): void {
  // Who hangs up before the agent is there has no call.
  answer(socket).catch(() => socket.close());
}

async function answer(socket: WebSocket): Promise<void> {
  const lineMs = sinceEpochMs();
  const transport = new TwilioRealtimeTransportLayer({ twilioWebSocket: socket });
  const { callId = '' } = await transport.started();
  const startMs = sinceEpochMs();
  const order = tool({
    name: 'order',
    description: 'Orders one. It can not be undone.',
    parameters: undefined,
    execute: async (_input, _context, details) => {
      await effects.incr(`effect:${callId}:${details?.toolCall?.callId}`);
      await wait(ORDER_MS);
      return 'ordered';
    },
  });
  const agents = ['Desk', 'Billing'].map(
    (name) => new RealtimeAgent({ name, instructions: `${name} of ${callId}`, tools: [order] }),
  );
  const call = await fleet.takeCall({
    callId,
    agents,
    transport,
    onLost: () => report({ type: 'over', callId, reason: 'taken over' }),
  });
  const takenMs = sinceEpochMs();
  const { session } = call;
  const seen = (type: 'safe' | 'taken', agentName: string, history: readonly RealtimeItem[]): void =>
    report({ type, callId, agentName, itemIds: history.map(({ itemId }) => itemId) });
  if (call.isContinued) seen('taken', session.currentAgent.name, session.history);
  session.on('error', () => {});
  const tellWhenSafe = (): void => {
    const { history, currentAgent } = session;
    void call.flushed(10_000).then(() => seen('safe', currentAgent.name, history));
  };
  session.on('history_updated', tellWhenSafe);
  session.on('connection', ({ state }) => {
    if (state === 'disconnected') report({ type: 'over', callId, reason: 'closed' });
  });
  await session.connect({ apiKey: 'local', url: modelUrl });
  if (call.isContinued) {
    return report({
      type: 'continued',
      callId,
      steps: { lineMs, startMs, takenMs, connectedMs: sinceEpochMs() },
    });
  }
  session.sendMessage('One, please.');
  await session.updateAgent(agents[1] ?? agents[0]!);
  tellWhenSafe();
}
