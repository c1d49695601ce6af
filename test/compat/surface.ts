// What a program imports and calls: names, members and refusals.

import * as peer from '@openai/agents-realtime';
import * as ours from '../../src/index.ts';
import type { Row } from './row.ts';
import type { Event, Side } from './side.ts';
import { Call, item, says, settle } from './side.ts';

function exportsOf({ name }: Side): Record<string, unknown> {
  return name === 'peer' ? peer : ours;
}

/** Three items of a conversation. */
async function conversation(side: Side): Promise<Call> {
  const call = await Call.open(side);
  const answer = { ...item.spoken('a1', ''), content: [{ type: 'output_text', text: 'two' }] };
  await call.server(
    says.item(item.user('u1', 'one'), null),
    says.item(answer, 'u1'),
    says.item(item.user('u3', 'three'), 'a1'),
  );
  return call;
}

function edit(name: string, change: (history: Event[]) => Event[], better?: string): Row {
  return {
    name: `updateHistory ${name}`,
    observe: async (side) => {
      const call = await conversation(side);
      try {
        call.session.updateHistory(change(structuredClone(call.session.history)));
      } catch (error) {
        return `throws ${(error as Error).name}; ${call.socket.sent.length} sent`;
      }
      await settle();
      return call.socket.sent
        .map(({ type, item_id: id, previous_item_id: previous, item: made }) => {
          const what = id ?? (made as Event)['id'];
          return `${String(type).split('.')[2]} ${String(what)}${typeof previous === 'string' ? ` behind ${previous}` : ''}`;
        })
        .join(', ');
    },
    ...(better !== undefined && { better }),
  };
}

const message = (itemId: string, role: string, content: object): Event => ({
  itemId,
  type: 'message',
  role,
  ...(role !== 'system' && { status: 'completed' }),
  content: [content],
});

export const surface: readonly Row[] = [
  {
    name: 'names that the peer exports and the other package lacks',
    observe: async (side) =>
      Object.keys(peer)
        .filter((name) => !(name in exportsOf(side)))
        .join(),
  },
  {
    name: 'the default configuration of a session',
    observe: async (side) => JSON.stringify(exportsOf(side)['DEFAULT_OPENAI_REALTIME_SESSION_CONFIG']),
  },
  {
    name: 'computeInitialSessionConfig: what it says of sound, where the app says nothing',
    observe: async (side) => {
      const { outputModalities, audio } = await side.computeConfig(side.agent({ name: 'Ann' }));
      return JSON.stringify([outputModalities, audio]);
    },
  },
  {
    name: 'a clone of an agent',
    better: 'a clone of a voice agent is one, and speaks with its voice',
    observe: async (side) => {
      const clone = side.agent({ name: 'Ann', voice: 'ash' }).clone({ name: 'Bea' }) as { voice?: string };
      return `${clone.constructor.name}, voice ${String(clone.voice)}`;
    },
  },
  {
    name: 'a response whose tokens nobody counts: usage',
    observe: async (side) => {
      const call = await Call.open(side);
      await call.server(says.started('r1'), says.done('r1', [], { usage: undefined }));
      return `${call.session.usage.requests} request, ${call.session.usage.totalTokens} tokens`;
    },
  },
  {
    name: 'usage with details of cached tokens',
    better: 'each detail is a number, as its type says',
    observe: async (side) => {
      const call = await Call.open(side);
      const details = { text_tokens: 4, cached_tokens: 2, cached_tokens_details: { text_tokens: 1 } };
      await call.server(
        says.started('r1'),
        says.done('r1', [], { usage: { input_tokens: 4, input_token_details: details } }),
      );
      return JSON.stringify((call.session.usage as unknown as Event)['inputTokensDetails']);
    },
  },
  {
    name: 'sendMessage with other event data',
    observe: async (side) => {
      const call = await Call.open(side);
      call.session.sendMessage('Hello', { event_id: 'e9', previous_item_id: 'root' });
      await settle();
      const [sent] = call.socket.sent;
      return `${String(sent?.['event_id'])} ${String(sent?.['previous_item_id'])}`;
    },
  },
  {
    name: 'sendMessage: data of the app beside a text and an image',
    observe: async (side) => {
      const call = await Call.open(side);
      const content = [
        { type: 'input_text', text: 'Look', note: 1 },
        { type: 'input_image', image: 'data:image/png;base64,AA==', providerData: { detail: 'high' } },
      ];
      call.session.sendMessage({ type: 'message', role: 'user', content });
      await settle();
      return JSON.stringify(call.firstItem()['content']);
    },
  },
  {
    name: 'sendAudio of shared memory',
    observe: async (side) => {
      const call = await Call.open(side);
      call.session.sendAudio(new SharedArrayBuffer(2));
      return String(call.socket.sent[0]?.['audio']);
    },
  },
  edit('that changes nothing', (history) => history),
  edit('edits an item in the middle', ([first = {}, , last = {}]) => [
    first,
    message('a1', 'assistant', { type: 'output_text', text: 'TWO' }),
    last,
  ]),
  edit('adds items at the front, in the middle and at the end', ([first = {}, ...rest]) => [
    message('s0', 'system', { type: 'input_text', text: 'Rules.' }),
    first,
    message('u2', 'user', { type: 'input_text', text: 'between' }),
    ...rest,
    message('u4', 'user', { type: 'input_text', text: 'last' }),
  ]),
  edit('adds speech of the assistant', (history) => [
    ...history,
    message('a9', 'assistant', { type: 'output_audio', transcript: 'spoken' }),
  ]),
  edit('adds an item of a hosted tool', (history) => [
    ...history,
    { itemId: 'm9', type: 'mcp_call', status: 'completed', name: 'find', arguments: '{}', output: 'x' },
  ]),
  {
    name: 'updateHistory with a function that changes the array it is given',
    better: 'the function has an array of its own, so the change reaches the server',
    observe: async (side) => {
      const call = await conversation(side);
      call.session.updateHistory((history: Event[]) => {
        history.pop();
        return history;
      });
      await settle();
      return `${call.count('conversation.item.delete')} deleted`;
    },
  },
];
