// What a client leaves behind: nothing. `test/soak/connections.ts` measures the same over ten thousand of them.

import { once } from 'node:events';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { createRealtimeServer, type ServerConnection } from '../../src/server/index.ts';
import { appendsOf, toneVoice } from './scripted-client.ts';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;
const CLIENTS = 100;

const server = createRealtimeServer({ voice: toneVoice, pace: { intervalMs: 0 } });
afterAll(() => server.close());

const tone = Int16Array.from({ length: 4800 }, (_, i) => 9000 * Math.sin(i / 5));
const events = [
  ...appendsOf(tone),
  { type: 'input_audio_buffer.commit' },
  { type: 'response.create' },
  { type: 'response.create', response: { conversation: 'none' } },
];

async function turns(count: number): Promise<void> {
  for (let i = 0; i < count; i++) await new Promise((resolve) => void setImmediate(resolve));
}

/** A client that comes, speaks, asks, and goes before the answer is over. */
function visit(): WeakRef<ServerConnection> {
  let deliver: (text: string) => void = () => {};
  let hangUp: () => void = () => {};
  const connection: ServerConnection = {
    send: () => {},
    close: () => hangUp(),
    onText: (listener) => {
      deliver = listener;
    },
    onClose: (listener) => {
      hangUp = listener;
    },
  };
  server.accept(connection);
  for (const event of events) deliver(JSON.stringify(event));
  hangUp();
  return new WeakRef(connection);
}

test('a server forgets the clients that have gone, whatever was under way', async () => {
  const visitors = Array.from({ length: CLIENTS }, visit);
  await turns(50);
  collect();
  expect(visitors.filter((visitor) => visitor.deref() !== undefined)).toHaveLength(0);
});

test('a server holds no socket and no timer for clients that have gone', { timeout: 60_000 }, async () => {
  const { url } = await server.listen();
  const before = process.getActiveResourcesInfo().length;
  for (let client = 0; client < CLIENTS; client++) {
    const socket = new WebSocket(url);
    await once(socket, 'message');
    for (const event of events) socket.send(JSON.stringify(event));
    await once(socket, 'message');
    const closed = once(socket, 'close');
    if (client % 2 === 0) socket.terminate();
    else socket.close();
    await closed;
  }
  await turns(50);
  // The last ones may still be on their way out.
  expect(process.getActiveResourcesInfo().length - before).toBeLessThan(CLIENTS / 10);
});
