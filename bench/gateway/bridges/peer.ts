// Calls by the packages of the field: the extension's transport and the official session.
import { TwilioRealtimeTransportLayer } from '@openai/agents-extensions';
import { RealtimeAgent, RealtimeSession } from '@openai/agents-realtime';
import { WebSocketServer } from 'ws';
import { MEDIA_PATH } from '../load-protocol.ts';
import { serveBridge } from './serve-bridge.ts';

const agent = new RealtimeAgent({ name: 'Desk', instructions: 'Answer.' });

await serveBridge((server, url) => {
  const sockets = new WebSocketServer({ server, path: MEDIA_PATH, perMessageDeflate: false });
  sockets.on('connection', (socket) => {
    const transport = new TwilioRealtimeTransportLayer({ twilioWebSocket: socket });
    const session = new RealtimeSession(agent, { transport, tracingDisabled: true });
    session.on('error', ({ error }) => console.error('peer', error));
    session.connect({ apiKey: 'sk-local', url }).catch(console.error);
  });
});
