import type { CoreBuild } from '../src/wasm/core.ts';
import type { Rounds } from './statistics.ts';

/** Facts of a contender by name; the name ends in the unit (`latencyMs`, `wasmBytes`). */
export type Facts = Readonly<Record<string, number>>;

/** One way to do the work of a subject. */
export interface Contender {
  /** What the report calls it. Ours begin with `bargein`. */
  readonly name: string;
  /** Does the work `times` times and returns the nanoseconds that took. */
  readonly time: (times: number) => number | Promise<number>;
  readonly facts?: Facts;
  /** Ends what the contender holds outside of this process. */
  readonly close?: () => void;
}

/** What is known of a contender afterwards. */
export interface Entry {
  readonly contender: string;
  /** Nanoseconds of one operation, `[run][round]`; empty where only facts were measured. */
  readonly rounds: Rounds;
  readonly facts: Facts;
}

/** What one process measured: a run of a subject. */
export interface RunEntry {
  readonly contender: string;
  readonly rounds: readonly number[];
  readonly facts: Facts;
}

/** Contenders that do the same work, raced against each other in one process. */
export interface Race {
  readonly kind: 'race';
  readonly name: string;
  /** What one operation is. */
  readonly operation: string;
  /** Whether the work depends on the build of the audio core, so that each build gets a race of its own. */
  readonly isPerBuild: boolean;
  /** Instead of the settings' warm-up, in milliseconds: where it is so much code that V8 takes longer to have it optimised. */
  readonly warmUpMs?: number;
  prepare(build: CoreBuild): Promise<readonly Contender[]>;
}

/** Properties that are measured, not timed: quality, size. */
export interface Survey {
  readonly kind: 'survey';
  readonly name: string;
  readonly operation: string;
  readonly isPerBuild: boolean;
  /** Processes to ask; above one, facts are medians. */
  readonly runs: number;
  /** Flags that Node needs for this. */
  readonly nodeFlags?: readonly string[];
  /** The build is not loaded yet. */
  survey(build: CoreBuild): Promise<readonly { readonly contender: string; readonly facts: Facts }[]>;
}

export type Subject = Race | Survey;

/** What all runs of a subject with one build found. */
export interface Outcome {
  readonly subject: string;
  readonly operation: string;
  /** The build of the audio core; null where it does not matter. */
  readonly build: CoreBuild | null;
  readonly entries: readonly Entry[];
}

/** Whether a contender is ours. */
export function isOurs(contender: string): boolean {
  return contender.startsWith('bargein');
}

/** A contender's `time` around a loop of the caller's, so that each loop is compiled for one thing only. */
export function timed(loop: (times: number) => void): (times: number) => number {
  return (times) => {
    const start = process.hrtime.bigint();
    loop(times);
    return Number(process.hrtime.bigint() - start);
  };
}
