// Clients that nobody here wrote hold whole calls by voice against the local server, over real sockets.

import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { RealtimeAgent, RealtimeSession, tool } from '@openai/agents-realtime';
import { OpenAIRealtimeWS } from 'openai/realtime/ws';
import type { RealtimeServerEvent } from 'openai/resources/realtime/realtime';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { readSpeech } from '../../src/cli/demo/wav.ts';
import { createRealtimeServer, type TappedEvent } from '../../src/server/index.ts';

const HOUSE =
  'The house was built in nineteen hundred and four and has forty rooms. From the upper floors you can see the lake. ' +
  'The garden behind the house is open from sunrise until ten at night.';

const sent: TappedEvent[] = [];
const received: TappedEvent[] = [];
const server = createRealtimeServer({
  scenario: {
    turns: [
      {
        heard: 'Please hold a room for Friday.',
        replies: [[{ call: 'hold_room', arguments: { day: 'Friday' } }], [{ say: 'Room twelve is yours.' }]],
      },
      { heard: 'Please tell me about the hotel.', replies: [[{ say: HOUSE }]] },
      { heard: 'Stop there please.', replies: [[{ say: 'As you like.' }]] },
    ],
  },
  onEvent: (direction, event) => void (direction === 'in' ? received : sent).push(event),
});
let url = '';
let port = 0;

beforeAll(async () => {
  ({ url, port } = await server.listen());
});
beforeEach(() => {
  sent.length = 0;
  received.length = 0;
});
afterAll(() => server.close());

/** The recorded line and the silence after it, as 20 ms packets of PCM16 at 24 kHz. */
function spoken(file: string): Buffer<ArrayBuffer>[] {
  const speech = readSpeech(readFileSync(new URL(`../../src/cli/demo/speech/${file}`, import.meta.url)), 24_000);
  const bytes = Buffer.concat([Buffer.from(speech.buffer, speech.byteOffset, speech.byteLength), Buffer.alloc(48_000)]);
  return Array.from({ length: Math.floor(bytes.length / 960) }, (_, i) => bytes.subarray(i * 960, (i + 1) * 960));
}

const HOLD_A_ROOM = '1-hold-a-room-44100.wav';
const ABOUT_THE_HOTEL = '2-about-the-hotel-8000-mulaw.wav';
const STOP = '3-stop-24000.wav';

function ofType(events: readonly TappedEvent[], type: string): TappedEvent[] {
  return events.filter((event) => event.type === type);
}

type EventOf<T extends RealtimeServerEvent['type']> = Extract<RealtimeServerEvent, { type: T }>;

/** Gives the events of each type one by one, however early they came. */
function inOrder(client: OpenAIRealtimeWS): <T extends RealtimeServerEvent['type']>(type: T) => Promise<EventOf<T>> {
  const waiting = new Map<string, RealtimeServerEvent[]>();
  const listeners = new Set<() => void>();
  client.on('event', (event) => {
    waiting.set(event.type, [...(waiting.get(event.type) ?? []), event]);
    for (const listener of listeners) listener();
  });
  return async <T extends RealtimeServerEvent['type']>(type: T) => {
    for (;;) {
      const event = waiting.get(type)?.shift();
      if (event !== undefined) return event as EventOf<T>;
      await new Promise<void>((resolve) => void listeners.add(resolve));
    }
  };
}

/** Speech at several times real time still takes seconds. */
const CALL = { timeout: 60_000 };

describe('the npm peer', () => {
  test(
    'holds a call by voice: a tool, a barge-in with truncation, history edits and a second connection',
    CALL,
    async () => {
      const held: string[] = [];
      const holdRoom = tool({
        name: 'hold_room',
        description: 'Holds a room.',
        parameters: z.object({ day: z.string() }),
        execute: ({ day }) => {
          held.push(day);
          return `Held for ${day}.`;
        },
      });
      const agent = new RealtimeAgent({ name: 'Front desk', instructions: 'Be brief.', tools: [holdRoom] });
      const session = new RealtimeSession(agent, { transport: 'websocket' });
      const errors: unknown[] = [];
      session.on('error', (error) => errors.push(error));
      const speak = (file: string): void => {
        for (const packet of spoken(file)) session.sendAudio(Uint8Array.from(packet).buffer);
      };
      const answered = (text: string): Promise<void> =>
        new Promise((resolve) => {
          session.on('agent_end', (_context, _agent, output) => {
            if (output === text) resolve();
          });
        });
      await session.connect({ apiKey: 'local', url });

      const room = answered('Room twelve is yours.');
      speak(HOLD_A_ROOM);
      await room;
      expect(held).toEqual(['Friday']);
      expect(ofType(sent, 'input_audio_buffer.speech_started')).toHaveLength(1);

      const audible = new Promise<void>((resolve) => {
        let packets = 0;
        session.on('audio', () => void (++packets === 6 && resolve()));
      });
      const interrupted = new Promise<void>((resolve) => {
        session.once('audio_interrupted', () => resolve());
      });
      speak(ABOUT_THE_HOTEL);
      await audible;
      const stopped = answered('As you like.');
      speak(STOP);
      await interrupted;
      await stopped;
      const [truncated] = ofType(sent, 'conversation.item.truncated');
      expect(truncated).toMatchObject({ content_index: 0 });
      expect(ofType(sent, 'response.done').map(({ response }) => (response as { status: string }).status)).toEqual([
        'completed',
        'completed',
        'cancelled',
        'completed',
      ]);

      const victim = session.history.find((item) => item.type === 'message' && item.role === 'assistant');
      if (victim === undefined) throw new Error('the peer kept no answer of the assistant');
      const edited = new Promise<void>((resolve) => {
        session.on('transport_event', ({ type }) => void (type === 'conversation.item.deleted' && resolve()));
      });
      session.updateHistory((history) => [
        ...history.filter((item) => item.itemId !== victim.itemId),
        {
          itemId: 'note',
          type: 'message',
          role: 'user',
          status: 'completed',
          content: [{ type: 'input_text', text: 'P.S.' }],
        },
      ]);
      await edited;
      expect(ofType(received, 'conversation.item.delete')).toMatchObject([{ item_id: victim.itemId }]);
      expect(ofType(sent, 'conversation.item.added').at(-1)).toMatchObject({ item: { id: 'note', role: 'user' } });
      expect(ofType(sent, 'error')).toEqual([]);

      session.close();
      await session.connect({ apiKey: 'local', url });
      const again = answered('Room twelve is yours.');
      speak(HOLD_A_ROOM);
      await again;
      expect(held).toEqual(['Friday', 'Friday']);
      expect(ofType(sent, 'session.created')).toHaveLength(2);
      expect(ofType(sent, 'error')).toEqual([]);
      expect(errors).toEqual([]);
      session.close();
    },
  );
});

