import { createHash } from 'node:crypto';
import { globSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ConsoleService } from './console-ticket.ts';

/** A file as it goes out. */
export interface ConsoleFile {
  readonly type: string;
  readonly body: string | Buffer;
}

/** What the console serves. */
export interface ConsoleFiles {
  /** The file at a path of the site; undefined where there is none. */
  at(path: string): ConsoleFile | undefined;
  /** Source expressions of the Content-Security-Policy that the page's own scripts need. */
  readonly scriptSources: string;
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
};
const NAMES: Readonly<Record<ConsoleService, string>> = { local: 'Local server', openai: 'OpenAI' };

/** The page, and the modules of the package that it runs on: the site is the package's `dist/`, with the page at its root. */
export function consoleFiles(packageFolder: URL, services: readonly ConsoleService[]): ConsoleFiles {
  const folder = fileURLToPath(packageFolder);
  const paths = new Set(globSync('**/*.{js,css}', { cwd: folder }).map((path) => `/${path}`));
  const imports = JSON.stringify({ imports: browserImports() });
  const choices = services.map((service) => `<option value="${service}">${NAMES[service]}</option>`).join('');
  const page = readFileSync(`${folder}console/index.html`, 'utf8')
    .replace('<!--services-->', choices)
    .replace('<!--imports-->', `<script type="importmap">${imports}</script>`);
  const hash = createHash('sha256').update(imports).digest('base64');
  return {
    scriptSources: `'self' 'wasm-unsafe-eval' 'sha256-${hash}'`,
    at(path) {
      if (path === '/') return { type: TYPES['.html'] ?? '', body: page };
      if (!paths.has(path)) return undefined;
      return { type: TYPES[extname(path)] ?? '', body: readFileSync(`${folder}${path.slice(1)}`) };
    },
  };
}

/** The package's own imports as browsers are to find them. */
function browserImports(): Record<string, string> {
  const { imports } = createRequire(import.meta.url)('../../package.json') as {
    imports: Readonly<Record<string, { readonly browser: string }>>;
  };
  return Object.fromEntries(
    Object.entries(imports).map(([name, { browser }]) => [name, browser.replace('./dist', '')]),
  );
}
