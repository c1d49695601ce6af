// Which blocks of a program have ever run, by V8's own count of them: nothing is compiled in, and sources run as they are.

import { Session } from 'node:inspector';

/** A function and the blocks in it whose count differs from what is around them, outer ones first. */
interface FunctionCoverage {
  readonly ranges: readonly { readonly startOffset: number; readonly endOffset: number; readonly count: number }[];
}

/** The part of V8's answer that is read. */
interface ScriptCoverage {
  readonly scriptId: string;
  readonly url: string;
  readonly functions: readonly FunctionCoverage[];
}

/**
 * Counts blocks of the scripts of this process whose address is wanted. One a process, made before those scripts run: V8
 * counts blocks of functions that it compiles from then on, and forgets how at the end.
 */
export class BlockCoverage implements Disposable {
  readonly #session = new Session();
  readonly #isWanted: (url: string) => boolean;
  /** Of each script, the characters that have run. */
  readonly #known = new Map<string, Uint8Array>();

  constructor(isWanted: (url: string) => boolean) {
    this.#isWanted = isWanted;
    this.#session.connect();
    this.#session.post('Profiler.enable');
    this.#session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
  }

  /** Whether anything has run since the last time that no `learn` has seen. */
  hasNews(): boolean {
    return this.#taken().some(([id, ran]) => {
      const known = this.#known.get(id);
      return ran.some((isRun, at) => isRun === 1 && known?.[at] !== 1);
    });
  }

  /** Forgets what has run since the last time. */
  skip(): void {
    this.#taken();
  }

  /** Takes what has run since the last time for known. */
  learn(): void {
    for (const [id, ran] of this.#taken()) {
      const known = this.#known.get(id) ?? new Uint8Array();
      const both = new Uint8Array(Math.max(known.length, ran.length));
      both.set(known);
      for (const [at, isRun] of ran.entries()) if (isRun === 1) both[at] = 1;
      this.#known.set(id, both);
    }
  }

  /** Characters of source that are known. */
  get size(): number {
    let size = 0;
    for (const known of this.#known.values()) for (const isRun of known) size += isRun;
    return size;
  }

  [Symbol.dispose](): void {
    this.#session.post('Profiler.stopPreciseCoverage');
    this.#session.disconnect();
  }

  /** What has run in each wanted script since the last time, which also starts the counts anew. */
  #taken(): readonly (readonly [string, Uint8Array])[] {
    let scripts: readonly ScriptCoverage[] = [];
    // Calls back before it returns, since the session is of this thread.
    this.#session.post('Profiler.takePreciseCoverage', (error, answer) => {
      if (error !== null) throw error;
      scripts = answer.result;
    });
    return scripts.flatMap(({ scriptId, url, functions }) =>
      this.#isWanted(url) ? [[scriptId, charactersRun(functions)] as const] : [],
    );
  }
}

/** 1 for each character that ran. Outer functions come before those in them, so the last word on a character is right. */
function charactersRun(functions: readonly FunctionCoverage[]): Uint8Array {
  const ranges = functions.flatMap((one) => one.ranges);
  const ran = new Uint8Array(Math.max(0, ...ranges.map(({ endOffset }) => endOffset)));
  for (const { startOffset, endOffset, count } of ranges) ran.fill(count > 0 ? 1 : 0, startOffset, endOffset);
  return ran;
}
