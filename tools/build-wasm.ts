// Compiles assembly/ into its three builds and writes each as a base64 module beside src/wasm, so that bundlers,
// worklets and Node read the same bytes without fetching a file.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import asc, { type APIOptions } from 'assemblyscript/asc';
import { InlineKernels } from './inline-kernels.ts';

process.chdir(fileURLToPath(new URL('..', import.meta.url)));
mkdirSync('build', { recursive: true });

// The compiler takes classes, whatever its types say.
const transforms = [InlineKernels] as unknown as NonNullable<APIOptions['transforms']>;
const targets = ['scalar', 'simd', 'relaxed'];
for (const target of targets) {
  const { error } = await asc.main(['--config', 'asconfig.json', '--target', target], {
    stderr: process.stderr,
    transforms,
  });
  if (error !== null) throw error;
  const wasm = readFileSync(`build/core.${target}.wasm`);
  const name = `CORE_${target.toUpperCase()}_BASE64`;
  writeFileSync(
    `src/wasm/core-${target}.generated.ts`,
    `/** The ${target} build of assembly/, base64. */\nexport const ${name}: string =\n  '${wasm.toString('base64')}';\n`,
  );
}
