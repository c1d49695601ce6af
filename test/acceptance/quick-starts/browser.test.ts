// The quick starts for browsers, pasted into files, bundled as their pages say, and opened in Chromium, whose microphone barges
// in; the pages have to show what is promised.

import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { type Browser, chromium } from 'playwright';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { readSpeech } from '../../../src/cli/demo/wav.ts';
import { READING } from '../../../src/server/long-texts.ts';
import { createRealtimeServer } from '../../../src/server/index.ts';
import { CHROMIUM_FLAGS, findChromium, microphoneFlag } from '../../../tools/chromium.ts';
import { MICROPHONE_RATE, silence, writeMicrophone } from '../../browser/microphone.ts';
import { paste, quickStart } from '../../docs/quick-start.ts';

const SPEECH = new URL('../../../src/cli/demo/speech/3-stop-24000.wav', import.meta.url);
const MICROPHONE = fileURLToPath(new URL('../../../build/quick-starts.wav', import.meta.url));
/** From the open microphone to the barge-in: the agent begins its story meanwhile. */
const LISTENS_MS = 5000;
/** Ends the turn. */
const SILENT_MS = 2000;

let browser: Browser;
let port: number;
const server = createRealtimeServer();

beforeAll(async () => {
  writeMicrophone(MICROPHONE, [
    silence(LISTENS_MS),
    readSpeech(readFileSync(SPEECH), MICROPHONE_RATE),
    silence(SILENT_MS),
  ]);
  port = Number(new URL((await server.listen({ port: 0 })).url).port);
  const args = [...CHROMIUM_FLAGS, microphoneFlag(MICROPHONE)];
  browser = await chromium.launch({ executablePath: findChromium(), args });
});

afterAll(async () => {
  await browser.close();
  await server.close();
});

/** Serves the page and the program that esbuild makes of the pasted one. */
async function serve(folder: string): Promise<string> {
  await build({ entryPoints: [`${folder}call.ts`], bundle: true, format: 'esm', outdir: folder, logLevel: 'error' });
  const http = createServer(({ url }, response) => {
    const [file, type] = url === '/call.js' ? ['call.js', 'text/javascript'] : ['index.html', 'text/html'];
    response.writeHead(200, { 'content-type': type }).end(readFileSync(folder + file));
  }).listen(0, '127.0.0.1');
  await once(http, 'listening');
  onTestFinished(() => void http.close());
  return `http://127.0.0.1:${(http.address() as AddressInfo).port}/`;
}

/** Pastes the page, presses its button and resolves with what it shows as soon as that matches. */
async function shownBy(name: string, expected: RegExp): Promise<string> {
  const page = await browser.newPage();
  onTestFinished(() => page.close());
  await page.goto(await serve(paste(name, { 8787: port })));
  await page.getByRole('button').click();
  const shown = page.locator('pre');
  await shown.filter({ hasText: expected }).waitFor({ timeout: 20_000 });
  return (await shown.textContent()) ?? '';
}

test('over a WebSocket: a story is interrupted, and the page tells which words of it nobody heard', async () => {
  const text = await shownBy('browser-websocket', /agent: I heard you .*\.$/);
  expect(text).toMatch(quickStart('browser-websocket').output);
  const [, heard = '', heardMs = '', unheard = ''] = /agent: (.*) \[(\d+) ms heard; not heard:(.*)\]/.exec(text) ?? [];
  expect(Number(heardMs)).toBeGreaterThan(0);
  expect(READING.startsWith(heard + unheard)).toBe(true);
});

test('over WebRTC: a story is interrupted, and the server tells how much of it was played', async () => {
  const text = await shownBy('browser-webrtc', /you heard \d+ ms/);
  expect(text).toMatch(quickStart('browser-webrtc').output);
  expect(Number(/you heard (\d+) ms/.exec(text)?.[1])).toBeGreaterThan(0);
});
