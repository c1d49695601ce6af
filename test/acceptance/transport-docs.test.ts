// The examples of docs/transports.md and docs/telephony.md, compiled as they stand against the built package; the first is
// run as well, against the server that it names.

import { execFile, execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { beforeAll, expect, test } from 'vitest';
import { createRealtimeServer } from '../../src/server/index.ts';

// Inside the package, so that they import it by name.
const FOLDER = 'out/transport-docs';
const run = promisify(execFile);

function examplesOf(file: string): string[] {
  return [...readFileSync(file, 'utf8').matchAll(/```ts\n([\s\S]*?)```/g)].map(([, text = '']) => text);
}

const EXAMPLES = ['docs/transports.md', 'docs/telephony.md'].flatMap(examplesOf);

beforeAll(() => {
  rmSync(FOLDER, { recursive: true, force: true });
  mkdirSync(FOLDER, { recursive: true });
  for (const [n, text] of EXAMPLES.entries()) writeFileSync(`${FOLDER}/example-${n}.ts`, text);
  const compilerOptions = {
    strict: true,
    noEmit: true,
    target: 'esnext',
    module: 'nodenext',
    lib: ['esnext', 'dom'],
    types: ['node'],
    skipLibCheck: true,
  };
  writeFileSync(`${FOLDER}/tsconfig.json`, JSON.stringify({ compilerOptions, include: ['example-*.ts'] }));
});

test('compile', () => {
  expect(EXAMPLES).toHaveLength(4);
  const compiler = ['node_modules/typescript/bin/tsc', '-p', FOLDER];
  expect(execFileSync(process.execPath, compiler, { encoding: 'utf8' })).toBe('');
});

test('the transport written by hand speaks and is answered', async () => {
  const server = createRealtimeServer();
  const { url } = await server.listen({ port: 0 });
  const program = String(EXAMPLES[0]).replace('ws://127.0.0.1:8787/v1/realtime', url);
  expect(program).not.toBe(EXAMPLES[0]);
  writeFileSync(`${FOLDER}/run.ts`, program);
  try {
    const { stdout, stderr } = await run(process.execPath, [`${FOLDER}/run.ts`]);
    expect([stdout, stderr]).toEqual(['it speaks\nit has answered\n', '']);
  } finally {
    await server.close();
  }
});
