// What each entry of the package exports, read off the declarations that users get: a change of the API is a change of a file
// under `api/`, which a reviewer sees.
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { namesIn } from './export-lists.ts';

const LIST = /^export (?:type )?\{([^}]*)\}(?: from '([^']+)')?;$/s;
const STAR = /^export (?:type )?\* from '([^']+)';$/;
const IMPORT = /^import (?:type )?\{([^}]*)\} from '([^']+)';$/s;
const DECLARATION =
  /^(?:export )?(?:declare )?(?:abstract )?(?:class|interface|type|function|const|let|enum|namespace) (\w+)/;

/** A report and its file, relative to the root. */
export interface ApiReport {
  readonly path: string;
  readonly text: string;
}

/** One for every entry with types. */
export function apiReports(): ApiReport[] {
  const { name, exports } = JSON.parse(readFileSync('package.json', 'utf8')) as {
    name: string;
    exports: Readonly<Record<string, string | { readonly types?: string }>>;
  };
  return Object.entries(exports).flatMap(([entry, target]) => {
    if (typeof target === 'string' || target.types === undefined) return [];
    const subpath = entry.slice(2);
    const symbols = [...exportsOf(join(target.types))].toSorted(([a], [b]) => (a < b ? -1 : 1));
    const text = [`// ${subpath === '' ? name : `${name}/${subpath}`}`, ...symbols.map(([, declared]) => declared)];
    return [
      { path: `api/${subpath === '' ? 'main' : subpath.replaceAll('/', '-')}.txt`, text: `${text.join('\n\n')}\n` },
    ];
  });
}

/** Exported names of a declaration file, each with its declaration as it stands. */
function exportsOf(file: string): Map<string, string> {
  const own = new Map<string, string>();
  const found = new Map<string, string>();
  const imported = new Map<string, readonly [there: string, file: string]>();
  const statements = statementsOf(readFileSync(file, 'utf8'));
  for (const statement of statements) {
    const [, name = ''] = DECLARATION.exec(statement) ?? [];
    if (name !== '') own.set(name, [own.get(name), statement].filter((text) => text !== undefined).join('\n'));
    if (name !== '' && statement.startsWith('export ')) found.set(name, own.get(name) ?? '');
    const [, names = '', from = ''] = IMPORT.exec(statement) ?? [];
    for (const [there, here] of namesIn(names)) imported.set(here, [there, from]);
  }
  const elsewhere = (there: string, from: string): string => {
    const path = declarationsAt(file, from);
    return path === null ? `// ${there} of ${from}` : (exportsOf(path).get(there) ?? `// ${there}`);
  };
  for (const statement of statements) {
    const [, star] = STAR.exec(statement) ?? [];
    const path = star === undefined ? null : declarationsAt(file, star);
    for (const [name, text] of path === null ? [] : exportsOf(path)) found.set(name, text);
    const [, names = '', from] = LIST.exec(statement) ?? [];
    for (const [there, here] of namesIn(names)) {
      const [name, source] = from === undefined ? (imported.get(there) ?? [there]) : [there, from];
      const text = source === undefined ? (own.get(name) ?? '') : elsewhere(name, source);
      found.set(here, here === name ? text : `// ${here} is\n${text}`);
    }
  }
  return found;
}

/** Top-level statements, without comments and what is private, indented as a diff shows them best: by spaces. */
function statementsOf(text: string): string[] {
  const lines = text
    .replaceAll(/\/\*[\s\S]*?\*\//g, '')
    .replaceAll('\t', '    ')
    .split('\n')
    .filter((line) => line.trim() !== '' && !/^\s*(#private;|private |\/\/)/.test(line));
  const statements: string[] = [];
  for (const line of lines) {
    if (/^[^\s}\])|&]/.test(line) || statements.length === 0) statements.push(line);
    else statements[statements.length - 1] += `\n${line}`;
  }
  return statements;
}

function declarationsAt(file: string, from: string): string | null {
  if (!from.startsWith('.')) return null;
  const path = join(dirname(file), from.replace(/\.[jt]s$/, '.d.ts'));
  return existsSync(path) ? path : null;
}
