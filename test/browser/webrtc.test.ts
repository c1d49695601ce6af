// A real browser on the phone with the local server: the npm peer's own WebRTC transport, a microphone that plays a
// file, and a meter on what the speaker would get.

import { OpenAIRealtimeWebRTC, RealtimeAgent, RealtimeSession, tool } from '@openai/agents-realtime';
import { expect, inject, test } from 'vitest';
import { z } from 'zod';
import { LevelProbe } from './level-probe.ts';

/** An event as the transport passes it on. */
interface WireEvent {
  readonly type: string;
  readonly [key: string]: unknown;
}

test('the npm peer holds a spoken turn, a tool call, a spoken and a manual interruption over WebRTC', async () => {
  const baseUrl = inject('callBaseUrl');
  const minted = await fetch(`${baseUrl}/realtime/client_secrets`, { method: 'POST' });
  const { value: apiKey } = (await minted.json()) as { value: string };

  const days: string[] = [];
  const holdRoom = tool({
    name: 'hold_room',
    description: 'Holds a room.',
    parameters: z.object({ day: z.string() }),
    execute: ({ day }) => {
      days.push(day);
      return `Held for ${day}.`;
    },
  });
  const audioElement = document.createElement('audio');
  const transport = new OpenAIRealtimeWebRTC({ audioElement, baseUrl: `${baseUrl}/realtime/calls` });
  const session = new RealtimeSession(new RealtimeAgent({ name: 'Desk', tools: [holdRoom] }), { transport });
  const events: WireEvent[] = [];
  const errors: unknown[] = [];
  const waiting = new Set<() => void>();
  const wake = (): void => {
    for (const resolve of waiting) resolve();
    waiting.clear();
  };
  async function until<T>(find: () => T | undefined): Promise<T> {
    for (;;) {
      const found = find();
      if (found !== undefined) return found;
      await new Promise<void>((resolve) => void waiting.add(resolve));
    }
  }
  const event = (type: string, count = 1): Promise<WireEvent> =>
    until(() => events.filter((candidate) => candidate.type === type)[count - 1]);
  transport.on('*', (received: WireEvent) => {
    events.push(received);
    wake();
  });
  session.on('error', (error) => errors.push(error));

  await session.connect({ apiKey });
  expect(transport.callId).toMatch(/^rtc_/);
  const probe = await LevelProbe.open(audioElement.srcObject as MediaStream, wake);
  const hears = (from: number, isSpeech: boolean): Promise<true> =>
    until(() => (probe.spanAfter(from, isSpeech) ? true : undefined));

  // The microphone asks; the agent calls its tool and answers aloud.
  await event('input_audio_buffer.speech_started');
  const started = await event('output_audio_buffer.started');
  expect(days).toEqual(['Friday']);
  await hears(0, true);

  // The microphone barges in: the server stops the audio and truncates by itself.
  await event('input_audio_buffer.speech_started', 2);
  const cleared = await event('output_audio_buffer.cleared');
  expect(cleared['response_id']).toBe(started['response_id']);
  const atClear = probe.quanta;
  const truncated = await event('conversation.item.truncated');
  const heardMs = truncated['audio_end_ms'] as number;
  expect(heardMs).toBeGreaterThan(0);
  await hears(atClear, false);

  // The next answer is interrupted by the app.
  await event('output_audio_buffer.started', 2);
  await hears(probe.quanta, true);
  session.interrupt();
  await event('conversation.item.truncated', 2);
  await hears(probe.quanta, false);
  session.sendMessage('Goodbye.');
  const goodbye = await event('output_audio_buffer.started', 3);
  const stopped = await event('output_audio_buffer.stopped');
  expect(stopped['response_id']).toBe(goodbye['response_id']);

  expect(errors).toEqual([]);
  expect(events.filter(({ type }) => type === 'error')).toEqual([]);
  expect(events.some(({ type }) => type === 'response.output_audio.delta')).toBe(false);
  session.close();
  await probe.close();
}, 60_000);
