// The browser tests need a Chromium. Where there is none: on Debian as root the distribution's package is installed, after
// saying so; anywhere else this fails with what to do. BARGEIN_NO_SETUP=1 forbids the install.
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { findChromium } from './chromium.ts';

if (findChromium() === undefined) {
  const mayInstall =
    process.env['BARGEIN_NO_SETUP'] !== '1' && process.getuid?.() === 0 && existsSync('/etc/debian_version');
  if (!mayInstall) {
    process.stderr.write(
      'No Chromium or Chrome was found for the browser tests: set CHROME_PATH to one, or run "npx playwright install chromium".\n',
    );
    process.exit(1);
  }
  console.log('No Chromium found: installing the package "chromium" (BARGEIN_NO_SETUP=1 forbids this).');
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  execFileSync('apt-get', ['update', '-qq'], { stdio: 'inherit', env });
  execFileSync('apt-get', ['install', '-y', '-qq', 'chromium'], { stdio: ['ignore', 'ignore', 'inherit'], env });
  if (findChromium() === undefined) {
    process.stderr.write('The package "chromium" was installed, but no browser is on the PATH: set CHROME_PATH.\n');
    process.exit(1);
  }
}
