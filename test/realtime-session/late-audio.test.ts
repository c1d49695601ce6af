// Audio that is on the wire when the agent is interrupted: nobody hears it, so the server must not believe that anybody did.

import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { OpenAIRealtimeWebSocket, RealtimeAgent, RealtimeSession } from '../../src/index.ts';
import { connectInMemory, createRealtimeServer, type TappedEvent } from '../../src/server/index.ts';
import { VirtualClock } from '../../src/testing/virtual-clock.ts';

async function ready(): Promise<void> {
  for (let turn = 0; turn < 4; turn++) await setImmediate();
}

test('an interrupt before the first audio truncates the late item at 0, and none of it surfaces', async () => {
  const clock = new VirtualClock(ready);
  const toServer: TappedEvent[] = [];
  const fromServer: TappedEvent[] = [];
  const server = createRealtimeServer({
    clock,
    scenario: { turns: [{ replies: [[{ say: 'This is said to nobody.' }]] }] },
    // Flite is not needed here: half a second of a constant is audio enough.
    voice: { synthesize: ({ sampleRate }) => Promise.resolve(new Int16Array(sampleRate / 2).fill(1000)) },
    onEvent: (direction, event) => (direction === 'in' ? toServer : fromServer).push(event),
  });
  const session = new RealtimeSession(new RealtimeAgent({ name: 'Speaker' }), {
    clock,
    transport: new OpenAIRealtimeWebSocket({
      clock,
      createWebSocket: () => Promise.resolve(connectInMemory(server, clock, { latencyMs: 40 })),
    }),
  });
  const errors: unknown[] = [];
  let audioEvents = 0;
  session.on('error', ({ error }) => errors.push(error));
  session.on('audio', () => {
    audioEvents += 1;
  });
  session.on('agent_start', () => session.interrupt());
  await clock.runUntil(session.connect({ apiKey: 'local' }));

  session.sendMessage('Say something.');
  await clock.advance(2000);

  const truncates = toServer.filter(({ type }) => type === 'conversation.item.truncate');
  expect(truncates).toMatchObject([{ content_index: 0, audio_end_ms: 0 }]);
  expect(fromServer.map(({ type }) => type)).toContain('conversation.item.truncated');
  expect(audioEvents).toBe(0);
  expect(errors).toEqual([]);
  session.close();
  await clock.advance(100);
  await clock.during(server.close());
});
