// The files that are written out of others and reviewed when they change: the API of each entry, and the licences.
// `npm run report` writes them.
import { globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { apiReports } from './api-report.ts';
import { licences } from './licences.ts';

function wanted(): Map<string, string> {
  return new Map([...apiReports().map(({ path, text }) => [path, text] as const), ['LICENSES.md', licences().page]]);
}

function there(): string[] {
  return globSync(['api/*.txt', 'LICENSES.md']);
}

/** Those that are not what they should be. */
export function staleReports(): string[] {
  const reports = wanted();
  const stale = [...reports].filter(([path, text]) => !there().includes(path) || readFileSync(path, 'utf8') !== text);
  return [...stale.map(([path]) => path), ...there().filter((path) => !reports.has(path))];
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  process.chdir(fileURLToPath(new URL('..', import.meta.url)));
  for (const path of there()) rmSync(path);
  mkdirSync('api', { recursive: true });
  for (const [path, text] of wanted()) writeFileSync(path, text);
}
