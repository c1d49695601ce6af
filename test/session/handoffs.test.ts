import { expect, test } from 'vitest';
import { SessionError } from '../../src/errors.ts';
import type { ScriptedInput } from './conversation.ts';
import { call, Conversation, createResponse, done, sent, told } from './conversation.ts';

const config = { instructions: 'Bill politely.' };

function plan(callId: string, toAgentName = 'Billing'): ScriptedInput {
  return { type: 'callPrepared', callId, plan: { kind: 'handoff', toAgentName } };
}

function handedOff(callId: string): ScriptedInput {
  return {
    type: 'handoffSettled',
    callId,
    result: { ok: true, agentName: 'Billing', config, output: '{"assistant":"Billing"}' },
  };
}

function output(callId: string, text: string): ReturnType<typeof sent> {
  const transfer = { callId, responseId: 'r1', name: 'transfer', arguments: '{}' };
  return sent({ type: 'functionCallOutput', call: transfer, output: text });
}

/** Response r1 is done and has called for a handoff. */
function transferring(): Conversation {
  const conversation = new Conversation();
  conversation.on({ type: 'responseStarted', responseId: 'r1' }, call('r1', 'c1', 'transfer'));
  conversation.on(call('r1', 'c2', 'transfer'), done('r1'), plan('c1'));
  return conversation;
}

test('the config of the new agent goes first, then the app is told, the call answered, the response asked for', () => {
  const conversation = new Conversation();
  conversation.on({ type: 'responseStarted', responseId: 'r1' }, call('r1', 'c1', 'transfer'), done('r1'));
  expect(conversation.on(plan('c1')).map((effect) => effect.type)).toEqual(['runHandoff']);
  expect(conversation.on(handedOff('c1'))).toEqual([
    sent({ type: 'updateConfig', config }),
    told({ type: 'agentHandoff', fromAgentName: 'Front', toAgentName: 'Billing' }),
    output('c1', '{"assistant":"Billing"}'),
    createResponse('s_1'),
  ]);
  expect(conversation.on({ type: 'responseStarted', responseId: 'r2' })).toEqual([
    told({ type: 'agentStart', agentName: 'Billing' }),
  ]);
});

test.each(['running', 'settled'])('a further handoff in a response whose first is %s is ignored', (first) => {
  const conversation = transferring();
  if (first === 'settled') conversation.on(handedOff('c1'));
  expect(conversation.on(plan('c2', 'Sales'))[0]).toEqual(
    output('c2', 'Ignored: another handoff was already made in this response.'),
  );
  conversation.on(handedOff('c1'));
  expect(conversation.state.agentName).toBe('Billing');
});

test('a handoff that fails keeps the agent and is reported', () => {
  const conversation = new Conversation();
  conversation.on({ type: 'responseStarted', responseId: 'r1' }, call('r1', 'c1', 'transfer'), done('r1'), plan('c1'));
  const result = { ok: false, output: 'Billing is closed.', error: 'thrown' } as const;
  expect(conversation.on({ type: 'handoffSettled', callId: 'c1', result })).toEqual([
    output('c1', 'Billing is closed.'),
    told({ type: 'error', error: 'thrown' }),
    createResponse('s_1'),
  ]);
  expect(conversation.state.agentName).toBe('Front');
});

test('updateAgent prepares, applies and settles', () => {
  const conversation = new Conversation();
  expect(conversation.on({ type: 'updateAgent', commandId: 'k1', agentName: 'Billing' })).toEqual([
    { type: 'prepareAgent', commandId: 'k1', agentName: 'Billing' },
  ]);
  const prepared = {
    type: 'agentPrepared',
    commandId: 'k1',
    result: { ok: true, agentName: 'Billing', config },
  } as const;
  expect(conversation.on(prepared)).toEqual([
    sent({ type: 'updateConfig', config }),
    told({ type: 'agentHandoff', fromAgentName: 'Front', toAgentName: 'Billing' }),
    { type: 'settle', commandId: 'k1' },
  ]);
  expect(conversation.on(prepared)).toEqual([]);
});

test('an agent that can not be prepared rejects the command and changes nothing', () => {
  const conversation = new Conversation();
  conversation.on({ type: 'updateAgent', commandId: 'k1', agentName: 'Billing' });
  expect(conversation.on({ type: 'agentPrepared', commandId: 'k1', result: { ok: false, error: 'thrown' } })).toEqual([
    { type: 'settle', commandId: 'k1', error: 'thrown' },
  ]);
  expect(conversation.state.agentName).toBe('Front');
});

test('the agent asked for last wins, in whatever order they are ready', () => {
  const conversation = new Conversation();
  conversation.on(
    { type: 'updateAgent', commandId: 'k1', agentName: 'Sales' },
    { type: 'updateAgent', commandId: 'k2', agentName: 'Billing' },
  );
  const effects = conversation.on(
    { type: 'agentPrepared', commandId: 'k2', result: { ok: true, agentName: 'Billing', config } },
    { type: 'agentPrepared', commandId: 'k1', result: { ok: true, agentName: 'Sales', config: {} } },
  );
  expect(effects.slice(2)).toEqual([
    { type: 'settle', commandId: 'k1' },
    { type: 'settle', commandId: 'k2' },
  ]);
  expect(conversation.state.agentName).toBe('Billing');
});

test('a lost connection rejects the update that is being prepared and aborts the handoff', () => {
  const conversation = transferring();
  conversation.on({ type: 'updateAgent', commandId: 'k1', agentName: 'Billing' });
  const reason = 'The connection ended with code 1006. Call connect() for a new one.';
  expect(conversation.on({ type: 'disconnected', closeCode: 1006 })).toEqual([
    { type: 'abort', callId: 'c1', reason },
    { type: 'abort', callId: 'c2', reason },
    { type: 'settle', commandId: 'k1', error: new SessionError(reason, { code: 'ERR_NOT_CONNECTED' }) },
    told({ type: 'event', event: 'connection', detail: { state: 'disconnected', attempt: 0, closeCode: 1006 } }),
    told({ type: 'error', error: new SessionError(reason, { code: 'ERR_DISCONNECTED' }) }),
  ]);
  expect(conversation.on(handedOff('c1'))).toEqual([]);
});
