import { type CommandInput, CommandLineError } from './command.ts';
import type { Terminal } from './terminal.ts';

/** How the benches are run. */
export interface BenchOptions {
  /** Only subjects whose name contains this. */
  readonly filter: string;
  /** Processes that each subject is run in; a figure is the median of theirs. */
  readonly runs: number;
  /** Where the results go as JSON; null for nowhere. */
  readonly outPath: string | null;
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

/** Runs `bargein bench`; returns whether nothing has become slower. */
export async function bench(input: CommandInput): Promise<boolean> {
  const runs = Number(input.text('runs'));
  if (!Number.isInteger(runs) || runs < 1) {
    throw new CommandLineError(`--runs must be a whole number from 1 on, got ${input.text('runs')}`, {
      code: 'ERR_COMMAND',
    });
  }
  const entry = new URL('../bench/main.js', import.meta.url).href;
  const { runBench } = (await import(entry)) as BenchModule;
  return runBench({
    filter: input.text('filter') ?? '',
    runs,
    outPath: input.text('out') ?? null,
    plotFolder: input.text('plot') ?? null,
    showsCells: input.isOn('bars'),
    comparePath: input.text('compare') ?? null,
    fromPath: input.text('from') ?? null,
    terminal: input.terminal,
  });
}
