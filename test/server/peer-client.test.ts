// A client that nobody here wrote: the npm package whose names we share, against the local server over a real socket.

import { RealtimeAgent, RealtimeSession, tool } from '@openai/agents-realtime';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { createRealtimeServer, type TappedEvent } from '../../src/server/index.ts';

const LONG_ANSWER =
  'The house was built in nineteen hundred and four and has forty rooms. From the upper floors you can see the lake.';

const received: TappedEvent[] = [];
const server = createRealtimeServer({
  scenario: {
    turns: [
      { replies: [[{ call: 'add', arguments: { a: 2, b: 3 } }], [{ say: 'The sum is five.' }]] },
      { replies: [[{ say: LONG_ANSWER }]] },
      { replies: [[{ say: 'Goodbye.' }]] },
    ],
  },
  onEvent: (direction, event) => {
    if (direction === 'in') received.push(event);
  },
});
let url = '';

beforeAll(async () => {
  ({ url } = await server.listen({ port: 0 }));
});
afterAll(() => server.close());

test('the npm peer holds a tool call, an interruption and another turn against the local server', async () => {
  const calls: unknown[] = [];
  const errors: unknown[] = [];
  const add = tool({
    name: 'add',
    description: 'Adds two numbers.',
    parameters: z.object({ a: z.number(), b: z.number() }),
    execute: (numbers) => {
      calls.push(numbers);
      return String(numbers.a + numbers.b);
    },
  });
  const session = new RealtimeSession(new RealtimeAgent({ name: 'Adder', tools: [add] }), { transport: 'websocket' });
  session.on('error', (error) => errors.push(error));
  const answered = (text: string) =>
    new Promise<void>((resolve) => {
      session.on('agent_end', (_context, _agent, output) => {
        if (output === text) resolve();
      });
    });
  await session.connect({ apiKey: 'local', url });

  const sum = answered('The sum is five.');
  session.sendMessage('What are two and three?');
  await sum;
  expect(calls).toEqual([{ a: 2, b: 3 }]);

  const audible = new Promise<void>((resolve) => {
    session.once('audio', () => resolve());
  });
  session.sendMessage('Tell me about the house.');
  await audible;
  session.interrupt();
  const lastAnswer = answered('Goodbye.');
  session.sendMessage('Goodbye.');
  await lastAnswer;

  expect(errors).toEqual([]);
  expect(received.map(({ type }) => type)).toEqual(
    expect.arrayContaining(['session.update', 'conversation.item.create', 'response.create', 'response.cancel']),
  );
  session.close();
});
