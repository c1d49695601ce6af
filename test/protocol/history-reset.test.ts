import { describe, expect, it } from 'vitest';
import { UserError } from '../../src/errors.ts';
import { historyReset } from '../../src/protocol/history-reset.ts';
import type { RealtimeItem } from '../../src/protocol/items.ts';

function said(itemId: string, text: string): RealtimeItem {
  return { itemId, type: 'message', role: 'user', status: 'completed', content: [{ type: 'input_text', text }] };
}

const spoken: RealtimeItem = {
  itemId: 'spoken',
  type: 'message',
  role: 'assistant',
  status: 'completed',
  content: [{ type: 'output_audio', transcript: 'Good morning.' }],
};
const call: RealtimeItem = {
  itemId: 'call',
  type: 'function_call',
  status: 'completed',
  name: 'book',
  arguments: '{}',
  output: 'ok',
  callId: 'c',
};
const mcpCall: RealtimeItem = {
  itemId: 'mcp',
  type: 'mcp_call',
  status: 'completed',
  name: 'find',
  arguments: '{}',
  output: 'x',
};

/** The events in short: `-a` for a deletion, `a` for an appended item, `a<b` for one behind b. */
function plan(from: RealtimeItem[], to: RealtimeItem[]): string[] {
  return historyReset(from, to).map((event) => {
    if (event.type === 'conversation.item.delete') return `-${event.item_id}`;
    const name = event.item.id ?? event.item.type;
    return event.previous_item_id === undefined ? name : `${name}<${event.previous_item_id}`;
  });
}

describe('historyReset', () => {
  it.each([
    ['sends nothing for the same history', [said('a', '1'), spoken], [said('a', '1'), spoken], []],
    ['deletes what is gone', [said('a', '1'), spoken, mcpCall], [said('a', '1')], ['-spoken', '-mcp']],
    ['appends what is new', [spoken], [spoken, said('a', '1'), said('b', '2')], ['a', 'b']],
    ['puts new items where they belong', [spoken], [said('a', '1'), said('b', '2'), spoken], ['a<root', 'b<a']],
    ['replaces a changed item in its place', [said('a', '1'), spoken], [said('a', '2'), spoken], ['-a', 'a<root']],
    [
      'mixes all of it',
      [said('a', '1'), said('b', '2'), spoken, said('d', '4')],
      [said('a', '1'), said('x', '!'), spoken, said('d', '5'), said('e', '6')],
      ['-b', '-d', 'x<a', 'd', 'e'],
    ],
    ['restores a call with its output', [], [call], ['call', 'function_call_output']],
  ] as [string, RealtimeItem[], RealtimeItem[], string[]][])('%s', (_name, from, to, expected) => {
    expect(plan(from, to)).toEqual(expected);
  });

  it.each([
    ['speech of the assistant', [], [spoken], 'output_text'],
    ['a tool server’s call', [], [mcpCall], 'only stay or be removed'],
    ['a call without its callId', [], [{ ...call, callId: undefined }], 'callId'],
    ['a changed call', [call], [{ ...call, output: 'other' }], "can't be changed"],
    ['a message in place of a call', [call], [said('call', '1')], "can't be changed"],
  ] as [string, RealtimeItem[], RealtimeItem[], string][])('refuses %s', (_name, from, to, words) => {
    expect(() => historyReset(from, to)).toThrowError(
      expect.objectContaining({
        constructor: UserError,
        code: 'ERR_HISTORY_ITEM',
        message: expect.stringContaining(words),
      }),
    );
  });
});
