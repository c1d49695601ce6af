import { expect, test } from 'vitest';
import type { ResponseUsage } from '../../src/session/input.ts';
import { addResponse, youngestResponses } from '../../src/session/usage.ts';
import type { ScriptedInput } from './conversation.ts';
import { Conversation } from './conversation.ts';

function doneWith(responseId: string, inputTokens: number, outputTokens: number): ScriptedInput {
  const usage = { inputTokens, outputTokens, totalTokens: inputTokens + outputTokens };
  return { type: 'responseDone', responseId, status: 'completed', outputText: '', usage };
}

test('each response counts once, over all connections', () => {
  const conversation = new Conversation();
  conversation.on({ type: 'responseStarted', responseId: 'r1' }, doneWith('r1', 10, 5), doneWith('r1', 10, 5));
  conversation.on({ type: 'close' }, { type: 'connecting' });
  conversation.on({ type: 'connected', abilities: { isDriven: true, createsResponses: false } });
  conversation.on({ type: 'responseStarted', responseId: 'r1' }, doneWith('r1', 1, 2));
  expect(conversation.state.usage).toMatchObject({
    requests: 2,
    inputTokens: 11,
    outputTokens: 7,
    totalTokens: 18,
    perResponse: [
      [
        { inputTokens: 10, outputTokens: 5, totalTokens: 15 },
        { inputTokens: 1, outputTokens: 2, totalTokens: 3 },
      ],
    ],
  });
});

test('a response that began before the session joined its call counts once, when it ends', () => {
  const conversation = new Conversation();
  conversation.on(doneWith('r0', 10, 5), doneWith('r0', 10, 5));
  expect(conversation.state.usage).toMatchObject({ requests: 1, totalTokens: 15 });
});

test('a response whose end was only presumed counts when the server says it, and once', () => {
  const conversation = new Conversation();
  const presumed = { type: 'responseDone', responseId: 'r1', status: 'completed', outputText: '' } as const;
  conversation.on({ type: 'responseStarted', responseId: 'r1' }, { ...presumed, isPresumed: true });
  expect(conversation.state.usage).toMatchObject({ requests: 0, totalTokens: 0 });
  conversation.on({ ...presumed, isPresumed: true }, doneWith('r1', 10, 5), doneWith('r1', 10, 5));
  expect(conversation.state.usage).toMatchObject({ requests: 1, totalTokens: 15 });
});

test('a response whose tokens nobody counts is a request', () => {
  const conversation = new Conversation();
  conversation.on({ type: 'responseStarted', responseId: 'r1' });
  conversation.on({ type: 'responseDone', responseId: 'r1', status: 'cancelled', outputText: '' });
  expect(conversation.state.usage).toMatchObject({ requests: 1, totalTokens: 0 });
});

test('all responses of a long call are there in order, and a further one copies few of them', () => {
  const responses: ResponseUsage[] = Array.from({ length: 1000 }, (_, inputTokens) => ({
    inputTokens,
    outputTokens: 0,
    totalTokens: inputTokens,
  }));
  const usage = responses.reduce(addResponse, new Conversation().state.usage);
  expect(usage.perResponse.flat()).toEqual(responses);
  expect(youngestResponses(usage, 0)).toEqual([]);
  for (const count of [1, 2, 100]) expect(youngestResponses(usage, count)).toEqual(responses.slice(-count));
  const next = addResponse(usage);
  expect(next.perResponse.slice(0, -1).every((page, i) => page === usage.perResponse[i])).toBe(true);
  expect(next.perResponse.length).toBeLessThan(20);
});
