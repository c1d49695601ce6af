// One run of one subject, in a process of its own: what V8 has seen of one subject never bends another one's figures.
// The parent sends one `RunOrder` and gets one `RunReply`.
import { type CoreBuild, loadCore } from '../src/wasm/core.ts';
import { race, type RaceSettings } from './race.ts';
import type { RunEntry } from './subject.ts';
import { SUBJECTS } from './subjects/index.ts';

/** What a process is to measure. */
export interface RunOrder {
  readonly subject: string;
  readonly build: CoreBuild;
  readonly settings: RaceSettings;
}

/** What it found, or why it could not. */
export type RunReply = { readonly entries: readonly RunEntry[] } | { readonly error: string };

async function obey({ subject: name, build, settings }: RunOrder): Promise<readonly RunEntry[]> {
  const subject = SUBJECTS.find((candidate) => candidate.name === name);
  if (subject === undefined) throw new RangeError(`no subject is called ${name}`);
  if (subject.kind === 'survey') {
    return (await subject.survey(build)).map(({ contender, facts }) => ({ contender, rounds: [], facts }));
  }
  await loadCore(build);
  const contenders = await subject.prepare(build);
  try {
    return await race(contenders, { ...settings, warmUpMs: subject.warmUpMs ?? settings.warmUpMs });
  } finally {
    for (const contender of contenders) contender.close?.();
  }
}

process.once('message', (order: RunOrder) => {
  const reply = (message: RunReply): void => {
    process.send?.(message, () => process.disconnect());
  };
  obey(order).then(
    (entries) => reply({ entries }),
    (error: unknown) => reply({ error: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
  );
});

// Whoever asked is served, or gone.
process.once('disconnect', () => process.exit());
