// Checks beyond the tests: types of every layer, lint, format, dead code, package shape, content and size budgets,
// and the reports of the API and the licences.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { delimiter, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { appSize } from './app-size.ts';
import { licences } from './licences.ts';
import { packedSize } from './packed.ts';
import { staleReports } from './reports.ts';

process.chdir(fileURLToPath(new URL('..', import.meta.url)));

if (!existsSync('tools/node_modules/.bin/oxlint')) {
  execFileSync('npm', ['install', '--prefix', 'tools', '--no-fund', '--no-audit'], { stdio: 'inherit' });
}
const env = {
  ...process.env,
  PATH: [resolve('tools/node_modules/.bin'), resolve('node_modules/.bin'), process.env['PATH']].join(delimiter),
};

const checks: readonly (readonly [string, ...string[]])[] = [
  ['tsc', '-b'],
  ['oxlint', '--type-aware', '--deny-warnings'],
  ['oxfmt', '--check', '.'],
  ['knip'],
  ['publint', '--strict'],
  [
    'attw',
    '--pack',
    '.',
    '--profile',
    'esm-only',
    '--exclude-entrypoints',
    'worklets/capture.js',
    'worklets/codec.js',
    'worklets/playback.js',
  ],
  ['size-limit'],
];

const failed: string[] = [];

// size-limit bundles whatever it measures, which wasm can't be.
const wasmBudgets = [
  { name: 'wasm core', path: 'build/core.simd.wasm', bytes: 32 * 1024, gzipBytes: 11 * 1024 },
  // Only a sink loads it: the queue, its fades, what it does to time and when.
  { name: 'wasm playout', path: 'build/playout.wasm', bytes: 12 * 1024, gzipBytes: 6.25 * 1024 },
  // Only a microphone that is to hold the agent loads it.
  { name: 'wasm barge-in', path: 'build/barge-in.wasm', bytes: 3 * 1024, gzipBytes: 2 * 1024 },
];
for (const { name, path, bytes, gzipBytes } of wasmBudgets) {
  const wasm = readFileSync(path);
  const zipped = gzipSync(wasm).length;
  console.log(`${name}: ${wasm.length} bytes, ${zipped} gzip`);
  if (wasm.length > bytes || zipped > gzipBytes) failed.push(`${name} size`);
}

const { first, withCall } = await appSize();
const appBudgets = [
  { name: 'bargein, what a page loads at first', bytes: first, budget: 30_000 },
  { name: 'bargein, that and what every call loads', bytes: withCall, budget: 53_450 },
];
for (const { name, bytes, budget } of appBudgets) {
  console.log(`${name}: ${bytes} bytes gzip of ${budget}`);
  if (bytes > budget) failed.push(name);
}

const packed = packedSize();
const packedBudgets = [
  { name: 'package, code', bytes: packed.code, budget: 950_000 },
  { name: 'package, declarations', bytes: packed.declarations, budget: 395_000 },
  { name: "package, the demo's speech", bytes: packed.speech, budget: 400_000 },
];
for (const { name, bytes, budget } of packedBudgets) {
  console.log(`${name}: ${bytes} bytes unpacked of ${budget}`);
  if (bytes > budget) failed.push(name);
}
for (const stray of packed.strays) failed.push(`${stray} is packed and nothing needs it`);
for (const stale of staleReports()) failed.push(`${stale} is stale: npm run report`);
for (const refused of licences().refused) failed.push(`licence of ${refused}`);

for (const [command, ...args] of checks) {
  console.log(`\n> ${command} ${args.join(' ')}`);
  try {
    execFileSync(command, args, { stdio: 'inherit', env });
  } catch {
    failed.push(command);
  }
}
if (failed.length > 0) {
  process.stderr.write(`\nfailed: ${failed.join(', ')}\n`);
  process.exit(1);
}
