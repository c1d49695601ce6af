import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { WebSocket } from 'ws';
import type * as PeerCalls from './calls.ts';
import { createRealtimeServer, type TappedEvent } from '../../../src/server/index.ts';
import { PhoneSimulator } from '../../../src/testing/phone-simulator.ts';
import { wireInMemory } from '../../../src/testing/phone-wire.ts';
import { systemClock } from '../../../src/clock.ts';
import { recorded } from '../telephony/call.ts';

const folder = mkdtempSync(join(tmpdir(), 'bargein-peer-'));
const toModel: TappedEvent[] = [];
const server = createRealtimeServer({
  scenario: {
    turns: [
      {
        heard: 'Please tell me about the hotel.',
        replies: [[{ say: 'The house was built in nineteen hundred and four.' }]],
      },
      { heard: 'Stop there please.', replies: [[{ say: 'As you like.' }]] },
    ],
  },
  onEvent: (direction, event) => void (direction === 'in' && toModel.push(event)),
});
let url: string;
let peer: typeof PeerCalls;

beforeAll(async () => {
  ({ url } = await server.listen({ port: 0 }));
  const outfile = join(folder, 'calls.mjs');
  await build({
    entryPoints: [fileURLToPath(new URL('calls.ts', import.meta.url))],
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node22',
    conditions: ['bargein-source'],
    alias: { '@openai/agents/realtime': fileURLToPath(new URL('../../../src/index.ts', import.meta.url)) },
    // What the extensions import beside it stays what it is; their logger needs a `require`.
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
    logLevel: 'error',
  });
  peer = (await import(pathToFileURL(outfile).href)) as typeof PeerCalls;
}, 60_000);

afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

test('the published Twilio transport holds a call with a barge-in', { timeout: 30_000 }, async () => {
  const { wire, socket } = wireInMemory(systemClock, 5);
  const phone = new PhoneSimulator({ clock: systemClock, wire });
  const transport = new peer.TwilioRealtimeTransportLayer({ twilioWebSocket: socket as never });
  const session = new peer.RealtimeSession(new peer.RealtimeAgent({ name: 'Front desk' }), {
    transport,
  });
  const errors: unknown[] = [];
  session.on('error', (error) => errors.push(error));
  await session.connect({ apiKey: 'local', url });
  phone.start();
  phone.speak(recorded('2-about-the-hotel-8000-mulaw.wav'));
  await vi.waitFor(() => expect(phone.playedFrames).toBeGreaterThan(8000), { timeout: 15_000, interval: 20 });
  phone.speak(recorded('3-stop-24000.wav'));
  await vi.waitFor(() => expect(phone.received.clear).toBe(1), { timeout: 10_000, interval: 20 });
  await vi.waitFor(() => expect(toModel.map((event) => event.type)).toContain('conversation.item.truncate'), 5000);
  session.close();
  phone.hangUp();
  expect(errors).toEqual([]);
  expect(phone.warnings).toEqual([]);
  // It sends media with its own clock, so its position is its own affair; ours is that the call holds.
  expect(toModel.filter((event) => event.type === 'input_audio_buffer.append').length).toBeGreaterThan(50);
});

test('the published Cloudflare transport holds a turn', { timeout: 30_000 }, async () => {
  // A Worker's `fetch` is the one thing that Node does not have.
  vi.stubGlobal('fetch', async (input: string, init: { headers: Record<string, string> }) => {
    const webSocket = new WebSocket(input.replace(/^http/, 'ws'), 'realtime', {
      headers: { Authorization: String(init.headers['Authorization']) },
    });
    await new Promise((resolve) => webSocket.once('open', resolve));
    return { status: 101, webSocket: Object.assign(webSocket, { accept: () => {} }) };
  });
  const transport = new peer.CloudflareRealtimeTransportLayer({});
  const session = new peer.RealtimeSession(new peer.RealtimeAgent({ name: 'Front desk' }), {
    transport,
  });
  const said = new Promise((resolve) =>
    session.on('agent_end', (_context, _agent, output) => void (output !== '' && resolve(output))),
  );
  await session.connect({ apiKey: 'local', url });
  session.sendMessage('Hello');
  expect(await said).toBe('The house was built in nineteen hundred and four.');
  session.close();
  vi.unstubAllGlobals();
});
