// Makes dist/: the audio core's builds, the compiled sources, one self-contained file a worklet, the demo's speech and the
// console's page.
import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, globSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'esbuild';
import { compileModules } from './compile-modules.ts';
import { copyDeclarations } from './copy-declarations.ts';
import { joinModules } from './join-modules.ts';
import { packSpeech } from './pack-speech.ts';

process.chdir(fileURLToPath(new URL('..', import.meta.url)));

function run(script: string, ...args: string[]): void {
  execFileSync(process.execPath, [script, ...args], { stdio: 'inherit' });
}

/** The page compiles the modules of assembly/ and hands the modules to its worklets, so they need not carry the bytes. */
const withoutInlineCore: Plugin = {
  name: 'without-inline-core',
  setup(bundle) {
    bundle.onLoad({ filter: /(core-simd|playout|barge-in)\.generated\.ts$/ }, () => ({
      contents: "export const CORE_SIMD_TEXT = '', PLAYOUT_TEXT = '', BARGE_IN_TEXT = '';",
    }));
    bundle.onLoad({ filter: /byte-text\.ts$/ }, () => ({
      contents: 'export const decodeCoreBytes = () => new Uint8Array();',
    }));
  },
};

/** The benches measure the modules that users get, and the console's page runs on them: they stay outside of both bundles. */
function besideTheProduct(filter: RegExp): Plugin {
  return {
    name: 'beside-the-product',
    setup(bundle) {
      bundle.onResolve({ filter }, ({ path }) => ({
        path: path.replace(filter, '../').replace(/\.ts$/, '.js'),
        external: true,
      }));
    },
  };
}

if (process.argv.includes('--clean')) {
  rmSync('dist', { recursive: true, force: true });
  rmSync('build', { recursive: true, force: true });
}

run('tools/build-wasm.ts');

const { outputFiles } = await build({
  entryPoints: globSync('worklets/*.ts'),
  outdir: 'dist/worklets',
  bundle: true,
  format: 'iife',
  target: 'es2022',
  minify: true,
  legalComments: 'none',
  conditions: ['bargein-source'],
  plugins: [withoutInlineCore],
  write: false,
});
mkdirSync('dist/worklets', { recursive: true });
for (const { path, text } of outputFiles) {
  const name = basename(path, '.js');
  writeFileSync(path, text);
  // The same as text, for pages that can't load a file from beside the package.
  writeFileSync(
    `src/browser/${name}-worklet.generated.ts`,
    `/** The ${name} worklet. */\nexport const WORKLET_TEXT: string = ${JSON.stringify(text)};\n`,
  );
}

run(
  'node_modules/typescript/bin/tsc',
  '-b',
  'src/tsconfig.entry.json',
  'src/node',
  'src/streams',
  'src/server',
  'src/testing',
  'src/features',
  'src/recording',
  'src/browser',
  'src/cli',
  'worklets',
);

compileModules();
await joinModules();
copyDeclarations();

// Parts that are split off have a new name whenever they change.
rmSync('dist/bench', { recursive: true, force: true });
await build({
  entryPoints: ['bench/main.ts', 'bench/run-process.ts'],
  outdir: 'dist/bench',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node22',
  minify: true,
  keepNames: true,
  legalComments: 'none',
  plugins: [besideTheProduct(/^(\.\.\/)+src\//)],
});

cpSync('bench/results.schema.json', 'dist/bench/results.schema.json');

packSpeech();
// The page of the console: its own code, beside the modules and worklets that it loads.
rmSync('dist/console', { recursive: true, force: true });
await build({
  entryPoints: ['src/cli/console/main.ts'],
  outdir: 'dist/console',
  bundle: true,
  format: 'esm',
  target: 'es2022',
  minify: true,
  legalComments: 'none',
  plugins: [besideTheProduct(/^\.\.\/\.\.\//)],
});
for (const name of ['index.html', 'console.css']) cpSync(`src/cli/console/${name}`, `dist/console/${name}`);

chmodSync('dist/cli/main.js', 0o755);
