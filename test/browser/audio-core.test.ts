import { beforeAll, describe, expect, it } from 'vitest';
import { nativeBase64, plainBase64 } from '../../src/audio/base64.ts';
import { type CoreBuild, decodeBase64, loadCore } from '../../src/audio/index.ts';
import { coreModule } from '../../src/wasm/core.ts';
import { MALFORMED } from '../audio/reference/base64.ts';
import { noiseWords } from '../audio/reference/kernel-runs.ts';
import vectors from './fixtures/core-vector-hashes.json' with { type: 'json' };
import { vectorHashes } from './fixtures/core-vectors.ts';
import hashes from './fixtures/core-hashes.json' with { type: 'json' };
import { renderHere, sha256 } from './fixtures/core-path.ts';
import { renderInWorklet } from './fixtures/render-in-worklet.ts';

const BUILDS: readonly CoreBuild[] = ['scalar', 'simd'];

// test/audio/core-hashes.test.ts computes these hashes in Node and compares them with the same file.
describe.each(BUILDS)('the %s build in this browser', (build) => {
  beforeAll(async () => {
    await loadCore(build);
  });

  it('renders in an AudioWorklet what Node computes, bit for bit', async () => {
    const workletUrl = new URL('./fixtures/core-worklet.ts', import.meta.url);
    const rendered = await renderInWorklet(coreModule(build), workletUrl);
    expect(await sha256(rendered.getChannelData(0))).toBe(hashes.wire);
    expect(await sha256(rendered.getChannelData(1))).toBe(hashes.phone);
  });

  it('computes what Node computes of everything in bargein/audio, bit for bit', async () => {
    expect(await vectorHashes()).toEqual(vectors);
  });

  it('computes in the page what Node computes, bit for bit', async () => {
    const [wire, phone] = renderHere(coreModule(build));
    expect(await sha256(wire)).toBe(hashes.wire);
    expect(await sha256(phone)).toBe(hashes.phone);
  });
});

describe.runIf('toBase64' in Uint8Array.prototype)("base64 by this browser's own codec", () => {
  it('encodes and decodes as the plain loops', () => {
    const noise = new Uint8Array(noiseWords(10_000, 51).buffer);
    for (const length of [0, 1, 2, 3, 959, 960, 961, 40_000]) {
      const bytes = noise.subarray(0, length);
      const text = nativeBase64.encode(bytes);
      expect(text).toBe(plainBase64.encode(bytes));
      const output = new Uint8Array(length);
      expect(nativeBase64.decode(text, output)).toBe(true);
      expect(output).toEqual(bytes);
    }
  });

  it.each(MALFORMED)('refuses %s with its position', (_, text, position) => {
    expect(() => decodeBase64(text)).toThrowError(
      expect.objectContaining({
        code: 'ERR_BASE64',
        message: expect.stringContaining(`at position ${position} of ${text.length}`),
      }),
    );
  });
});
