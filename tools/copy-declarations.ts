// The declarations that the package needs: those that its entries lead to. All others describe what nobody can import.
import { existsSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const MADE = 'build/types';
const IMPORTED = /(?:from|import)\s*\(?\s*'(\.[^']+)'/g;

/** Copies them from where the compiler has put them into `dist/`, and removes the others there. */
export function copyDeclarations(): void {
  const needed = new Set<string>();
  const visit = (path: string): void => {
    if (needed.has(path)) return;
    needed.add(path);
    for (const [, imported = ''] of readFileSync(join(MADE, path), 'utf8').matchAll(IMPORTED))
      visit(join(dirname(path), imported.replace(/\.[jt]s$/, '.d.ts')));
  };
  for (const entry of entries()) visit(entry);
  for (const path of globSync('dist/**/*.d.ts{,.map}')) rmSync(path);
  for (const path of needed) {
    mkdirSync(dirname(join('dist', path)), { recursive: true });
    const text = readFileSync(join(MADE, path), 'utf8');
    writeFileSync(join('dist', path), compact(text));
  }
}

/** Declarations that `package.json` names, relative to `dist/`, and those that stand in for its `imports`. */
function entries(): string[] {
  const { exports, imports } = JSON.parse(readFileSync('package.json', 'utf8')) as {
    exports: Readonly<Record<string, string | { readonly types?: string }>>;
    imports: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  };
  const named = Object.values(exports).flatMap((target) =>
    typeof target === 'object' && target.types !== undefined ? [target.types] : [],
  );
  const chosen = Object.values(imports).flatMap((targets) =>
    Object.values(targets).flatMap((target) => (typeof target === 'string' ? [target.replace(/\.js$/, '.d.ts')] : [])),
  );
  return [...named, ...chosen]
    .map((path) => path.replace('./dist/', ''))
    .filter((path) => existsSync(join(MADE, path)));
}

/** The compiler indents by four spaces, and names a source map that the package does not have. */
function compact(text: string): string {
  return text
    .replaceAll(/^( {4})+/gm, (spaces) => '\t'.repeat(spaces.length / 4))
    .replace(/\/\/# sourceMappingURL=.*\s*$/, '');
}
