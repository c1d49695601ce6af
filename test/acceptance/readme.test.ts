// The README's example, run as it stands, against the server that it names.

import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { createRealtimeServer } from '../../src/server/index.ts';
import { examplesOf } from '../docs/examples.ts';

test('the example of the README runs and hears an answer', async () => {
  const [example = ''] = examplesOf('README.md');
  const server = createRealtimeServer();
  const { url } = await server.listen({ port: 0 });
  // Inside the package, so that it imports itself by name.
  mkdirSync('out', { recursive: true });
  const program = example.replace('ws://127.0.0.1:8787/v1/realtime', url);
  expect(program).not.toBe(example);
  writeFileSync('out/readme-example.ts', program);

  const child = spawn(process.execPath, ['out/readme-example.ts'], { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  let errors = '';
  child.stderr.on('data', (text) => (errors += String(text)));
  try {
    await new Promise<void>((resolve, reject) => {
      child.stdout.on('data', (text) => {
        output += String(text);
        if (/^[A-Z].+[.!?]$/m.test(output)) resolve();
      });
      child.on('exit', (code) => reject(new Error(`the example ended with ${code}: ${errors}`)));
    });
  } finally {
    child.removeAllListeners('exit');
    child.kill();
    await server.close();
  }
  expect(output).toMatch(/^\d+ ms of speech$/m);
  expect(errors).toBe('');
});
