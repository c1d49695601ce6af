import { Playout } from '../../src/audio/index.ts';
import { loadCore } from '../../src/wasm/core.ts';
import { noisePcm16 } from '../corpus.ts';
import { allocatedBytes, HEAP_FLAGS } from '../heap.ts';
import { syntheticSpeech } from '../playout/speech.ts';
import { quantile } from '../statistics.ts';
import type { Facts, Subject } from '../subject.ts';

const QUANTUM_FRAMES = 128;
const WARM_UP_QUANTA = 20_000;
const QUANTA = 50_000;
const SPEECH_S = 20;
const TRICKLE_PERCENT = 85;

/** Times each call by itself. */
function percentiles(render: () => void): Facts {
  const microseconds = new Float64Array(QUANTA);
  for (let i = -WARM_UP_QUANTA; i < QUANTA; i++) {
    const start = performance.now();
    render();
    const elapsed = performance.now() - start;
    if (i >= 0) microseconds[i] = elapsed * 1000;
  }
  const sorted = [...microseconds];
  return { p50Us: quantile(sorted, 0.5), p99Us: quantile(sorted, 0.99), p999Us: quantile(sorted, 0.999) };
}

/** What the playback worklet does in each quantum, with a packet written whenever the queue runs low. */
function playback(): () => void {
  const playout = new Playout({ itemRate: 24_000, outputRate: 48_000 });
  const handle = playout.open() ?? 0;
  const second = noisePcm16(24_000);
  const output = new Float32Array(QUANTUM_FRAMES);
  for (let i = 0; i < (QUANTA + WARM_UP_QUANTA) / 375; i++) playout.write(handle, second);
  return () => playout.render(output);
}

/** Speech that comes at 0.85 of the speed at which it is heard: time is bent, and what is missing concealed, all along. */
function bending(sampleRate: number): () => void {
  const playout = new Playout({ itemRate: sampleRate, isAdaptive: true });
  const handle = playout.open() ?? 0;
  const { samples } = syntheticSpeech(SPEECH_S, sampleRate, 1);
  const packetFrames = sampleRate / 50;
  const packets = Array.from({ length: samples.length / packetFrames }, (_, i) =>
    samples.subarray(i * packetFrames, (i + 1) * packetFrames),
  );
  const output = new Float32Array(QUANTUM_FRAMES);
  // Whole numbers, which take nothing of the heap.
  let duePercent = 0;
  let next = 0;
  return () => {
    duePercent += QUANTUM_FRAMES * TRICKLE_PERCENT;
    for (; duePercent >= packetFrames * 100; duePercent -= packetFrames * 100) {
      const packet = packets[next];
      if (packet !== undefined) playout.write(handle, packet);
      next = (next + 1) % packets.length;
    }
    playout.render(output);
  };
}

function waiting(microseconds: number): () => void {
  return () => {
    const end = performance.now() + microseconds / 1000;
    while (performance.now() < end);
  };
}

export const quantumSubjects: readonly Subject[] = [
  {
    kind: 'survey',
    name: 'render quantum',
    operation: `${QUANTUM_FRAMES} frames of playout, 24 to 48 kHz, after warm-up; whatever interrupts the process counts`,
    isPerBuild: true,
    runs: 5,
    async survey(build) {
      await loadCore(build);
      const facts = percentiles(playback());
      return [
        { contender: 'bargein', facts },
        // What this machine does to any program in the same time.
        { contender: 'waiting as long', facts: percentiles(waiting(facts['p50Us'] ?? 0)) },
      ];
    },
  },
  ...[24_000, 48_000].map((sampleRate): Subject => ({
    kind: 'survey',
    name: `render quantum, bending time at ${sampleRate / 1000} kHz`,
    operation: `${QUANTUM_FRAMES} frames of an adaptive playout that is always short of audio, packets of 20 ms included`,
    isPerBuild: true,
    runs: 5,
    nodeFlags: HEAP_FLAGS,
    async survey(build) {
      await loadCore(build);
      const facts = percentiles(bending(sampleRate));
      return [
        { contender: 'bargein', facts: { ...facts, allocatedBytes: allocatedBytes(bending(sampleRate)) } },
        { contender: 'waiting as long', facts: percentiles(waiting(facts['p50Us'] ?? 0)) },
      ];
    },
  })),
];
