// Bad weather: what reaches the user and the server when something goes wrong.

import type { Row } from './row.ts';
import { Call, calls, item, says, settle, toolOf, wait } from './side.ts';

const UNHEARD = 'the model must not believe that the user heard what was not played';
const STALLED = 'every call gets an output, and the model is asked to go on';

export const weather: readonly Row[] = [
  {
    name: 'two queued items are interrupted after 300 ms: what is truncated',
    better: UNHEARD,
    observe: async (side) => {
      const call = await Call.open(side);
      await call.server(
        says.started('r1'),
        says.audio('r1', 'a', 500),
        says.audioDone('r1', 'a'),
        says.audio('r1', 'b', 500),
      );
      await wait(300);
      call.session.interrupt();
      await settle();
      return call
        .sent('conversation.item.truncate')
        .map((sent) => `${String(sent['item_id'])} at ${String(sent['audio_end_ms'])}`)
        .join(', ');
    },
  },
  {
    name: 'audio of a response that was interrupted comes late: what the app plays',
    better: 'late audio of a cancelled response is never played',
    observe: async (side) => {
      const call = await Call.open(side);
      await call.server(says.started('r1'), says.audio('r1', 'a', 200));
      await wait(100);
      call.session.interrupt();
      await call.server(says.audio('r1', 'a', 200), says.audio('r1', 'a', 200));
      return `${call.heard('audio').length - 1} late deltas played`;
    },
  },
  {
    name: 'interrupt() before the first audio of a response',
    better: 'a stop button works at any time',
    observe: async (side) => {
      const call = await Call.open(side);
      await call.server(says.started('r1'));
      call.session.interrupt();
      await settle();
      return `${call.count('response.cancel')} cancel`;
    },
  },
  {
    name: 'interrupt() twice',
    observe: async (side) => {
      const call = await Call.open(side);
      await call.server(says.started('r1'), says.audio('r1', 'a', 1000));
      await wait(200);
      call.session.interrupt();
      call.session.interrupt();
      await settle();
      return `${call.count('response.cancel')} cancel, ${call.count('conversation.item.truncate')} truncate`;
    },
  },
  {
    name: 'the user speaks over the agent: cancel and truncate, when the server cancels by itself',
    better: 'what the server has cancelled by itself is not cancelled again',
    observe: async (side) => {
      const call = await Call.open(side);
      await call.server(says.started('r1'), says.audio('r1', 'a', 1000));
      await wait(200);
      await call.server(says.speechStarted());
      return `${call.count('response.cancel')} cancel, truncated at ${String(call.sent('conversation.item.truncate')[0]?.['audio_end_ms'])} ms`;
    },
  },
  {
    name: 'a listener of audio throws',
    better: 'one failing listener takes neither the process nor the rest of the event with it',
    observe: async (side) => {
      const call = await Call.open(side);
      call.session.on('audio', () => {
        throw new Error('listener');
      });
      await call.server(says.started('r1'), says.audio('r1', 'a', 20));
      return call.escaped === undefined ? 'an error event' : 'escapes into the socket: the process ends';
    },
  },
  {
    name: 'the server reports an error that nobody listens to',
    better: 'the process lives; the error is logged',
    observe: async (side) => {
      const call = await Call.open(side, { hears: [] });
      await call.server(says.error({ message: 'rate limit' }));
      return call.escaped === undefined ? 'nothing is thrown' : 'throws into the socket: the process ends';
    },
  },
  {
    name: 'the app emits error on a session without listeners',
    observe: async (side) => {
      const call = await Call.open(side, { hears: [] });
      try {
        call.session.emit('error', { type: 'error', error: new Error('own') });
        return 'no throw';
      } catch {
        return 'throws';
      }
    },
  },
  {
    name: 'the socket is lost: what the session says',
    better: 'a lost connection is seen, with its code, and made again',
    observe: async (side) => {
      const call = await Call.open(side, { hears: ['error', 'connection'] });
      call.socket.drop(1006, 'gone');
      await settle();
      const changes = call.heard('connection').map(([change]) => change as { state: string; closeCode?: number });
      return changes.length === 0
        ? 'nothing'
        : changes.map(({ state, closeCode }) => `${state} (${closeCode})`).join(', ');
    },
  },
  {
    name: 'the far side hangs up (1000): what the session says, and the signal of a tool that runs',
    better: 'the end of a call is told, is no error, and nothing runs on behind it',
    observe: async (side) => {
      let signal: AbortSignal | undefined;
      const execute = (_input: unknown, _context: unknown, details?: { signal?: AbortSignal }) => {
        signal = details?.signal;
        return new Promise(() => {});
      };
      const agent = side.agent({ name: 'Ann', tools: [toolOf(side, { execute })] });
      const call = await Call.open(side, { agent, hears: ['error', 'connection'] });
      await calls(call, 'weather');
      call.socket.drop(1000, 'bye');
      await settle();
      const told = call.told.map(([name, change]) => `${name} ${String((change as { state?: string }).state)}`);
      return `${told.join(', ') || 'nothing'}; ${signal?.aborted === true ? 'aborted' : 'not aborted'}`;
    },
  },
  {
    name: 'a message of the server that is no JSON',
    better: 'it is reported once',
    observe: async (side) => {
      const call = await Call.open(side, { hears: ['error'] });
      await call.server('{nonsense');
      return `${call.heard('error').length} error`;
    },
  },
  {
    name: 'an event of a type that nobody knows',
    observe: async (side) => {
      const call = await Call.open(side, { hears: ['transport_event', 'error'] });
      await call.server(says.other('response.brand_new', { x: 1 }));
      return `${call.heard('transport_event').length} transport_event, ${call.heard('error').length} error`;
    },
  },
  {
    name: 'an audio delta without its content index',
    better: 'a malformed event is reported instead of lost in silence',
    observe: async (side) => {
      const call = await Call.open(side, { hears: ['error', 'audio'] });
      await call.server(says.started('r1'), says.audio('r1', 'a', 20, { content_index: undefined }));
      return `${call.heard('audio').length} audio, ${call.heard('error').length} error`;
    },
  },
  {
    name: 'an audio delta with the content index -1',
    better: 'a malformed event is reported, and nothing is played or truncated by it',
    observe: async (side) => {
      const call = await Call.open(side, { hears: ['error', 'audio'] });
      await call.server(says.started('r1'), says.audio('r1', 'a', 20, { content_index: -1 }));
      return `${call.heard('audio').length} audio, ${call.heard('error').length} error`;
    },
  },
  {
    name: 'a function call is announced twice',
    better: 'the service refuses a second output of a call',
    observe: async (side) => {
      const call = await Call.open(side, { agent: side.agent({ name: 'Ann', tools: [toolOf(side)] }) });
      const made = item.call('c1', 'weather', {});
      await call.server(
        says.started('r1'),
        says.outputItem('r1', made),
        says.outputItem('r1', made),
        says.done('r1', [made]),
      );
      return `${call.outputs().length} outputs`;
    },
  },
  {
    name: 'response.done comes twice: usage',
    better: 'tokens are counted once',
    observe: async (side) => {
      const call = await Call.open(side);
      const done = says.done('r1');
      await call.server(says.started('r1'), done, done);
      return `${call.session.usage.requests} request, ${call.session.usage.totalTokens} tokens`;
    },
  },
  {
    name: 'items arrive in the order u1 a3 u4 u2 a1',
    better: 'history has the order of the conversation',
    observe: async (side) => {
      const call = await Call.open(side);
      await call.server(
        says.item(item.user('u1', 'one'), null),
        says.item(item.spoken('a3', 'two'), 'u2'),
        says.item(item.user('u4', 'three'), 'a3'),
        says.item(item.user('u2', 'two'), 'a1'),
        says.item(item.spoken('a1', 'one'), 'u1'),
      );
      return call.historyIds();
    },
  },
  {
    name: 'done comes before added: the text of the item',
    better: 'finished text is never wiped',
    observe: async (side) => {
      const call = await Call.open(side);
      await call.server(
        says.item(item.spoken('a1', 'hello'), null, 'done'),
        says.item({ ...item.spoken('a1', '', 'in_progress'), content: [] }, null, 'added'),
      );
      return JSON.stringify(call.session.history.map(({ status, content }) => [status, content]));
    },
  },
  {
    name: 'partial transcripts in history while the agent speaks',
    better: 'an app can show what is being said',
    observe: async (side) => {
      const call = await Call.open(side);
      await call.server(
        says.started('r1'),
        says.item({ ...item.spoken('a1', '', 'in_progress'), content: [] }, null),
        says.transcript('r1', 'a1', 'Hello'),
      );
      const [first] = call.session.history as unknown as { content: { transcript?: string }[] }[];
      return first?.content[0]?.transcript ?? 'none';
    },
  },
  {
    name: 'a tool throws',
    observe: async (side) => {
      const tool = toolOf(side, {
        execute: () => {
          throw new Error('secret');
        },
      });
      const call = await Call.open(side, { agent: side.agent({ name: 'Ann', tools: [tool] }) });
      await calls(call, 'weather');
      return `${call.answer()}, its text ${call.outputs()[0]?.includes('secret') === true ? 'leaks' : 'does not leak'}`;
    },
  },
  {
    name: 'a tool with errorFunction: null throws',
    better: STALLED,
    observe: async (side) => {
      const tool = toolOf(side, { errorFunction: null, execute: () => Promise.reject(new Error('no')) });
      const call = await Call.open(side, { agent: side.agent({ name: 'Ann', tools: [tool] }) });
      await calls(call, 'weather');
      return `${call.answer()}, ${call.heard('error').length} error`;
    },
  },
  {
    name: 'the arguments of a call are no JSON',
    better: STALLED,
    observe: async (side) => {
      const parameters = { type: 'object', properties: {}, required: [], additionalProperties: true };
      const tool = toolOf(side, { parameters, strict: false });
      const call = await Call.open(side, { agent: side.agent({ name: 'Ann', tools: [tool] }) });
      await calls(call, 'weather', '{"city":');
      return call.answer();
    },
  },
  {
    name: 'the arguments of a call do not match the schema',
    observe: async (side) => {
      const call = await Call.open(side, { agent: side.agent({ name: 'Ann', tools: [toolOf(side)] }) });
      await calls(call, 'weather', { city: 7 });
      return call.answer();
    },
  },
  {
    name: 'the model calls a tool that does not exist',
    better: STALLED,
    observe: async (side) => {
      const call = await Call.open(side);
      await calls(call, 'nonsense');
      return `${call.answer()}, ${call.heard('error').length} error`;
    },
  },
  {
    name: 'a tool never returns',
    better: 'a call ends after 60 s unless its tool says otherwise',
    observe: async (side) => {
      const tool = toolOf(side, { execute: () => new Promise(() => {}) });
      const call = await Call.open(side, { agent: side.agent({ name: 'Ann', tools: [tool] }) });
      await calls(call, 'weather');
      await wait(61_000);
      return call.answer();
    },
  },
  {
    name: 'a tool runs when the session closes: its signal',
    better: 'what nobody waits for any more can stop',
    observe: async (side) => {
      let signal: AbortSignal | undefined;
      const execute = (_input: unknown, _context: unknown, details?: { signal?: AbortSignal }) => {
        signal = details?.signal;
        return new Promise(() => {});
      };
      const call = await Call.open(side, { agent: side.agent({ name: 'Ann', tools: [toolOf(side, { execute })] }) });
      await calls(call, 'weather');
      call.session.close();
      return signal === undefined ? 'none' : signal.aborted ? 'aborted' : 'not aborted';
    },
  },
  {
    name: 'connect() on an open session',
    better: 'a second connect() is refused and harms nothing',
    observe: async (side) => {
      const call = await Call.open(side, { agent: side.agent({ name: 'Ann', tools: [toolOf(side)] }) });
      const outcome = await call.session.connect({ apiKey: 'ek_test' }).then(
        () => 'resolves',
        () => 'is refused',
      );
      await calls(call, 'weather');
      return `${outcome}; a tool call after it: ${call.answer()}`;
    },
  },
  {
    name: 'a response fails: what the app hears',
    better: 'a failed response is an event with its reason',
    observe: async (side) => {
      const call = await Call.open(side);
      const reason = { type: 'failed', error: { type: 'server_error', code: 'overloaded' } };
      await call.server(says.started('r1'), says.done('r1', [], { status: 'failed', status_details: reason }));
      return call.names('agent_end', 'error').join(', ');
    },
  },
  {
    name: 'a fast guardrail trips while a slow one still reads',
    better: 'a trip waits for nobody',
    observe: async (side) => {
      const outputGuardrails = [
        { name: 'slow', execute: () => new Promise(() => {}) },
        { name: 'fast', execute: async () => ({ tripwireTriggered: true, outputInfo: 'no' }) },
      ];
      const call = await Call.open(side, { session: { outputGuardrails } });
      await call.server(says.started('r1'), says.transcript('r1', 'a1', 'x'.repeat(120)));
      return `${call.heard('guardrail_tripped').length} trip`;
    },
  },
  {
    name: 'one guardrail over 700 characters that come while it thinks: runs at the same time',
    better: 'one run in flight, and the next reads all that came meanwhile',
    observe: async (side) => {
      let running = 0;
      const execute = () => {
        running += 1;
        return new Promise(() => {});
      };
      const call = await Call.open(side, { session: { outputGuardrails: [{ name: 'g', execute }] } });
      await call.server(says.started('r1'));
      for (let count = 0; count < 7; count++) await call.server(says.transcript('r1', 'a1', 'x'.repeat(100)));
      return String(running);
    },
  },
  {
    name: 'a response without text: guardrail runs',
    better: 'there is nothing to read',
    observe: async (side) => {
      let runs = 0;
      const execute = async () => {
        runs += 1;
        return { tripwireTriggered: false, outputInfo: '' };
      };
      const call = await Call.open(side, { session: { outputGuardrails: [{ name: 'g', execute }] } });
      await call.server(says.started('r1'), says.done('r1'));
      return String(runs);
    },
  },
  {
    name: 'a listener changes an item that history_updated handed out',
    better: 'what is handed out can not corrupt the session',
    observe: async (side) => {
      const call = await Call.open(side);
      call.session.on('history_updated', (history: { content?: unknown }[]) => {
        for (const each of history) {
          try {
            each.content = [];
          } catch {
            // Refused.
          }
        }
      });
      await call.server(says.item(item.user('u1', 'one'), null));
      return JSON.stringify(call.session.history[0]?.['content']);
    },
  },
];
