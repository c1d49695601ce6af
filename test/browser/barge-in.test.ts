// A user who speaks over the agent: the worklets hold it by themselves, as a recording of the output shows.

import { expect, test } from 'vitest';
import { BrowserAudio } from '../../src/browser/index.ts';
import { CaptureNode } from '../../src/browser/capture-node.ts';
import { Speaker } from '../../src/browser/speaker.ts';
import { noise } from './noise.ts';
import { OutputRecorder } from './output-recorder.ts';

const RATE = 48_000;
const PLAYBACK = new URL('../../dist/worklets/playback.js', import.meta.url);
const CAPTURE = new URL('../../dist/worklets/capture.js', import.meta.url);
const SPEECH = new URL('../../src/cli/demo/speech/3-stop-24000.wav', import.meta.url);
/** Of a −20 dB duck. */
const GAIN = 0.1;
/** The noise of the answers has a mean of 0.146; a few milliseconds of it are within a fifth of that. */
const MEAN = 0.146;
const WINDOW_FRAMES = 240;

const answer = (ms: number): { itemId: string; contentIndex: number; responseId: string; samples: Int16Array } => ({
  itemId: 'item_1',
  contentIndex: 0,
  responseId: 'resp_1',
  samples: noise(ms, 24_000),
});

function meanAt(recording: Float32Array, frame: number): number {
  const window = recording.subarray(frame, frame + WINDOW_FRAMES);
  return window.reduce((sum, sample) => sum + sample, 0) / WINDOW_FRAMES;
}

/** The first frame from one on at which the output is ducked. */
function duckAfter(recording: Float32Array, from: number): number {
  for (let frame = from; frame + WINDOW_FRAMES <= recording.length; frame += 48) {
    if (Math.abs(meanAt(recording, frame) - MEAN * GAIN) < MEAN * 0.1) return frame;
  }
  return Number.POSITIVE_INFINITY;
}

test('while the page is blocked, the agent is turned down within 100 ms of the first sound', async () => {
  const context = new AudioContext({ sampleRate: RATE });
  const recorder = await OutputRecorder.open(context);
  recorder.node.connect(context.destination);
  const speaker = new Speaker({ context, destination: recorder.node, workletUrl: PLAYBACK });
  await speaker.ready;
  const phases: string[] = [];
  speaker.on('barge_in', (phase) => phases.push(phase));
  const bargeIn = speaker.watch({ action: 'duck', releaseAfterMs: 300 });
  const microphone = await CaptureNode.open({
    context,
    workletUrl: CAPTURE,
    wasmModule: undefined,
    bargeIn,
    onEvent: () => {},
  });
  const speech = await context.decodeAudioData(await (await fetch(SPEECH)).arrayBuffer());
  const samples = speech.getChannelData(0);
  const onset = samples.findIndex((sample) => Math.abs(sample) > 0.02);

  speaker.write(answer(8000));
  await recorder.hears(RATE / 2, 0);
  const source = new AudioBufferSourceNode(context, { buffer: speech });
  source.connect(microphone.node, 0, 0);
  const startFrame = Math.ceil((context.currentTime + 0.2) * RATE);
  source.start(startFrame / RATE);
  const blockedUntil = performance.now() + 800;
  while (performance.now() < blockedUntil);

  // The recorder's messages are behind the time that it was blocked.
  await recorder.hears(RATE * 2, 0);
  await expect.poll(() => phases).toEqual(['held', 'released']);
  const soundFrame = startFrame + onset;
  const duckFrame = duckAfter(recorder.recording, startFrame);
  expect(duckFrame).toBeGreaterThan(soundFrame);
  expect(((duckFrame - soundFrame) * 1000) / RATE).toBeLessThanOrEqual(100);
  // Nothing interrupted it: it is as loud as before.
  const { endFrame } = recorder;
  await recorder.hears(recorder.soundingFrames(0) + RATE / 4, 0);
  expect(meanAt(recorder.recording, endFrame + RATE / 8)).toBeGreaterThan(0.8 * MEAN);

  microphone.close();
  await speaker.close();
  await context.close();
}, 20_000);

test('a microphone that hears speech over the agent pauses it, and it goes on where it was if nobody minds', async () => {
  const context = new AudioContext({ sampleRate: RATE });
  const recorder = await OutputRecorder.open(context);
  recorder.node.connect(context.destination);
  const audio = new BrowserAudio({
    context,
    destination: recorder.node,
    playbackWorkletUrl: PLAYBACK,
    captureWorkletUrl: CAPTURE,
    bargeIn: { action: 'pause', releaseAfterMs: 300 },
  });
  const phases: string[] = [];
  audio.on('barge_in', (phase) => phases.push(phase));
  await audio.open(() => {});
  // The file is silent for a second, then somebody asks for a room.
  audio.playout.write(answer(2500));
  audio.playout.end('item_1', 0);
  await expect.poll(() => phases, { timeout: 10_000 }).toEqual(['held', 'released']);
  await recorder.fallsSilent(RATE / 2);

  const gap = recorder.longestGapFrames(0);
  expect(gap).toBeGreaterThan(0.25 * RATE);
  // All of it was heard, before the pause and after it; a fade is rendered twice.
  const heard = recorder.sound(0).length - gap;
  expect(Math.abs(heard - 2.5 * RATE)).toBeLessThan(0.02 * RATE);
  await audio.dispose();
  await context.close();
}, 20_000);

test('options out of range are refused', () => {
  expect(() => new BrowserAudio({ bargeIn: { action: 'duck', duckDb: 3 } })).toThrow('duckDb');
  expect(() => new BrowserAudio({ bargeIn: { action: 'pause', releaseAfterMs: -1 } })).toThrow('releaseAfterMs');
});
