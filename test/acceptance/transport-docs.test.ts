// The first example of docs/transports.md, run against the server that it names.

import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { createRealtimeServer } from '../../src/server/index.ts';
import { examplesOf } from '../docs/examples.ts';

// Inside the package, so that it imports it by name.
const FOLDER = 'out/transport-docs';
const run = promisify(execFile);

test('the transport written by hand speaks and is answered', async () => {
  const server = createRealtimeServer();
  const { url } = await server.listen({ port: 0 });
  const [example = ''] = examplesOf('docs/transports.md');
  const program = example.replace('ws://127.0.0.1:8787/v1/realtime', url);
  expect(program).not.toBe(example);
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(`${FOLDER}/run.ts`, program);
  try {
    const { stdout, stderr } = await run(process.execPath, [`${FOLDER}/run.ts`]);
    expect([stdout, stderr]).toEqual(['it speaks\nit has answered\n', '']);
  } finally {
    await server.close();
  }
});
