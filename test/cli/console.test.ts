import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import wavefile from 'wavefile';
import { type ConsoleServer, startConsole } from '../../src/cli/console-server.ts';
import { trace } from '../../src/cli/replay/trace.ts';
import { createRealtimeServer } from '../../src/server/index.ts';
import { CHROMIUM_FLAGS, findChromium, MICROPHONE_WAV, microphoneFlag } from '../../tools/chromium.ts';
import { recordedTerminal } from './recorded-terminal.ts';
import { makeMicrophone } from '../browser/microphone.ts';

const DIST = new URL('../../dist/', import.meta.url);
const PICTURES = fileURLToPath(new URL('../../out/console/', import.meta.url));
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const HOUSE =
  'The house was built in nineteen hundred and four and has forty rooms. From the upper floors you can see the lake, and ' +
  'in the morning the sun comes in. Breakfast is served from seven to eleven in the garden, or in the hall when it rains. ' +
  'There is a library with a fireplace, where guests may read as long as they like. The last train to the city leaves ' +
  'shortly before midnight, and the porter keeps a lamp lit for those who come back with it.';
const SCENARIO = {
  turns: [
    { heard: 'I would like to hold a room.', replies: [[{ say: `The room is yours. ${HOUSE}` }]] },
    { heard: 'Stop.', replies: [[{ say: 'All right.' }]] },
    { replies: [[{ say: HOUSE }]] },
    { replies: [[{ call: 'book_table', arguments: { guests: 2 } }], [{ say: 'Your table is booked.' }]] },
  ],
};
const WIDE = { width: 1280, height: 900 };
const NARROW = { width: 390, height: 844 };

let server: ConsoleServer;
let browser: Browser;
beforeAll(async () => {
  mkdirSync(PICTURES, { recursive: true });
  makeMicrophone();
  writeFileSync(`${PICTURES}scenario.json`, JSON.stringify(SCENARIO));
  server = await startConsole({
    port: 0,
    scenario: `${PICTURES}scenario.json`,
    openaiKey: undefined,
    packageFolder: DIST,
  });
  browser = await chromium.launch({
    executablePath: findChromium(),
    args: [...CHROMIUM_FLAGS, microphoneFlag(MICROPHONE_WAV)],
  });
});
afterAll(async () => {
  await browser.close();
  await server.close();
});

async function openConsole(url = server.url): Promise<Page> {
  // The page forbids scripts of others, which the checker is.
  const page = await browser.newPage({ viewport: WIDE, bypassCSP: true, acceptDownloads: true });
  await page.goto(url);
  return page;
}

/** A busy machine takes its time. */
function eventually<T>(read: () => Promise<T> | T): ReturnType<typeof expect.poll<T>> {
  return expect.poll(read, { timeout: 40_000 });
}

/** Pictures of the page in both themes and at both widths, none of which scrolls sideways. */
async function photograph(page: Page, name: string): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    for (const viewport of [WIDE, NARROW]) {
      await page.setViewportSize(viewport);
      await page.screenshot({ path: `${PICTURES}${name}-${colorScheme}-${viewport.width}.png`, fullPage: true });
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(viewport.width);
    }
  }
  await page.setViewportSize(WIDE);
}

/** Besides, axe finds no fault in either theme. */
async function inspect(page: Page, name: string): Promise<void> {
  await photograph(page, name);
  await page.evaluate(AXE);
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    const { violations } = await page.evaluate<{ violations: { id: string; nodes: unknown[] }[] }>('axe.run()');
    expect(violations.map(({ id, nodes }) => ({ id, nodes }))).toEqual([]);
  }
}

