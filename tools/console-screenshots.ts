// Takes the pictures of docs/console.md anew: runs the test that holds a call on the page, and keeps those that are shown.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

process.chdir(fileURLToPath(new URL('..', import.meta.url)));

const SHOWN = ['barge-in-light-1280', 'speaking-dark-1280', 'approval-dark-390', 'replay-light-390'];

execFileSync(
  process.execPath,
  ['node_modules/vitest/vitest.mjs', 'run', '--project', 'node', 'test/cli/console.test.ts'],
  { stdio: 'inherit' },
);
mkdirSync('docs/images', { recursive: true });
for (const name of SHOWN) cpSync(`out/console/${name}.png`, `docs/images/console-${name}.png`);
