import { expect, test } from 'vitest';
import type { SessionEffect } from '../../src/session/effect.ts';
import { turnMetricsCore } from '../../src/session/turn-metrics.ts';
import type { ScriptedInput } from './conversation.ts';
import { call, Conversation, mayRun, message, settled } from './conversation.ts';

function measured(effects: readonly SessionEffect[]): unknown[] {
  return effects.flatMap((effect) =>
    effect.type === 'emit' && effect.notice.type === 'event' && effect.notice.event === 'turn_metrics'
      ? [effect.notice.detail]
      : [],
  );
}

const starts: ScriptedInput = { type: 'speechStarted', serverInterrupts: true };
const stops: ScriptedInput = { type: 'speechStopped' };
const begins = (responseId: string): ScriptedInput => ({ type: 'responseStarted', responseId });
const sounds = (responseId: string): ScriptedInput => ({
  type: 'audioStarted',
  responseId,
  itemId: `${responseId}.a`,
  contentIndex: 0,
});
const isHeard = (responseId: string): ScriptedInput => ({
  type: 'playoutStarted',
  position: { itemId: `${responseId}.a`, contentIndex: 0, responseId, receivedFrames: 480, renderedFrames: 1 },
});
const done = (responseId: string, status: 'completed' | 'cancelled' = 'completed'): ScriptedInput => ({
  type: 'responseDone',
  responseId,
  status,
  outputText: '',
  usage: { inputTokens: 10, outputTokens: 5, totalTokens: 15 },
});

/** At the given milliseconds, one input each. */
function play(conversation: Conversation, ...script: [atMs: number, input: ScriptedInput][]): SessionEffect[] {
  return script.flatMap(([atMs, input]) => conversation.at(atMs, input));
}

function measuring(options: { isDriven?: boolean } = {}): Conversation {
  return new Conversation({ features: [turnMetricsCore()], createsResponses: true, ...options });
}

test('a spoken turn is measured from the end of the speech to the first frame heard', () => {
  const conversation = measuring();
  const effects = play(
    conversation,
    [1000, starts],
    [2000, stops],
    [2100, begins('r1')],
    [2300, sounds('r1')],
    [2350, isHeard('r1')],
    [3000, done('r1')],
  );
  expect(measured(effects)).toEqual([
    {
      cause: 'speech',
      responseStartMs: 100,
      firstAudioReceivedMs: 300,
      firstAudioHeardMs: 350,
      toolMs: 0,
      toolCalls: 0,
      responses: 1,
      wasInterrupted: false,
      inputTokens: 10,
      outputTokens: 5,
      totalTokens: 15,
    },
  ]);
});

test('a turn that is done before it is heard waits for that', () => {
  const conversation = measuring();
  expect(
    measured(play(conversation, [100, stops], [200, begins('r1')], [300, sounds('r1')], [400, done('r1')])),
  ).toEqual([]);
  expect(measured(play(conversation, [500, isHeard('r1')]))).toMatchObject([{ firstAudioHeardMs: 400 }]);
});

test('tools belong to the turn, with the response that they lead to; together they count once', () => {
  const conversation = measuring();
  const effects = play(
    conversation,
    [0, message],
    [100, begins('r1')],
    [150, call('r1', 'c1')],
    [160, call('r1', 'c2')],
    [200, mayRun('c1')],
    [250, mayRun('c2')],
    [300, done('r1')],
    [700, settled('c1')],
    [1200, settled('c2')],
    [1300, begins('r2')],
    [1500, sounds('r2')],
    [1520, isHeard('r2')],
    [1600, done('r2')],
  );
  expect(measured(effects)).toMatchObject([
    {
      cause: 'message',
      responseStartMs: 100,
      firstAudioReceivedMs: 1500,
      firstAudioHeardMs: 1520,
      toolMs: 1000,
      toolCalls: 2,
      responses: 2,
      totalTokens: 30,
    },
  ]);
});

test('a turn that is cut short says so, and the next one begins', () => {
  const conversation = measuring();
  const effects = play(
    conversation,
    [0, stops],
    [100, begins('r1')],
    [200, sounds('r1')],
    [300, starts],
    [310, done('r1', 'cancelled')],
    [900, stops],
    [1000, begins('r2')],
    [1100, done('r2')],
  );
  expect(measured(effects)).toMatchObject([
    { wasInterrupted: true, firstAudioReceivedMs: 200, firstAudioHeardMs: null },
    { wasInterrupted: false, responseStartMs: 100, firstAudioReceivedMs: null, firstAudioHeardMs: null },
  ]);
});

test('a response of the server by itself, and one over a transport that plays elsewhere', () => {
  const conversation = measuring({ isDriven: false });
  expect(measured(play(conversation, [50, begins('r1')], [60, sounds('r1')], [70, done('r1')]))).toMatchObject([
    { cause: 'server', responseStartMs: 0, firstAudioReceivedMs: 10, firstAudioHeardMs: null },
  ]);
});

test('a turn that the end of the connection cuts off is told of', () => {
  const conversation = measuring();
  expect(measured(play(conversation, [0, stops], [9, begins('r1')], [20, { type: 'disconnected' }]))).toHaveLength(1);
});
