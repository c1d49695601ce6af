import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { BargeinError } from '../src/errors.ts';
import { BENCH_FOLDER } from './folder.ts';
import type { RaceSettings } from './race.ts';
import type { Outcome } from './subject.ts';

const SCHEMA: number = 1;

/** Where and how results were made. */
export interface Circumstances {
  readonly at: string;
  /** The checkout's commit, with `+` when files differ from it; null outside of a checkout. */
  readonly commit: string | null;
  readonly processor: string;
  readonly processors: number;
  readonly platform: string;
  readonly node: string;
  readonly v8: string;
  /** Programs that wanted to run when the benches began: near or above `processors`, the machine was busy. */
  readonly load: number;
  readonly runs: number;
  readonly settings: RaceSettings;
}

/** A file of results. */
export interface Results {
  readonly schema: number;
  readonly circumstances: Circumstances;
  readonly outcomes: readonly Outcome[];
}

/** The circumstances of now. */
export function circumstances(runs: number, settings: RaceSettings): Circumstances {
  return {
    at: new Date().toISOString(),
    commit: currentCommit(),
    processor: cpus()[0]?.model ?? 'unknown',
    processors: cpus().length,
    platform: `${process.platform} ${process.arch}`,
    node: process.version,
    v8: process.versions.v8,
    load: Number((loadavg()[0] ?? Number.NaN).toFixed(1)),
    runs,
    settings,
  };
}

export function makeResults(made: Circumstances, outcomes: readonly Outcome[]): Results {
  return { schema: SCHEMA, circumstances: made, outcomes };
}

/** Results as JSON, one outcome a line, times to five digits. */
export function printResults(results: Results): string {
  const digits = (_key: string, value: unknown): unknown =>
    typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(5)) : value;
  const outcomes = results.outcomes.map((outcome) => JSON.stringify(outcome, digits)).join(',\n');
  return `{"schema":${results.schema},\n"circumstances":${JSON.stringify(results.circumstances)},\n"outcomes":[\n${outcomes}\n]}\n`;
}

export function writeResults(path: string, results: Results): void {
  writeFileSync(path, printResults(results));
}

export function readResults(path: string): Results {
  let results: Partial<Results>;
  try {
    results = JSON.parse(readFileSync(path, 'utf8')) as Partial<Results>;
  } catch (error) {
    throw new BargeinError(`${path} can't be read as results of a bench: ${String(error)}`, { code: 'ERR_BENCH' });
  }
  const { schema, circumstances: made, outcomes } = results;
  if (schema !== SCHEMA || made === undefined || outcomes === undefined) {
    throw new BargeinError(`${path} holds results of schema ${schema}, this version reads ${SCHEMA}`, {
      code: 'ERR_BENCH',
    });
  }
  return { schema, circumstances: made, outcomes };
}

function currentCommit(): string | null {
  try {
    const git = (...args: string[]): string =>
      execFileSync('git', ['-C', BENCH_FOLDER, ...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
    const isDirty = git('status', '--porcelain', '--untracked-files=no') !== '';
    return git('rev-parse', '--short=12', 'HEAD').trim() + (isDirty ? '+' : '');
  } catch {
    return null;
  }
}
