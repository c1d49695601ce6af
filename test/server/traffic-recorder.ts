// Set-up of a recording run: writes down what every server of a test file sends, and what it takes without refusal.

import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, vi } from 'vitest';
import type { RealtimeServerTap, TappedEvent } from '../../src/server/index.ts';

const folder = process.env['BARGEIN_RECORD_TO'];
if (folder === undefined) throw new Error('BARGEIN_RECORD_TO names the folder of the recording');

const sent: TappedEvent[] = [];
const accepted: TappedEvent[] = [];
/** A refusal comes before anything else can: what is still here a moment later was accepted. */
let undecided: TappedEvent | null = null;

function accept(): void {
  if (undecided !== null) accepted.push(undecided);
  undecided = null;
}

const record: RealtimeServerTap = (direction, event) => {
  if (direction === 'in') {
    accept();
    undecided = event;
    queueMicrotask(accept);
  } else {
    sent.push(event);
    if (event.type === 'error') undecided = null;
  }
};

vi.mock(import('../../src/server/server.ts'), async (importOriginal) => {
  const original = await importOriginal();
  return {
    ...original,
    createRealtimeServer: (options = {}) =>
      original.createRealtimeServer({
        ...options,
        onEvent: (...seen) => {
          record(...seen);
          options.onEvent?.(...seen);
        },
      }),
  };
});

afterAll(() => {
  accept();
  writeFileSync(join(folder, `${randomUUID()}.json`), JSON.stringify({ sent, accepted }));
});
