import { gzipSync } from 'node:zlib';
import { decodeCoreBytes } from '../../src/wasm/byte-text.ts';
import type { CoreBuild } from '../../src/wasm/core.ts';
import { Kernel } from '../../src/wasm/kernel.ts';
import type { Subject } from '../subject.ts';

async function coreBytes(build: CoreBuild): Promise<Uint8Array<ArrayBuffer>> {
  if (build === 'scalar')
    return decodeCoreBytes((await import('../../src/wasm/core-scalar.generated.ts')).CORE_SCALAR_TEXT);
  if (build === 'simd') return decodeCoreBytes((await import('../../src/wasm/core-simd.generated.ts')).CORE_SIMD_TEXT);
  return decodeCoreBytes((await import('../../src/wasm/core-relaxed.generated.ts')).CORE_RELAXED_TEXT);
}

function milliseconds(work: () => unknown): number {
  const start = performance.now();
  work();
  return performance.now() - start;
}

export const sizeSubjects: readonly Subject[] = [
  {
    kind: 'survey',
    name: 'core size and start',
    operation: 'the whole audio core; compiled and instantiated for the first time in a process',
    isPerBuild: true,
    runs: 5,
    async survey(build) {
      const bytes = await coreBytes(build);
      let module: WebAssembly.Module | undefined;
      const compileMs = milliseconds(() => (module = new WebAssembly.Module(bytes)));
      const instantiateMs = milliseconds(() => new Kernel({ pages: Kernel.pagesFor(65_536), module }));
      const facts = { wasmBytes: bytes.length, gzipBytes: gzipSync(bytes).length, compileMs, instantiateMs };
      return [{ contender: 'bargein', facts }];
    },
  },
];
