// Listeners of a transport that throw or reject, whatever they were told of: the connection goes on as if they had not.

import { describe, expect, it } from 'vitest';
import type { OpenAIRealtimeEventTypes } from '../../src/transports/openai-events.ts';
import { SAMPLE_EVENTS } from '../protocol/sample-events.ts';
import { connectedRig, TRANSPORT_EVENTS } from './connected-rig.ts';

type Rig = Awaited<ReturnType<typeof connectedRig>>;
type EventName = keyof OpenAIRealtimeEventTypes;

const place = { response_id: 'r', item_id: 'a', output_index: 0, content_index: 0 };
const CALL = { type: 'function_call', id: 'f', call_id: 'c', name: 'book', arguments: '{}', status: 'completed' };

const HOSTED = [
  { type: 'mcp_list_tools', id: 'm1', server_label: 'docs', tools: [{ name: 'find', input_schema: {} }] },
  { type: 'mcp_approval_request', id: 'm2', server_label: 'docs', name: 'find', arguments: '{}' },
  { type: 'mcp_call', id: 'm3', server_label: 'docs', name: 'find', arguments: '{}', output: 'found' },
];

/** One of every event of the server, and what it takes for the rest of the transport's own to come up. */
async function outcomeOf(prepare: (transport: Rig['transport']) => void) {
  const { transport, socket, clock, takeEvents } = await connectedRig();
  prepare(transport);
  for (const event of Object.values(SAMPLE_EVENTS)) socket.receive({ ...event });
  socket.receive({ type: 'response.created', event_id: 'e', response: { id: 'r' } });
  const delta = Buffer.alloc(48_000).toString('base64');
  socket.receive({ type: 'response.output_audio.delta', event_id: 'e', ...place, delta });
  await clock.advance(100);
  socket.receive({ type: 'response.output_item.done', event_id: 'e', response_id: 'r', output_index: 1, item: CALL });
  const output = { type: 'function_call_output', id: 'o', call_id: 'c', output: 'done' };
  socket.receive({ type: 'conversation.item.added', event_id: 'e', item: output });
  for (const item of HOSTED) socket.receive({ type: 'conversation.item.done', event_id: 'e', item });
  socket.receive({ type: 'input_audio_buffer.speech_started', event_id: 'e', audio_start_ms: 0, item_id: 'u' });
  socket.drop(1006, 'gone');
  await clock.advance(0);
  const events = takeEvents();
  const failures = events.filter(([name, event]) => name === 'error' && isListenerError(event));
  return {
    told: events.filter((event) => !failures.includes(event)),
    sent: socket.take().map(({ event_id: _id, ...event }) => event),
    failures: failures.length,
  };
}

function isListenerError(event: unknown): boolean {
  return (event as { code?: string }).code === 'ERR_LISTENER_FAILED';
}

const undisturbed = await outcomeOf(() => {});
const names: EventName[] = [
  ...TRANSPORT_EVENTS.filter((name) => name !== 'error'),
  'disconnected',
  '*',
  ...(Object.keys(SAMPLE_EVENTS).filter((name) => name.includes('.')) as EventName[]),
];

describe.each<[how: string, listener: () => unknown]>([
  [
    'throws',
    () => {
      throw new Error('listener');
    },
  ],
  ['rejects', () => Promise.reject(new Error('listener'))],
])('a listener that %s', (_how, listener) => {
  it.each(names)('of %s is an error each time, and the connection misses nothing', async (name) => {
    let times = 0;
    const { told, sent, failures } = await outcomeOf((transport) =>
      transport.prependListener(name, () => {
        times += 1;
        return listener();
      }),
    );
    expect({ told, sent }).toEqual({ told: undisturbed.told, sent: undisturbed.sent });
    expect(failures).toBe(times);
    expect(times).toBeGreaterThan(0);
  });
});
