import { Playout } from '../../src/audio/index.ts';
import { loadCore } from '../../src/wasm/core.ts';
import { noisePcm16 } from '../corpus.ts';
import { quantile } from '../statistics.ts';
import type { Facts, Subject } from '../subject.ts';

const QUANTUM_FRAMES = 128;
const WARM_UP_QUANTA = 20_000;
const QUANTA = 50_000;

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
];
