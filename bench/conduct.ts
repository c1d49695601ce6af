// Sends each subject through fresh processes, build by build and run by run, and gathers what they found.
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { BargeinError } from '../src/errors.ts';
import { type CoreBuild, probeBuild } from '../src/wasm/core.ts';
import type { RaceSettings } from './race.ts';
import type { RunOrder, RunReply } from './run-process.ts';
import { median } from './statistics.ts';
import type { Entry, Facts, Outcome, RunEntry, Subject } from './subject.ts';

/** What is to be measured, and whom to tell how far it is. */
export interface Programme {
  readonly subjects: readonly Subject[];
  readonly runs: number;
  readonly settings: RaceSettings;
  readonly onProgress: (text: string) => void;
  readonly onOutcome: (outcome: Outcome) => void;
}

/** Builds that are raced: the reference build, and the one that this engine prefers. */
function racedBuilds(): CoreBuild[] {
  return [...new Set<CoreBuild>(['simd', probeBuild()])];
}

export async function conduct({ subjects, runs, settings, onProgress, onOutcome }: Programme): Promise<Outcome[]> {
  const rounds = subjects.flatMap((subject) =>
    (subject.isPerBuild ? racedBuilds() : [null]).map((build) => ({ subject, build })),
  );
  const outcomes: Outcome[] = [];
  for (const [i, { subject, build }] of rounds.entries()) {
    const replies: (readonly RunEntry[])[] = [];
    const asked = subject.kind === 'survey' ? subject.runs : runs;
    for (let run = 0; run < asked; run++) {
      const name = build === null ? subject.name : `${subject.name} (${build})`;
      onProgress(`${i + 1} of ${rounds.length}: ${name}, run ${run + 1} of ${asked}`);
      replies.push(await runOnce({ subject: subject.name, build: build ?? 'simd', settings }, subject));
    }
    const { name, operation } = subject;
    const outcome = { subject: name, operation, build, entries: gather(replies) };
    outcomes.push(outcome);
    onOutcome(outcome);
  }
  return outcomes;
}

function gather(runs: readonly (readonly RunEntry[])[]): Entry[] {
  return (runs[0] ?? []).map(({ contender, facts }) => {
    const own = runs.map((run) => run.find((entry) => entry.contender === contender));
    return {
      contender,
      rounds: own.map((entry) => entry?.rounds ?? []),
      facts: medianFacts(
        facts,
        own.map((entry) => entry?.facts ?? {}),
      ),
    };
  });
}

function medianFacts(names: Facts, runs: readonly Facts[]): Facts {
  return Object.fromEntries(
    Object.keys(names).map((name) => [name, median(runs.map((facts) => facts[name] ?? Number.NaN))]),
  );
}

function runOnce(order: RunOrder, subject: Subject): Promise<readonly RunEntry[]> {
  const { promise, resolve, reject } = Promise.withResolvers<readonly RunEntry[]>();
  const child = fork(fileURLToPath(new URL('run-process.js', import.meta.url)), {
    execArgv: subject.kind === 'survey' ? [...(subject.nodeFlags ?? [])] : [],
    serialization: 'advanced',
  });
  const fail = (reason: string): void => {
    reject(new BargeinError(`the bench of ${order.subject} failed: ${reason}`, { code: 'ERR_BENCH' }));
  };
  child.once('message', (reply: RunReply) => {
    if ('error' in reply) fail(reply.error);
    else resolve(reply.entries);
  });
  child.once('exit', (code, signal) => fail(`its process ended (${signal ?? code}) without an answer`));
  child.once('error', (error) => fail(error.message));
  child.send(order);
  return promise;
}
