// A whole call in one line: the microphone plays a file, the local server answers, and a recorder hears the speaker.

import { expect, inject, test } from 'vitest';
import { browserAudio } from '../../src/browser/index.ts';
import { RealtimeAgent, RealtimeSession, tool } from '../../src/index.ts';
import { OutputRecorder } from './output-recorder.ts';
import { roomTool } from '../room-tool.ts';
import { type WireEvent, WireLog } from './wire-log.ts';

const WORKLETS = {
  playbackWorkletUrl: new URL('../../dist/worklets/playback.js', import.meta.url),
  captureWorkletUrl: new URL('../../dist/worklets/capture.js', import.meta.url),
};

test('a spoken turn, a tool call, a spoken and a manual barge-in, over microphone and speaker of the browser', async () => {
  const days: string[] = [];
  const holdRoom = tool(roomTool(days));
  const context = new AudioContext({ sampleRate: 48_000 });
  const recorder = await OutputRecorder.open(context);
  recorder.node.connect(context.destination);
  const audio = browserAudio({ context, destination: recorder.node, bargeIn: 'duck', ...WORKLETS });
  const session = new RealtimeSession(new RealtimeAgent({ name: 'Desk', tools: [holdRoom] }), {
    transport: 'websocket',
    audio,
  });
  const log = new WireLog();
  const { events } = log;
  const names: string[] = [];
  const errors: unknown[] = [];
  const phases: string[] = [];
  const event = (type: string, count?: number): Promise<WireEvent> => log.event(type, count);
  const named = (name: string, count = 1): Promise<true> =>
    log.until(() => (names.filter((candidate) => candidate === name).length >= count ? true : undefined));
  session.transport.on('*', (received) => log.add(received as WireEvent));
  for (const name of ['audio_interrupted', 'playback_done'] as const) {
    session.on(name, () => {
      names.push(name);
      log.wake();
    });
  }
  session.on('error', (error) => errors.push(error));
  audio.on('error', (error) => errors.push(error));
  audio.on('barge_in', (phase) => phases.push(phase));

  const url = `${inject('callBaseUrl').replace('http', 'ws')}/realtime`;
  await session.connect({ apiKey: 'ek_local', url });
  expect(audio.microphone?.muted).toBe(false);

  // The microphone asks; the agent calls its tool and answers aloud.
  await event('input_audio_buffer.speech_started');
  await event('response.output_audio.delta');
  expect(days).toEqual(['Friday']);
  await recorder.hears(48_000, 0);

  // The microphone barges in: what was heard stays, and the speaker is silent.
  await event('input_audio_buffer.speech_started', 2);
  await named('audio_interrupted');
  // The microphone had turned the agent down already, unless the server, which is on the same machine, was even quicker.
  expect([['held', 'committed'], []]).toContainEqual(phases);
  const truncated = await event('conversation.item.truncated');
  const heard = session.history.find((item) => item.itemId === truncated['item_id']);
  const content = heard?.type === 'message' && heard.role === 'assistant' ? heard.content[0] : undefined;
  expect(content).toMatchObject({ type: 'output_audio', heardMs: truncated['audio_end_ms'] });
  expect(truncated['audio_end_ms']).toBeGreaterThan(1000);

  // The next answer is interrupted by the app, muted.
  await event('input_audio_buffer.speech_stopped', 2);
  session.mute(true);
  expect(session.muted).toBe(true);
  await event('response.created', 3);
  await recorder.hears(24_000, recorder.endFrame);
  session.interrupt();
  await event('conversation.item.truncated', 2);
  await recorder.fallsSilent(4800);
  session.sendMessage('Goodbye.');
  await named('playback_done');
  expect(errors).toEqual([]);
  expect(events.filter(({ type }) => type === 'error')).toEqual([]);

  const suspended = new Promise<void>((resolve) => {
    context.addEventListener('statechange', () => resolve());
  });
  session.close();
  await suspended;
  expect(audio.microphone).toBeNull();
  expect(context.state).toBe('suspended');
  await audio.dispose();
  await context.close();
}, 60_000);

test('a microphone that is not there is an error of connect, and nothing is connected', async () => {
  const audio = browserAudio({ deviceId: 'none', ...WORKLETS });
  const session = new RealtimeSession(new RealtimeAgent({ name: 'Desk' }), { transport: 'websocket', audio });
  const attempt = session.connect({ apiKey: 'ek_local', url: inject('realtimeUrl') });
  await expect(attempt).rejects.toMatchObject({ code: 'ERR_MICROPHONE_MISSING' });
  expect(session.transport.status).toBe('disconnected');
  await audio.dispose();
});

test('audio is refused for a transport that has its own', async () => {
  const audio = browserAudio(WORKLETS);
  const agent = new RealtimeAgent({ name: 'Desk' });
  expect(() => new RealtimeSession(agent, { transport: 'webrtc', audio })).toThrow(
    "audio needs transport: 'websocket'",
  );
  await audio.dispose();
});
