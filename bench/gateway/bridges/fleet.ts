// Calls by this package as the bridge `bargein` has them, each in a fleet with its journal in a Redis server, which is a process
// of its own: what this bridge takes more than that one is the cost of the journal.
import { RealtimeAgent } from '../../../src/index.ts';
import { acceptTwilioCalls } from '../../../src/node/twilio-calls.ts';
import { joinFleet } from '../../../src/server/index.ts';
import { TwilioRealtimeTransportLayer } from '../../../src/twilio.ts';
import { RedisServer } from '../../../test/server/journals/redis-server.ts';
import { MEDIA_PATH } from '../load-protocol.ts';
import { serveBridge } from './serve-bridge.ts';

const agents = [new RealtimeAgent({ name: 'Desk', instructions: 'Answer.' })];

const redis = await RedisServer.start();
process.on('exit', () => void redis.stop());
const fleet = await joinFleet({ url: redis.url });
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
