import { nativeResamplers } from '../competitors/native.ts';
import { npmResamplers } from '../competitors/npm-resamplers.ts';
import { ownResamplers } from '../competitors/own-resamplers.ts';
import type { StreamingResampler } from '../competitors/streaming.ts';
import { noiseFloat } from '../corpus.ts';
import { measureQuality } from '../quality.ts';
import { pairName, RATE_PAIRS } from '../rate-pairs.ts';
import type { Subject } from '../subject.ts';

const PACKET_MS = 20;
const QUANTUM_FRAMES = 128;

async function allResamplers(): Promise<StreamingResampler[]> {
  return [...ownResamplers(), ...(await npmResamplers()), ...nativeResamplers()];
}

function raceOf(inputRate: number, outputRate: number, blockName: string, blockFrames: number): Subject {
  return {
    kind: 'race',
    name: `resample ${pairName(inputRate, outputRate)}, ${blockName}`,
    operation: `${blockFrames} frames in`,
    isPerBuild: true,
    async prepare() {
      const block = noiseFloat(blockFrames);
      return Promise.all(
        (await allResamplers()).map(async (resampler) => {
          const stream = await resampler.open(inputRate, outputRate);
          return {
            name: resampler.name,
            time: (times: number) => stream.time(times, block),
            close: () => stream.close(),
          };
        }),
      );
    },
  };
}

function qualityOf(inputRate: number, outputRate: number): Subject {
  return {
    kind: 'survey',
    name: `resampler quality ${pairName(inputRate, outputRate)}`,
    operation: '−0.1 dB and −3 dB edges in % of the lower Nyquist; worst alias or image of content below that %',
    isPerBuild: false,
    runs: 1,
    async survey() {
      const findings = [];
      for (const resampler of await allResamplers()) {
        const stream = await resampler.open(inputRate, outputRate);
        const facts = await measureQuality(stream, { inputRate, outputRate, isStreaming: resampler.isStreaming });
        findings.push({ contender: resampler.name, facts: { ...facts } });
        stream.close();
      }
      return findings;
    },
  };
}

export const resamplerSubjects: readonly Subject[] = RATE_PAIRS.flatMap(([inputRate, outputRate]) => {
  const packet = raceOf(inputRate, outputRate, `${PACKET_MS} ms`, (inputRate * PACKET_MS) / 1000);
  const isDouble = Math.max(inputRate, outputRate) === 2 * Math.min(inputRate, outputRate);
  const quantum = raceOf(inputRate, outputRate, `${QUANTUM_FRAMES} frames`, QUANTUM_FRAMES);
  return [packet, ...(isDouble ? [quantum] : []), qualityOf(inputRate, outputRate)];
});
