import { beforeAll, describe, expect, it } from 'vitest';
import { type CoreBuild, coreModule, loadCore } from '../../src/wasm/core.ts';
import { renderHere, seededSignal, sha256 } from '../browser/fixtures/core-path.ts';
import { vectorHashes } from '../browser/fixtures/core-vectors.ts';

const BUILDS: readonly CoreBuild[] = ['scalar', 'simd'];

// The files are what test/browser/audio-core.test.ts expects of Chromium and test/engines/engines.test.ts of Firefox and
// WebKitGTK. A change that is meant to alter samples rewrites them with
// `npx vitest run --project node test/audio/core-hashes.test.ts -u`.
const HASHES = '../browser/fixtures/core-hashes.json';
const VECTOR_HASHES = '../browser/fixtures/core-vector-hashes.json';

describe.each(BUILDS)('the %s build in Node', (build) => {
  let wire: Float32Array<ArrayBuffer>;
  let phone: Float32Array<ArrayBuffer>;
  beforeAll(async () => {
    await loadCore(build);
    [wire, phone] = renderHere(coreModule(build));
  });

  it('computes the hashes that browsers must render', async () => {
    const hashes = { wire: await sha256(wire), phone: await sha256(phone) };
    await expect(`${JSON.stringify(hashes, null, 2)}\n`).toMatchFileSnapshot(HASHES);
  });

  it('computes the hashes that browsers must compute of everything in bargein/audio', async () => {
    await expect(`${JSON.stringify(await vectorHashes(), null, 2)}\n`).toMatchFileSnapshot(VECTOR_HASHES);
  });

  it('carries the half of the white noise below 12 kHz, and the phone adds its quantising noise only', () => {
    const carried = energy(wire) / energy(seededSignal());
    expect(carried).toBeGreaterThan(0.425);
    expect(carried).toBeLessThan(0.5);
    const difference = wire.map((sample, frame) => sample - (phone[frame] ?? NaN));
    expect(10 * Math.log10(energy(difference) / energy(wire))).toBeLessThan(-30);
  });
});

function energy(samples: Float32Array): number {
  return samples.reduce((sum, sample) => sum + sample * sample, 0);
}
