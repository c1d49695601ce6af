import { expect, test } from 'vitest';
import type { RealtimeItem } from '../../src/protocol/items.ts';
import type { SessionEffect } from '../../src/session/effect.ts';
import { falseInterruptionCore } from '../../src/session/false-interruption.ts';
import type { ScriptedInput } from './conversation.ts';
import {
  Conversation,
  createResponse,
  done,
  historyUpdated,
  interrupted,
  report,
  sent,
  spoken,
  told,
  truncate,
} from './conversation.ts';

const RULES = { action: 'pause', duckDb: -20, resumeAfterMs: 2000, minWords: 1 } as const;

function speaking(rules: Partial<Parameters<typeof falseInterruptionCore>[0]> = {}): Conversation {
  const conversation = new Conversation({ features: [falseInterruptionCore({ ...RULES, ...rules })] });
  conversation.speaks('r1', 'a1');
  return conversation;
}

const starts: ScriptedInput = { type: 'speechStarted', serverInterrupts: false, itemId: 'u1' };
const stops: ScriptedInput = { type: 'speechStopped', itemId: 'u1' };
function says(transcript: string | null, itemId = 'u1'): ScriptedInput {
  const item: RealtimeItem = {
    itemId,
    type: 'message',
    role: 'user',
    status: 'completed',
    content: [{ type: 'input_audio', transcript }],
  };
  return { type: 'itemUpdated', item };
}

function control(command: 'pause' | 'resume' | 'duck' | 'unduck', gainDb = 0): SessionEffect {
  return { type: 'controlPlayout', control: command, gainDb };
}
const userStarted = told({ type: 'event', event: 'user_speech_started', detail: { itemId: 'u1' } });
const userStopped = told({ type: 'event', event: 'user_speech_stopped', detail: { itemId: 'u1' } });
const paused = told({ type: 'event', event: 'audio_paused', detail: { action: 'pause' } });
const resumed = told({ type: 'event', event: 'audio_resumed', detail: { action: 'pause' } });
const cancel = sent({ type: 'cancelResponse', responseId: 'r1' });

/** The timer that the effects start. */
function timerIn(effects: readonly SessionEffect[]): ScriptedInput {
  const timer = effects.find((effect) => effect.type === 'startTimer');
  if (timer?.type !== 'startTimer') throw new Error('no timer was started');
  expect(timer.delayMs).toBe(2000);
  return { type: 'timerDue', timerId: timer.timerId };
}

test('a sound pauses the agent; without words it goes on where it was, uncut and unanswered', () => {
  const conversation = speaking();
  expect(conversation.on(starts)).toEqual([userStarted, control('pause', -20), paused]);
  const stopped = conversation.on(stops);
  expect(stopped[0]).toEqual(userStopped);
  expect(conversation.on(timerIn(stopped))).toEqual([control('resume'), resumed]);
  expect(conversation.state.responses.live).toMatchObject([{ responseId: 'r1', isCancelled: false }]);
  expect(conversation.state.playback.live).toHaveLength(1);
});

test('words make it an interruption: cut at the pause, and answered once that is known', () => {
  const conversation = speaking();
  conversation.on({ type: 'itemUpdated', item: spoken('a1', { transcript: 'one two three four' }) });
  conversation.on(starts, stops);
  expect(conversation.on(says(null))).not.toContainEqual(interrupted);
  const effects = conversation.on(says('Wait, no.'));
  expect(effects.slice(0, 4)).toEqual([
    historyUpdated,
    interrupted,
    cancel,
    { type: 'flushPlayout', interruptId: 's_1' },
  ]);
  expect(effects).not.toContainEqual(
    expect.objectContaining({ command: expect.objectContaining({ type: 'createResponse' }) }),
  );
  conversation.on({ type: 'responseDone', responseId: 'r1', status: 'cancelled', outputText: '' });
  expect(conversation.on(report('s_1', ['a1', 500, 1000]))).toEqual([
    truncate('a1', 500),
    historyUpdated,
    createResponse('s_2'),
  ]);
  expect(conversation.item('a1')).toMatchObject({ content: [{ transcript: 'one two' }] });
});

test('words that come while the user still speaks interrupt at once; the answer waits for the end', () => {
  const conversation = speaking();
  conversation.on(starts);
  expect(conversation.on(says('Stop'))).toContainEqual(interrupted);
  conversation.on({ type: 'responseDone', responseId: 'r1', status: 'cancelled', outputText: '' });
  expect(conversation.on(report('s_1', ['a1', 1, 2]))).toEqual([truncate('a1', 1), historyUpdated]);
  expect(conversation.on(stops)).toEqual([userStopped, createResponse('s_2')]);
});

