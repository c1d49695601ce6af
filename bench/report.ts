import { paint } from '../src/cli/terminal.ts';
import { type Bar, type Cell, verdictOf } from './bar.ts';
import type { Comparison } from './compare.ts';
import type { Circumstances } from './results.ts';
import { estimate, pairedRatios, spread, typical } from './statistics.ts';
import { isOurs, type Entry, type Outcome } from './subject.ts';
import { type Row, tableLines, wrappedLines } from './table.ts';

const INDENT = '    ';

/** Which machine, with what. */
export function describeCircumstances(made: Circumstances): string[] {
  return [
    ...wrappedLines(
      `${made.processor}, ${made.processors} processors, load ${made.load}; ${made.platform}; Node ${made.node} (V8 ${made.v8}); ` +
        `commit ${made.commit ?? 'unknown'}; ${made.at}`,
    ),
    ...wrappedLines(
      `Each figure: median of ${made.runs} processes, ${made.settings.rounds} interleaved rounds of ${made.settings.batchMs} ms; ` +
        'ratios are taken within a round, [95 % interval].',
    ),
  ];
}

/** One subject as a table: time, quartiles, and how many times as long as each of ours a peer takes; or what was found. */
export function describeOutcome(outcome: Outcome): string[] {
  const build = outcome.build === null ? '' : `, ${outcome.build} build`;
  const head = wrappedLines(`${paint.bold(outcome.subject)} (${outcome.operation}${build})`);
  const isTimed = outcome.entries.some((entry) => entry.rounds.flat().length > 0);
  const columns = isTimed ? [...timeColumns(outcome), ...factColumns(outcome)] : factColumns(outcome);
  const rows = outcome.entries.map((entry, i) => [entry.contender, ...columns.map(([, ...cells]) => cells[i] ?? '')]);
  return [...head, ...tableLines([['', ...columns.map(([title = '']) => title)], ...rows], '  ')];
}

/** Columns, each with its title first. */
function timeColumns({ entries }: Outcome): Row[] {
  const ours = entries.filter(({ contender }) => isOurs(contender));
  const times = entries.map((entry) => timeCells(entry));
  return [
    ['median', ...times.map(([median = '']) => median)],
    ['quartiles', ...times.map(([, quartiles = '']) => quartiles)],
    ...ours.map((own) => [
      `× ${own.contender}`,
      ...entries.map((entry) => (isOurs(entry.contender) ? '' : ratioCell(own, entry))),
    ]),
  ];
}

function factColumns({ entries }: Outcome): Row[] {
  const names = [...new Set(entries.flatMap(({ facts }) => Object.keys(facts)))];
  return names.map((name) => [name, ...entries.map(({ facts }) => formatFact(facts[name]))]);
}

function formatFact(value: number | undefined): string {
  if (value === undefined) return '';
  return String(Number.isInteger(value) ? value : Number(value.toPrecision(4)));
}

function timeCells({ rounds }: Entry): string[] {
  const { q1, q3 } = spread(rounds);
  return [formatNs(typical(rounds)), `${formatNs(q1)}…${formatNs(q3)}`];
}

function ratioCell(own: Entry, peer: Entry): string {
  const { value, low, high } = estimate(pairedRatios(own.rounds, peer.rounds));
  return `${formatRatio(value)} [${formatRatio(low)}…${formatRatio(high)}]`;
}

/** The bars: each with its worst cell below it, or all cells where they were asked for. */
export function describeBars(bars: readonly Bar[], showsCells: boolean): string[] {
  const heads = tableLines([
    ['bar', 'subject', 'worst figure'],
    ...bars.map((bar) => {
      const worst = worstCell(bar);
      return [describeVerdict(bar), bar.subject, worst === undefined ? '' : describeCell(worst)];
    }),
  ]);
  return heads.flatMap((line, i) => {
    const bar = bars[i - 1];
    if (bar === undefined) return [line];
    const worst = worstCell(bar);
    if (!showsCells) return [line, ...(worst === undefined ? [] : wrappedLines(worst.name, INDENT))];
    const cells = bar.cells.flatMap((cell) => [
      ...wrappedLines(cell.name, INDENT),
      `${INDENT}${INDENT}${verdictOf(cell)}: ${describeCell(cell)}`,
    ]);
    return [line, ...cells];
  });
}

/** The measured cell that fails its limit by most, or passes it by least. */
function worstCell({ cells }: Bar): Cell | undefined {
  const margin = ({ measured, limit, sense }: Cell): number => {
    if (measured === null) return Number.POSITIVE_INFINITY;
    const room = sense === 'at least' ? measured.value - limit : limit - measured.value;
    return room / Math.max(Math.abs(limit), Number.EPSILON);
  };
  return cells.toSorted((a, b) => margin(a) - margin(b))[0];
}

function describeVerdict({ verdict, cells }: Bar): string {
  if (verdict === 'met') return paint.green('met');
  if (verdict === 'not met') return paint.red('not met');
  const measured = cells.filter((cell) => verdictOf(cell) !== 'not measured').length;
  return paint.dim(measured === 0 ? 'not measured' : `${measured} of ${cells.length} measured`);
}

function describeCell({ measured, limit, sense, unit }: Cell): string {
  const bound = `${sense === 'at least' ? '≥' : '≤'} ${formatFigure(limit)}${unit}`;
  if (measured === null) return `not measured (${bound})`;
  const { value, low, high } = measured;
  const range = low === high ? '' : ` [${formatFigure(low)}…${formatFigure(high)}]`;
  return `${formatFigure(value)}${unit}${range} (${bound})`;
}

function formatFigure(value: number): string {
  return String(Number(value.toPrecision(value >= 1000 ? 5 : 3)));
}

/** What has changed since earlier results; the steady ones are counted only. */
export function describeComparisons(comparisons: readonly Comparison[]): string[] {
  const moved = comparisons.filter(({ isSlower, isFaster }) => isSlower || isFaster);
  const lines = moved.flatMap(({ name, yardstick, change, isSlower }) => [
    `${isSlower ? paint.red('slower') : paint.green('faster')}  ${formatFigure(change.value)}× the time ` +
      `[${formatFigure(change.low)}…${formatFigure(change.high)}] ` +
      (yardstick === null ? 'by the clock' : `relative to ${yardstick}`),
    ...wrappedLines(name, INDENT),
  ]);
  const steady = comparisons.length - moved.length;
  return [...lines, `${steady} of ${comparisons.length} timings are unchanged within their intervals of 95 %.`];
}

/** A time to three digits, in the unit that suits it. */
export function formatNs(ns: number): string {
  if (ns < 1000) return `${ns.toPrecision(3)} ns`;
  return ns < 1e6 ? `${(ns / 1e3).toPrecision(3)} µs` : `${(ns / 1e6).toPrecision(3)} ms`;
}

/** A ratio to two or three digits. */
export function formatRatio(ratio: number): string {
  return `${ratio >= 100 ? ratio.toFixed(0) : ratio.toPrecision(ratio >= 10 ? 3 : 2)}×`;
}
