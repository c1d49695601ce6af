// What the threads of a gateway say to each other, all of it: calls and their audio never leave their thread.

import type { AdmissionLimits } from './admission.ts';

/** What a worker is started with. */
export interface WorkerSetup {
  readonly thread: number;
  readonly threads: number;
  readonly load: SharedArrayBuffer;
  readonly host: HostSetup;
}

/** What every thread that holds calls knows. */
export interface HostSetup {
  /** URL of the module whose default export handles a call. */
  readonly calls: string;
  readonly streamPath: string;
  readonly voicePath: string | null;
  readonly streamUrl: string | null;
  readonly redirectUrl: string | null;
  readonly authToken: string | null;
  readonly limits: Required<AdmissionLimits>;
}

/** Where a thread listens. */
export interface ThreadAddress {
  /** 0 takes a free one. */
  readonly port: number;
  readonly host: string;
  /** Whether other threads may listen on the same port. */
  readonly reusePort: boolean;
}

/** To a worker. */
export type WorkerCommand =
  | ({ readonly type: 'listen' } & ThreadAddress)
  | { readonly type: 'drain'; readonly graceMs: number }
  | { readonly type: 'metrics' }
  /** The figures of all threads, for the one that asked. */
  | { readonly type: 'allMetrics'; readonly request: number; readonly text: string };

/** From a worker. */
export type WorkerReport =
  | { readonly type: 'listening'; readonly port: number }
  | { readonly type: 'listenFailed'; readonly message: string }
  | { readonly type: 'drained' }
  | { readonly type: 'metrics'; readonly metrics: readonly object[] }
  | { readonly type: 'wantsMetrics'; readonly request: number };
