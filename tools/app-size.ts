// What an app for the browser bundles of the main entry, split as bundlers split it. size-limit makes one file of all.
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';

const APP =
  "export { RealtimeAgent, RealtimeSession, tool, OpenAIRealtimeWebSocket, OpenAIRealtimeWebRTC } from './dist/index.js'";
/** Every session loads it as it is made. */
const CALL = 'dist/shell/session-runtime.js';

/** In the names of files that import each other: chance, which packs worse one time than another. */
const HASH = /-[0-9A-Z]{8}\.js/g;

/** Gzipped bytes, without zod. */
export interface AppSize {
  /** What a page loads before anything else happens. */
  readonly first: number;
  /** The same with what every call loads beside it. The WebRTC call and tools of local MCP servers come later still. */
  readonly withCall: number;
}

/** Bundles agents, session, WebSocket and WebRTC out of `dist/`. */
export async function appSize(): Promise<AppSize> {
  const { metafile, outputFiles } = await build({
    stdin: { contents: APP, resolveDir: process.cwd() },
    bundle: true,
    splitting: true,
    minify: true,
    format: 'esm',
    platform: 'browser',
    external: ['ws', 'zod'],
    outdir: 'size',
    write: false,
    metafile: true,
  });
  const loaded = new Set<string>();
  const load = (entry: string): number => {
    const path = Object.keys(metafile.outputs).find((output) => metafile.outputs[output]?.entryPoint === entry);
    if (path === undefined) throw new Error(`${entry} is no file of its own in the bundle`);
    const visit = (output: string): void => {
      if (loaded.has(output)) return;
      loaded.add(output);
      for (const { path: next, kind } of metafile.outputs[output]?.imports ?? []) {
        if (kind === 'import-statement') visit(next);
      }
    };
    visit(path);
    return outputFiles
      .filter((file) => [...loaded].some((output) => file.path.endsWith(output)))
      .reduce((total, { text }) => total + gzipSync(text.replace(HASH, '.js'), { level: 9 }).length, 0);
  };
  return { first: load('<stdin>'), withCall: load(CALL) };
}
