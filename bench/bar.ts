// A bar and its cells: figures against limits. It is met when all of its cells are.
import type { Estimate } from './statistics.ts';

/** One figure against its limit. */
export interface Cell {
  readonly name: string;
  /** Null when it was not measured. */
  readonly measured: Estimate | null;
  readonly limit: number;
  readonly sense: 'at least' | 'at most';
  readonly unit: string;
}

export type Verdict = 'met' | 'not met' | 'not measured';

export interface Bar {
  readonly subject: string;
  readonly against: string;
  readonly cells: readonly Cell[];
  readonly verdict: Verdict;
}

export function verdictOf(cell: Cell): Verdict {
  if (cell.measured === null || Number.isNaN(cell.measured.value)) return 'not measured';
  const isMet = cell.sense === 'at least' ? cell.measured.value >= cell.limit : cell.measured.value <= cell.limit;
  return isMet ? 'met' : 'not met';
}

/** A bar of these cells. */
export function bar(subject: string, against: string, cells: readonly Cell[]): Bar {
  const verdicts = new Set(cells.map((cell) => verdictOf(cell)));
  const verdict = verdicts.has('not met') ? 'not met' : verdicts.has('not measured') ? 'not measured' : 'met';
  return { subject, against, cells, verdict };
}
