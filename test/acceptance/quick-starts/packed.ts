// Once before the quick starts: the package as `npm install` unpacks it, where they find it.

import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const FOLDER = `${ROOT}out/quick-starts/node_modules/bargein`;

export function setup(): void {
  rmSync(FOLDER, { recursive: true, force: true });
  mkdirSync(FOLDER, { recursive: true });
  const pack = ['pack', '--silent', '--ignore-scripts', '--pack-destination', `${ROOT}out/quick-starts`];
  const tarball = execFileSync('npm', pack, { cwd: ROOT, encoding: 'utf8' }).trim();
  execFileSync('tar', ['xzf', `${ROOT}out/quick-starts/${tarball}`, '-C', FOLDER, '--strip-components=1']);
}
