// Checks beyond the tests: types of every layer, lint, format, dead code, package shape and size budgets.
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

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
  ['attw', '--pack', '.', '--profile', 'esm-only', '--exclude-entrypoints', 'worklets/playback.js'],
  ['size-limit'],
];

const failed: string[] = [];
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
