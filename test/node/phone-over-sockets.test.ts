import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test, vi } from 'vitest';
import { WebSocket } from 'ws';
import { systemClock } from '../../src/clock.ts';
import { RealtimeAgent, RealtimeSession } from '../../src/index.ts';
import { acceptTwilioCalls, twilioSignature } from '../../src/node/twilio-calls.ts';
import { createRealtimeServer } from '../../src/server/index.ts';
import { PhoneSimulator } from '../../src/testing/phone-simulator.ts';
import { wireOver } from '../../src/testing/phone-wire.ts';
import { TwilioRealtimeTransportLayer } from '../../src/twilio.ts';
import { recorded } from '../transports/telephony/call.ts';

test('a call over real sockets: signed, answered, heard, and ended by the caller', { timeout: 30_000 }, async () => {
  const model = createRealtimeServer({ scenario: { turns: [{ replies: [[{ say: 'With pleasure.' }]] }] } });
  const { url } = await model.listen({ port: 0 });
  const gateway = createServer();
  await new Promise<void>((resolve) => void gateway.listen(0, '127.0.0.1', resolve));
  const host = `127.0.0.1:${(gateway.address() as AddressInfo).port}`;
  const errors: unknown[] = [];
  const changes: unknown[] = [];
  let transport: TwilioRealtimeTransportLayer | undefined;
  acceptTwilioCalls({
    server: gateway,
    path: '/media',
    authToken: 'token',
    onCall: (socket) => {
      transport = new TwilioRealtimeTransportLayer({ twilioWebSocket: socket });
      const session = new RealtimeSession(new RealtimeAgent({ name: 'Front desk' }), { transport });
      session.on('error', ({ error }) => errors.push(error));
      session.on('connection', (change) => changes.push(change));
      void session.connect({ apiKey: 'local', url }).catch((error: unknown) => errors.push(error));
    },
  });
  const signature = twilioSignature({ authToken: 'token', url: `wss://${host}/media` });
  const caller = new WebSocket(`ws://${host}/media`, { headers: { 'X-Twilio-Signature': signature } });
  const phone = new PhoneSimulator({ clock: systemClock, wire: wireOver(caller) });
  phone.start();
  phone.speak(recorded('2-about-the-hotel-8000-mulaw.wav'));
  await vi.waitFor(() => expect(phone.playedFrames).toBeGreaterThan(4000), { timeout: 20_000, interval: 20 });
  phone.hangUp();
  await vi.waitFor(() => expect(transport?.status).toBe('disconnected'), { timeout: 5000 });
  // A caller who hangs up is no error.
  await vi.waitFor(() => expect(changes.at(-1)).toMatchObject({ state: 'disconnected', closeCode: 1000 }));
  expect(errors).toEqual([]);
  expect(phone.warnings).toEqual([]);
  gateway.close();
  await model.close();
});
