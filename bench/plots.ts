// Pictures of a file of results, drawn by Vega-Lite without a browser. They show what the file holds and nothing else.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { BargeinError } from '../src/errors.ts';
import { importPackage } from './competitors/packages.ts';
import { pairName, RATE_PAIRS } from './rate-pairs.ts';
import type { Circumstances, Results } from './results.ts';
import { estimate, pairedRatios, typical } from './statistics.ts';
import { type Entry, isOurs, type Outcome } from './subject.ts';
import { COPY_OF_FLOATS } from './subjects/pcm16.ts';

interface VegaLite {
  compile(spec: object): { readonly spec: object };
}
interface Vega {
  parse(spec: object): object;
  readonly View: new (runtime: object, options: { renderer: 'none' }) => { toSVG(): Promise<string> };
}

/** One converter between two rates. */
interface ConverterPoint {
  readonly pair: string;
  readonly converter: string;
  readonly family: string;
  /** How many times faster than the sound itself. */
  readonly realtime: number;
  readonly latencyMs: number;
  readonly rejectionDb: number;
}

/** How many times as long as ours a peer takes at one subject. */
interface RatioBar {
  readonly subject: string;
  readonly peer: string;
  readonly ratio: number;
  readonly low: number;
  readonly high: number;
}

const PACKET_NS = 20e6;
const CONFIG = {
  font: 'system-ui, sans-serif',
  view: { stroke: null },
  axis: { gridColor: '#e4e4e4', labelLimit: 400 },
};

/** Draws the results into `folder` and returns the paths. */
export async function drawPlots(results: Results, folder: string): Promise<string[]> {
  const [vegaLite, vega] = await Promise.all([importPackage<VegaLite>('vega-lite'), importPackage<Vega>('vega')]);
  if (vegaLite === null || vega === null) {
    throw new BargeinError('plots need the packages vega and vega-lite; install them here or run `npm run bench`', {
      code: 'ERR_BENCH',
    });
  }
  mkdirSync(folder, { recursive: true });
  const subtitle = captionOf(results.circumstances);
  const specs = {
    'resamplers.svg': paretoSpec(converterPoints(results.outcomes), subtitle),
    'ratios.svg': ratioSpec(ratioBars(results.outcomes), subtitle),
  };
  const paths: string[] = [];
  for (const [name, spec] of Object.entries(specs)) {
    const view = new vega.View(vega.parse(vegaLite.compile(spec).spec), { renderer: 'none' });
    const path = join(folder, name);
    writeFileSync(path, `${await view.toSVG()}\n`);
    paths.push(path);
  }
  return paths;
}

function captionOf(made: Circumstances): string {
  return `${made.processor}, Node ${made.node}, commit ${made.commit ?? 'unknown'}, ${made.at.slice(0, 10)}, load ${made.load}`;
}

/** Speed, quality and latency of every streaming converter, where all three were measured. */
export function converterPoints(outcomes: readonly Outcome[]): ConverterPoint[] {
  return RATE_PAIRS.flatMap(([inputRate, outputRate]) => {
    const pair = pairName(inputRate, outputRate);
    const race = fastestBuild(outcomes, `resample ${pair}, 20 ms`);
    const qualities = outcomes.find(({ subject }) => subject === `resampler quality ${pair}`)?.entries ?? [];
    return (race?.entries ?? []).flatMap(({ contender, rounds }) => {
      const facts = qualities.find((entry) => entry.contender === contender)?.facts;
      const latencyMs = facts?.['latencyMs'];
      const aliasDb = facts?.['alias85Db'];
      if (latencyMs === undefined || aliasDb === undefined) return [];
      return {
        pair,
        converter: contender,
        family: contender.replace(/ \S+$/, ''),
        realtime: PACKET_NS / typical(rounds),
        latencyMs,
        rejectionDb: -aliasDb,
      };
    });
  });
}

