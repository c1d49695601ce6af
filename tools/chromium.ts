import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright';

/** Quiet, offline, deterministic enough for audio tests: no GPU, no background traffic, fake microphone, autoplay allowed. */
export const CHROMIUM_FLAGS: string[] = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--autoplay-policy=no-user-gesture-required',
  '--use-fake-device-for-media-stream',
  '--use-fake-ui-for-media-stream',
];

/** What the browser tests play into the fake microphone; they write it before the browser starts. */
export const MICROPHONE_WAV: string = fileURLToPath(new URL('../build/microphone.wav', import.meta.url));

/** What the test of recognised phrases plays into it. */
export const PHRASES_WAV: string = fileURLToPath(new URL('../build/phrases.wav', import.meta.url));

/** What the test of barge-ins plays into it. */
export const BARGE_INS_WAV: string = fileURLToPath(new URL('../build/barge-ins.wav', import.meta.url));

/** The flag that plays a file once, not in a loop, whenever a page opens the microphone. */
export function microphoneFlag(wavPath: string): string {
  return `--use-file-for-fake-audio-capture=${wavPath}%noloop`;
}

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/** Path of a Chromium or Chrome on this machine: `CHROME_PATH`, then PATH, then Playwright's own download. */
export function findChromium(): string | undefined {
  const named = process.env['CHROME_PATH'];
  if (named !== undefined && named !== '') return isExecutable(named) ? named : undefined;
  for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
    for (const name of NAMES) {
      if (isExecutable(join(folder, name))) return join(folder, name);
    }
  }
  const downloaded = chromium.executablePath();
  return isExecutable(downloaded) ? downloaded : undefined;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
