import { expect, test } from 'vitest';
import type { CallRef } from '../../src/session/effect.ts';
import {
  call,
  Conversation,
  createResponse,
  done,
  interrupted,
  mayRun,
  sent,
  settled,
  told,
  userSpeechStopped,
} from './conversation.ts';

function ref(callId: string, name = 'weather'): CallRef {
  return { callId, responseId: 'r1', name, arguments: '{}' };
}

function output(callId: string, text: string): ReturnType<typeof sent> {
  return sent({ type: 'functionCallOutput', call: ref(callId), output: text });
}

/** Response r1 has started. */
function responding(): Conversation {
  const conversation = new Conversation();
  conversation.on({ type: 'responseStarted', responseId: 'r1' });
  return conversation;
}

const agentEnd = told({ type: 'agentEnd', agentName: 'Front', output: 'Done.' });

test('a call is prepared, run, answered, and the model is asked to go on', () => {
  const conversation = responding();
  expect(conversation.on(call('r1', 'c1'))).toEqual([{ type: 'prepareCall', call: ref('c1'), agentName: 'Front' }]);
  expect(conversation.on(mayRun('c1'))).toEqual([
    told({ type: 'toolStart', agentName: 'Front', call: ref('c1') }),
    { type: 'runCall', call: ref('c1'), agentName: 'Front' },
  ]);
  expect(conversation.on(done('r1'))).toEqual([agentEnd]);
  expect(conversation.on(settled('c1'))).toEqual([
    output('c1', 'sunny'),
    told({ type: 'toolEnd', agentName: 'Front', call: ref('c1'), output: 'sunny' }),
    createResponse('s_1'),
  ]);
});

test('a repeated call, preparation or result changes nothing', () => {
  const conversation = responding();
  conversation.on(call('r1', 'c1'));
  expect(conversation.on(call('r1', 'c1'))).toEqual([]);
  conversation.on(mayRun('c1'));
  expect(conversation.on(mayRun('c1'))).toEqual([]);
  conversation.on(settled('c1'));
  expect(conversation.on(settled('c1'), mayRun('c1'), call('r1', 'c1'))).toEqual([]);
});

test('a call of an unknown response is ignored', () => {
  expect(responding().on(call('r9', 'c1'))).toEqual([]);
});

test('the response waits for every call of the turn, also for one that comes after the first result', () => {
  const conversation = responding();
  conversation.on(call('r1', 'c1'), mayRun('c1'), settled('c1'), call('r1', 'c2'), mayRun('c2'));
  expect(conversation.on(done('r1'))).toEqual([agentEnd]);
  const [sentOutput, end, ...rest] = conversation.on(settled('c2', 'windy'));
  expect([sentOutput, rest]).toEqual([output('c2', 'windy'), [createResponse('s_1')]]);
  expect(end).toMatchObject({ type: 'emit', notice: { type: 'toolEnd' } });
});

test('a call that awaits approval does not hold the others back', () => {
  const conversation = responding();
  conversation.on(call('r1', 'c1'), mayRun('c1', true), call('r1', 'c2'), mayRun('c2'), done('r1'));
  expect(conversation.on(settled('c2'))).toContainEqual(createResponse('s_1'));
});

test('a background result is sent and asks for nothing', () => {
  const conversation = responding();
  conversation.on(call('r1', 'c1'), mayRun('c1'), done('r1'));
  expect(conversation.on(settled('c1', 'queued', true)).slice(0, -1)).toEqual([output('c1', 'queued')]);
});

test('a refused call is answered and reported', () => {
  const conversation = responding();
  conversation.on(call('r1', 'c1'), done('r1'));
  const plan = { kind: 'refuse', output: 'No such tool.', error: 'unknown tool' } as const;
  expect(conversation.on({ type: 'callPrepared', callId: 'c1', plan })).toEqual([
    output('c1', 'No such tool.'),
    told({ type: 'error', error: 'unknown tool' }),
    createResponse('s_1'),
  ]);
});

