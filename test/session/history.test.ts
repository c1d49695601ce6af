import { expect, test } from 'vitest';
import type { RealtimeItem } from '../../src/protocol/items.ts';
import { heardWords } from '../../src/session/history.ts';
import { Conversation, historyGrows, historyUpdated, sent, spoken, told } from './conversation.ts';
import { itemsOf } from '../../src/session/item-list.ts';

function user(itemId: string, previousItemId?: string | null, transcript: string | null = null): RealtimeItem {
  return {
    itemId,
    type: 'message',
    role: 'user',
    status: 'completed',
    content: [{ type: 'input_audio', transcript }],
    ...(previousItemId !== undefined && { previousItemId }),
  };
}

function order(conversation: Conversation): string {
  return itemsOf(conversation.state.history.items)
    .map((item) => item.itemId)
    .join(' ');
}

function arrive(conversation: Conversation, ...items: RealtimeItem[]): void {
  conversation.on(...items.map((item) => ({ type: 'itemUpdated' as const, item })));
}

test('a new item is added, then the history is updated; a known one only updates it', () => {
  const conversation = new Conversation();
  const item = user('u1', null);
  expect(conversation.on({ type: 'itemUpdated', item })).toEqual([
    told({ type: 'historyAdded', item }),
    historyUpdated,
  ]);
  expect(conversation.on({ type: 'itemUpdated', item: user('u1', null, 'hi') })).toEqual([historyUpdated]);
});

test('an item goes behind its predecessor, to the front, or to the end when its place is unknown', () => {
  const conversation = new Conversation();
  arrive(
    conversation,
    user('a', null),
    user('c', 'a'),
    user('b', 'a'),
    user('z', 'unknown'),
    user('front', null),
    user('end'),
  );
  expect(order(conversation)).toBe('front a b c z end');
});

test('the order is repaired, successors included, when a predecessor arrives late', () => {
  const conversation = new Conversation();
  arrive(conversation, user('u1', null), user('a1', 'u1'), user('a3', 'u2'), user('b4', 'a3'), user('x', 'a1'));
  expect(order(conversation)).toBe('u1 a1 x a3 b4');
  arrive(conversation, user('u2', 'x'), user('tail', 'b4'));
  expect(order(conversation)).toBe('u1 a1 x u2 a3 b4 tail');
});

test('an orphan that arrived before its predecessor moves behind it', () => {
  const conversation = new Conversation();
  arrive(conversation, user('late', 'early'), user('lateChild', 'late'), user('early', 'unknown'));
  expect(order(conversation)).toBe('early late lateChild');
});

test('a place that is learnt by a later update is taken', () => {
  const conversation = new Conversation();
  arrive(conversation, user('u1', null), user('a1'), user('u2'), user('a1', 'u2'));
  expect(order(conversation)).toBe('u1 u2 a1');
});

test('items that name each other as predecessor keep their order of arrival', () => {
  const conversation = new Conversation();
  arrive(conversation, user('a', 'b'), user('b', 'a'), user('self', 'self'));
  expect(order(conversation)).toBe('a b self');
});

test('progress never wipes a finished item', () => {
  const conversation = new Conversation();
  arrive(conversation, spoken('a1', { transcript: 'all of it' }));
  expect(conversation.on({ type: 'itemUpdated', item: spoken('a1', { status: 'in_progress' }) })).toEqual([]);
  expect(conversation.item('a1')).toEqual(spoken('a1', { transcript: 'all of it' }));
});

test('a transcript stays when an update has none, or has no content at all', () => {
  const conversation = new Conversation();
  arrive(conversation, spoken('a1', { transcript: 'kept' }), user('u1', 'a1', 'also kept'));
  arrive(conversation, spoken('a1'), { ...spoken('a1'), content: [] }, user('u1', 'a1', null));
  expect(conversation.item('a1')).toEqual(spoken('a1', { transcript: 'kept' }));
  expect(conversation.item('u1')).toEqual(user('u1', 'a1', 'also kept'));
});

test('what the agent says grows in its item, piece by piece', () => {
  const conversation = new Conversation();
  conversation.speaks('r1', 'a1');
  const delta = { type: 'transcriptDelta', responseId: 'r1', itemId: 'a1' } as const;
  expect(conversation.on({ ...delta, delta: 'Good ' }, { ...delta, delta: 'morning' })).toEqual([
    historyGrows,
    historyGrows,
  ]);
  expect(conversation.item('a1')).toEqual(spoken('a1', { status: 'in_progress', transcript: 'Good morning' }));
});

test('what the agent writes grows as text, beside what it says, and stays text', () => {
  const conversation = new Conversation();
  const item: RealtimeItem = { itemId: 'a1', type: 'message', role: 'assistant', status: 'in_progress', content: [] };
  conversation.on({ type: 'responseStarted', responseId: 'r1' }, { type: 'itemUpdated', item });
  const delta = { type: 'transcriptDelta', responseId: 'r1', itemId: 'a1' } as const;
  const written = { ...delta, isWritten: true } as const;
  conversation.on({ ...written, delta: 'Good ' }, { ...written, delta: 'morning' }, { ...delta, delta: 'Hello' });
  const content = [
    { type: 'output_text' as const, text: 'Good morning' },
    { type: 'output_audio' as const, transcript: 'Hello' },
  ];
  expect(conversation.item('a1')).toEqual({ ...item, content });
  conversation.on({ type: 'itemUpdated', item: { ...item, status: 'completed', content } });
  expect(conversation.item('a1')).toEqual({ ...item, status: 'completed', content });
});

test('a deleted item is gone; deleting it again changes nothing', () => {
  const conversation = new Conversation();
  arrive(conversation, user('u1', null), user('u2', 'u1'));
  expect(conversation.on({ type: 'itemDeleted', itemId: 'u1' })).toEqual([historyUpdated]);
  expect(conversation.on({ type: 'itemDeleted', itemId: 'u1' })).toEqual([]);
  expect(order(conversation)).toBe('u2');
});

test('updateHistory asks the server; the local history follows its echo', () => {
  const conversation = new Conversation();
  arrive(conversation, user('u1', null));
  const from = itemsOf(conversation.state.history.items);
  expect(conversation.on({ type: 'updateHistory', items: [] })).toEqual([sent({ type: 'resetHistory', from, to: [] })]);
  expect(order(conversation)).toBe('u1');
});

test.each([
  ['one two three', 1, 'one two three'],
  ['one two three', 0.6, 'one two'],
  ['one two three', 0.5, 'one'],
  ['one two three', 0.1, ''],
  ['one two three', 0, ''],
  [' leading space', 0.6, ' leading'],
  ['今日は良い天気', 0.5, '今日は'],
  ['', 0.5, ''],
])('of %j the first %d is %j', (text, fraction, heard) => {
  expect(heardWords(text, fraction)).toBe(heard);
});
