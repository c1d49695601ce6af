import { build } from 'esbuild';
import { describe, expect, it } from 'vitest';

/** How the hexadecimal of every wasm module begins. */
const WASM_MAGIC = '0061736d01';

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
});