test('a tool that failed is answered and reported', () => {
  const conversation = responding();
  conversation.on(call('r1', 'c1'), mayRun('c1'), done('r1'));
  const failed = {
    type: 'callSettled',
    callId: 'c1',
    output: 'It failed.',
    isBackground: false,
    error: 'thrown',
  } as const;
  expect(conversation.on(failed)).toEqual([
    output('c1', 'It failed.'),
    told({ type: 'error', error: 'thrown' }),
    told({ type: 'toolEnd', agentName: 'Front', call: ref('c1'), output: 'It failed.' }),
    createResponse('s_1'),
  ]);
});

test('a call that comes after an interrupt is answered but not run', () => {
  const conversation = responding();
  expect(conversation.on({ type: 'interrupt' })).toEqual([
    interrupted,
    sent({ type: 'cancelResponse', responseId: 'r1' }),
  ]);
  expect(conversation.on(call('r1', 'c1'), call('r1', 'c1'))).toEqual([
    output('c1', 'Not run: the user interrupted before the call was complete.'),
  ]);
  expect(conversation.on(done('r1'))).toEqual([agentEnd]);
});

test('a call that runs when the user interrupts goes on, and its output is sent', () => {
  const conversation = responding();
  conversation.on(call('r1', 'c1'), mayRun('c1'), { type: 'speechStarted', serverInterrupts: true }, done('r1'));
  expect(conversation.on(settled('c1')).slice(0, -2)).toEqual([output('c1', 'sunny')]);
  expect(conversation.on({ type: 'speechStopped' })).toEqual([userSpeechStopped, createResponse('s_1')]);
});

test('closing aborts what runs and forgets it', () => {
  const conversation = responding();
  conversation.on(call('r1', 'c1'), call('r1', 'c2'), mayRun('c2'), call('r1', 'c3'), mayRun('c3', true));
  expect(conversation.on({ type: 'close' })).toEqual([
    { type: 'abort', callId: 'c1', reason: 'The session was closed.' },
    { type: 'abort', callId: 'c2', reason: 'The session was closed.' },
    told({ type: 'event', event: 'connection', detail: { state: 'disconnected', attempt: 0 } }),
  ]);
  expect(conversation.on(mayRun('c1'), settled('c2'), call('r1', 'c4'))).toEqual([]);
});

test('an interrupt stops a running tool that asks for it: its signal fires, its output says so, nobody waits for an answer', () => {
  const conversation = responding();
  const stoppable = { kind: 'run', needsApproval: false, stopsOnInterrupt: true } as const;
  conversation.on(call('r1', 'c1'), { type: 'callPrepared', callId: 'c1', plan: stoppable }, done('r1'));
  expect(conversation.on({ type: 'interrupt' })).toEqual([
    { type: 'abort', callId: 'c1', reason: 'the user interrupted' },
    output('c1', 'Stopped: the user interrupted.'),
    told({ type: 'toolEnd', agentName: 'Front', call: ref('c1'), output: 'Stopped: the user interrupted.' }),
  ]);
  expect(conversation.on(settled('c1'))).toEqual([]);
});

test('a call with the id of another call is reported as an error of the model, and not run', () => {
  const conversation = new Conversation();
  conversation.on({ type: 'responseStarted', responseId: 'r1' }, call('r1', 'c1'), mayRun('c1'));
  expect(conversation.on(call('r1', 'c1'))).toEqual([]);
  const repeated = { type: 'functionCall', responseId: 'r1', callId: 'c1', name: 'weather', arguments: '{"city":1}' };
  const error = expect.objectContaining({ code: 'ERR_MODEL_BEHAVIOR' });
  expect(conversation.on(repeated as ReturnType<typeof call>)).toEqual([
    { type: 'emit', notice: { type: 'error', error } },
  ]);
  conversation.on(settled('c1'), done('r1'));
  expect(conversation.on(call('r1', 'c1', 'book'))).toEqual([{ type: 'emit', notice: { type: 'error', error } }]);
});
