import { stripVTControlCharacters } from 'node:util';
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

/** One subject as a table: time, quartiles, and how many times as long as ours each takes. */
export function describeOutcome(outcome: Outcome): string[] {
  const build = outcome.build === null ? '' : `, ${outcome.build} build`;
  const head = `${outcome.subject} (${outcome.operation}${build})`;
  const ours = outcome.entries.find(({ contender }) => isOurs(contender));
  const rows = outcome.entries.map((entry) => [entry.contender, ...timeCells(entry, ours), describeFacts(entry)]);
  return [head, ...alignColumns(rows).map((row) => `  ${row}`)];
}

function timeCells(entry: Entry, ours: Entry | undefined): string[] {
  if (entry.rounds.every((run) => run.length === 0)) return [];
  const { q1, q3 } = spread(entry.rounds);
  const cells = [formatNs(typical(entry.rounds)), `${formatNs(q1)}…${formatNs(q3)}`];
  if (ours === undefined || ours === entry) return [...cells, ''];
  const { value, low, high } = estimate(pairedRatios(ours.rounds, entry.rounds));
  return [...cells, `${formatRatio(value)} [${formatRatio(low)}…${formatRatio(high)}]`];
}

function describeFacts(entry: Entry): string {
  return Object.entries(entry.facts)
    .map(([name, value]) => `${name} ${Number(value.toPrecision(4))}`)
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
