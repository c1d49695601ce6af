import { afterEach, describe, expect, inject, test } from 'vitest';
import {
  bytesFromPcm16,
  decodeAlaw,
  decodeMulaw,
  encodeAlaw,
  encodeMulaw,
  pcm16FromFloat,
} from '../../src/audio/index.ts';
import { CodecNode, type CodecNodeOptions } from '../../src/browser/index.ts';
import { noise } from './noise.ts';
import { OutputRecorder } from './output-recorder.ts';

const WORKLET_URL = new URL('../../dist/worklets/codec.js', import.meta.url);
/** Of the context and the packets, so that nothing but the codec is between them. */
const RATE = 16_000;
const QUANTUM = 128;

const contexts: AudioContext[] = [];
const codecs: CodecNode[] = [];

afterEach(async () => {
  for (const codec of codecs.splice(0)) codec.close();
  for (const context of contexts.splice(0)) await context.close();
});

async function stage(options: Partial<CodecNodeOptions>) {
  const context = options.context ?? new AudioContext({ sampleRate: RATE });
  contexts.push(context);
  const recorder = await OutputRecorder.open(context);
  const codec = await CodecNode.open({
    context,
    packetRate: RATE,
    isAdaptive: false,
    workletUrl: WORKLET_URL,
    ...options,
  });
  codecs.push(codec);
  const errors: unknown[] = [];
  codec.on('error', (error) => errors.push(error));
  codec.node.connect(recorder.node).connect(context.destination);
  return { context, recorder, codec, errors };
}

const CODINGS = {
  pcm16: {
    encode: (samples: Int16Array<ArrayBuffer>) => bytesFromPcm16(samples),
    decode: (_: Uint8Array, samples: Int16Array<ArrayBuffer>) => samples,
  },
  mulaw: {
    encode: (samples: Int16Array<ArrayBuffer>) => encodeMulaw(samples),
    decode: (packet: Uint8Array) => decodeMulaw(packet),
  },
  alaw: {
    encode: (samples: Int16Array<ArrayBuffer>) => encodeAlaw(samples),
    decode: (packet: Uint8Array) => decodeAlaw(packet),
  },
} as const;
const ROUTES = [
  { route: 'shared memory', sharedMemory: true },
  { route: 'messages', sharedMemory: false },
];
const CASES = ROUTES.flatMap((route) => (['pcm16', 'mulaw', 'alaw'] as const).map((format) => ({ ...route, format })));

describe.each(CASES)('the codec worklet by $route, $format', ({ sharedMemory, format }) => {
  test('encodes every sample that comes in, while the page is blocked too', async () => {
    const { context, codec, errors } = await stage({ sharedMemory, format });
    expect(codec.isShared).toBe(sharedMemory);
    const spoken = Float32Array.from(noise(1500, RATE), (sample) => sample / 32_768);
    const buffer = new AudioBuffer({ length: spoken.length, sampleRate: RATE });
    buffer.copyToChannel(spoken, 0);
    const source = new AudioBufferSourceNode(context, { buffer });
    // Keeps the input alive before and after.
    const quiet = new ConstantSourceNode(context, { offset: 0 });
    source.connect(codec.node);
    quiet.connect(codec.node);
    const sizes = new Set<number>();
    const bytes: number[] = [];
    const expected = CODINGS[format].encode(pcm16FromFloat(spoken));
    const [silentByte] = CODINGS[format].encode(Int16Array.of(0));
    const firstSound = (): number => bytes.findIndex((byte) => byte !== silentByte);
    const complete = new Promise<void>((resolve) => {
      codec.on('packet', (packet) => {
        sizes.add(packet.length);
        bytes.push(...packet);
        const first = firstSound();
        if (first >= 0 && bytes.length >= first + expected.length) resolve();
      });
    });
    quiet.start();
    source.start();
    const blockedUntil = performance.now() + 500;
    while (performance.now() < blockedUntil);
    await complete;
    const first = firstSound();
    expect(bytes.slice(first, first + expected.length)).toEqual([...expected]);
    expect([...sizes]).toEqual([CODINGS[format].encode(new Int16Array(RATE / 50)).length]);
    expect(errors).toEqual([]);
  });

  test('plays every sample of packets of any length, and is cleared where it says', async () => {
    const { context, recorder, codec, errors } = await stage({ sharedMemory, format });
    const samples = noise(1000, RATE);
    const packet = CODINGS[format].encode(samples);
    const heard = CODINGS[format].decode(packet, samples);
    const frameBytes = packet.length / samples.length;
    // All of them are there before the first is needed, however slow this page is.
    await context.suspend();
    for (let at = 0; at < samples.length; at += 3001) {
      codec.decode(packet.subarray(at * frameBytes, (at + 3001) * frameBytes));
    }
    await context.resume();
    await recorder.hears(samples.length, 0);
    // A gap begins with the last sample dying away.
    await recorder.fallsSilent(960);
    const played = recorder.renderedSound(0);
    const wrong = heard.findIndex((sample, i) => played[i] !== sample / 32_768);
    expect([wrong, played[wrong], (heard[wrong] ?? 0) / 32_768]).toEqual([-1, undefined, 0]);
    expect(await codec.clear()).toBe(samples.length);

    const from = recorder.endFrame;
    codec.decode(packet);
    await recorder.hears(2000, from);
    const clearing = codec.clear();
    codec.decode(packet.subarray(0, 400 * frameBytes));
    const rendered = await clearing;
    await recorder.fallsSilent(960);
    const again = recorder.renderedSound(from);
    expect(rendered).toBeGreaterThanOrEqual(2000);
    expect(again.length).toBeGreaterThanOrEqual(rendered + 400 - 1);
    // The next sound begins in the next quantum, and dies away.
    expect(again.length).toBeLessThanOrEqual(rendered + 400 + QUANTUM);
    expect(await codec.clear()).toBe(400);
    expect(errors).toEqual([]);
  });
});

