// The examples of the documents, run as they stand against the server that they name.

import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { createRealtimeServer } from '../../src/server/index.ts';
import { examplesOf } from '../docs/examples.ts';

const run = promisify(execFile);
const [reconnecting = '', journalled = ''] = examplesOf('docs/reconnect.md');

test.each([
  ['reconnects', reconnecting, /^connecting 0 *\nconnected 0 *\ndisconnected 0 *$/m],
  ['keeps a journal', journalled, /^Front desk$/m],
])('the example that %s runs', async (name, example, expected) => {
  const server = createRealtimeServer();
  const { url } = await server.listen({ port: 0 });
  mkdirSync('out', { recursive: true });
  const program = example.replace('ws://127.0.0.1:8787/v1/realtime', url);
  expect(program).not.toBe(example);
  const file = `out/docs-${name.replaceAll(' ', '-')}.ts`;
  writeFileSync(file, program);
  try {
    const { stdout, stderr } = await run(process.execPath, [file]);
    expect(stdout).toMatch(expected);
    expect(stderr).toBe('');
  } finally {
    await server.close();
  }
});
