// The documentation site: the API reference out of the built declarations, then every page. It fails on a dead link.

import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

process.chdir(fileURLToPath(new URL('..', import.meta.url)));
const DOCS = resolve('docs');
/** One declaration file for each entry of the package, named as the entry is imported. */
const ENTRIES = resolve('build/api-entries');

function run(command: string, args: readonly string[]): void {
  execFileSync(command, args, { stdio: 'inherit', cwd: DOCS });
}

/** Writes the entries; returns their paths. */
function writeEntries(): string[] {
  rmSync(ENTRIES, { recursive: true, force: true });
  const { exports } = JSON.parse(readFileSync('package.json', 'utf8')) as {
    exports: Record<string, string | { types?: string }>;
  };
  return Object.entries(exports).flatMap(([name, target]) => {
    if (typeof target === 'string' || target.types === undefined) return [];
    const entry = resolve(ENTRIES, `${name.replace('.', 'bargein')}.d.ts`);
    mkdirSync(dirname(entry), { recursive: true });
    const declarations = resolve(target.types).replace(/\.d\.ts$/, '.js');
    writeFileSync(entry, `export * from '${declarations}';\n`);
    return [entry];
  });
}

/** Makes `docs/api`, a page for each symbol. */
function writeReference(): void {
  const tsconfig = resolve(ENTRIES, 'tsconfig.json');
  const entries = writeEntries();
  const compilerOptions = {
    target: 'es2023',
    module: 'nodenext',
    lib: ['es2024', 'esnext.disposable', 'dom'],
    types: ['node'],
    typeRoots: [resolve('node_modules/@types')],
    skipLibCheck: true,
  };
  writeFileSync(tsconfig, JSON.stringify({ compilerOptions, files: entries }));
  const settings = {
    tsconfig,
    entryPoints: entries,
    plugin: [resolve(DOCS, 'node_modules/typedoc-plugin-markdown/dist/index.js')],
    out: resolve(DOCS, 'api'),
    name: 'API',
    readme: 'none',
    disableSources: true,
    excludePrivate: true,
    hideBreadcrumbs: true,
    hidePageHeader: true,
    // Types that only appear inside of others are shown there.
    validation: { notExported: false },
  };
  const options = resolve(ENTRIES, 'typedoc.json');
  writeFileSync(options, JSON.stringify(settings));
  run('node_modules/.bin/typedoc', ['--options', options, '--logLevel', 'Warn', '--treatWarningsAsErrors']);
}

if (!existsSync('docs/node_modules')) run('npm', ['ci', '--no-fund', '--no-audit']);
writeReference();
run('node_modules/.bin/vitepress', ['build']);
// Pages link to these, which are files of the repository.
for (const path of ['bench/results', 'bench/results.schema.json']) {
  cpSync(path, resolve(DOCS, '.vitepress/dist', path), { recursive: true });
}
console.log('docs/.vitepress/dist');
