// What the playout promises on each kind of arrival, at both rates and on every seed: the bench gives the worst of them.
import { bar, type Bar, type Cell } from '../bar.ts';
import type { Figures } from '../figures.ts';

/** Limits of a kind: gaps and mean delay, and as much invented sound as a plain queue has gaps. */
interface Limits {
  readonly gapMsPerMin: number;
  readonly delayMs?: number;
  readonly syntheticMsPerMin: number;
}

const LIMITS: Readonly<Record<string, Limits>> = {
  'burst-llm': { gapMsPerMin: 300, delayMs: 140, syntheticMsPerMin: 613 },
  'burst-slow': { gapMsPerMin: 60, delayMs: 80, syntheticMsPerMin: 664 },
  'wifi-20ms': { gapMsPerMin: 0, delayMs: 80, syntheticMsPerMin: 56 },
  'gilbert-elliott': { gapMsPerMin: 60, delayMs: 200, syntheticMsPerMin: 199 },
  // A line leads from 298 ms a minute at 814 ms to 1873 at 225, and these are a point on it.
  'lte-handover': { gapMsPerMin: 1833, delayMs: 240, syntheticMsPerMin: 428 },
  'trickle-0.85': { gapMsPerMin: 10, syntheticMsPerMin: 7857 },
  'drift +300 ppm': { gapMsPerMin: 0, syntheticMsPerMin: 5 },
  'drift −300 ppm': { gapMsPerMin: 0, syntheticMsPerMin: 5 },
};

/** Two hundredths of the time that 128 frames take to be heard. */
const BUDGET_US: Readonly<Record<string, number>> = { '24 kHz': 106, '48 kHz': 53 };

export function playoutBars(figures: Figures): Bar[] {
  const rendering = Object.entries(BUDGET_US).flatMap(([rate, limitUs]) => {
    const subject = `render quantum, bending time at ${rate}`;
    return [
      figures.fact(subject, 'simd', 'bargein', 'p999Us', limitUs),
      figures.fact(subject, 'simd', 'bargein', 'allocatedBytes', 0),
    ];
  });
  return [bar('render quantum, bending time', '–', rendering), ...arrivalBars(figures)];
}

function arrivalBars(figures: Figures): Bar[] {
  return Object.entries(LIMITS).map(([kind, limits]) =>
    bar(
      `playout ${kind}`,
      '–',
      ['24 kHz', '48 kHz'].flatMap((rate) => cellsOf(figures, `playout ${kind}, ${rate}`, kind, limits)),
    ),
  );
}

function cellsOf(figures: Figures, subject: string, kind: string, limits: Limits): Cell[] {
  const atMost = (fact: string, limit: number): Cell => figures.fact(subject, null, 'bargein', fact, limit);
  const cells = Object.entries(limits).map(([fact, limit]: [string, number]) => atMost(fact, limit));
  cells.push(atMost('longestSyntheticMs', 100), atMost('clicks', 0), atMost('lostFrames', 0));
  if (kind === 'trickle-0.85') cells.push(atMost('longestGapMs', 150));
  if (kind === 'burst-llm') cells.push(figures.factAtLeast(subject, null, 'bargein', 'tempo', 1));
  if (kind.startsWith('drift')) {
    cells.push(atMost('endDelayMs', 25), figures.factAtLeast(subject, null, 'bargein', 'endDelayMs', 10));
  }
  return cells;
}
