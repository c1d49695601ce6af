// For browsers, where an app's first paint waits for its code: what only a call needs loads beside it.

import type { RuntimeModule, RuntimeSource } from './runtime-source.ts';

let ready: RuntimeModule | null = null;

/** The code that runs a session. */
export const runtimeSource: RuntimeSource = {
  get ready() {
    return ready;
  },
  load: async () => (ready ??= await import('./session-runtime.ts')),
};
