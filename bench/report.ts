import { stripVTControlCharacters } from 'node:util';
import { paint } from '../src/cli/terminal.ts';
import { type Bar, type Cell, verdictOf } from './bar.ts';
import type { Comparison } from './compare.ts';
import type { Circumstances } from './results.ts';
import { estimate, pairedRatios, spread, typical } from './statistics.ts';
import { isOurs, type Entry, type Outcome } from './subject.ts';

/** Which machine, with what. */
export function describeCircumstances(made: Circumstances): string[] {
  return [
    `${made.processor}, ${made.processors} processors, load ${made.load}; ${made.platform}; Node ${made.node} (V8 ${made.v8}); ` +
      `commit ${made.commit ?? 'unknown'}; ${made.at}`,
    `Each figure: median of ${made.runs} processes, ${made.settings.rounds} interleaved rounds of ${made.settings.batchMs} ms; ` +
      'ratios are taken within a round, [95 % interval].',
  ];
}

/** One subject as a table: time, quartiles, and how many times as long as each of ours a peer takes. */
export function describeOutcome(outcome: Outcome): string[] {
  const build = outcome.build === null ? '' : `, ${outcome.build} build`;
  const head = `${paint.bold(outcome.subject)} (${outcome.operation}${build})`;
  const isTimed = outcome.entries.some((entry) => entry.rounds.flat().length > 0);
  if (!isTimed) {
    const rows = outcome.entries.map((entry) => [entry.contender, describeFacts(entry)]);
    return [head, ...alignColumns(rows).map((row) => `  ${row}`)];
  }
  const ours = outcome.entries.filter(({ contender }) => isOurs(contender));
  const titles = ['', 'median', 'quartiles', ...ours.map(({ contender }) => `× ${contender}`), ''];
  const rows = outcome.entries.map((entry) => [
    entry.contender,
    ...timeCells(entry),
    ...ours.map((own) => (isOurs(entry.contender) ? '' : ratioCell(own, entry))),
    describeFacts(entry),
  ]);
  return [head, ...alignColumns([titles, ...rows]).map((row) => `  ${row}`)];
}

function timeCells({ rounds }: Entry): string[] {
  const { q1, q3 } = spread(rounds);
  return [formatNs(typical(rounds)), `${formatNs(q1)}…${formatNs(q3)}`];
}

function ratioCell(own: Entry, peer: Entry): string {
  const { value, low, high } = estimate(pairedRatios(own.rounds, peer.rounds));
  return `${formatRatio(value)} [${formatRatio(low)}…${formatRatio(high)}]`;
}

/** The bars: each with its worst cell, or all cells where they were asked for. */
export function describeBars(bars: readonly Bar[], showsCells: boolean): string[] {
  const rows = bars.map((bar) => {
    const worst = worstCell(bar);
    return [
      describeVerdict(bar),
      bar.subject,
      bar.against,
      worst === undefined ? '' : describeCell(worst),
      worst?.name ?? '',
    ];
  });
  const lines = alignColumns([['bar', 'subject', 'against', 'worst figure', 'which'], ...rows]);
  if (!showsCells) return lines;
  const cells = bars.flatMap((bar) => bar.cells.map((cell) => [verdictOf(cell), describeCell(cell), cell.name]));
  return [...lines, '', ...alignColumns(cells)];
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
  const rows = moved.map(({ name, yardstick, change, isSlower }) => [
    isSlower ? paint.red('slower') : paint.green('faster'),
    `${formatFigure(change.value)}× the time [${formatFigure(change.low)}…${formatFigure(change.high)}]`,
    name,
    yardstick === null ? 'by the clock' : `relative to ${yardstick}`,
  ]);
  const steady = comparisons.length - moved.length;
  return [...alignColumns(rows), `${steady} of ${comparisons.length} timings are unchanged within their intervals.`];
}

function describeFacts(entry: Entry): string {
  return Object.entries(entry.facts)
    .map(([name, value]) => `${name} ${Number.isInteger(value) ? value : Number(value.toPrecision(4))}`)
    .join(', ');
}

function formatNs(ns: number): string {
  if (ns < 1000) return `${ns.toPrecision(3)} ns`;
  return ns < 1e6 ? `${(ns / 1e3).toPrecision(3)} µs` : `${(ns / 1e6).toPrecision(3)} ms`;
}

function formatRatio(ratio: number): string {
  return `${ratio >= 100 ? ratio.toFixed(0) : ratio.toPrecision(ratio >= 10 ? 3 : 2)}×`;
}

/** Rows of cells as lines: the first column to the left, the others as wide as their widest cell. */
function alignColumns(rows: readonly (readonly string[])[]): string[] {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [i, cell] of row.entries()) widths[i] = Math.max(widths[i] ?? 0, stripVTControlCharacters(cell).length);
  }
  return rows.map((row) =>
    row
      .map((cell, i) => cell + ' '.repeat((widths[i] ?? 0) - stripVTControlCharacters(cell).length))
      .join('  ')
      .trimEnd(),
  );
}
