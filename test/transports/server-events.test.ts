import { describe, expect, it } from 'vitest';
import { ProtocolError } from '../../src/errors.ts';
import { SAMPLE_EVENTS } from '../protocol/sample-events.ts';
import { connectedRig } from './connected-rig.ts';

const item = { type: 'message', id: 'a', role: 'assistant', content: [{ type: 'output_audio', transcript: 'Hi' }] };
const historyItem = {
  itemId: 'a',
  type: 'message',
  role: 'assistant',
  status: 'completed',
  content: [{ type: 'output_audio', transcript: 'Hi' }],
};
const call = { type: 'function_call', id: 'f', call_id: 'c', name: 'book', arguments: '{"n":1}', status: 'completed' };
const callItem = {
  itemId: 'f',
  type: 'function_call',
  status: 'in_progress',
  name: 'book',
  arguments: '{"n":1}',
  output: null,
  callId: 'c',
};
const usage = {
  inputTokens: 10,
  outputTokens: 20,
  totalTokens: 30,
  inputTokensDetails: { text_tokens: 10, cached_text_tokens: 3 },
  outputTokensDetails: { audio_tokens: 20 },
};
const target = { response_id: 'r', item_id: 'a', output_index: 0, content_index: 0 };

describe('what each event of the server becomes', () => {
  const rows: [name: string, event: object, expected: [string, ...unknown[]][]][] = [
    ...(['added', 'done'] as const).map((stage): [string, object, [string, ...unknown[]][]] => [
      `conversation.item.${stage} with the output of a call`,
      {
        type: `conversation.item.${stage}`,
        event_id: 'e',
        item: { type: 'function_call_output', id: 'o', call_id: 'c', output: 'sunny' },
      },
      [['function_call_output', { callId: 'c' }]],
    ]),
    [
      'response.created',
      { type: 'response.created', event_id: 'e', response: { id: 'r' } },
      [
        [
          'turn_started',
          {
            type: 'response_started',
            providerData: { type: 'response.created', event_id: 'e', response: { id: 'r' } },
          },
        ],
      ],
    ],
    [
      'response.done',
      SAMPLE_EVENTS['response.done'],
      [
        ['usage_update', usage],
        ['turn_done', { type: 'response_done', response: { id: 'resp_1', output: [], status: 'completed', usage } }],
      ],
    ],
    [
      'a cancelled response, with its reason',
      {
        type: 'response.done',
        response: { id: 'r', status: 'cancelled', status_details: { reason: 'turn_detected' } },
      },
      [
        [
          'turn_done',
          {
            type: 'response_done',
            response: { id: 'r', output: [], status: 'cancelled', statusReason: 'turn_detected' },
          },
        ],
      ],
    ],
    [
      'a failed response, with its error',
      {
        type: 'response.done',
        response: { id: 'r', status: 'failed', status_details: { error: { code: 'overloaded' } } },
      },
      [
        [
          'turn_done',
          { type: 'response_done', response: { id: 'r', output: [], status: 'failed', statusReason: 'overloaded' } },
        ],
      ],
    ],
    [
      'response.output_audio_transcript.delta',
      { type: 'response.output_audio_transcript.delta', ...target, delta: 'Hi' },
      [['audio_transcript_delta', { type: 'transcript_delta', itemId: 'a', delta: 'Hi', responseId: 'r' }]],
    ],
    [
      'response.output_text.delta',
      { type: 'response.output_text.delta', ...target, delta: 'Hi' },
      [['output_text_delta', { type: 'output_text_delta', itemId: 'a', delta: 'Hi', responseId: 'r' }]],
    ],
    [
      'response.output_audio.done',
      { type: 'response.output_audio.done', ...target },
      [['audio_done', { itemId: 'a', responseId: 'r' }]],
    ],
    [
      'conversation.item.added',
      { type: 'conversation.item.added', previous_item_id: 'u', item },
      [['item_update', { ...historyItem, previousItemId: 'u', status: 'in_progress' }]],
    ],
    [
      'conversation.item.done',
      { type: 'conversation.item.done', previous_item_id: null, item },
      [['item_update', { ...historyItem, previousItemId: null }]],
    ],
    ['conversation.item.retrieved', { type: 'conversation.item.retrieved', item }, [['item_update', historyItem]]],
    [
      'response.output_item.added',
      { type: 'response.output_item.added', response_id: 'r', item },
      [['item_update', { ...historyItem, status: 'in_progress' }]],
    ],
    [
      'response.output_item.done',
      { type: 'response.output_item.done', response_id: 'r', item },
      [['item_update', historyItem]],
    ],
    [
      'a finished call',
      { type: 'response.output_item.done', response_id: 'r', item: call },
      [
        ['item_update', callItem],
        [
          'function_call',
          { id: 'f', type: 'function_call', callId: 'c', name: 'book', arguments: '{"n":1}', responseId: 'r' },
        ],
      ],
    ],
    [
      'a call that was cut off, which must not run',
      {
        type: 'response.output_item.done',
        response_id: 'r',
        item: { ...call, status: 'incomplete', arguments: '{"n' },
      },
      [],
    ],
    [
      'conversation.item.deleted',
      { type: 'conversation.item.deleted', item_id: 'a' },
      [['item_deleted', { itemId: 'a' }]],
    ],
    [
      'a tool server’s list',
      {
        type: 'conversation.item.done',
        item: {
          type: 'mcp_list_tools',
          id: 'l',
          server_label: 'desk',
          tools: [{ name: 'find', description: null, input_schema: {} }],
        },
      },
      [['mcp_tools_listed', { serverLabel: 'desk', tools: [{ name: 'find', input_schema: {} }] }]],
    ],
    [
      'a tool server’s call',
      {
        type: 'conversation.item.done',
        item: { type: 'mcp_call', id: 'm', name: 'find', arguments: '{}', output: 'x' },
      },
      ['item_update', 'mcp_tool_call_completed'].map((name) => [
        name,
        { itemId: 'm', type: 'mcp_call', status: 'completed', name: 'find', arguments: '{}', output: 'x' },
      ]),
    ],
    [
      'a tool server’s request for approval',
      {
        type: 'conversation.item.done',
        item: { type: 'mcp_approval_request', id: 'm', server_label: 'desk', name: 'find', arguments: '{"q":1}' },
      },
      ['item_update', 'mcp_approval_request'].map((name) => [
        name,
        {
          itemId: 'm',
          type: 'mcp_approval_request',
          serverLabel: 'desk',
          name: 'find',
          arguments: { q: 1 },
          approved: null,
        },
      ]),
    ],
    [
      'input_audio_buffer.speech_started',
      { type: 'input_audio_buffer.speech_started', item_id: 'u', audio_start_ms: 900 },
      [['speech_started', { itemId: 'u', audioStartMs: 900, serverInterrupts: true }]],
    ],
    [
      'input_audio_buffer.speech_stopped',
      { type: 'input_audio_buffer.speech_stopped', item_id: 'u', audio_end_ms: 1900 },
      [['speech_stopped', { itemId: 'u', audioEndMs: 1900 }]],
    ],
    [
      'error',
      SAMPLE_EVENTS.error,
      [['error', { type: 'error', error: SAMPLE_EVENTS.error, eventId: 'mine_1', code: 'invalid_value' }]],
    ],
  ];
  it.each(rows)('%s', async (_name, event, expected) => {
    const { socket, takeEvents } = await connectedRig({ isDriven: true });
    socket.receive(event);
    expect(takeEvents()).toEqual(expected);
    expect(socket.take()).toEqual([]);
  });

  it('tells where a call belongs when the server has said so before', async () => {
    const { socket, takeEvents } = await connectedRig({ isDriven: true });
    const writing = { ...call, status: 'in_progress', arguments: '' };
    socket.receive({ type: 'conversation.item.added', previous_item_id: 'u', item: writing });
    socket.receive({ type: 'response.output_item.done', response_id: 'r', item: call });
    expect(
      takeEvents().map(([name, detail]) => [name, (detail as { previousItemId?: string }).previousItemId]),
    ).toEqual([
      ['item_update', 'u'],
      ['item_update', 'u'],
      ['function_call', 'u'],
    ]);
  });
});

