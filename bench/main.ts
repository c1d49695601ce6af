import type { BenchOptions } from '../src/cli/bench.ts';
import { BargeinError } from '../src/errors.ts';
import type { Bar } from './bar.ts';
import { judge } from './bars.ts';
import { compare } from './compare.ts';
import { conduct } from './conduct.ts';
import type { RaceSettings } from './race.ts';
import { describeBars, describeCircumstances, describeComparisons, describeOutcome } from './report.ts';
import { circumstances, makeResults, readResults, type Results, writeResults } from './results.ts';
import { SUBJECTS } from './subjects/index.ts';

const SETTINGS: RaceSettings = { rounds: 11, batchMs: 2, warmUpMs: 60 };

/** Measures and reports; false when something has become slower than in the results compared with. */
export async function runBench(options: BenchOptions): Promise<boolean> {
  const { terminal } = options;
  const print = (lines: readonly string[]): void => {
    for (const line of lines) terminal.line(line);
  };

  const results = options.fromPath === null ? await measure(options, print) : readResults(options.fromPath);
  if (options.fromPath !== null) {
    print(describeCircumstances(results.circumstances));
    for (const outcome of results.outcomes) print(['', ...describeOutcome(outcome)]);
  }
  const bars = judge(results.outcomes);
  const hasFigure = ({ cells }: Bar): boolean => cells.some(({ measured }) => measured !== null);
  print(['', ...describeBars(options.filter === '' ? bars : bars.filter(hasFigure), options.showsCells)]);

  terminal.record(results);
  if (options.outPath !== null) writeResults(options.outPath, results);
  if (options.plotFolder !== null) {
    const { drawPlots } = await import('./plots.ts');
    print(['', ...(await drawPlots(results, options.plotFolder))]);
  }
  if (options.comparePath === null) return true;

  const comparisons = compare(readResults(options.comparePath).outcomes, results.outcomes);
  print(['', ...describeComparisons(comparisons)]);
  return !comparisons.some(({ isSlower }) => isSlower);
}

async function measure(options: BenchOptions, print: (lines: readonly string[]) => void): Promise<Results> {
  const subjects = SUBJECTS.filter(({ name }) => name.toLowerCase().includes(options.filter.toLowerCase()));
  if (subjects.length === 0) {
    throw new BargeinError(
      `no subject contains "${options.filter}"; there are: ${SUBJECTS.map(({ name }) => name).join('; ')}`,
      { code: 'ERR_BENCH' },
    );
  }
  const made = circumstances(options.runs, SETTINGS);
  print(describeCircumstances(made));
  const outcomes = await conduct({
    subjects,
    runs: options.runs,
    settings: SETTINGS,
    onProgress: (text) => options.terminal.status(text),
    onOutcome: (outcome) => print(['', ...describeOutcome(outcome)]),
  });
  options.terminal.end();
  return makeResults(made, outcomes);
}
