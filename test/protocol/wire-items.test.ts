import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeServerEvent } from '../../src/protocol/decode.ts';
import type { RealtimeItem } from '../../src/protocol/items.ts';
import type { ServerItem } from '../../src/protocol/server-events.ts';
import { realtimeItem, whyNotCreatable, wireItems } from '../../src/protocol/wire-items.ts';

const done = { isDone: true };

describe('realtimeItem', () => {
  it('turns the three kinds of messages into entries of the history', () => {
    const system = {
      type: 'message',
      id: 's',
      role: 'system',
      content: [{ type: 'input_text', text: 'be kind' }],
    } as const;
    const user = {
      type: 'message',
      id: 'u',
      role: 'user',
      content: [
        { type: 'input_audio', transcript: null },
        { type: 'input_text', text: 'hi' },
      ],
    } as const;
    const assistant = {
      type: 'message',
      id: 'a',
      role: 'assistant',
      status: 'incomplete',
      content: [
        { type: 'output_audio', transcript: 'Hel', audio: 'AAAA' },
        { type: 'text', text: 'old name' },
      ],
    } as const;
    expect(realtimeItem({ ...system, content: [...system.content] }, done)).toEqual({
      itemId: 's',
      type: 'message',
      role: 'system',
      content: [{ type: 'input_text', text: 'be kind' }],
    });
    expect(realtimeItem({ ...user, content: [...user.content] }, { isDone: false, previousItemId: null })).toEqual({
      itemId: 'u',
      previousItemId: null,
      type: 'message',
      role: 'user',
      status: 'in_progress',
      content: [
        { type: 'input_audio', transcript: null },
        { type: 'input_text', text: 'hi' },
      ],
    });
    expect(realtimeItem({ ...assistant, content: [...assistant.content] }, { ...done, previousItemId: 'u' })).toEqual({
      itemId: 'a',
      previousItemId: 'u',
      type: 'message',
      role: 'assistant',
      status: 'incomplete',
      content: [
        { type: 'output_audio', transcript: 'Hel', audio: 'AAAA' },
        { type: 'output_text', text: 'old name' },
      ],
    });
  });

  it('keeps a call in progress until it has its output', () => {
    const call = {
      type: 'function_call',
      id: 'f',
      call_id: 'c',
      name: 'book',
      arguments: '{}',
      status: 'completed',
    } as const;
    expect(realtimeItem(call, done)).toEqual({
      itemId: 'f',
      type: 'function_call',
      status: 'in_progress',
      name: 'book',
      arguments: '{}',
      output: null,
      callId: 'c',
    });
  });

  it('shows unreadable arguments of an approval request as text', () => {
    const request = {
      type: 'mcp_approval_request',
      id: 'm',
      server_label: 'desk',
      name: 'find',
      arguments: '{"q":',
    } as const;
    expect(realtimeItem(request, done)).toMatchObject({ serverLabel: 'desk', arguments: { text: '{"q":' } });
  });

  it.each<ServerItem>([
    { type: 'function_call_output', id: 'o', call_id: 'c', output: 'x' },
    { type: 'mcp_approval_response', id: 'p', approval_request_id: 'm', approve: true },
    { type: 'mcp_list_tools', id: 'l', server_label: 'desk', tools: [] },
  ])('makes no entry of $type', (item) => {
    expect(realtimeItem(item, done)).toBeNull();
  });
});

describe('a history that is created again', () => {
  const text = fc.string({ minLength: 1 });
  const status = fc.constantFrom('in_progress' as const, 'completed' as const, 'incomplete' as const);
  const itemId = fc.uuid();
  const inputText = fc.record({ type: fc.constant('input_text' as const), text });
  const storedAudio = fc.record({
    type: fc.constant('input_audio' as const),
    audio: fc.constant('AAAA'),
    transcript: text,
  });
  const item: fc.Arbitrary<RealtimeItem> = fc.oneof(
    fc.record({
      itemId,
      type: fc.constant('message' as const),
      role: fc.constant('system' as const),
      content: fc.array(inputText),
    }),
    fc.record({
      itemId,
      type: fc.constant('message' as const),
      role: fc.constant('user' as const),
      status,
      content: fc.array(fc.oneof(inputText, storedAudio)),
    }),
    fc.record({
      itemId,
      type: fc.constant('message' as const),
      role: fc.constant('assistant' as const),
      status,
      content: fc.array(fc.record({ type: fc.constant('output_text' as const), text })),
    }),
    fc.record({
      itemId,
      type: fc.constant('function_call' as const),
      status: fc.constant('in_progress' as const),
      name: text,
      arguments: text,
      output: fc.constant(null),
      callId: fc.uuid(),
    }),
  );

  it('comes back as it was', () => {
    fc.assert(
      fc.property(item, (original) => {
        expect(whyNotCreatable(original)).toBeNull();
        const [wire] = wireItems(original);
        const echo = JSON.stringify({ type: 'conversation.item.retrieved', item: wire });
        const decoded = decodeServerEvent(echo);
        if (decoded.kind !== 'read' || decoded.event.type !== 'conversation.item.retrieved') {
          throw new Error(`the echo was ${decoded.kind}`);
        }
        expect(realtimeItem(decoded.event.item, done)).toEqual(original);
      }),
    );
  });
});

describe('wireItems', () => {
  it('sends a finished call with its output behind it', () => {
    const call: RealtimeItem = {
      itemId: 'f',
      type: 'function_call',
      status: 'completed',
      name: 'book',
      arguments: '{"n":1}',
      output: 'booked',
      callId: 'c',
    };
    expect(wireItems(call)).toEqual([
      { type: 'function_call', id: 'f', call_id: 'c', name: 'book', arguments: '{"n":1}' },
      { type: 'function_call_output', call_id: 'c', output: 'booked' },
    ]);
  });

  it('replays speech of the user whose audio was not stored as what was understood', () => {
    const spoken: RealtimeItem = {
      itemId: 'u',
      type: 'message',
      role: 'user',
      status: 'completed',
      content: [{ type: 'input_audio', audio: null, transcript: 'two nights' }],
    };
    expect(wireItems(spoken)).toEqual([
      {
        type: 'message',
        id: 'u',
        role: 'user',
        status: 'completed',
        content: [{ type: 'input_text', text: 'two nights' }],
      },
    ]);
  });
});
