// Makes the modules of `dist/` one by one. The compiler checks and declares (`tsc -b`, into `build/types`); what runs is made
// here, without comments and with short names for what is local to a function. The names of classes and functions stay, in
// stack traces and in `error.name`, and each source map holds its source.
import { globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, relative } from 'node:path';
import { minifySync, transformSync } from 'rolldown/utils';
import { withoutWhitespace } from './without-whitespace.ts';

/** How code that Node and bundlers load is written. */
export const COMPACT: {
  readonly mangle: { readonly toplevel: false };
  readonly codegen: { readonly removeWhitespace: false };
} = { mangle: { toplevel: false }, codegen: { removeWhitespace: false } };

/** The page of the console is a bundle, and the demo's speech a folder of files with the script that made them. */
const APART = ['src/cli/console/**', 'src/cli/demo/speech/**', '**/*.d.ts'];

/** Writes a module of `dist/` for every one of `src/`. */
export function compileModules(): void {
  for (const path of globSync('src/**/*.ts', { exclude: APART })) {
    const target = path.replace(/^src/, 'dist').replace(/\.ts$/, '.js');
    const plain = transformSync(path, readFileSync(path, 'utf8'), {
      target: 'es2023',
      sourcemap: true,
      typescript: { rewriteImportExtensions: 'rewrite', onlyRemoveTypeImports: true },
    });
    if (plain.errors.length > 0) throw new AggregateError(plain.errors, `${path} does not compile`);
    mkdirSync(dirname(target), { recursive: true });
    // Bytes and worklets as text have no source to show.
    if (path.endsWith('.generated.ts')) {
      writeFileSync(target, minifySync(target, plain.code, { ...COMPACT, module: true }).code);
      continue;
    }
    const short = minifySync(target, plain.code, { ...COMPACT, module: true, sourcemap: true, inputMap: plain.map });
    writeModule(target, short.code, { ...short.map, sources: [relative(dirname(target), path)] });
  }
}

/** Writes a module and, beside it, its source map. */
export function writeModule(target: string, code: string, map: object): void {
  const made = withoutWhitespace(basename(target), code, map);
  writeFileSync(target, `${made.code}//# sourceMappingURL=${basename(target)}.map\n`);
  writeFileSync(`${target}.map`, made.map);
}
