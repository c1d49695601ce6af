// The transport for Cloudflare Workers, in workerd itself.

import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, test } from 'vitest';
import workerd from 'workerd';
import { createRealtimeServer } from '../../src/server/index.ts';
import { freePort } from '../free-port.ts';

const folder = mkdtempSync(join(tmpdir(), 'bargein-workerd-'));
const server = createRealtimeServer({
  scenario: {
    turns: [{ replies: [[{ call: 'hold_room', arguments: { day: 'Friday' } }], [{ say: 'Room twelve is yours.' }]] }],
  },
});
let url: string;
let origin: string;
let runtime: ChildProcess;

beforeAll(async () => {
  ({ url } = await server.listen({ port: 0 }));
  await build({
    entryPoints: [fileURLToPath(new URL('worker.ts', import.meta.url))],
    outfile: join(folder, 'worker.js'),
    bundle: true,
    format: 'esm',
    target: 'es2022',
    conditions: ['bargein-source', 'workerd', 'worker'],
    external: ['zod'],
    logLevel: 'error',
  });
  const port = await freePort();
  writeFileSync(
    join(folder, 'config.capnp'),
    `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "main", worker = (
      modules = [(name = "worker", esModule = embed "worker.js")],
      compatibilityDate = "2026-10-01",
      globalOutbound = "loopback",
    )),
    (name = "loopback", network = (allow = ["private", "public"])),
  ],
  sockets = [(name = "http", address = "127.0.0.1:${port}", http = (), service = "main")],
);
`,
  );
  runtime = spawn(workerd, ['serve', 'config.capnp', '--control-fd=3'], {
    cwd: folder,
    stdio: ['ignore', 'inherit', 'inherit', 'pipe'],
  });
  origin = `http://127.0.0.1:${port}`;
  // It says `listen` on the control channel when its socket is open.
  await new Promise<void>((resolve, reject) => {
    runtime.stdio[3]?.once('data', () => resolve());
    runtime.once('exit', (code) => reject(new Error(`workerd ended with ${code}`)));
  });
}, 60_000);

afterAll(async () => {
  runtime.kill();
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

test('a Worker holds a turn with a tool call', async () => {
  const response = await fetch(`${origin}/?url=${encodeURIComponent(url)}`);
  const { said, events, audioBytes } = (await response.json()) as {
    said: string;
    events: string[];
    audioBytes: number;
  };
  expect(said).toBe('Room twelve is yours.');
  expect(events).toEqual(['tool Held for Friday.']);
  expect(audioBytes).toBeGreaterThan(24_000);
});

test('a refusal says its status and not the key', async () => {
  const wrong = url.replace('/v1/realtime', '/v1/nothing');
  const response = await fetch(`${origin}/?key=sk-very-secret&url=${encodeURIComponent(wrong)}`);
  const { error, code } = (await response.json()) as { error: string; code: string };
  expect(code).toBe('ERR_CONNECT_FAILED');
  expect(error).toMatch(/answered 4\d\d/);
  expect(error).not.toContain('secret');
});
