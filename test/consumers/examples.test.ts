// The examples, out of the packed package as an app would install it: each is started as its README says, in a copy.

import { type ChildProcessWithoutNullStreams, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, globSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify, stripVTControlCharacters } from 'node:util';
import { type Browser, chromium, type Page } from 'playwright';
import wavefile from 'wavefile';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { createRealtimeServer } from '../../src/server/index.ts';
import { findChromium } from '../../tools/chromium.ts';
import { copyExample, CONSUMERS, quietFlags } from './built-apps.ts';
import { freePort } from '../free-port.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const QUESTION = `${ROOT}src/cli/demo/speech/1-hold-a-room-44100.wav`;
const WITHOUT_KEY = { ...process.env, OPENAI_API_KEY: '', NEXT_TELEMETRY_DISABLED: '1' };
/** Where nothing records or plays. */
const WITHOUT_SOUND = { ...WITHOUT_KEY, PATH: dirname(process.execPath) };
const NAMES = globSync('*/', { cwd: `${ROOT}examples` }).map((folder) => folder.replace(/\/$/, ''));

/** Of code, where an example is more than one program. */
const MOST_LINES: Readonly<Record<string, number>> = { 'twilio-gateway': 200 };

interface Manifest {
  readonly scripts: Readonly<Record<string, string>>;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

function manifestOf(folder: string): Manifest {
  return JSON.parse(readFileSync(`${folder}/package.json`, 'utf8')) as Manifest;
}

/** Starts an example; ended with the test. */
function start(folder: string, args: readonly string[], env: NodeJS.ProcessEnv): ChildProcessWithoutNullStreams {
  const child = spawn(process.execPath, args, { cwd: folder, env });
  onTestFinished(async () => {
    child.kill();
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  });
  return child;
}

/** Reads lines until one matches. */
async function lineOf(child: ChildProcessWithoutNullStreams, wanted: RegExp): Promise<string> {
  const seen: string[] = [];
  child.stderr.on('data', (text) => seen.push(String(text)));
  for await (const line of createInterface(child.stdout)) {
    seen.push(line);
    if (wanted.test(line)) return line;
  }
  throw new Error(`no line matches ${wanted}:\n${seen.join('\n')}`);
}

describe.each(NAMES)('examples/%s', (name) => {
  const folder = `${ROOT}examples/${name}`;

  test('pins what this repository is tested with, and starts with one command', () => {
    const [root, consumers] = [manifestOf(ROOT), manifestOf(CONSUMERS)];
    const tested: Record<string, string> = {
      ...consumers.dependencies,
      ...root.devDependencies,
      ...root.dependencies,
      bargein: 'file:../..',
    };
    const { scripts, dependencies } = manifestOf(folder);
    expect(Object.keys(scripts)).toContain('start');
    for (const [dependency, version] of Object.entries(dependencies)) expect(version).toBe(tested[dependency]);
  });

  test('is short, and its README says how to start it', () => {
    const files = globSync('**/*.{js,jsx,ts,html}', { cwd: folder });
    const lines = files.flatMap((file) => readFileSync(`${folder}/${file}`, 'utf8').split('\n'));
    expect(lines.filter((line) => !/^\s*(\/\/|\/?\*|$)/.test(line)).length).toBeLessThan(MOST_LINES[name] ?? 120);
    const readme = readFileSync(`${folder}/README.md`, 'utf8').trimEnd();
    expect(readme.split('\n').length).toBeLessThanOrEqual(30);
    expect(readme).toContain('npm install\nnpm start');
    expect(readFileSync(`${ROOT}examples/README.md`, 'utf8')).toContain(`(${name}/)`);
  });
});

describe('in the terminal', () => {
  const run = promisify(execFile);

  test('the audio core alone prints what a telephone line leaves of tones', async () => {
    const { stdout } = await run('npm', ['start', '--silent'], { cwd: copyExample('audio-core-only') });
    const heardDb = Object.fromEntries(
      [...stdout.matchAll(/^(\d+) Hz +(-?[\d.]+) dB/gm)].map(([, hz, db]) => [hz, Number(db)]),
    );
    expect(heardDb['1000']).toBeCloseTo(0, 0);
    expect(heardDb['6000']).toBeLessThan(-60);
  });

  test('a model of one’s own calls a tool and reads out its output', async () => {
    const { stdout } = await run('npm', ['start', '--silent'], { cwd: copyExample('custom-transport') });
    expect(stdout.split('\n')).toEqual([
      'user: What is the weather in Riga?',
      'weather: sunny in Riga',
      'assistant: I understand: sunny in Riga.',
      '',
    ]);
  });

  test('a question from a file is answered into a file, which is the end of the call', async () => {
    const folder = copyExample('node-terminal');
    const { stdout } = await run('npm', ['start', '--silent', '--', QUESTION, 'heard.wav'], {
      cwd: folder,
      env: WITHOUT_KEY,
    });
    expect(stdout).toMatch(/^Terminal: I heard you speak for 3\.\d seconds\.$/m);
    const wav = new wavefile.WaveFile(readFileSync(`${folder}/heard.wav`));
    const samples = wav.getSamples(false, Int16Array) as unknown as Int16Array;
    expect(samples.filter((sample) => Math.abs(sample) > 1000).length).toBeGreaterThan(12_000);
  });

  test('without a microphone one writes, and without a speaker a file is written', async () => {
    const folder = copyExample('node-terminal');
    expect(manifestOf(folder).scripts['start']).toBe('node main.js');
    const child = start(folder, ['main.js'], WITHOUT_SOUND);
    child.stdin.write('Good morning\n');
    const heard: string[] = [];
    for await (const line of createInterface(child.stdout)) {
      heard.push(line);
      if (line.startsWith('Terminal:')) child.stdin.end();
    }
    expect(heard).toEqual([
      'Microphone: none. Speaker: answer.wav. Speak, or write a line; Ctrl-D ends the call.',
      'Terminal: I heard you say: Good morning',
    ]);
    expect(globSync('answer.wav', { cwd: folder })).toEqual(['answer.wav']);
  });
});

describe('in a page', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: findChromium(), args: quietFlags() });
  });
  afterAll(() => browser.close());

  async function openPage(url: string): Promise<Page> {
    const page = await browser.newPage();
    onTestFinished(() => page.close());
    await page.goto(url, { timeout: 60_000 });
    return page;
  }

  /** Presses the button and waits until an answer was heard to its end. */
  async function call(page: Page, heard: RegExp): Promise<void> {
    await page.getByRole('button', { name: 'Call' }).click();
    await page.getByRole('status').filter({ hasText: heard }).waitFor({ timeout: 30_000 });
    expect(await page.getByRole('listitem').allTextContents()).toContain('Agent: I heard you say: Say hello.');
  }

  test('vite-websocket holds a call with the server that it brings', async () => {
    const folder = copyExample('vite-websocket');
    const vite = `${CONSUMERS}node_modules/vite/bin/vite.js`;
    const child = start(folder, [vite, '--host', '127.0.0.1', '--port', String(await freePort())], WITHOUT_KEY);
    const [url = ''] = /http:\S+/.exec(await lineOf(child, /http:/).then(stripVTControlCharacters)) ?? [];
    await call(await openPage(url), /Your turn/);
  }, 90_000);

  test('next-webrtc holds a call with the server that it brings, and Next finds the worklets of a call over a WebSocket', async () => {
    const folder = copyExample('next-webrtc');
    // One more page, since a build of Next takes its time.
    cpSync(`${CONSUMERS}next-worklets`, `${folder}/app/worklets`, { recursive: true });
    cpSync(`${CONSUMERS}hold-call.js`, `${folder}/hold-call.js`);
    const next = `${CONSUMERS}node_modules/next/dist/bin/next`;
    const env = { ...WITHOUT_KEY, NODE_ENV: 'production' as const };
    await promisify(execFile)(process.execPath, [next, 'build'], { cwd: folder, env });
    const port = await freePort();
    const child = start(folder, [next, 'start', '--hostname', '127.0.0.1', '--port', String(port)], env);
    await lineOf(child, /Ready in/);
    await call(await openPage(`http://127.0.0.1:${port}/`), /your turn/);

    const realtime = createRealtimeServer();
    const { url } = await realtime.listen({ port: 0 });
    onTestFinished(() => realtime.close());
    const page = await browser.newPage();
    onTestFinished(() => page.close());
    await page.goto(`http://127.0.0.1:${port}/worklets?server=${encodeURIComponent(url)}`);
    // The policy forbids worklets from Blobs, so what is heard came through those that Next serves as files.
    await expect.poll(() => page.title(), { timeout: 30_000 }).toMatch(/^(heard|failed)/);
    expect(await page.title()).toMatch(/^heard/);
  }, 240_000);
});
