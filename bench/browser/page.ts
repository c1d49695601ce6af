// The page of the bench: one worklet at work in a context, and a silent one in another.

import { CaptureNode } from '../../src/browser/capture-node.ts';
import { CodecNode, Speaker } from '../../src/browser/index.ts';
import type { BenchPage } from './protocol.ts';

const RATE = 48_000;
const DELTA_MS = 200;
/** Deltas come this much late, so that time is bent and gaps are concealed now and then. */
const MOST_LATE_MS = 180;
const BUSY_MS = 20;
/** 20 ms at the context's rate, and of µ-law. */
const PACKET_FRAMES = 960;
const MULAW_PACKET_BYTES = 160;

const SILENT = `registerProcessor('silent', class extends AudioWorkletProcessor { process() { return true; } });`;
/** Posts a packet of 20 ms and takes what comes back, or neither. */
const EMPTY = `registerProcessor('empty', class extends AudioWorkletProcessor {
  message = { type: 'packet', packet: new Uint8Array(${MULAW_PACKET_BYTES}) };
  frames = 0;
  isPosting;
  taken = 0;
  constructor({ processorOptions }) {
    super();
    this.isPosting = processorOptions.isPosting;
    this.port.onmessage = ({ data }) => (this.taken = data.packet.length);
  }
  process() {
    this.frames += 128;
    if (this.frames < ${PACKET_FRAMES}) return true;
    this.frames -= ${PACKET_FRAMES};
    if (this.isPosting) this.port.postMessage(this.message);
    return true;
  }
});`;

interface StatedContext extends AudioContext {
  /** Of the standard, and not yet in the types. */
  readonly playbackStats: { readonly underrunEvents: number; readonly underrunDuration: number };
}

const contexts: { subject?: StatedContext; control?: StatedContext } = {};

function worklet(name: 'playback' | 'capture' | 'codec'): URL {
  return new URL(`/worklets/${name}.js`, location.href);
}

/** Linear congruential, as good as any for lateness and noise. */
function random(): () => number {
  let seed = 1;
  return () => {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
    return seed / 2 ** 32;
  };
}

/** A voice of sorts: a pitch of 120 Hz that comes and goes. */
function voice(frames: number, from: number, rate: number): Int16Array {
  return Int16Array.from({ length: frames }, (_, i) => {
    const t = (from + i) / rate;
    const syllable = Math.max(0, Math.sin(2 * Math.PI * 2 * t));
    return 8000 * syllable * (Math.sin(2 * Math.PI * 120 * t) + 0.4 * Math.sin(2 * Math.PI * 840 * t));
  });
}

function every(ms: number, deliver: (packet: number) => void): void {
  const startMs = performance.now();
  const lateness = random();
  let packet = 0;
  const next = (): void => {
    deliver(packet++);
    setTimeout(next, startMs + packet * ms + MOST_LATE_MS * lateness() - performance.now());
  };
  next();
}

async function source(context: AudioContext): Promise<AudioBufferSourceNode> {
  const samples = Float32Array.from(voice(RATE, 0, RATE), (sample) => sample / 32_768);
  const buffer = new AudioBuffer({ length: RATE, sampleRate: RATE });
  buffer.copyToChannel(samples, 0);
  const node = new AudioBufferSourceNode(context, { buffer, loop: true });
  node.start();
  return node;
}

const subjects = {
  async playback(context: AudioContext, sharedMemory: boolean): Promise<void> {
    const speaker = new Speaker({ context, sharedMemory, workletUrl: worklet('playback') });
    await speaker.ready;
    const frames = (speaker.sampleRate * DELTA_MS) / 1000;
    every(DELTA_MS, (packet) => {
      const samples = voice(frames, packet * frames, speaker.sampleRate);
      speaker.write({ itemId: 'a', contentIndex: 0, responseId: 'r', samples });
    });
  },
  async capture(context: AudioContext, sharedMemory: boolean): Promise<void> {
    const capture = await CaptureNode.open({
      context,
      sharedMemory,
      workletUrl: worklet('capture'),
      wasmModule: undefined,
      onEvent: () => {},
    });
    (await source(context)).connect(capture.node);
  },
  async codec(context: AudioContext, sharedMemory: boolean): Promise<void> {
    const codec = await CodecNode.open({ context, sharedMemory, format: 'mulaw', workletUrl: worklet('codec') });
    (await source(context)).connect(codec.node).connect(context.destination);
    // What is said comes back.
    codec.on('packet', (packet) => codec.decode(packet));
  },
  async empty(context: AudioContext, sharedMemory: boolean): Promise<void> {
    await context.audioWorklet.addModule(URL.createObjectURL(new Blob([EMPTY], { type: 'text/javascript' })));
    const node = new AudioWorkletNode(context, 'empty', { processorOptions: { isPosting: !sharedMemory } });
    (await source(context)).connect(node).connect(context.destination);
    node.port.onmessage = ({ data: { packet } }: MessageEvent<{ readonly packet: Uint8Array }>) => {
      node.port.postMessage({ type: 'decode', packet });
    };
  },
};

const page: BenchPage = {
  async start(subject, isShared) {
    const context = new AudioContext({ sampleRate: RATE }) as StatedContext;
    contexts.subject = context;
    await subjects[subject](context, isShared);
    await context.resume();
  },
  async control() {
    const context = new AudioContext({ sampleRate: RATE }) as StatedContext;
    contexts.control = context;
    await context.audioWorklet.addModule(URL.createObjectURL(new Blob([SILENT], { type: 'text/javascript' })));
    new AudioWorkletNode(context, 'silent').connect(context.destination);
    await context.resume();
  },
  beBusy(share) {
    const work = (): void => {
      const untilMs = performance.now() + BUSY_MS;
      while (performance.now() < untilMs);
      setTimeout(work, (BUSY_MS * (1 - share)) / share);
    };
    work();
  },
  underruns() {
    return {
      subject: contexts.subject?.playbackStats.underrunEvents ?? 0,
      control: contexts.control?.playbackStats.underrunEvents ?? 0,
    };
  },
};
globalThis.bench = page;
