// The example of two gateways, out of the packed package as an app would install it: one is killed in the middle of a call.

import { execFile } from 'node:child_process';
import { cp, mkdir, readdir, rm, symlink } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { hasRedis } from '../server/journals/redis-server.ts';

const run = promisify(execFile);
const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const FOLDER = fileURLToPath(new URL('out/twilio-gateway/', import.meta.url));

/** The example with this tree's package in it; what that needs comes from this tree. */
async function install(): Promise<void> {
  await rm(FOLDER, { recursive: true, force: true });
  await cp(`${ROOT}examples/twilio-gateway`, FOLDER, { recursive: true });
  await mkdir(`${FOLDER}node_modules/bargein`, { recursive: true });
  const { stdout } = await run('npm', ['pack', '--silent', '--pack-destination', FOLDER], { cwd: ROOT });
  const target = `${FOLDER}node_modules/bargein`;
  await run('tar', ['xzf', `${FOLDER}${stdout.trim()}`, '-C', target, '--strip-components=1']);
  const packages = await readdir(`${ROOT}node_modules`);
  await Promise.all(packages.map((name) => symlink(`${ROOT}node_modules/${name}`, `${FOLDER}node_modules/${name}`)));
}

describe.skipIf(!hasRedis)(
  hasRedis ? 'examples/twilio-gateway' : 'examples/twilio-gateway (skipped: redis-server is not installed)',
  () => {
    it('has a call answered, loses its gateway, and goes on with the call on the other one', async () => {
      await install();
      const { stdout } = await run(process.execPath, ['start.js'], { cwd: FOLDER, timeout: 90_000 });
      expect(stdout).toMatch(/gateway-1: a table for 4 is booked\n(.*\n)*caller heard [1-9]/);
      expect(stdout.match(/is booked\n/g)).toHaveLength(1);
      expect(stdout).toMatch(
        /gateway-1 is killed\ngateway-2 goes on with CA\d+, of which it knows [1-9]\d* items\n(.*\n)*caller heard [1-9]/,
      );
    }, 120_000);
  },
);
