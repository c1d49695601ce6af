// The session over the real WebSocket transport: server events in, client events out, as JSON on a socket in memory.

import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { EventEmitter } from '../../src/emitter.node.ts';
import { RealtimeAgent, RealtimeSession, OpenAIRealtimeWebSocket, tool } from '../../src/index.ts';
import { VirtualClock } from '../../src/testing/virtual-clock.ts';
import type { WebSocketLike } from '../../src/transports/defaults.ts';
import { settle } from './stage.ts';

class MemorySocket implements WebSocketLike {
  readyState = 0;
  readonly sent: Record<string, unknown>[] = [];
  readonly #emitter = new EventEmitter<Record<string, [event: never]>>();

  addEventListener(type: string, listener: (event: never) => void): void {
    this.#emitter.on(type, listener);
  }
  open(): void {
    this.readyState = 1;
    this.#emitter.emit('open', {} as never);
  }
  send(text: string): void {
    this.sent.push(JSON.parse(text) as Record<string, unknown>);
  }
  close(code = 1000): void {
    this.readyState = 3;
    this.#emitter.emit('close', { code } as never);
  }
  receive(event: Record<string, unknown>): void {
    this.#emitter.emit('message', { data: JSON.stringify({ event_id: 'ev', ...event }) } as never);
  }
}

async function call() {
  const socket = new MemorySocket();
  const clock = new VirtualClock(settle);
  const transport = new OpenAIRealtimeWebSocket({
    clock,
    createWebSocket: async () => socket,
  });
  const weather = tool({
    name: 'weather',
    description: 'Weather of a city.',
    parameters: z.object({ city: z.string() }),
    execute: ({ city }) => `sunny in ${city}`,
  });
  const session = new RealtimeSession(new RealtimeAgent({ name: 'Ann', tools: [weather] }), { transport, clock });
  const names: string[] = [];
  for (const name of ['agent_start', 'agent_end', 'audio_start', 'audio', 'audio_interrupted', 'error'] as const) {
    session.on(name, () => names.push(name));
  }
  const connecting = session.connect({ apiKey: 'ek_test' });
  await settle();
  socket.open();
  await connecting;
  const sent = (type: string) => socket.sent.filter((event) => event['type'] === type);
  return { socket, session, clock, names, sent };
}

describe('a session over a WebSocket', () => {
  it('runs a tool and asks for the answer', async () => {
    const { socket, session, sent, names } = await call();
    expect(sent('session.update')[0]).toMatchObject({ session: { type: 'realtime', tools: [{ name: 'weather' }] } });
    socket.receive({
      type: 'response.created',
      response: { id: 'r1', object: 'realtime.response', status: 'in_progress' },
    });
    const item = {
      id: 'i1',
      type: 'function_call',
      status: 'completed',
      call_id: 'c1',
      name: 'weather',
      arguments: '{"city":"Riga"}',
    };
    socket.receive({ type: 'response.output_item.done', response_id: 'r1', output_index: 0, item });
    const usage = { total_tokens: 15, input_tokens: 10, output_tokens: 5 };
    socket.receive({ type: 'response.done', response: { id: 'r1', status: 'completed', output: [item], usage } });
    await settle();
    expect(sent('conversation.item.create')).toEqual([
      expect.objectContaining({
        item: expect.objectContaining({ type: 'function_call_output', call_id: 'c1', output: 'sunny in Riga' }),
      }),
    ]);
    expect(sent('response.create')).toHaveLength(1);
    expect(session.history).toEqual([
      expect.objectContaining({ itemId: 'i1', name: 'weather', output: 'sunny in Riga' }),
    ]);
    expect(session.usage).toMatchObject({ requests: 1, totalTokens: 15 });
    expect(names).toEqual(['agent_start', 'agent_end']);
  });

  it('truncates at what a player in real time has played when the user barges in', async () => {
    const { socket, clock, sent, names } = await call();
    socket.receive({
      type: 'response.created',
      response: { id: 'r1', object: 'realtime.response', status: 'in_progress' },
    });
    const delta = Buffer.alloc(48_000).toString('base64');
    socket.receive({
      type: 'response.output_audio.delta',
      response_id: 'r1',
      item_id: 'i1',
      output_index: 0,
      content_index: 0,
      delta,
    });
    await clock.advance(320);
    socket.receive({ type: 'input_audio_buffer.speech_started', audio_start_ms: 0, item_id: 'u1' });
    expect(sent('response.cancel')).toEqual([]);
    expect(sent('conversation.item.truncate')).toEqual([
      expect.objectContaining({ item_id: 'i1', content_index: 0, audio_end_ms: 320 }),
    ]);
    expect(names).toEqual(['agent_start', 'audio_start', 'audio', 'audio_interrupted']);
  });
});
