import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import vectors from '../browser/fixtures/core-vector-hashes.json' with { type: 'json' };
import worklet from '../browser/fixtures/core-hashes.json' with { type: 'json' };
import { findFirefox, Firefox } from './firefox.ts';

const path = findFirefox();

/** One self-contained script. */
async function bundle(entry: string): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [entry],
    bundle: true,
    format: 'iife',
    target: 'es2022',
    write: false,
    conditions: ['bargein-source'],
  });
  return outputFiles[0]?.text ?? '';
}

describe.skipIf(path === undefined)('the audio core in Firefox (skipped where none is installed)', () => {
  let server: Server;
  let firefox: Firefox;
  let url: string;

  beforeAll(async () => {
    const [page, processor] = await Promise.all([
      bundle('test/firefox/page.ts'),
      bundle('test/browser/fixtures/core-worklet.ts'),
    ]);
    const files: Record<string, readonly [type: string, text: string]> = {
      '/': ['text/html', '<!doctype html><meta charset="utf-8"><script src="/page.js"></script>'],
      '/page.js': ['text/javascript', page],
      '/worklet.js': ['text/javascript', processor],
    };
    server = createServer(({ url: asked = '' }, response) => {
      const [type, text] = files[asked] ?? ['text/plain', ''];
      response.writeHead(asked in files ? 200 : 404, { 'content-type': type }).end(text);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    firefox = await Firefox.launch(path ?? '');
  }, 120_000);

  afterAll(async () => {
    await firefox.close();
    server.closeAllConnections();
    server.close();
  });

  it.each(['simd', 'scalar'])(
    'computes with the %s build what Node computes, bit for bit, in the page and in an AudioWorklet',
    async (core) => {
      const hashes: unknown = JSON.parse(await firefox.evaluate(url, `hashesOf('${core}')`));
      expect(hashes).toEqual({ worklet, vectors });
    },
    120_000,
  );
});
