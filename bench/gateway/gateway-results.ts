// What a recorded measurement of bridges says, as tables.

import { median } from '../statistics.ts';
import type { Row } from './load.ts';

/** A recorded measurement, as `bench/results/gateway.json` holds it. */
export interface GatewayResults {
  readonly cpu: string;
  readonly cores: number;
  readonly node: string;
  /** Core of the bridges, and of phones and model; the rows of workers are pinned to none. */
  readonly bridgeCore: number;
  readonly generatorCore: number;
  /** Load average of the last minute before. */
  readonly loadBefore: number;
  /** Length of each row. */
  readonly seconds: number;
  readonly rows: readonly Row[];
}

/** Where a gateway refuses further calls, unless its app says otherwise. */
const MAX_CPU_SHARE = 0.85;
/** Where all bridges were measured. */
const COMPARED_CALLS = 300;

/** The rows of one bridge at one number of calls, each figure its median. */
interface Point {
  readonly bridge: string;
  readonly calls: number;
  readonly runs: number;
  readonly invalid: number;
  readonly cpuUs: number;
  readonly systemUs: number;
  readonly cpuShare: number;
  readonly addedP99Ms: number;
  readonly clearP99Ms: number;
  readonly truncationAbsP95Ms: number;
  readonly heapKb: number | null;
  readonly missing: number;
}

/** Every bridge at every number of calls. Rows of a late generator are left out where there are others. */
function points(results: GatewayResults): Point[] {
  const groups = Map.groupBy(results.rows, ({ bridge, calls }) => `${bridge} ${calls}`);
  return [...groups.values()].map((rows) => {
    const valid = rows.filter(({ isValid }) => isValid);
    const used = valid.length > 0 ? valid : rows;
    const middle = (figure: (row: Row) => number): number => median(used.map(figure));
    const heap = middle(({ heapKbPerCall }) => heapKbPerCall ?? Number.NaN);
    return {
      bridge: rows[0]?.bridge ?? '',
      calls: rows[0]?.calls ?? 0,
      runs: rows.length,
      invalid: rows.length - valid.length,
      cpuUs: middle(({ cpuUsPerCallSecond }) => cpuUsPerCallSecond),
      systemUs: middle(({ systemUsPerCallSecond }) => systemUsPerCallSecond),
      cpuShare: middle(({ cpuShare }) => cpuShare),
      addedP99Ms: middle(({ addedP99Ms }) => addedP99Ms),
      clearP99Ms: middle(({ clearP99Ms }) => clearP99Ms),
      truncationAbsP95Ms: middle(({ truncationAbsP95Ms }) => truncationAbsP95Ms),
      heapKb: Number.isNaN(heap) ? null : heap,
      missing: rows.reduce((sum, { missing }) => sum + missing, 0),
    };
  });
}

/** How many calls of ours a core carries: up to where a gateway refuses, at the cost of a call among 300. */
export function callsPerCore(results: GatewayResults): number {
  const ours = points(results).find(({ bridge, calls }) => bridge === 'bargein' && calls === COMPARED_CALLS);
  return Math.floor((MAX_CPU_SHARE * 1e6) / (ours?.cpuUs ?? Number.NaN));
}

/** The tables of the capacity page. */
export function measuredTables(results: GatewayResults): string {
  const all = points(results);
  const bridges = all
    .filter(({ bridge }) => !bridge.startsWith('gateway:'))
    .toSorted((a, b) => a.bridge.localeCompare(b.bridge) || a.calls - b.calls);
  const head = [
    `${results.cpu}, ${results.cores} cores, Node ${results.node}; bridges on core ${results.bridgeCore}, phones and model on core ` +
      `${results.generatorCore}, ${results.seconds} s a row, load before ${results.loadBefore.toFixed(1)}.`,
    '',
    '| bridge | calls | runs | µs a call-second | of it system | core used | packet p99 ms | clear p99 ms | truncation p95 ms | heap kB a call |',
    '| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |',
  ];
  const lines = bridges.map((point) => {
    const late = point.invalid > 0 ? ` (${point.invalid} with a late generator)` : '';
    const figures = [
      point.cpuUs.toFixed(0),
      point.systemUs.toFixed(0),
      `${(point.cpuShare * 100).toFixed(0)} %`,
      point.addedP99Ms.toFixed(1),
      point.clearP99Ms.toFixed(1),
      point.truncationAbsP95Ms.toFixed(1),
      point.heapKb?.toFixed(0) ?? '',
    ];
    return `| ${point.bridge} | ${point.calls} | ${point.runs}${late} | ${figures.join(' | ')} |`;
  });
  return [...head, ...lines, '', ...conclusions(all)].join('\n');
}

/** From here on a bridge takes what there is, whatever it needs. */
const FULL_SHARE = 0.97;
const FULL_CORE = ' The core of the peer is full there: it needs more than it takes, and its packets wait.';

function hasFullCore({ cpuShare }: Point): boolean {
  return cpuShare >= FULL_SHARE;
}

/** The figures that the table is read for. */
function conclusions(all: readonly Point[]): string[] {
  const at = (bridge: string, calls: number): Point | undefined =>
    all.find((point) => point.bridge === bridge && point.calls === calls);
  const ours = at('bargein', COMPARED_CALLS);
  const peer = at('peer', COMPARED_CALLS);
  const floor = at('floor', COMPARED_CALLS);
  const one = all.find(({ bridge }) => bridge === 'gateway:1');
  const two = all.find(({ bridge }) => bridge === 'gateway:2');
  const said: string[] = [];
  if (ours !== undefined && peer !== undefined && floor !== undefined) {
    said.push(
      `- At ${COMPARED_CALLS} calls the peer takes ${(peer.cpuUs / ours.cpuUs).toFixed(2)} times the CPU of this package; the bare bridge on ` +
        `\`ws\`, without a session, is at ${(peer.cpuUs / floor.cpuUs).toFixed(2)}.${hasFullCore(peer) ? FULL_CORE : ''}`,
      `- Its barge-in reaches the phone ${(peer.clearP99Ms / ours.clearP99Ms).toFixed(1)} times as late at the 99th percentile.`,
    );
  }
  if (one !== undefined && two !== undefined) {
    said.push(
      `- A worker's call costs ${one.cpuUs.toFixed(0)} µs a second beside no other worker and ${two.cpuUs.toFixed(0)} µs beside a ` +
        `second one (${one.calls} and ${two.calls} calls, phones and model on the same two cores): two workers carry ` +
        `${((2 * one.cpuUs) / two.cpuUs).toFixed(2)} times as many as one, where both have a core.`,
    );
  }
  return said;
}