test('words that come after the agent has gone on still interrupt it', () => {
  const conversation = speaking();
  conversation.on(starts);
  conversation.on(timerIn(conversation.on(stops)));
  expect(conversation.on(says('I said no.'))).toContainEqual(interrupted);
});

test('a transcript without words lets the agent go on at once', () => {
  const conversation = speaking();
  conversation.on(starts, stops);
  expect(conversation.on(says(' … '))).toContainEqual(resumed);
});

test('fewer words than minWords are none', () => {
  const conversation = speaking({ minWords: 2 });
  conversation.on(starts, stops);
  expect(conversation.on(says('Mhm.'))).toContainEqual(resumed);
  expect(conversation.on(starts, stops)).toContainEqual(paused);
  expect(conversation.on(says('Wait please', 'u2'))).not.toContainEqual(interrupted);
  expect(conversation.on(says('Wait please'))).toContainEqual(interrupted);
});

test('sounds that follow each other are one doubt, decided after the last', () => {
  const conversation = speaking();
  conversation.on(starts);
  const first = timerIn(conversation.on(stops));
  expect(conversation.on(starts)).toEqual([userStarted]);
  expect(conversation.on(first)).toEqual([]);
  expect(conversation.on(timerIn(conversation.on(stops)))).toContainEqual(resumed);
});

test('with nothing live a turn is answered as soon as it ends', () => {
  const conversation = new Conversation({ features: [falseInterruptionCore(RULES)] });
  expect(conversation.on(starts, stops)).toEqual([userStarted, userStopped, createResponse('s_1')]);
});

test('tool outputs wait until the doubt is over', () => {
  const conversation = speaking();
  conversation.on({ type: 'functionCall', responseId: 'r1', callId: 'c1', name: 'weather', arguments: '{}' });
  conversation.on({ type: 'callPrepared', callId: 'c1', plan: { kind: 'run', needsApproval: false } }, done('r1'));
  conversation.on(starts);
  const timer = timerIn(conversation.on(stops));
  expect(
    conversation.on({ type: 'callSettled', callId: 'c1', output: 'sunny', isBackground: false }),
  ).not.toContainEqual(createResponse('s_1'));
  expect(conversation.on(timer)).toContainEqual(createResponse('s_1'));
});

test('the app may interrupt meanwhile; words that come then are answered', () => {
  const conversation = speaking();
  conversation.on(starts, stops);
  const effects = conversation.on({ type: 'interrupt' });
  expect(effects).toEqual(expect.arrayContaining([interrupted, control('resume')]));
  conversation.on({ type: 'responseDone', responseId: 'r1', status: 'cancelled', outputText: '' });
  conversation.on(report('s_1', ['a1', 1, 2]));
  expect(conversation.on(says('Hello?'))).toContainEqual(createResponse('s_2'));
});

test('the end of the connection ends the pause', () => {
  const conversation = speaking();
  conversation.on(starts);
  expect(conversation.on({ type: 'disconnected' })).toContainEqual(control('resume'));
  expect(conversation.state.features).toEqual({ falseInterruption: { doubt: null, openItemIds: [] } });
});

test('ducked, the agent goes on more quietly and is turned up again', () => {
  const conversation = speaking({ action: 'duck', duckDb: -24 });
  expect(conversation.on(starts)).toContainEqual(control('duck', -24));
  expect(conversation.on(timerIn(conversation.on(stops)))).toContainEqual(control('unduck'));
});

test('a connection that is lost in the middle of a doubt ends it: what is queued is heard, and the sound is forgotten', () => {
  const reconnect = { initialDelayMs: 500, maxDelayMs: 8000, maxAttempts: 8, rolloverAfterMs: null };
  const conversation = new Conversation({ features: [falseInterruptionCore(RULES)], reconnect });
  conversation.speaks('r1', 'a1');
  conversation.on(starts);
  const lost = conversation.on({ type: 'disconnected', closeCode: 1006 });
  expect(lost.filter(({ type }) => type === 'controlPlayout')).toEqual([control('resume')]);
  expect(lost).toContainEqual(resumed);
  expect(conversation.on(starts)).not.toContainEqual(paused);
  const abilities = { isDriven: true, createsResponses: false };
  conversation.on({ type: 'reconnectDue', attempt: 1 }, { type: 'connected', abilities });
  expect(conversation.on(says('Wait, no.'))).not.toContainEqual(interrupted);
  expect(conversation.state.playback.live).toHaveLength(1);
});