describe('transcripts of the user', () => {
  const spoken = { type: 'message', id: 'u', role: 'user', content: [{ type: 'input_audio', transcript: null }] };
  const completed = {
    type: 'conversation.item.input_audio_transcription.completed',
    item_id: 'u',
    content_index: 0,
    transcript: 'two nights',
  };

  it('are put into the item that is known, without asking the server', async () => {
    const { socket, takeEvents } = await connectedRig();
    socket.receive({ type: 'conversation.item.added', previous_item_id: null, item: spoken });
    takeEvents();
    socket.receive(completed);
    expect(takeEvents()).toEqual([
      [
        'item_update',
        {
          itemId: 'u',
          previousItemId: null,
          type: 'message',
          role: 'user',
          status: 'completed',
          content: [{ type: 'input_audio', transcript: 'two nights' }],
        },
      ],
    ]);
    expect(socket.take()).toEqual([]);
  });

  it('are asked for when the item is not known', async () => {
    const { socket, takeEvents } = await connectedRig();
    socket.receive(completed);
    expect(takeEvents()).toEqual([]);
    expect(socket.take()).toEqual([{ type: 'conversation.item.retrieve', item_id: 'u' }]);
  });
});

describe('the raw events', () => {
  it('come first, each once, and by their own name', async () => {
    const { transport, socket } = await connectedRig();
    const order: string[] = [];
    transport.on('*', (event) => order.push(`* ${event.type}`));
    transport.on('response.output_text.delta', (event) => order.push(`own ${event.delta}`));
    transport.on('output_text_delta', () => order.push('derived'));
    transport.on('response.made_up', (event) => order.push(`own ${String(event.event_id)}`));
    socket.receive({ type: 'response.output_text.delta', ...target, delta: 'Hi' });
    socket.receive({ type: 'response.made_up', event_id: 'e' });
    expect(order).toEqual(['* response.output_text.delta', 'own Hi', 'derived', '* response.made_up', 'own e']);
  });

  it.each(['{"type":', 'null', '[]', '{"no":"type"}'])(
    '%s is one typed error, and the connection goes on',
    async (text) => {
      const { socket, transport, takeEvents } = await connectedRig();
      const raw: unknown[] = [];
      transport.on('*', (event) => raw.push(event));
      socket.receive(text);
      expect(takeEvents()).toEqual([
        ['error', { type: 'error', error: expect.any(ProtocolError), eventId: undefined, code: 'ERR_MALFORMED_EVENT' }],
      ]);
      expect(raw).toEqual([]);
      socket.receive({ type: 'conversation.item.deleted', item_id: 'a' });
      expect(takeEvents()).toEqual([['item_deleted', { itemId: 'a' }]]);
    },
  );

  it('of a type we read that are malformed pass through and are reported with their id', async () => {
    const { socket, transport, takeEvents } = await connectedRig();
    const raw: unknown[] = [];
    transport.on('*', (event) => raw.push(event));
    const event = { type: 'response.output_audio.delta', event_id: 'e9', delta: 4 };
    socket.receive(event);
    expect(raw).toEqual([event]);
    expect(takeEvents()).toEqual([
      ['error', { type: 'error', error: expect.any(ProtocolError), eventId: 'e9', code: 'ERR_MALFORMED_EVENT' }],
    ]);
  });

  it('can be changed by a listener without harm', async () => {
    const { socket, transport, takeEvents } = await connectedRig();
    transport.on('*', (event) => Object.assign(event, { item: null, item_id: null }));
    socket.receive({ type: 'conversation.item.added', item });
    socket.receive({ type: 'conversation.item.deleted', item_id: 'a' });
    expect(takeEvents()).toEqual([
      ['item_update', { ...historyItem, status: 'in_progress' }],
      ['item_deleted', { itemId: 'a' }],
    ]);
  });

  it('end a response whatever else is wrong in them, and that is reported', async () => {
    const { socket, takeEvents } = await connectedRig();
    socket.receive({ type: 'response.done', event_id: 'e1', response: { id: 'r', status: 'weird', usage: 4 } });
    expect(takeEvents()).toEqual([
      ['turn_done', { type: 'response_done', response: { id: 'r', output: [], status: 'completed' } }],
      ['error', { type: 'error', error: expect.any(ProtocolError), eventId: 'e1', code: 'ERR_MALFORMED_EVENT' }],
    ]);
  });
});
