// On Node the code that runs a session is loaded with the first one, at once: half of what importing the package would take
// otherwise. In a bundle there is no such file, and the code comes as in a browser.

import { createRequire } from 'node:module';
import type { RuntimeModule, RuntimeSource } from '../shell/runtime-source.ts';

let ready: RuntimeModule | null = null;
let isBundled = false;

/** The code that runs a session. */
export const runtimeSource: RuntimeSource = {
  get ready() {
    if (ready !== null || isBundled) return ready;
    try {
      // The same instance that `import` gives.
      return (ready = createRequire(import.meta.url)('../shell/session-runtime.js') as RuntimeModule);
    } catch {
      isBundled = true;
      return null;
    }
  },
  load: async () => (ready ??= await import('../shell/session-runtime.ts')),
};
