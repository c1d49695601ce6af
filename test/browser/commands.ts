// What a browser test asks of Node.

import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { BrowserCommand } from 'vitest/node';
import { compileEvents, distinctEvents } from '../server/event-compiler.ts';

declare module 'vitest/browser' {
  interface BrowserCommands {
    /** What TypeScript has against these events as events of a client; empty when they are. */
    typeCheckClientEvents(events: readonly { readonly type: string }[]): Promise<string>;
  }
}

export const typeCheckClientEvents: BrowserCommand<[events: readonly { readonly type: string }[]]> = async (
  _context,
  events,
) => {
  const folder = fileURLToPath(new URL('../../build/recorded-calls', import.meta.url));
  mkdirSync(folder, { recursive: true });
  const { output } = await compileEvents(folder, distinctEvents(events), 'ClientEventOnTheWire');
  return output;
};
