import { describe, expect, it } from 'vitest';
import { coreModule } from '../../src/wasm/core.ts';
import { decodeCoreBytes } from '../../src/wasm/byte-text.ts';
import { type PlayoutExports, playoutModule } from '../../src/wasm/playout-module.ts';

// A key that `PlayoutExports` lacks, or has and this list lacks, does not compile.
const NAMES: Record<keyof PlayoutExports, true> = {
  playoutArrived: true,
  playoutBufferedFrames: true,
  playoutBytes: true,
  playoutCursor: true,
  playoutDuck: true,
  playoutEnd: true,
  playoutHeardAt: true,
  playoutInit: true,
  playoutInterrupt: true,
  playoutLocate: true,
  playoutOpen: true,
  playoutPause: true,
  playoutReceivedFrames: true,
  playoutRender: true,
  playoutRenderedFrames: true,
  playoutResume: true,
  playoutStats: true,
  playoutTakeReport: true,
  playoutWrite: true,
};

/** Numbers of the sections of a wasm module, in order. */
function sections(bytes: Uint8Array): number[] {
  const found: number[] = [];
  for (let at = 8; at < bytes.length;) {
    found.push(bytes[at++] ?? 0);
    let size = 0;
    for (let shift = 0, octet = 0x80; octet >= 0x80; shift += 7) {
      octet = bytes[at++] ?? 0;
      size |= (octet & 0x7f) << shift;
    }
    at += size;
  }
  return found;
}

const DATA_SECTION = 11;

describe('the playout module', () => {
  it('exports what its type says', () => {
    const exported = WebAssembly.Module.exports(playoutModule()).map(({ name }) => name);
    expect(exported.toSorted()).toEqual(Object.keys(NAMES).toSorted());
  });

  it('imports the memory and functions of the audio core, and nothing else', () => {
    const core = new Set(WebAssembly.Module.exports(coreModule('simd')).map(({ name }) => name));
    for (const { module, name } of WebAssembly.Module.imports(playoutModule())) {
      expect(module === 'env' ? name === 'memory' : module === 'core' && core.has(name)).toBe(true);
    }
  });

  it('has no constants that would lie on those of the audio core', async () => {
    const { PLAYOUT_TEXT } = await import('../../src/wasm/playout.generated.ts');
    const found = sections(Buffer.from(decodeCoreBytes(PLAYOUT_TEXT)));
    expect(found).toContain(10);
    expect(found).not.toContain(DATA_SECTION);
  });
});
