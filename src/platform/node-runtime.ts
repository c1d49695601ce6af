// On Node the code that runs a session is loaded with the first one, at once: half of what importing the package would take
// otherwise. In a bundle there is no such file, and under a test runner that transforms modules it would be a second copy of
// everything; there the code comes as in a browser.

import { createRequire } from 'node:module';
import { RunContext } from '../agent/run-context.ts';
import type { RuntimeModule, RuntimeSource } from '../shell/runtime-source.ts';

let ready: RuntimeModule | null = null;
let isBundled = false;

/** The code that runs a session. */
export const runtimeSource: RuntimeSource = {
  get ready() {
    if (ready !== null || isBundled) return ready;
    try {
      // The same instance that `import` gives, unless a loader other than Node's has made this module out of the file.
      const found = createRequire(import.meta.url)('../shell/session-runtime.js') as RuntimeModule;
      if (found.RunContext === RunContext) return (ready = found);
    } catch {
      // There is no such file.
    }
    isBundled = true;
    return null;
  },
  load: async () => (ready ??= await import('../shell/session-runtime.ts')),
};
