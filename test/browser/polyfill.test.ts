// Browsers and pages without AudioWorklet, by hiding it: what plays and hears there runs on the page's own thread.

import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { browserAudio, Speaker } from '../../src/browser/index.ts';
import { RealtimeAgent, RealtimeSession, tool } from '../../src/index.ts';
import type { PlayoutReport } from '../../src/playout/index.ts';
import { noise } from './noise.ts';
import { OutputRecorder } from './output-recorder.ts';
import { placeOfEnd } from './place-of-end.ts';
import { roomTool } from '../room-tool.ts';

const WORKLETS = {
  playbackWorkletUrl: new URL('../../dist/worklets/playback.js', import.meta.url),
  captureWorkletUrl: new URL('../../dist/worklets/capture.js', import.meta.url),
};
const RATE = 48_000;
const ITEM_RATE = 24_000;
const BARGE_INS = 4;

const native = {
  node: AudioWorkletNode,
  worklet: AudioWorklet,
  property: Object.getOwnPropertyDescriptor(BaseAudioContext.prototype, 'audioWorklet'),
};
/** Made while there is an AudioWorklet: they record what the context really puts out. */
const stages: { readonly context: AudioContext; readonly recorder: OutputRecorder }[] = [];

beforeAll(async () => {
  for (let i = 0; i < 2; i++) {
    const context = new AudioContext({ sampleRate: RATE });
    const recorder = await OutputRecorder.open(context);
    recorder.node.connect(context.destination);
    stages.push({ context, recorder });
  }
  Reflect.deleteProperty(globalThis, 'AudioWorkletNode');
  Reflect.deleteProperty(globalThis, 'AudioWorklet');
  Reflect.deleteProperty(BaseAudioContext.prototype, 'audioWorklet');
});

afterAll(async () => {
  Reflect.deleteProperty(AudioContext.prototype, 'audioWorklet');
  globalThis.AudioWorkletNode = native.node;
  globalThis.AudioWorklet = native.worklet;
  if (native.property !== undefined) Object.defineProperty(BaseAudioContext.prototype, 'audioWorklet', native.property);
  for (const { context } of stages) await context.close();
});

function nextStage(): { readonly context: AudioContext; readonly recorder: OutputRecorder } {
  const stage = stages.shift();
  if (stage === undefined) throw new Error('there are as many stages as tests');
  return stage;
}

test('a conversation works without AudioWorklet, and says which tier it is', async () => {
  const { context, recorder } = nextStage();
  const days: string[] = [];
  const holdRoom = tool(roomTool(days));
  const audio = browserAudio({ context, destination: recorder.node, ...WORKLETS });
  expect(audio.tier).toBe('polyfill');
  const session = new RealtimeSession(new RealtimeAgent({ name: 'Desk', tools: [holdRoom] }), {
    transport: 'websocket',
    audio,
  });
  const errors: unknown[] = [];
  session.on('error', (error) => errors.push(error));
  audio.on('error', (error) => errors.push(error));
  const truncated = new Promise<number>((resolve) => {
    session.transport.on('*', (event) => {
      if (event.type === 'conversation.item.truncated') resolve(Number(event['audio_end_ms']));
    });
  });
  const stopped = new Promise<void>((resolve) => {
    session.on('user_speech_stopped', () => resolve());
  });
  await session.connect({ apiKey: 'ek_local', url: `${inject('callBaseUrl').replace('http', 'ws')}/realtime` });
  // The microphone asks, and has said enough; the agent calls its tool and answers aloud.
  await stopped;
  session.mute(true);
  await recorder.hears(RATE, 0);
  expect(days).toEqual(['Friday']);
  session.interrupt();
  const audioEndMs = await truncated;
  await recorder.fallsSilent(RATE / 5);
  // Not less than some of it, and not more than was put out; gaps, whenever this page is busy, are not counted as heard.
  expect(audioEndMs).toBeGreaterThan(100);
  expect(audioEndMs).toBeLessThanOrEqual((recorder.soundingFrames(0) * 1000) / RATE + 1);
  expect(errors).toEqual([]);
  session.close();
  await audio.dispose();
}, 60_000);

test('a barge-in is reported where the recording of the output ends, within the latency that the speaker states', async () => {
  const { context, recorder } = nextStage();
  const speaker = new Speaker({ context, destination: recorder.node, workletUrl: WORKLETS.playbackWorkletUrl });
  expect([speaker.tier, speaker.isShared]).toEqual(['polyfill', false]);
  await speaker.ready;
  // Two buffers of the browser's choice, at least 256 frames each.
  expect(speaker.latencyMs).toBeGreaterThan((2 * 256 * 1000) / RATE);
  expect(speaker.latencyMs).toBeLessThan(1000);
  let onReport: (report: PlayoutReport) => void = () => {};
  speaker.listener = { onStarted: () => {}, onDone: () => {}, onReport: (report) => onReport(report) };
  const item = noise(3000, ITEM_RATE);
  for (let i = 0; i < BARGE_INS; i++) {
    const from = recorder.endFrame;
    speaker.write({ itemId: `item${i}`, contentIndex: 0, responseId: `r${i}`, samples: item });
    await recorder.hears(RATE / 4 + i * 5000, from);
    const report = new Promise<PlayoutReport>((resolve) => {
      onReport = resolve;
    });
    speaker.flush(`barge-in ${i}`);
    const renderedFrames = (await report).items[0]?.renderedFrames ?? 0;
    await recorder.fallsSilent(RATE / 5);
    // Blocks are longer than the fade, which has its whole 5 ms.
    const rates = { recording: RATE, item: ITEM_RATE, fadeFrames: (RATE * 5) / 1000 };
    const place = placeOfEnd(recorder.sound(from).slice(), item, rates, renderedFrames);
    expect(Math.abs(((place - renderedFrames) * 1000) / ITEM_RATE)).toBeLessThanOrEqual(speaker.latencyMs);
  }
  await speaker.close();
});
