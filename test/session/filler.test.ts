import { expect, test } from 'vitest';
import type { SessionEffect } from '../../src/session/effect.ts';
import { fillerCore } from '../../src/session/filler.ts';
import type { ScriptedInput } from './conversation.ts';
import { call, Conversation, createResponse, done, mayRun, sent, settled } from './conversation.ts';

const rules = { afterMs: 1500, instructions: 'Say that you are on it.' };
const response = { instructions: rules.instructions, tool_choice: 'none' };

function running(): { conversation: Conversation; timer: ScriptedInput } {
  const conversation = new Conversation({ features: [fillerCore(rules)] });
  conversation.on({ type: 'responseStarted', responseId: 'r1' }, call('r1', 'c1'));
  return { conversation, timer: timerIn(conversation.on(mayRun('c1')), 1500) };
}

function timerIn(effects: readonly SessionEffect[], delayMs: number): ScriptedInput {
  const timer = effects.find((effect) => effect.type === 'startTimer');
  if (timer?.type !== 'startTimer') throw new Error('no timer was started');
  expect(timer.delayMs).toBe(delayMs);
  return { type: 'timerDue', timerId: timer.timerId };
}

test('a slow tool gets a word of its own, once, and its output is answered after it', () => {
  const { conversation, timer } = running();
  conversation.on(done('r1'));
  expect(conversation.on(timer)).toEqual([sent({ type: 'createResponse', eventId: 's_1', response })]);
  expect(conversation.on(timer)).toEqual([]);
  conversation.on({ type: 'responseStarted', responseId: 'r2' });
  expect(conversation.on(settled('c1'))).not.toContainEqual(createResponse('s_2'));
  expect(conversation.on(done('r2'))).toContainEqual(createResponse('s_2'));
});

test('a tool that is done in time gets none', () => {
  const { conversation, timer } = running();
  conversation.on(done('r1'), settled('c1'));
  expect(conversation.on(timer)).toEqual([]);
});

test('it waits until nobody speaks', () => {
  const { conversation, timer } = running();
  const again = timerIn(conversation.on(timer), 250);
  conversation.on(done('r1'), { type: 'speechStarted', serverInterrupts: true });
  const once = timerIn(conversation.on(again), 250);
  conversation.on({ type: 'speechStopped' });
  expect(conversation.on(once)).toEqual([sent({ type: 'createResponse', eventId: 's_1', response })]);
});

test('one that crossed with another response is dropped without an error', () => {
  const { conversation, timer } = running();
  conversation.on(done('r1'), timer, { type: 'responseStarted', responseId: 'r2' });
  const refusal = { type: 'serverError', code: 'conversation_already_has_active_response', error: 'busy' } as const;
  expect(conversation.on({ ...refusal, eventId: 's_1' })).toEqual([]);
  expect(conversation.on(done('r2')).filter((effect) => effect.type === 'send')).toEqual([]);
});
