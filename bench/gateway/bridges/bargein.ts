// Calls by this package, with a full session each.
import { RealtimeAgent, RealtimeSession } from '../../../src/index.ts';
import { TwilioRealtimeTransportLayer } from '../../../src/twilio.ts';
import { acceptTwilioCalls } from '../../../src/node/twilio-calls.ts';
import { MEDIA_PATH } from '../load-protocol.ts';
import { serveBridge } from './serve-bridge.ts';

const agent = new RealtimeAgent({ name: 'Desk', instructions: 'Answer.' });

await serveBridge((server, url) => {
  acceptTwilioCalls({
    server,
    path: MEDIA_PATH,
    authToken: null,
    onCall: (socket) => {
      const transport = new TwilioRealtimeTransportLayer({ twilioWebSocket: socket });
      const session = new RealtimeSession(agent, { transport });
      session.on('error', ({ error }) => console.error('bargein', error));
      session.connect({ apiKey: 'sk-local', url }).catch(console.error);
    },
  });
});
