import { expect, test } from 'vitest';
import type { CallRef } from '../../src/session/effect.ts';
import type { ScriptedInput } from './conversation.ts';
import { call, Conversation, createResponse, done, mayRun, sent, settled, told } from './conversation.ts';

const ref: CallRef = { callId: 'c1', responseId: 'r1', name: 'book', arguments: '{}' };
const requested = told({ type: 'toolApprovalRequested', agentName: 'Front', call: ref });
const started = [
  told({ type: 'toolStart', agentName: 'Front', call: ref }),
  { type: 'runCall', call: ref, agentName: 'Front' },
];
const settle = { type: 'settle', commandId: 'k1' };

function approve(callId: string, always = false): ScriptedInput {
  return { type: 'approve', commandId: 'k1', callId, always };
}

function reject(callId: string, always = false): ScriptedInput {
  return { type: 'reject', commandId: 'k1', callId, always, message: 'Not today.' };
}

/** Call c1 of the tool `book` awaits approval; response r1 is done. */
function asking(): Conversation {
  const conversation = new Conversation();
  conversation.on({ type: 'responseStarted', responseId: 'r1' }, call('r1', 'c1', 'book'), done('r1'));
  expect(conversation.on(mayRun('c1', true))).toEqual([requested]);
  return conversation;
}

/** What a later call of the same tool leads to. */
function nextCall(conversation: Conversation, name = 'book'): string[] {
  conversation.on({ type: 'responseStarted', responseId: 'r2' }, call('r2', 'c2', name));
  return conversation.on(mayRun('c2', true)).map((effect) => effect.type);
}

test('a call that needs approval runs only once it is approved', () => {
  const conversation = asking();
  expect(conversation.on({ type: 'callSettled', callId: 'c1', output: 'early', isBackground: false })).toEqual([]);
  expect(conversation.on(approve('c1'))).toEqual([...started, settle]);
});

test('a rejected call never runs; the model is told why and answers', () => {
  const conversation = asking();
  expect(conversation.on(reject('c1'))).toEqual([
    told({ type: 'toolStart', agentName: 'Front', call: ref }),
    { type: 'formatRejection', call: ref, agentName: 'Front', message: 'Not today.' },
    settle,
  ]);
  expect(conversation.on({ type: 'rejectionFormatted', callId: 'c1', message: 'Not today.' })).toEqual([
    sent({ type: 'functionCallOutput', call: ref, output: 'Not today.' }),
    told({ type: 'toolEnd', agentName: 'Front', call: ref, output: 'Not today.' }),
    createResponse('s_1'),
  ]);
});

test('a second decision, or one about an unknown call, only settles its command', () => {
  const conversation = asking();
  expect(conversation.on(approve('c9'))).toEqual([settle]);
  conversation.on(approve('c1'));
  expect(conversation.on(reject('c1'))).toEqual([settle]);
  expect(conversation.on(approve('c1'))).toEqual([settle]);
});

test('a standing approval runs later calls of the tool without asking', () => {
  const conversation = asking();
  conversation.on(approve('c1', true));
  expect(nextCall(conversation)).toEqual(['emit', 'runCall']);
});

test('a standing rejection refuses later calls of the tool without asking', () => {
  const conversation = asking();
  conversation.on(reject('c1', true));
  expect(nextCall(conversation)).toEqual(['emit', 'formatRejection']);
});

test('a standing decision holds for its tool only, whatever the name of the other', () => {
  const conversation = asking();
  conversation.on(approve('c1', true));
  expect(nextCall(conversation, 'constructor')).toEqual(['emit']);
  expect(conversation.state.tools.pending.at(-1)?.stage).toBe('awaitingApproval');
});

test('a standing decision holds for its agent only: another one may mean another thing by the same name', () => {
  const conversation = asking();
  conversation.on(
    approve('c1', true),
    settled('c1'),
    { type: 'updateAgent', commandId: 'k2', agentName: 'Billing' },
    { type: 'agentPrepared', commandId: 'k2', result: { ok: true, agentName: 'Billing', config: {} } },
  );
  expect(nextCall(conversation)).toEqual(['emit']);
  expect(conversation.state.tools.pending.at(-1)).toMatchObject({ agentName: 'Billing', stage: 'awaitingApproval' });
});

test('a standing decision survives a new connection', () => {
  const conversation = asking();
  conversation.on(approve('c1', true), { type: 'close' }, { type: 'connecting' });
  conversation.on({ type: 'connected', abilities: { isDriven: true, createsResponses: false } });
  expect(nextCall(conversation)).toEqual(['emit', 'runCall']);
});

test('a decision after the end of the connection settles its command', () => {
  const conversation = asking();
  conversation.on({ type: 'close' });
  expect(conversation.on(approve('c1'))).toEqual([settle]);
});
