// What it costs to have audio converted by another thread: packets handed over one, ten, a hundred and a thousand at a time.
import { Resampler } from '../../src/audio/index.ts';
import { AudioWorker } from '../../src/node/audio-worker.ts';
import { noiseFloat } from '../corpus.ts';
import type { Contender, Race, Subject } from '../subject.ts';

const HAND_OVERS = [1, 10, 100, 1000];
const FORMAT = { inputRate: 48_000, outputRate: 24_000, quality: 'high' } as const;
/** 20 ms. */
const PACKET = noiseFloat(960);
const OUTPUT_FRAMES = 480;
/** Hand-overs whose cost to the caller's thread is averaged. */
const COUNTED_PACKETS = 2000;

/** Converts so many packets and waits for all of what they become. */
type Conversion = (packets: number) => void | Promise<void>;

function inThread(): Conversion {
  const resampler = new Resampler(FORMAT);
  return (packets) => {
    for (let i = 0; i < packets; i++) resampler.process(PACKET).slice();
  };
}

function asJob(worker: AudioWorker): Conversion {
  return async (packets) => {
    await worker.convert(
      'resampler',
      FORMAT,
      Array.from({ length: packets }, () => PACKET),
    );
  };
}

function asStream(worker: AudioWorker): Conversion {
  const { readable, writable } = worker.stream('resampler', FORMAT);
  const writer = writable.getWriter();
  const reader = readable.getReader();
  return async (packets) => {
    for (let i = 0; i < packets; i++) void writer.write(PACKET);
    for (let frames = 0; frames < packets * OUTPUT_FRAMES;) frames += (await reader.read()).value?.length ?? 0;
  };
}

async function contender(name: string, convert: Conversion, packets: number, close?: () => void): Promise<Contender> {
  const runs = Math.ceil(COUNTED_PACKETS / packets);
  for (let run = 0; run < runs; run++) await convert(packets);
  const before = process.threadCpuUsage();
  for (let run = 0; run < runs; run++) await convert(packets);
  const { user, system } = process.threadCpuUsage(before);
  return {
    name,
    async time(times) {
      const start = process.hrtime.bigint();
      for (let i = 0; i < times; i++) await convert(packets);
      return Number(process.hrtime.bigint() - start);
    },
    facts: { ownThreadUs: (user + system) / runs },
    ...(close !== undefined && { close }),
  };
}

export const workerSubjects: readonly Subject[] = HAND_OVERS.map((packets): Race => ({
  kind: 'race',
  name: `worker thread, ${packets} packets a hand-over`,
  operation: `${packets} × 20 ms from 48 to 24 kHz, with the CPU that the caller's thread takes for it`,
  isPerBuild: false,
  async prepare() {
    const worker = await AudioWorker.open({ threads: 1 });
    return [
      await contender('bargein in the thread', inThread(), packets),
      await contender('bargein worker, job', asJob(worker), packets),
      await contender('bargein worker, stream', asStream(worker), packets, () => void worker.close()),
    ];
  },
}));
