import { expect, test } from 'vitest';
import { inputGateCore } from '../../src/session/input-gate.ts';
import { pushToTalkCore } from '../../src/session/push-to-talk.ts';
import type { ScriptedInput } from './conversation.ts';
import {
  Conversation,
  createResponse,
  interrupted,
  report,
  sent,
  truncate,
  historyUpdated,
  userSpeechStarted,
  userSpeechStopped,
} from './conversation.ts';

const begin: ScriptedInput = { type: 'featureInput', feature: 'pushToTalk', detail: { type: 'begin' } };
const end = (isHeard: boolean): ScriptedInput => ({
  type: 'featureInput',
  feature: 'pushToTalk',
  detail: { type: 'end', isHeard },
});
const clear = sent({ type: 'event', event: { type: 'input_audio_buffer.clear' } });
const commit = sent({ type: 'event', event: { type: 'input_audio_buffer.commit' } });

test('a turn begins with an interrupt and a clear buffer, and ends with a commit and an answer', () => {
  const conversation = new Conversation({ features: [pushToTalkCore()] });
  conversation.speaks('r1', 'a1');
  const begun = conversation.on(begin);
  expect(begun.slice(0, 2)).toEqual([userSpeechStarted, interrupted]);
  expect(begun.at(-1)).toEqual(clear);
  conversation.on({ type: 'responseDone', responseId: 'r1', status: 'cancelled', outputText: '' });
  expect(conversation.on(report('s_1', ['a1', 10, 20]))).toEqual([truncate('a1', 10), historyUpdated]);
  expect(conversation.on(end(true))).toEqual([commit, userSpeechStopped, createResponse('s_2')]);
});

test('a turn in which nothing was said is cleared and not answered', () => {
  const conversation = new Conversation({ features: [pushToTalkCore()] });
  conversation.on(begin);
  expect(conversation.on(end(false))).toEqual([clear, userSpeechStopped]);
});

test('tool outputs wait while the button is held', () => {
  const conversation = new Conversation({ features: [pushToTalkCore()] });
  conversation.on({ type: 'responseStarted', responseId: 'r1' });
  conversation.on({ type: 'functionCall', responseId: 'r1', callId: 'c1', name: 'weather', arguments: '{}' });
  conversation.on({ type: 'responseDone', responseId: 'r1', status: 'completed', outputText: '' }, begin);
  conversation.on({ type: 'callPrepared', callId: 'c1', plan: { kind: 'refuse', output: 'no' } });
  expect(conversation.state.responses.requestedEventId).toBeNull();
  expect(conversation.on(end(false))).toContainEqual(createResponse('s_1'));
});

test('the ends of a turn count once each, in order', () => {
  const conversation = new Conversation({ features: [pushToTalkCore()] });
  expect(conversation.on(end(true))).toEqual([]);
  conversation.on(begin);
  expect(conversation.on(begin)).toEqual([]);
});

test('a gate behind it judges the turn before it is answered', () => {
  const gate = inputGateCore({ transcriptMs: 1000, removesRefused: true });
  const conversation = new Conversation({ features: [pushToTalkCore(), gate] });
  conversation.on(begin);
  const ended = conversation.on(end(true));
  expect(ended).not.toContainEqual(createResponse('s_1'));
  const timer = ended.find((effect) => effect.type === 'startTimer');
  const [turnId] = timer?.type === 'startTimer' ? [timer.timerId] : [''];
  const said: ScriptedInput = {
    type: 'itemUpdated',
    item: {
      itemId: 'u1',
      type: 'message',
      role: 'user',
      status: 'completed',
      content: [{ type: 'input_audio', transcript: 'Hello' }],
    },
  };
  expect(conversation.on(said)).toContainEqual({
    type: 'runFeature',
    feature: 'inputGate',
    job: { turnId, itemId: 'u1', text: 'Hello' },
  });
  const verdict: ScriptedInput = { type: 'featureInput', feature: 'inputGate', detail: { turnId, isAllowed: true } };
  expect(conversation.on(verdict)).toEqual([createResponse('s_1')]);
  expect(conversation.on(verdict)).toEqual([]);
});
