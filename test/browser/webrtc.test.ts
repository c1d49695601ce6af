// A real browser on the phone with the local server: the npm peer's own WebRTC transport, a microphone that plays a
// file, and a meter on what the speaker would get.

import { OpenAIRealtimeWebRTC, RealtimeAgent, RealtimeSession, tool } from '@openai/agents-realtime';
import { expect, inject, test } from 'vitest';
import { ephemeralKey } from './ephemeral-key.ts';
import { LevelProbe } from './level-probe.ts';
import { roomTool } from '../room-tool.ts';
import { type WireEvent, WireLog } from './wire-log.ts';

test('the npm peer holds a spoken turn, a tool call, a spoken and a manual interruption over WebRTC', async () => {
  const baseUrl = inject('callBaseUrl');
  const apiKey = await ephemeralKey(baseUrl);

  const days: string[] = [];
  const holdRoom = tool(roomTool(days));
  const audioElement = document.createElement('audio');
  const transport = new OpenAIRealtimeWebRTC({ audioElement, baseUrl: `${baseUrl}/realtime/calls` });
  const session = new RealtimeSession(new RealtimeAgent({ name: 'Desk', tools: [holdRoom] }), { transport });
  const log = new WireLog();
  const { events } = log;
  const errors: unknown[] = [];
  const event = (type: string, count?: number): Promise<WireEvent> => log.event(type, count);
  transport.on('*', log.add);
  session.on('error', (error) => errors.push(error));

  await session.connect({ apiKey });
  expect(transport.callId).toMatch(/^rtc_/);
  const probe = await LevelProbe.open(audioElement.srcObject as MediaStream, log.wake);
  const hears = (from: number, isSpeech: boolean): Promise<true> =>
    log.until(() => (probe.spanAfter(from, isSpeech) ? true : undefined));

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