/** Each peer's time over that of ours, from the caller's arrays to the caller's arrays. */
export function ratioBars(outcomes: readonly Outcome[]): RatioBar[] {
  const subjects = [...new Set(outcomes.map(({ subject }) => subject))];
  return subjects.flatMap((subject) => {
    const entries = fastestBuild(outcomes, subject)?.entries ?? [];
    const own = entries.find(({ contender }) => contender === 'bargein');
    if (own === undefined) return [];
    return entries
      .filter(({ contender }) => !isOurs(contender) && contender !== COPY_OF_FLOATS)
      .map((peer) => ratioBar(subject, own, peer));
  });
}

function ratioBar(subject: string, own: Entry, peer: Entry): RatioBar {
  const { value, low, high } = estimate(pairedRatios(own.rounds, peer.rounds));
  return { subject, peer: peer.contender, ratio: value, low, high };
}

/** The timed outcome of a subject with the build that the engine prefers, which is raced last. */
function fastestBuild(outcomes: readonly Outcome[], subject: string): Outcome | undefined {
  return outcomes.findLast(
    (outcome) => outcome.subject === subject && outcome.entries.some(({ rounds }) => rounds.flat().length > 0),
  );
}

function paretoSpec(points: readonly ConverterPoint[], subtitle: string): object {
  const speed = {
    field: 'realtime',
    type: 'quantitative',
    scale: { type: 'log', domain: [10, 100_000] },
    title: 'times real time (20 ms blocks)',
    axis: { values: [10, 100, 1000, 10_000, 100_000] },
  };
  const panel = (x: object, title: string): object => ({
    title,
    width: 420,
    height: 240,
    encoding: { x, y: speed },
    layer: [
      {
        mark: { type: 'point', filled: true, size: 70 },
        encoding: {
          color: { field: 'family', type: 'nominal', title: null, legend: { orient: 'bottom', columns: 6 } },
        },
      },
      // A native library often lies just above the point of its wasm build, so its name goes above.
      ...[true, false].map((isNative) => ({
        transform: [{ filter: `${isNative ? '' : '!'}test(/^native/, datum.converter)` }],
        mark: { type: 'text', align: 'left', dx: 7, dy: isNative ? -4 : 7, fontSize: 9 },
        encoding: { text: { field: 'converter' } },
      })),
    ],
  });
  const pairs = [...new Set(points.map(({ pair }) => pair))];
  return {
    title: {
      text: 'Resamplers: the best are at the top left of the left column, at the top right of the right one',
      subtitle,
    },
    config: CONFIG,
    data: { values: points },
    facet: { row: { field: 'pair', type: 'nominal', sort: pairs, title: null } },
    spec: {
      hconcat: [
        panel(
          {
            field: 'latencyMs',
            type: 'quantitative',
            scale: { type: 'log', domain: [0.05, 200] },
            title: 'latency in ms (less is better)',
            axis: { values: [0.1, 1, 10, 100] },
          },
          'Speed against latency',
        ),
        panel(
          {
            field: 'rejectionDb',
            type: 'quantitative',
            scale: { zero: false },
            title: 'alias and image rejection below 85 % of Nyquist in dB (more is better)',
          },
          'Speed against quality',
        ),
      ],
    },
    resolve: { scale: { x: 'shared', y: 'shared' } },
  };
}

function ratioSpec(bars: readonly RatioBar[], subtitle: string): object {
  const scale = { type: 'log' };
  return {
    title: { text: 'Time of others over that of bargein, from caller’s arrays to caller’s arrays', subtitle },
    config: CONFIG,
    data: { values: bars.map((entry) => ({ ...entry, row: `${entry.subject}: ${entry.peer}` })) },
    width: 480,
    encoding: { y: { field: 'row', type: 'nominal', sort: null, title: null } },
    layer: [
      {
        mark: { type: 'rule', strokeWidth: 2 },
        encoding: {
          x: { field: 'low', type: 'quantitative', scale, title: 'times as long, with the 95 % interval (1: equal)' },
          x2: { field: 'high' },
        },
      },
      {
        mark: { type: 'point', filled: true, size: 60 },
        encoding: { x: { field: 'ratio', type: 'quantitative', scale } },
      },
    ],
  };
}
