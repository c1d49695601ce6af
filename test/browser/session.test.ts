// The public entry in a real browser: its own emitter, the native WebSocket, an ephemeral key in the sub-protocol.

import { expect, inject, test } from 'vitest';
import { z } from 'zod';
import { RealtimeAgent, RealtimeSession, tool, UserError } from '../../src/index.ts';

const lookUp = tool({
  name: 'look_up',
  description: 'Looks a word up.',
  parameters: z.object({ word: z.string() }),
  execute: ({ word }) => `${word}: found`,
});

test('a session whose code is still loading refuses what needs a connection; once it has loaded, resume is at once', async () => {
  const agent = new RealtimeAgent({ name: 'Reader' });
  const early = new RealtimeSession(agent, { transport: 'websocket' });
  expect(early.history).toEqual([]);
  expect(() => early.sendMessage('Hello')).toThrow('needs an open connection');
  const resume = (): RealtimeSession => RealtimeSession.resume([], { agents: [agent], transport: 'websocket' });
  // Not told yet that it is no journal.
  expect(resume().history).toEqual([]);
  await RealtimeSession.preload();
  expect(resume).toThrow('the journal has no state in it');
});

test('a session in the browser holds a tool call, is interrupted and goes on', async () => {
  const session = new RealtimeSession(new RealtimeAgent({ name: 'Reader', tools: [lookUp] }), {
    transport: 'websocket',
  });
  const errors: unknown[] = [];
  const results: string[] = [];
  session.on('error', ({ error }) => errors.push(error));
  session.on('agent_tool_end', (_context, _agent, _tool, result) => results.push(result));
  const audible = new Promise<void>((resolve) => {
    session.once('audio', () => resolve());
  });
  const saidGoodbye = new Promise<void>((resolve) => {
    session.on('agent_end', (_context, _agent, output) => {
      if (output === 'Goodbye.') resolve();
    });
  });
  await session.connect({ apiKey: 'ek_local', url: inject('realtimeUrl') });

  session.sendMessage('What does it mean to barge in?');
  await audible;
  session.interrupt();
  session.sendMessage('Thank you.');
  await saidGoodbye;

  expect(results).toEqual(['barge-in: found']);
  expect(errors).toEqual([]);
  const cut = session.history.find((item) => item.type === 'message' && item.role === 'assistant');
  expect(cut).toMatchObject({ status: 'incomplete', content: [{ type: 'output_audio', heardMs: expect.any(Number) }] });
  session.close();
});

test('a key that is not ephemeral is refused in a browser', async () => {
  const session = new RealtimeSession(new RealtimeAgent({ name: 'Reader' }), { transport: 'websocket' });
  const attempt = session.connect({ apiKey: 'sk-secret', url: inject('realtimeUrl') });
  await expect(attempt).rejects.toThrow(UserError);
  await expect(attempt).rejects.not.toThrow('sk-secret');
});
