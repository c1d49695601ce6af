// Builds one page with every bundler, out of the packed package as an app would install it.

import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { copyFile, mkdir, readdir, rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import wavefile from 'wavefile';
import { CHROMIUM_FLAGS, microphoneFlag } from '../../tools/chromium.ts';

const run = promisify(execFile);
/** Where the bundlers and the packed package are installed. */
export const CONSUMERS: string = fileURLToPath(new URL('.', import.meta.url));
const FOLDER = CONSUMERS;
const PACKAGE = `${FOLDER}node_modules/bargein/`;

/** Once before the tests: installs the bundlers from their own lock, and the package from what `npm pack` makes of this tree. */
export async function setup(): Promise<void> {
  await run('npm', ['ci', '--no-fund', '--no-audit'], { cwd: FOLDER });
  await mkdir(`${FOLDER}out`, { recursive: true });
  const { stdout } = await run('npm', ['pack', '--silent', '--pack-destination', `${FOLDER}out`]);
  await mkdir(PACKAGE, { recursive: true });
  await run('tar', ['xzf', `${FOLDER}out/${stdout.trim()}`, '-C', PACKAGE, '--strip-components=1']);
}

/** Builds the page with the bundler of that name; resolves with the folder to serve. */
export const builtBy = {
  vite: async () => {
    const folder = copyExample('vite-websocket', 'vite-built');
    await run(`${FOLDER}node_modules/.bin/vite`, ['build'], { cwd: folder });
    return `${folder}/dist`;
  },

  webpack: () =>
    buildInto('webpack', async (folder) => {
      await run('node_modules/.bin/webpack', ['--config', 'webpack/webpack.config.js'], { cwd: FOLDER });
      await copyFile(`${FOLDER}webpack/index.html`, `${folder}/index.html`);
    }),

  esbuild: () => buildInto('esbuild', (folder) => bundle('main.js', folder)),

  /** esbuild leaves files beside a module where they are; here the app copies the worklets and names them. */
  'esbuild with copied worklets': () =>
    buildInto('esbuild-copied', async (folder) => {
      await bundle('own-files.js', folder);
      for (const worklet of await readdir(`${PACKAGE}dist/worklets`)) {
        if (worklet.endsWith('.js')) await copyFile(`${PACKAGE}dist/worklets/${worklet}`, `${folder}/${worklet}`);
      }
    }),
};

/** Copies an example to where it finds what is installed; returns the folder. */
export function copyExample(example: string, name: string = example): string {
  const folder = `${FOLDER}out/${name}`;
  rmSync(folder, { recursive: true, force: true });
  cpSync(`${FOLDER}../../examples/${example}`, folder, { recursive: true });
  return folder;
}

/** Flags of a Chromium whose microphone hears nothing: the one that it makes up beeps, which interrupts. */
export function quietFlags(): string[] {
  mkdirSync(`${FOLDER}out`, { recursive: true });
  const wav = new wavefile.WaveFile();
  wav.fromScratch(1, 48_000, '16', new Int16Array(48_000));
  writeFileSync(`${FOLDER}out/silence.wav`, wav.toBuffer());
  return [...CHROMIUM_FLAGS, microphoneFlag(`${FOLDER}out/silence.wav`)];
}

async function buildInto(name: string, make: (folder: string) => Promise<unknown>): Promise<string> {
  const folder = `${FOLDER}out/${name}`;
  await rm(folder, { recursive: true, force: true });
  await make(folder);
  return folder;
}

async function bundle(entry: string, outdir: string): Promise<void> {
  await build({
    entryPoints: { main: `${FOLDER}esbuild/${entry}` },
    outdir,
    bundle: true,
    splitting: true,
    format: 'esm',
    minify: true,
    logLevel: 'error',
  });
  await copyFile(`${FOLDER}esbuild/index.html`, `${outdir}/index.html`);
}
