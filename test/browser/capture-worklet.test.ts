import { expect, test } from 'vitest';
import { pcm16FromFloat, WIRE_SAMPLE_RATE } from '../../src/audio/index.ts';
import { CaptureNode } from '../../src/browser/capture-node.ts';
import { noise } from './noise.ts';
import { PostCounter } from './posts.ts';

const WORKLET_URL = new URL('../../dist/worklets/capture.js', import.meta.url);

const ROUTES = [
  { route: 'shared memory', sharedMemory: true },
  { route: 'messages', sharedMemory: false },
];

test.each(ROUTES)(
  'by $route, while the page is blocked for two seconds not a sample is lost, repeated or out of its place',
  async ({ sharedMemory }) => {
    // At the packets' own rate, so that they hold just what went in.
    const context = new AudioContext({ sampleRate: WIRE_SAMPLE_RATE });
    const spoken = Float32Array.from(noise(3000, WIRE_SAMPLE_RATE), (sample) => sample / 32_768);
    const heard: number[] = [];
    let onPacket: () => void = () => {};
    const posts = new PostCounter();
    const capture = await CaptureNode.open({
      context,
      workletUrl: WORKLET_URL,
      wasmModule: undefined,
      sharedMemory,
      onEvent: (event) => {
        if (event.type === 'packet') heard.push(...event.samples);
        onPacket();
      },
    });
    posts.restore();
    expect(capture.isShared).toBe(sharedMemory);
    const until = async (isSo: () => boolean): Promise<void> => {
      while (!isSo()) {
        await new Promise<void>((resolve) => {
          onPacket = resolve;
        });
      }
    };
    const buffer = new AudioBuffer({ length: spoken.length, sampleRate: WIRE_SAMPLE_RATE });
    buffer.copyToChannel(spoken, 0);
    const source = new AudioBufferSourceNode(context, { buffer });
    source.connect(capture.node);
    source.start();
    await until(() => heard.some((sample) => sample !== 0));

    const blockedUntil = performance.now() + 2000;
    while (performance.now() < blockedUntil);

    const first = heard.findIndex((sample) => sample !== 0);
    await until(() => heard.length >= first + spoken.length);
    expect(heard.slice(first, first + spoken.length)).toEqual([...pcm16FromFloat(spoken)]);
    // By message, each packet is one, and every third has a level.
    if (sharedMemory) expect(posts.count).toBe(0);
    else expect(posts.count).toBeGreaterThan(150);
    capture.close();
    await context.close();
  },
);