describe("openai's own client", () => {
  test(
    'holds a call by voice: a function, a barge-in with truncation, history edits and a recovered connection',
    CALL,
    async () => {
      const sockets: Socket[] = [];
      const createConnection = (): Socket => {
        const socket = connect(port, '127.0.0.1');
        sockets.push(socket);
        return socket;
      };
      const client = new OpenAIRealtimeWS(
        { model: 'gpt-realtime', reconnect: true, reconnectInitialDelay: 1, options: { createConnection } },
        // It insists on wss; here the bytes go over a plain socket all the same.
        { apiKey: 'local', baseURL: url.replace(/^ws/, 'http').replace('/realtime', '') },
      );
      const errors: unknown[] = [];
      client.on('error', (error) => void errors.push(error));
      const next = inOrder(client);
      const speak = (file: string): void => {
        for (const packet of spoken(file)) {
          client.send({ type: 'input_audio_buffer.append', audio: packet.toString('base64') });
        }
      };
      await next('session.created');
      client.send({
        type: 'session.update',
        session: {
          type: 'realtime',
          tools: [{ type: 'function', name: 'hold_room', parameters: { type: 'object' } }],
          audio: { input: { transcription: { model: 'whisper-1' } } },
        },
      });
      await next('session.updated');

      speak(HOLD_A_ROOM);
      const heard = await next('conversation.item.input_audio_transcription.completed');
      expect(heard.transcript).toBe('Please hold a room for Friday.');
      const call = await next('response.function_call_arguments.done');
      expect(JSON.parse(call.arguments)).toEqual({ day: 'Friday' });
      await next('response.done');
      client.send({
        type: 'conversation.item.create',
        item: { type: 'function_call_output', call_id: call.call_id, output: 'Held.' },
      });
      client.send({ type: 'response.create' });
      expect((await next('response.output_audio_transcript.done')).transcript).toContain('Room twelve');
      await next('response.done');

      speak(ABOUT_THE_HOTEL);
      const delta = await next('response.output_audio.delta');
      speak(STOP);
      await next('input_audio_buffer.speech_started');
      const cut = await next('response.done');
      expect(cut.response).toMatchObject({ status: 'cancelled', status_details: { reason: 'turn_detected' } });
      client.send({ type: 'conversation.item.truncate', item_id: delta.item_id, content_index: 0, audio_end_ms: 120 });
      expect(await next('conversation.item.truncated')).toMatchObject({ item_id: delta.item_id, audio_end_ms: 120 });

      client.send({ type: 'conversation.item.retrieve', item_id: delta.item_id });
      const { item } = await next('conversation.item.retrieved');
      const part = item.type === 'message' ? item.content?.[0] : undefined;
      expect(Buffer.from(part !== undefined && 'audio' in part ? (part.audio ?? '') : '', 'base64')).toHaveLength(
        0.12 * 48_000,
      );
      client.send({ type: 'conversation.item.delete', item_id: delta.item_id });
      await next('conversation.item.deleted');

      const recovered = next('session.created');
      sockets[0]?.destroy();
      await recovered;
      expect(sockets).toHaveLength(2);
      client.send({
        type: 'conversation.item.create',
        item: { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'And now?' }] },
      });
      client.send({ type: 'response.create' });
      expect((await next('response.function_call_arguments.done')).name).toBe('hold_room');
      expect(ofType(sent, 'error')).toEqual([]);
      expect(errors).toEqual([]);
      client.close();
    },
  );
});
