// For platforms where nothing is gained by loading code later: it comes with the session.

import type { RuntimeSource } from './runtime-source.ts';
import { initialConfig, RunContext, SessionRuntime } from './session-runtime.ts';

const ready = { initialConfig, RunContext, SessionRuntime };

/** The code that runs a session. */
export const runtimeSource: RuntimeSource = { ready, load: async () => ready };
