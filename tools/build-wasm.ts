// Compiles assembly/ into the three builds of the audio core, the playout module and the detector of barge-ins, and writes each
// as text in a module beside src/wasm, so that bundlers, worklets and Node read the same bytes without fetching a file.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import asc, { type APIOptions } from 'assemblyscript/asc';
import { encodeCoreBytes } from '../src/wasm/byte-text.ts';
import { InlineKernels } from './inline-kernels.ts';

process.chdir(fileURLToPath(new URL('..', import.meta.url)));
mkdirSync('build', { recursive: true });

// The compiler takes classes, whatever its types say.
const transforms = [InlineKernels] as unknown as NonNullable<APIOptions['transforms']>;
// Of the compiler's remarks, one is no remark on the source: that the last of its passes gained nothing.
const stderr = {
  write(text: string | Uint8Array): void {
    if (!String(text).startsWith('Last converge was suboptimal')) process.stderr.write(text);
  },
};
const modules = [
  ...['scalar', 'simd', 'relaxed'].map((target) => ({ target, entry: 'index', name: `core-${target}` })),
  { target: 'playout', entry: 'playout-module', name: 'playout' },
  { target: 'barge-in', entry: 'barge-in-module', name: 'barge-in' },
];
for (const { target, entry, name } of modules) {
  const args = [`assembly/${entry}.ts`, '--config', 'asconfig.json', '--target', target];
  const { error } = await asc.main(args, { stderr, transforms });
  if (error !== null) throw error;
  const text = encodeCoreBytes(readFileSync(`build/${name.replace('core-', 'core.')}.wasm`));
  const constant = `${name.replace('-', '_').toUpperCase()}_TEXT`;
  writeFileSync(
    `src/wasm/${name}.generated.ts`,
    `/** The ${name} module of assembly/, as text. */\nexport const ${constant}: string =\n  '${text}';\n`,
  );
}
