// The package in the hands of bundlers and of a strict Content-Security-Policy: a page built out of the packed tarball holds
// a call in Chromium.

import { once } from 'node:events';
import { createReadStream, existsSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import { type Browser, chromium } from 'playwright';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { createRealtimeServer } from '../../src/server/index.ts';
import { findChromium } from '../../tools/chromium.ts';
import { builtBy, quietFlags } from './built-apps.ts';

const STRICT = "script-src 'self' 'wasm-unsafe-eval'";
const MEDIA_TYPES: Record<string, string> = { '.html': 'text/html', '.js': 'text/javascript' };
const ANSWER_MS = 700;

let browser: Browser;
let realtimeUrl: string;
/** Microphone packets that reached the server. */
let packetCount = 0;
const server = createRealtimeServer({
  scenario: { turns: Array.from({ length: 2 }, () => ({ replies: [[{ say: 'As you like.' }]] })) },
  voice: {
    synthesize: async ({ sampleRate }) =>
      Int16Array.from({ length: (ANSWER_MS / 1000) * sampleRate }, (_, n) => 8000 * Math.sin(n / 20)),
  },
  onEvent: (_direction, { type }) => {
    if (type === 'input_audio_buffer.append') packetCount++;
  },
});

beforeAll(async () => {
  ({ url: realtimeUrl } = await server.listen({ port: 0 }));
  browser = await chromium.launch({ executablePath: findChromium(), args: quietFlags() });
});

afterAll(async () => {
  await browser.close();
  await server.close();
});

/** Serves the folder under the policy, and counts the files that were fetched as worklets. */
async function serve(folder: string, policy: string): Promise<{ url: string; workletCount: () => number }> {
  let workletCount = 0;
  const http = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    const path = pathname === '/' ? '/index.html' : pathname;
    if (path === '/key') return void response.end(JSON.stringify({ key: 'ek_local', url: realtimeUrl }));
    if (!existsSync(join(folder, path))) return void response.writeHead(404).end();
    if (request.headers['sec-fetch-dest'] === 'audioworklet') workletCount++;
    const type = MEDIA_TYPES[extname(path)] ?? 'application/octet-stream';
    response.writeHead(200, { 'Content-Type': type, 'Content-Security-Policy': policy });
    createReadStream(join(folder, path)).pipe(response);
  });
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  onTestFinished(() => void http.close());
  return { url: `http://127.0.0.1:${(http.address() as AddressInfo).port}/`, workletCount: () => workletCount };
}

/** Opens the built page and waits until it has heard an answer to its end; returns how many worklets it fetched as files. */
async function callFrom(folder: string, policy: string): Promise<number> {
  const { url, workletCount } = await serve(folder, policy);
  const page = await browser.newPage();
  onTestFinished(() => page.close());
  packetCount = 0;
  await page.goto(`${url}?server=${encodeURIComponent(realtimeUrl)}`);
  await page.waitForFunction(() => /^(heard|failed)/.test(document.title), undefined, { timeout: 20_000 });
  expect(await page.title()).toMatch(/^heard/);
  expect(packetCount).toBeGreaterThan(ANSWER_MS / 20 / 2);
  return workletCount();
}

test.each([
  { bundler: 'webpack', policy: STRICT },
  { bundler: 'esbuild with copied worklets', policy: STRICT },
] as const)(
  'an app built by $bundler loads the worklets as files and holds a call under $policy',
  async ({ bundler, policy }) => {
    expect(await callFrom(await builtBy[bundler](), policy)).toBe(2);
  },
  120_000,
);

test('examples/vite-websocket, built by vite, loads the worklets as files and holds a call under the same policy', async () => {
  const { url, workletCount } = await serve(await builtBy.vite(), STRICT);
  const page = await browser.newPage();
  onTestFinished(() => page.close());
  await page.goto(url);
  await page.getByRole('button', { name: 'Call' }).click();
  await page.getByRole('status').filter({ hasText: 'Your turn.' }).waitFor({ timeout: 20_000 });
  expect(workletCount()).toBe(2);
}, 60_000);

test('an app built by esbuild alone, which copies no files, holds a call by Blob where the policy allows them', async () => {
  expect(await callFrom(await builtBy.esbuild(), `${STRICT} blob:`)).toBe(0);
}, 60_000);
