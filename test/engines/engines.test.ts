// The audio core and the playback worklet in the engines that vitest's browser mode can't drive.

import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Playout } from '../../src/audio/index.ts';
import { coreModule } from '../../src/wasm/core.ts';
import vectors from '../browser/fixtures/core-vector-hashes.json' with { type: 'json' };
import worklet from '../browser/fixtures/core-hashes.json' with { type: 'json' };
import { sha256 } from '../browser/fixtures/core-path.ts';
import { ANSWER, CAPACITY_FRAMES, ITEM_RATE, OUTPUT_RATE, PLAYED_FRAMES } from './answer.ts';
import type { Engine } from './engine.ts';
import { findFirefox, Firefox } from './firefox.ts';
import { hasWebKit, launchWebKit } from './webkit.ts';

const QUANTUM = 128;
const firefoxPath = findFirefox();
const ENGINES = [
  { name: 'Firefox', isInstalled: firefoxPath !== undefined, launch: () => Firefox.launch(firefoxPath ?? '') },
  { name: 'WebKitGTK', isInstalled: hasWebKit(), launch: launchWebKit },
];

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

/** What Node plays of the answer. */
function playedHere(): Float32Array<ArrayBuffer> {
  const module = coreModule('simd');
  const playout = new Playout({
    itemRate: ITEM_RATE,
    outputRate: OUTPUT_RATE,
    capacityFrames: CAPACITY_FRAMES,
    module,
  });
  for (const command of ANSWER) {
    if (command.type === 'open') playout.open();
    if (command.type === 'write') playout.write(command.handle, command.samples);
    if (command.type === 'end') playout.end(command.handle);
  }
  const samples = new Float32Array(PLAYED_FRAMES);
  for (let at = 0; at < PLAYED_FRAMES; at += QUANTUM) playout.render(samples.subarray(at, at + QUANTUM));
  return samples;
}

describe.each(ENGINES)('$name (skipped where it is not installed)', ({ isInstalled, launch }) => {
  let server: Server;
  let engine: Engine;
  let url: string;

  beforeAll(async () => {
    if (!isInstalled) return;
    const files: Record<string, readonly [type: string, text: string]> = {
      '/': ['text/html', '<!doctype html><meta charset="utf-8"><script src="/page.js"></script>'],
      '/page.js': ['text/javascript', await bundle('test/engines/page.ts')],
      '/core-worklet.js': ['text/javascript', await bundle('test/browser/fixtures/core-worklet.ts')],
      // The file that ships.
      '/playback.js': ['text/javascript', readFileSync('dist/worklets/playback.js', 'utf8')],
    };
    server = createServer(({ url: asked = '' }, response) => {
      const [type, text] = files[asked] ?? ['text/plain', ''];
      response.writeHead(asked in files ? 200 : 404, { 'content-type': type }).end(text);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    engine = await launch();
  }, 120_000);

  afterAll(async () => {
    if (!isInstalled) return;
    await engine.close();
    server.closeAllConnections();
    server.close();
  });

  it.skipIf(!isInstalled).each(['simd', 'scalar'])(
    'computes with the %s build what Node computes, bit for bit, in the page and in an AudioWorklet',
    async (core) => {
      const hashes: unknown = JSON.parse(await engine.evaluate(url, `hashesOf('${core}')`));
      expect(hashes).toEqual({ worklet, vectors });
    },
    120_000,
  );

  it.skipIf(!isInstalled)(
    'plays through the playback worklet what Node plays, bit for bit',
    async () => {
      const samples = playedHere();
      expect(samples.some((sample) => sample !== 0)).toBe(true);
      expect(await engine.evaluate(url, 'hashOfAnswer()')).toBe(await sha256(samples));
    },
    60_000,
  );
});
