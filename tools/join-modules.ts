// Joins the modules behind the main entry into a few files. Node reads and links every file of a package by itself, half a
// millisecond each, so seventy of them would take longer to import than all their code to run. Each module keeps its own
// file, which names what the joined one has: whatever imports it, from another entry too, gets the same classes.
//
// Bundlers split between files, so what an app's first paint needs and what only a call needs are never in the same one.
import { rmSync } from 'node:fs';
import { relative } from 'node:path';
import { build as bundle } from 'esbuild';
import { rolldown } from 'rolldown';
import { COMPACT, writeModule } from './compile-modules.ts';

const CONDITION = 'bargein-source';

/** Modules that `entries` import as they load, themselves included, and those that they lead to only later. */
async function modulesBehind(...entries: string[]): Promise<{ found: Set<string>; later: Set<string> }> {
  const { metafile } = await bundle({
    entryPoints: entries,
    bundle: true,
    splitting: true,
    write: false,
    metafile: true,
    format: 'esm',
    outdir: 'dist',
    conditions: [CONDITION],
    packages: 'external',
  });
  const found = new Set<string>();
  const visit = (path: string): void => {
    if (found.has(path)) return;
    found.add(path);
    for (const { path: next, kind, external } of metafile.inputs[path]?.imports ?? []) {
      if (kind === 'import-statement' && external !== true) visit(next);
    }
  };
  for (const entry of entries) visit(entry);
  return { found, later: new Set(Object.keys(metafile.inputs).filter((path) => !found.has(path))) };
}

/** Overwrites the modules behind `src/index.ts` in `dist/`. */
export async function joinModules(): Promise<void> {
  const { found: main, later } = await modulesBehind('src/index.ts');
  const { found: light } = await modulesBehind('src/audio/index.ts', 'src/playout/index.ts');
  const { found: call } = await modulesBehind('src/shell/session-runtime.ts');
  const perPlatform = ['node', 'browser', 'edge'].map((name) => `src/platform/${name}.ts`);
  // Each platform registers itself, and only where it is the platform.
  for (const path of ['src/index.ts', ...perPlatform]) main.delete(path);
  // These import nothing of the joined ones: whichever of them and what extends the emitter came first would need the other.
  const emitters = ['src/emitter.ts', 'src/emitter.node.ts', 'src/emitter-statics.ts', 'src/emitter-surface.ts'];
  const runtimes = ['src/shell/ready-runtime.ts', 'src/shell/lazy-runtime.ts', 'src/platform/node-runtime.ts'];
  const chosen = [...emitters, ...runtimes, 'src/platform/service-socket.ts'];
  const entries = new Set([...main, ...later, 'src/index.ts', ...perPlatform, ...chosen]);
  const inGroup = (id: string, belongs: (path: string) => boolean): boolean => {
    const path = relative(process.cwd(), id);
    return !chosen.includes(path) && belongs(path);
  };
  const joined = await rolldown({
    input: Object.fromEntries([...entries].map((path) => [path.replace(/^src\//, '').replace(/\.ts$/, ''), path])),
    external: (id) => id.startsWith('#') || id.startsWith('node:') || (/^[^./]/.test(id) && !id.startsWith('src/')),
    resolve: { conditionNames: [CONDITION] },
    preserveEntrySignatures: 'strict',
    treeshake: false,
  });
  const { output } = await joined.write({
    dir: 'dist',
    format: 'esm',
    sourcemap: true,
    minify: COMPACT,
    comments: { annotation: true },
    entryFileNames: '[name].js',
    chunkFileNames: '[name].js',
    codeSplitting: {
      // A group takes what its modules import along, so the first are those that the others import.
      groups: [
        { name: 'joined/light', priority: 4, test: (id) => inGroup(id, (path) => main.has(path) && light.has(path)) },
        { name: 'joined/base', priority: 3, test: (id) => inGroup(id, (path) => main.has(path) && call.has(path)) },
        { name: 'joined/session', priority: 2, test: (id) => inGroup(id, (path) => main.has(path)) },
        { name: 'joined/call', priority: 1, test: (id) => inGroup(id, (path) => call.has(path)) },
      ],
    },
  });
  for (const part of output) {
    if (part.type !== 'chunk') continue;
    if (part.map !== null) writeModule(`dist/${part.fileName}`, part.code, part.map);
    // What only names the joined one's has nothing to map; what it was by itself had.
    else rmSync(`dist/${part.fileName}.map`, { force: true });
  }
}
