// Browsers may give a context another render quantum than 128 frames; every quantum is as good.

import { afterEach, describe, expect, test } from 'vitest';
import { pcm16FromFloat, WIRE_SAMPLE_RATE } from '../../src/audio/index.ts';
import { CaptureNode } from '../../src/browser/capture-node.ts';
import { Speaker } from '../../src/browser/index.ts';
import { noise } from './noise.ts';
import { OutputRecorder } from './output-recorder.ts';

const PLAYBACK_URL = new URL('../../dist/worklets/playback.js', import.meta.url);
const CAPTURE_URL = new URL('../../dist/worklets/capture.js', import.meta.url);

const contexts: AudioContext[] = [];

afterEach(async () => {
  for (const context of contexts.splice(0)) await context.close();
});

/** Of the standard, and not yet in the types. */
interface SizedContext extends AudioContext {
  readonly renderQuantumSize: number;
}

function newContext(renderSizeHint: number): SizedContext {
  const options = { sampleRate: WIRE_SAMPLE_RATE, renderSizeHint };
  const context = new AudioContext(options) as SizedContext;
  contexts.push(context);
  return context;
}

/** Which quanta of a sound are not in what was heard, each behind the one before. */
function unheardQuanta(rendered: Int16Array, heard: readonly number[], quantum: number): number[] {
  const unheard: number[] = [];
  let at = 0;
  for (let from = 0; from < rendered.length; from += quantum) {
    const wanted = rendered.subarray(from, from + quantum);
    let place = at;
    while (place < heard.length && !wanted.every((sample, i) => sample === heard[place + i])) place += quantum;
    if (place < heard.length) at = place + quantum;
    else unheard.push(from / quantum);
  }
  return unheard;
}

describe.each([64, 128, 200, 256, 512])('with a render quantum of %i frames', (quantum) => {
  test.each([true, false])(
    'the speaker plays all of an item without a gap, and counts it to the frame, shared memory: %s',
    async (sharedMemory) => {
      const context = newContext(quantum);
      expect(context.renderQuantumSize).toBe(quantum);
      const recorder = await OutputRecorder.open(context);
      recorder.node.connect(context.destination);
      const speaker = new Speaker({ context, destination: recorder.node, workletUrl: PLAYBACK_URL, sharedMemory });
      const item = noise(1000, WIRE_SAMPLE_RATE);
      const rendered = new Promise<number>((resolve) => {
        speaker.listener = {
          onStarted: () => {},
          onReport: () => {},
          onDone: ({ renderedFrames }) => resolve(renderedFrames),
        };
      });
      speaker.write({ itemId: 'a', contentIndex: 0, responseId: 'r', samples: item });
      speaker.end('a', 0);
      expect(await rendered).toBe(item.length);
      await recorder.fallsSilent(960);
      // On a busy machine the browser leaves out quanta of 64 frames, 2.7 ms; nothing that is rendered is missing for it.
      expect(recorder.longestRenderedGapFrames()).toBeLessThan(4);
      await speaker.close();
    },
  );

  test.each([true, false])('the microphone hears every sample, shared memory: %s', async (sharedMemory) => {
    const context = newContext(quantum);
    const spoken = Float32Array.from(noise(500, WIRE_SAMPLE_RATE), (sample) => sample / 32_768);
    const heard: number[] = [];
    let onEvent: () => void = () => {};
    const capture = await CaptureNode.open({
      context,
      workletUrl: CAPTURE_URL,
      wasmModule: undefined,
      sharedMemory,
      onEvent: (event) => {
        if (event.type === 'packet') heard.push(...event.samples);
        onEvent();
      },
    });
    const recorder = await OutputRecorder.open(context);
    recorder.node.connect(context.destination);
    const buffer = new AudioBuffer({ length: spoken.length, sampleRate: WIRE_SAMPLE_RATE });
    buffer.copyToChannel(spoken, 0);
    const source = new AudioBufferSourceNode(context, { buffer });
    source.connect(capture.node);
    source.connect(recorder.node);
    source.start();
    const first = (): number => heard.findIndex((sample) => sample !== 0);
    while (first() < 0 || heard.length < first() + spoken.length) {
      await new Promise<void>((resolve) => {
        onEvent = resolve;
      });
    }
    // On a busy machine the browser leaves out quanta of the source, and not the same ones for both that listen to it.
    const rendered = pcm16FromFloat(recorder.renderedSound(0));
    expect(rendered.length).toBeGreaterThan(spoken.length / 2);
    expect(unheardQuanta(rendered, heard.slice(first()), quantum)).toEqual([]);
    capture.close();
  });
});