test('by shared memory, more than its ring holds waits on the page and is played to the last sample', async () => {
  const { recorder, codec, errors } = await stage({
    sharedMemory: true,
    packetRate: 96_000,
    context: new AudioContext({ sampleRate: 96_000 }),
  });
  const samples = noise(4000, 96_000);
  codec.decode(bytesFromPcm16(samples));
  await recorder.hears(samples.length, 0);
  expect(await codec.clear()).toBe(samples.length);
  expect(errors).toEqual([]);
});

test('by message, what does not fit is an error', async () => {
  const { codec, recorder } = await stage({ sharedMemory: false, capacityFrames: 1 << 14 });
  const failed = new Promise<unknown>((resolve) => {
    codec.on('error', resolve);
  });
  codec.decode(bytesFromPcm16(noise(2000, RATE)));
  expect(await failed).toMatchObject({ code: 'ERR_BUFFER_SIZE' });
  await recorder.hears(1000, 0);
});

test('refuses a format that it has not, a rate out of range and a packet that ends inside a sample', async () => {
  const context = new AudioContext();
  contexts.push(context);
  const options = { context, workletUrl: WORKLET_URL };
  // @ts-expect-error As from JavaScript.
  await expect(CodecNode.open({ ...options, format: 'opus' })).rejects.toMatchObject({ code: 'ERR_CODEC_FORMAT' });
  await expect(CodecNode.open({ ...options, packetRate: 4000 })).rejects.toMatchObject({ code: 'ERR_SAMPLE_RATE' });
  const codec = await CodecNode.open(options);
  codecs.push(codec);
  expect(() => codec.decode(new Uint8Array(3))).toThrow('two bytes a sample');
});

test('the example of the documentation streams over a plain WebSocket and tells what was heard of a cleared answer', async () => {
  const page = await fetch(new URL('../../docs/codec-worklet.md', import.meta.url));
  const [, example = ''] = /^```ts\n([\s\S]*?)^```$/m.exec(await page.text()) ?? [];
  const socketUrl = inject('packetSocketUrl');
  const text = example
    .replace("'bargein/browser'", `'${new URL('../../src/browser/index.ts', import.meta.url).href}'`)
    .replace('wss://voice.example/call', socketUrl);
  expect(text).toContain(socketUrl);
  const report = new Promise<string>((resolve) => {
    const socket = new WebSocket(`${socketUrl}?report`);
    socket.addEventListener('message', ({ data }) => resolve(String(data)));
  });
  const url = URL.createObjectURL(new Blob([text], { type: 'text/javascript' }));
  await import(/* @vite-ignore */ url);
  const { packetBytes, heardFrames } = JSON.parse(await report) as { packetBytes: number[]; heardFrames: number };
  expect(packetBytes).toEqual([160]);
  // Half a second passed, in the server's count of microphone packets, between the answer and the clear.
  expect(heardFrames).toBeGreaterThan(2000);
  expect(heardFrames).toBeLessThan(16_000);
});