/** A stereo file at 24 kHz with some seconds of both sides: the user left, the agent right. */
function expectBothVoices(path: string): void {
  const wav = new wavefile.WaveFile(readFileSync(path));
  const { numChannels, sampleRate } = wav.fmt as { numChannels: number; sampleRate: number };
  expect({ numChannels, sampleRate }).toEqual({ numChannels: 2, sampleRate: 24_000 });
  const sides = wav.getSamples() as unknown as ArrayLike<number>[];
  expect(sides).toHaveLength(2);
  for (const side of sides) {
    const loudFrames = Array.from(side).filter((sample) => Math.abs(sample) > 1000).length;
    expect(loudFrames).toBeGreaterThan(2400);
  }
}

describe('the console', () => {
  test('holds a call, shows what an interruption cut off, saves it, and opens it again', async () => {
    const page = await openConsole();
    const status = page.getByRole('status');
    const transcript = page.getByRole('list', { name: 'Transcript' });
    await eventually(() => status.textContent()).toBe('Ready');
    await inspect(page, 'empty');

    await page.getByRole('button', { name: 'Start call' }).click();
    await eventually(() => status.textContent()).toBe('In call');
    await eventually(() => page.locator('#permission').textContent()).toBe('allowed');
    // The microphone asks, and says "stop" while the agent still answers.
    await eventually(() => transcript.textContent()).toMatch(/interrupted after \d+\.\d\d s heard/);
    expect(await page.locator('#transcript s.cut').count()).toBe(1);
    expect(await page.getByRole('alert').count()).toBe(0);
    await page.getByRole('searchbox', { name: 'Filter events by type' }).fill('truncate');
    await page.locator('#events summary').first().click();
    await eventually(() => page.locator('#events pre').first().textContent()).toContain('"audio_end_ms"');
    await page.getByRole('searchbox', { name: 'Filter events by type' }).fill('');
    await inspect(page, 'barge-in');

    await page.getByRole('button', { name: 'Mute' }).click();
    const words = page.getByRole('textbox', { name: 'Write to the agent' });
    await words.fill('Tell me about the house');
    await words.press('Enter');
    await eventually(() => page.locator('#transcript .agent .pending').count()).toBe(1);
    await eventually(() => page.locator('#depth').textContent()).not.toBe('0.00 s');
    await eventually(() => page.evaluate("document.querySelector('#agent-meter').value")).toBeGreaterThan(-60);
    await photograph(page, 'speaking');
    await page.getByRole('button', { name: 'Interrupt' }).click();
    await eventually(() => page.locator('#transcript s.cut').count()).toBe(2);

    await words.fill('A table for two, please');
    await words.press('Enter');
    const approval = page.getByRole('group', { name: 'Approval of book_table' });
    await approval.waitFor();
    await inspect(page, 'approval');
    await approval.getByRole('button', { name: 'Approve' }).click();
    await eventually(() => transcript.textContent()).toContain('A table by the window is booked.');

    const downloads: string[] = [];
    page.on('download', (download) => {
      const path = `${PICTURES}${download.suggestedFilename()}`;
      void download.saveAs(path).then(() => downloads.push(path));
    });
    await page.getByRole('button', { name: 'Save' }).click();
    await eventually(() => downloads.length).toBe(2);
    expectBothVoices(`${PICTURES}call.wav`);

    await page.getByLabel('Open recording').setInputFiles(`${PICTURES}call.jsonl`);
    await eventually(() => status.textContent()).toBe('Replay of call.jsonl');
    await eventually(() => page.locator('#transcript s.cut').count()).toBe(2);
    await inspect(page, 'replay');
    await page.getByRole('slider', { name: 'Position' }).fill('0');
    await eventually(() => page.locator('#transcript li').count()).toBe(0);

    trace(`${PICTURES}call.jsonl`, PICTURES, recordedTerminal());
    await page.getByLabel('Open recording').setInputFiles(`${PICTURES}console.trace.json`);
    await eventually(() => status.textContent()).toBe('Replay of console.trace.json');
    await eventually(() => transcript.textContent()).toContain('I would like to hold a room.');
    await page.getByRole('slider', { name: 'Position' }).fill('0');
    await eventually(() => page.locator('#transcript li').count()).toBe(0);
    await page.close();
  }, 180_000);

  test('talks to OpenAI, or whoever stands in for it, with an ephemeral key only', async () => {
    const openai = createRealtimeServer({ apiKey: 'sk-secret' });
    const { baseUrl } = await openai.listen();
    const own = await startConsole({
      port: 0,
      scenario: undefined,
      openaiKey: 'sk-secret',
      openaiBaseUrl: baseUrl,
      packageFolder: DIST,
    });
    const page = await openConsole(own.url);
    const bodies: string[] = [];
    page.on('response', (response) => {
      if (response.url().endsWith('/token')) void response.text().then((text) => bodies.push(text));
    });
    await page.getByLabel('Service').selectOption('openai');
    await page.getByRole('button', { name: 'Start call' }).click();
    await eventually(() => page.getByRole('status').textContent()).toBe('In call');
    // The microphone speaks, and is answered.
    await eventually(() => page.getByRole('list', { name: 'Transcript' }).textContent()).toContain('I heard you speak');
    await eventually(() => bodies.length).toBe(1);
    expect(JSON.parse(bodies[0] ?? '')).toEqual({
      key: expect.stringMatching(/^ek_/),
      url: `${baseUrl.replace('http', 'ws')}/realtime`,
    });
    await page.close();
    await own.close();
    await openai.close();
  }, 60_000);

  test('says that the key is wrong', async () => {
    const openai = createRealtimeServer({ apiKey: 'sk-secret' });
    const { baseUrl } = await openai.listen();
    const own = await startConsole({
      port: 0,
      scenario: undefined,
      openaiKey: 'sk-wrong',
      openaiBaseUrl: baseUrl,
      packageFolder: DIST,
    });
    const page = await openConsole(own.url);
    await page.getByLabel('Service').selectOption('openai');
    await page.getByRole('button', { name: 'Start call' }).click();
    await eventually(() => page.getByRole('alert').textContent()).toContain('minted no key (HTTP 401)');
    await page.close();
    await own.close();
    await openai.close();
  }, 60_000);

  test('says what is wrong with a file that is no recording', async () => {
    const page = await openConsole();
    await page
      .getByLabel('Open recording')
      .setInputFiles({ name: 'notes.json', mimeType: 'application/json', buffer: Buffer.from('hello') });
    await eventually(() => page.getByRole('alert').textContent()).toContain(
      'notes.json: line 1 is no line of a wire log',
    );
    await inspect(page, 'error');
    await page.close();
  }, 60_000);

  test('is worked by keys, which ? lists', async () => {
    const page = await openConsole();
    await page.keyboard.press('?');
    await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor();
    await page.keyboard.press('Escape');
    await page.keyboard.press('c');
    await eventually(() => page.getByRole('status').textContent()).toBe('In call');
    await page.keyboard.press('m');
    await eventually(() => page.getByRole('button', { name: 'Mute' }).getAttribute('aria-pressed')).toBe('true');
    await page.keyboard.press('c');
    await eventually(() => page.getByRole('status').textContent()).toBe('Call ended');
    await page.close();
  }, 60_000);
});

describe('the server of the console', () => {
  test('gives keys to its own page only', async () => {
    const ask = async (headers: Record<string, string>, service: string): Promise<Response> =>
      fetch(`${server.url}token`, { method: 'POST', headers, body: JSON.stringify({ service }) });
    const minted = (await (await ask({ 'content-type': 'application/json' }, 'local')).json()) as { key: string };
    expect(minted.key).toMatch(/^ek_/);
    expect((await ask({ 'content-type': 'text/plain' }, 'local')).status).toBe(415);
    expect((await ask({ 'content-type': 'application/json' }, 'openai')).status).toBe(400);
    expect((await fetch(server.url.replace('127.0.0.1', 'localhost'))).status).toBe(403);
    expect((await fetch(`${server.url}../package.json`)).status).toBe(404);
  });
});
