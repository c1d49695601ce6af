// What an app does past its session, on the transport that the session drives.

import type { Row } from './row.ts';
import type { Event } from './side.ts';
import { Call, calls, says, settle, toolOf, wait } from './side.ts';

/** Bodies of the responses that were asked for. */
function asked(call: Call): string {
  const bodies = call.sent('response.create').map(({ response }) => (response as Event | undefined)?.['instructions']);
  return bodies.length === 0
    ? 'nothing'
    : bodies.map((body) => (typeof body === 'string' ? body : 'no body')).join(' ');
}

export const pastSession: readonly Row[] = [
  {
    name: 'response.create by hand while a response is active: before it ends, after it, after the next',
    observe: async (side) => {
      const call = await Call.open(side);
      await call.server(says.started('r1'));
      for (const instructions of ['one', 'two'])
        call.session.transport.sendEvent({ type: 'response.create', response: { instructions } });
      await settle();
      const seen = [asked(call)];
      await call.server(says.done('r1'));
      seen.push(asked(call));
      await call.server(says.started('r2'), says.done('r2'));
      return [...seen, asked(call)].join(', ');
    },
  },
  {
    name: 'response.create by hand, with an event id of the app',
    observe: async (side) => {
      const call = await Call.open(side);
      call.session.transport.sendEvent({ type: 'response.create', event_id: 'mine' });
      await settle();
      return JSON.stringify(call.sent('response.create'));
    },
  },
  {
    name: 'requestResponse() of the transport, twice, while a response is active: responses asked for after it',
    observe: async (side) => {
      const call = await Call.open(side);
      await call.server(says.started('r1'));
      call.session.transport.requestResponse();
      call.session.transport.requestResponse();
      await call.server(says.done('r1'), says.started('r2'), says.done('r2'));
      return `${call.count('response.create')}`;
    },
  },
  {
    name: 'a tool answers while a response.create by hand waits',
    observe: async (side) => {
      const call = await Call.open(side, { agent: side.agent({ name: 'Ann', tools: [toolOf(side)] }) });
      await call.server(says.started('r0'));
      call.session.transport.sendEvent({ type: 'response.create', response: { instructions: 'one' } });
      await call.server(says.done('r0'), says.started('r1'), says.done('r1'));
      await calls(call, 'weather', {}, 'c1', 'r2');
      return asked(call);
    },
  },
  {
    name: 'interrupt() of the transport',
    observe: async (side) => {
      const call = await Call.open(side);
      await call.server(says.started('r1'), says.audio('r1', 'a', 1000));
      await wait(200);
      call.session.transport.interrupt();
      await settle();
      const ends = call.sent('conversation.item.truncate').map((sent) => String(sent['audio_end_ms']));
      return `${call.count('response.cancel')} cancel, truncated at ${ends.join()}, ${call.heard('audio_interrupted').length} audio_interrupted`;
    },
  },
  {
    name: 'sendMessage() of the transport while a response is active',
    observe: async (side) => {
      const call = await Call.open(side);
      await call.server(says.started('r1'));
      call.session.transport.sendMessage('hello', {});
      await settle();
      const before = call.types().join();
      await call.server(says.done('r1'));
      return `${before}; ${call.types().join()}`;
    },
  },
];
