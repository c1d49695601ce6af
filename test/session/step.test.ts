import { expect, test } from 'vitest';
import { SessionError } from '../../src/errors.ts';
import type { CommandInput } from '../../src/session/input.ts';
import { initialSession } from '../../src/session/fresh-state.ts';
import { acceptsAudio, checkCommand, step } from '../../src/session/step.ts';
import type { ScriptedInput } from './conversation.ts';
import { call, Conversation, createResponse, message, sent, spoken, told } from './conversation.ts';

const closed = initialSession({ agentName: 'Front', seed: 's', guardrailDebounceLength: null });
const needConnection: CommandInput[] = [
  { type: 'sendMessage', message: 'hello', otherEventData: {} },
  { type: 'requestResponse' },
  { type: 'updateAgent', commandId: 'k1', agentName: 'Billing' },
  { type: 'updateHistory', items: [] },
];
const decisions: CommandInput[] = [
  { type: 'approve', commandId: 'k1', callId: 'c1', always: false },
  { type: 'reject', commandId: 'k1', callId: 'c1', always: false },
];

test.each([...needConnection, ...decisions])('$type without a connection throws in its caller', (command) => {
  expect(() => checkCommand(closed, command)).toThrow(SessionError);
  expect(() => checkCommand(closed, command)).toThrow(
    `${command.type} needs an open connection, this one is closed. Wait for connect() to resolve.`,
  );
});

test.each(needConnection)('$type on a connection is accepted', (command) => {
  expect(() => checkCommand(new Conversation().state, command)).not.toThrow();
});

test.each(decisions)('$type is accepted about a call of the connection, as it was made', (command) => {
  const conversation = new Conversation();
  const refused = expect.objectContaining({ code: 'ERR_UNKNOWN_CALL' });
  expect(() => checkCommand(conversation.state, command)).toThrow(refused);
  conversation.on({ type: 'responseStarted', responseId: 'r1' }, call('r1', 'c1'));
  expect(() => checkCommand(conversation.state, command)).not.toThrow();
  expect(() => checkCommand(conversation.state, { ...command, arguments: '{}' } as CommandInput)).not.toThrow();
  expect(() => checkCommand(conversation.state, { ...command, arguments: '{"all":1}' } as CommandInput)).toThrow(
    refused,
  );
});

test.each<CommandInput>([{ type: 'interrupt' }, { type: 'close' }])('$type is harmless at any time', (command) => {
  expect(() => checkCommand(closed, command)).not.toThrow();
});

test('nothing is sent while closed, and a command that expects an answer gets it', () => {
  const inputs: ScriptedInput[] = [
    message,
    { type: 'requestResponse' },
    { type: 'interrupt' },
    { type: 'responseStarted', responseId: 'r1' },
    call('r1', 'c1'),
    { type: 'itemUpdated', item: spoken('a1') },
    { type: 'connected', abilities: { isDriven: true, createsResponses: false } },
    { type: 'close' },
    { type: 'disconnected' },
  ];
  const conversation = new Conversation();
  conversation.on({ type: 'close' });
  const before = conversation.state;
  expect(conversation.on(...inputs)).toEqual([]);
  expect(conversation.state).toEqual(before);
  expect(conversation.on({ type: 'updateAgent', commandId: 'k1', agentName: 'Billing' })).toMatchObject([
    { type: 'settle', commandId: 'k1', error: { code: 'ERR_NOT_CONNECTED' } },
  ]);
});

test('a new connection begins with empty history, the agent it names, and no queued request', () => {
  const conversation = new Conversation();
  conversation.on({ type: 'itemUpdated', item: spoken('a1') }, message, message, { type: 'disconnected' });
  expect(conversation.item('a1')).toBeDefined();
  conversation.on({ type: 'connecting', agentName: 'Greeter' });
  expect(conversation.item('a1')).toBeUndefined();
  expect(conversation.state.agentName).toBe('Greeter');
  const opened = conversation.on({ type: 'connected', abilities: { isDriven: true, createsResponses: false } });
  expect(opened).toEqual([told({ type: 'event', event: 'connection', detail: { state: 'connected', attempt: 0 } })]);
  expect(conversation.on({ type: 'requestResponse' })).toEqual([createResponse('s_2')]);
});

test('while open, connected only says whether the server creates responses now', () => {
  const conversation = new Conversation();
  conversation.on({ type: 'connected', abilities: { isDriven: false, createsResponses: true } });
  expect(conversation.state.abilities).toEqual({ isDriven: true, createsResponses: true });
});

test('audio of an unknown response is not accepted', () => {
  const conversation = new Conversation();
  expect(acceptsAudio(conversation.state, 'r1')).toBe(false);
  conversation.on({ type: 'responseStarted', responseId: 'r1' });
  expect(acceptsAudio(conversation.state, 'r1')).toBe(true);
});

test('a step leaves the given state alone, and a state read back from JSON goes on the same', () => {
  const conversation = new Conversation();
  conversation.speaks('r1', 'a1');
  conversation.on(call('r1', 'c1'), message);
  const before = JSON.stringify(conversation.state);
  const input = { type: 'interrupt', atMs: 99 } as const;
  const [next, effects] = step(conversation.state, input);
  expect(JSON.stringify(conversation.state)).toBe(before);
  const [revived, again] = step(JSON.parse(before), input);
  expect(again).toEqual(effects);
  expect(revived).toEqual(next);
  expect(effects).toContainEqual(sent({ type: 'cancelResponse', responseId: 'r1' }));
});
