import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { describe, expect, it } from 'vitest';
import { encodeCoreBytes } from '../../src/wasm/byte-text.ts';

/** How the text of every wasm module begins. */
const WASM_MAGIC = encodeCoreBytes(Uint8Array.of(0x00, 0x61, 0x73, 0x6d, 0x01));

async function bundle(entry: string): Promise<{ text: string; files: string[] }> {
  const result = await build({
    entryPoints: [entry],
    bundle: true,
    format: 'esm',
    platform: 'browser',
    conditions: ['bargein-source'],
    external: ['zod', 'ws'],
    write: false,
    metafile: true,
  });
  return { text: result.outputFiles.map((file) => file.text).join(''), files: Object.keys(result.metafile.inputs) };
}

describe('a browser bundle of the entry', () => {
  it('says so by a typed error when the code of MCP tools can not be loaded', async () => {
    const outdir = mkdtempSync(join(tmpdir(), 'bargein-bundle-'));
    try {
      const { metafile } = await build({
        stdin: { contents: `export { RealtimeAgent, RunContext } from './src/index.ts';`, resolveDir: process.cwd() },
        bundle: true,
        splitting: true,
        outdir,
        outExtension: { '.js': '.mjs' },
        format: 'esm',
        platform: 'browser',
        conditions: ['bargein-source'],
        external: ['zod', 'ws'],
        metafile: true,
      });
      const pieces = Object.keys(metafile.outputs);
      rmSync(pieces.find((path) => metafile.outputs[path]?.entryPoint === 'src/agent/mcp-tools.ts') ?? '');
      const entry = pathToFileURL(join(outdir, 'stdin.mjs')).href;
      const { RealtimeAgent, RunContext } = (await import(
        /* @vite-ignore */ entry
      )) as typeof import('../../src/index.ts');
      const server = { listTools: async () => [], callTool: async () => [] } as never;
      const agent = new RealtimeAgent({ name: 'Ann', mcpServers: [server] });
      await expect(agent.getMcpTools(new RunContext() as never)).rejects.toMatchObject({
        code: 'ERR_CODE_NOT_LOADED',
        cause: expect.any(Error),
      });
    } finally {
      rmSync(outdir, { recursive: true });
    }
  });

  it('holds no part of the audio core, and nothing of Node', async () => {
    const { text, files } = await bundle('src/index.ts');
    expect(files).toContain('src/platform/browser.ts');
    expect(files.filter((file) => /^src\/wasm\/|\.node\.ts$|^node_modules\//.test(file))).toEqual([]);
    expect(text).not.toContain(WASM_MAGIC);
  });

  it('would show the audio core if it were there', async () => {
    const { text, files } = await bundle('src/audio/index.ts');
    expect(files).toContain('src/wasm/core.ts');
    expect(text).toContain(WASM_MAGIC);
  });

  it('leaves what only a call needs, and what many apps never use, to be loaded later, or out', async () => {
    const names = 'RealtimeAgent, RealtimeSession, tool, OpenAIRealtimeWebRTC, OpenAIRealtimeWebSocket';
    const { metafile } = await build({
      stdin: { contents: `export { ${names} } from './src/index.ts';`, resolveDir: process.cwd() },
      bundle: true,
      splitting: true,
      outdir: 'out',
      format: 'esm',
      platform: 'browser',
      conditions: ['bargein-source'],
      external: ['zod', 'ws'],
      write: false,
      metafile: true,
    });
    const first = new Set<string>();
    const later = new Set<string>();
    const load = (path: string, modules: Set<string>): void => {
      const { inputs, imports } = metafile.outputs[path] ?? { inputs: {}, imports: [] };
      for (const [module, { bytesInOutput }] of Object.entries(inputs)) if (bytesInOutput > 0) modules.add(module);
      for (const { path: next, kind } of imports) load(next, kind === 'dynamic-import' ? later : modules);
    };
    load('out/stdin.js', first);
    expect(first).toContain('src/realtime-session.ts');
    const onlyLater = [...later].filter((module) => !first.has(module));
    expect(onlyLater.filter((module) => !/^src\/(agent|session|shell)\//.test(module)).toSorted()).toEqual([
      'src/deadlines.ts',
      'src/transports/webrtc/call-stats.ts',
      'src/transports/webrtc/media-call.ts',
    ]);
    for (const part of ['shell/session-runtime', 'session/step', 'agent/call-runner', 'agent/mcp-tools']) {
      expect(onlyLater).toContain(`src/${part}.ts`);
    }
    expect(first).not.toContain('src/openai-sip.ts');
  });
});
