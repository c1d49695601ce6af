import type { CoreBuild } from '../../wasm/core.ts';

/** What the doctor has looked at. */
export type Subject = 'node' | 'packages' | 'wasm' | 'sound' | 'browser' | 'key' | 'endpoint' | 'clock';

/** One thing that was looked at. */
export interface Finding {
  readonly subject: Subject;
  /** A `warning` keeps something optional from working, a `problem` keeps calls from working. */
  readonly verdict: 'ok' | 'warning' | 'problem';
  /** What is there. */
  readonly found: string;
  /** What to do; null where nothing is to be done. */
  readonly advice: string | null;
}

/** What the doctor looks at, apart from the network. */
export interface Surroundings {
  /** As `process.version` has it. */
  readonly nodeVersion: string;
  readonly platform: NodeJS.Platform;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Folder in which Linux lists its sound devices. */
  readonly soundFolder: string;
  /** Version of an installed package; null where it is not. */
  readonly packageVersion: (name: string) => string | null;
  /** The fastest build of the audio core that this engine runs. */
  readonly audioBuild: CoreBuild;
  /** Whether memory can be shared with worker threads. */
  readonly hasSharedMemory: boolean;
  /** Milliseconds since 1970. */
  readonly nowMs: () => number;
}

/** A finding that needs nothing done. */
export function fine(subject: Subject, found: string): Finding {
  return { subject, verdict: 'ok', found, advice: null };
}
