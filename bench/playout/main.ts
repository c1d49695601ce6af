// Arrivals that the constants of jitter control were not chosen on: ours beside a plain queue, over further seeds of each kind.
//   npm run bench:arrivals -- [--from 5000] [--seeds 10] [--kinds burst-llm,wifi-20ms] [--rates 24000,48000]
// A seed counts where a plain queue fares as on its kind. Each figure is the median of the seeds and, behind the comma, the worst.

import { parseArgs } from 'node:util';
import { loadCore } from '../../src/wasm/core.ts';
import { median } from '../statistics.ts';
import { judge, type Verdict } from './judge.ts';
import { Bargein } from './peers/ours.ts';
import { arrivals, fareOfQueue, play, stage } from './simulate.ts';
import { syntheticSpeech } from './speech.ts';
import { type Kind, KINDS, select } from './traces.ts';

/** Long enough for every trace but those of drift, which are chosen without it. */
const PROBE_S = 150;
/** Ten minutes each. */
const DRIFT_SEEDS = 3;

const { values: options } = parseArgs({
  options: {
    from: { type: 'string', default: '5000' },
    seeds: { type: 'string', default: '10' },
    kinds: { type: 'string' },
    rates: { type: 'string', default: '24000,48000' },
  },
});

/** A verdict, and by how much its invented sound exceeds what would have been a plain queue's gaps. */
interface Outcome extends Verdict {
  readonly inventedMsPerMin: number;
}

function outcomesOf(kind: Kind, sampleRate: number): Outcome[] {
  const { isActive } = syntheticSpeech(PROBE_S, sampleRate, 1);
  const count = kind.row === null ? Math.min(Number(options.seeds), DRIFT_SEEDS) : Number(options.seeds);
  const traces = select(kind, count, (trace) => fareOfQueue(trace, isActive), Number(options.from));
  return traces.map((trace) => {
    const scene = stage(trace, (seconds) => syntheticSpeech(seconds, sampleRate, 1));
    const verdict = judge(play(new Bargein(sampleRate), scene), scene, arrivals(scene));
    const queue = fareOfQueue(trace, scene.source.isActive);
    return { ...verdict, inventedMsPerMin: verdict.syntheticMsPerMin - queue.gapMsPerMin };
  });
}

const COLUMNS: readonly (readonly [head: string, figure: (outcome: Outcome) => number])[] = [
  ['gaps ms/min', ({ gapMsPerMin }) => gapMsPerMin],
  ['longest ms', ({ longestGapMs }) => longestGapMs],
  ['delay ms', ({ delayMs }) => delayMs],
  ['end delay ms', ({ endDelayMs }) => endDelayMs],
  ['invented less gaps', ({ inventedMsPerMin }) => inventedMsPerMin],
  ['longest of it', ({ longestSyntheticMs }) => longestSyntheticMs],
  ['clicks', ({ clicks }) => clicks],
  ['lost frames', ({ lostFrames }) => lostFrames],
];
const WIDTH = 19;

function line(cells: readonly string[]): string {
  const [kind = '', ...others] = cells;
  return kind.padEnd(26) + others.map((cell) => cell.padStart(WIDTH)).join('');
}

await loadCore('simd');
console.log(line(['arrival', ...COLUMNS.map(([head]) => head)]));
for (const kind of KINDS) {
  if (options.kinds !== undefined && !options.kinds.split(',').includes(kind.name)) continue;
  for (const rate of options.rates.split(',').map(Number)) {
    const outcomes = outcomesOf(kind, rate);
    const cells = COLUMNS.map(([, figure]) => {
      const values = outcomes.map(figure);
      return `${median(values).toFixed(1)}, ${Math.max(...values).toFixed(1)}`;
    });
    console.log(line([`${kind.name}, ${rate / 1000} kHz`, ...cells]));
  }
}
