// Builds one page with every bundler, out of the packed package as an app would install it.

import { execFile } from 'node:child_process';
import { copyFile, mkdir, readdir, rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { build } from 'esbuild';

const run = promisify(execFile);
const FOLDER = fileURLToPath(new URL('.', import.meta.url));
const PACKAGE = `${FOLDER}node_modules/bargein/`;

/** Installs the bundlers from their own lock, and the package from what `npm pack` makes of this tree. */
export async function installPackedPackage(): Promise<void> {
  await run('npm', ['ci', '--no-fund', '--no-audit'], { cwd: FOLDER });
  await mkdir(`${FOLDER}out`, { recursive: true });
  const { stdout } = await run('npm', ['pack', '--silent', '--pack-destination', `${FOLDER}out`]);
  await mkdir(PACKAGE, { recursive: true });
  await run('tar', ['xzf', `${FOLDER}out/${stdout.trim()}`, '-C', PACKAGE, '--strip-components=1']);
}

/** Builds the page with the bundler of that name; resolves with the folder to serve. */
export const builtBy = {
  vite: () => buildInto('vite', () => run('node_modules/.bin/vite', ['build', 'vite'], { cwd: FOLDER })),

  webpack: () =>
    buildInto('webpack', async (folder) => {
      await run('node_modules/.bin/webpack', ['--config', 'webpack/webpack.config.js'], { cwd: FOLDER });
      await copyFile(`${FOLDER}webpack/index.html`, `${folder}/index.html`);
    }),

  next: () =>
    buildInto('next', () =>
      run('../node_modules/.bin/next', ['build'], {
        cwd: `${FOLDER}next`,
        env: { ...process.env, NEXT_TELEMETRY_DISABLED: '1', NODE_ENV: 'production' },
      }),
    ),

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
