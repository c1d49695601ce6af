import { BargeinError } from '../errors.ts';
import type { Terminal } from './terminal.ts';

/** How the benches are run. */
export interface BenchOptions {
  /** Only subjects whose name contains this. */
  readonly filter: string;
  /** Processes that each subject is run in; a figure is the median of theirs. */
  readonly runs: number;
  /** Where the results go as JSON, `-` for standard output; null for nowhere. */
  readonly jsonPath: string | null;
  /** Folder for the plots; null for none. */
  readonly plotFolder: string | null;
  /** Whether every figure behind a bar is shown, not only the worst. */
  readonly showsCells: boolean;
  /** Earlier results to compare with; null for none. */
  readonly comparePath: string | null;
  /** Results to report again instead of measuring; null to measure. */
  readonly fromPath: string | null;
  readonly terminal: Terminal;
}

/** The entry of the benches, which are bundled by themselves because they also use what is outside of `src`. */
export interface BenchModule {
  /** Measures and reports; false when something has become slower than in the results compared with. */
  readonly runBench: (options: BenchOptions) => Promise<boolean>;
}

/** Options as they stand on the command line. */
export interface BenchFlags {
  /** A number where the text is one, as the command line parser has it. */
  readonly filter?: string | number;
  readonly runs: number | string;
  readonly json?: string | boolean;
  readonly plot?: string;
  readonly bars?: boolean;
  readonly compare?: string;
  readonly from?: string;
}

/** Runs `bargein bench`; returns whether nothing has become slower. */
export async function bench(flags: BenchFlags, terminal: Terminal): Promise<boolean> {
  const runs = Number(flags.runs);
  if (!Number.isInteger(runs) || runs < 1) {
    throw new BargeinError(`--runs must be a whole number from 1 on, got ${flags.runs}`, { code: 'ERR_BENCH' });
  }
  const entry = new URL('../bench/main.js', import.meta.url).href;
  const { runBench } = (await import(entry)) as BenchModule;
  return runBench({
    filter: String(flags.filter ?? ''),
    runs,
    jsonPath: flags.json === true ? '-' : flags.json === undefined || flags.json === false ? null : flags.json,
    plotFolder: flags.plot ?? null,
    showsCells: flags.bars === true,
    comparePath: flags.compare ?? null,
    fromPath: flags.from ?? null,
    terminal,
  });
}
