// Licences of what an app gets with this package: its dependencies, its peers, and all that those bring.
import { readFileSync } from 'node:fs';

/** Licences of what everybody gets: nothing to do for users but to keep the notices. */
const OF_DEPENDENCIES = [
  '0BSD',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'ISC',
  'MIT',
  'Unlicense',
];

/** Besides, what an app installs by its own choice may ask for its changed files to be published, or for a mention. */
const OF_OPTIONAL = [...OF_DEPENDENCIES, 'BSD-4-Clause', 'MPL-2.0', 'MPL 2.0'];

interface LockedPackage {
  readonly version: string;
  readonly license?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>;
}

interface Row {
  readonly name: string;
  readonly version: string;
  readonly licence: string;
  readonly broughtBy: string;
  readonly isOptional: boolean;
}

/** What `LICENSES.md` has to say, and what is in it that may not be. */
export function licences(): { readonly page: string; readonly refused: readonly string[] } {
  const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8')) as {
    packages: Readonly<Record<string, LockedPackage>>;
  };
  const own = packages[''];
  const rows = new Map<string, Row>();
  const visit = (name: string, from: string, broughtBy: string, isOptional: boolean): void => {
    const path = pathOf(packages, name, from);
    if (path === undefined || rows.has(path)) return;
    const { version, license = 'unknown', dependencies, optionalDependencies } = packages[path] as LockedPackage;
    rows.set(path, { name, version, licence: license, broughtBy, isOptional });
    for (const next of Object.keys({ ...dependencies, ...optionalDependencies })) visit(next, path, name, isOptional);
  };
  for (const name of Object.keys(own?.dependencies ?? {})) visit(name, '', 'dependency', false);
  for (const name of Object.keys(own?.peerDependencies ?? {})) {
    const isOptional = own?.peerDependenciesMeta?.[name]?.optional === true;
    visit(name, '', isOptional ? 'optional peer' : 'peer', isOptional);
  }
  const all = [...rows.values()].toSorted((a, b) => a.name.localeCompare(b.name, 'en'));
  return {
    page: pageOf(all),
    refused: all.filter((row) => !isAllowed(row)).map(({ name, licence }) => `${name}: ${licence}`),
  };
}

/** Where Node finds a package that is imported from `from`. */
function pathOf(packages: Readonly<Record<string, unknown>>, name: string, from: string): string | undefined {
  for (let folder = from; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf('node_modules/') - 1))) {
    const path = folder === '' ? `node_modules/${name}` : `${folder}/node_modules/${name}`;
    if (path in packages) return path;
    if (folder === '') return undefined;
  }
}

/** Of a choice, one is enough. */
function isAllowed({ licence, isOptional }: Row): boolean {
  const allowed = isOptional ? OF_OPTIONAL : OF_DEPENDENCIES;
  return licence
    .replaceAll(/[()]/g, '')
    .split(' OR ')
    .some((choice) => allowed.includes(choice));
}

function pageOf(rows: readonly Row[]): string {
  const cells = [
    ['package', 'version', 'licence', 'brought by'],
    ...rows.map(({ name, version, licence, broughtBy }) => [name, version, licence, broughtBy]),
  ];
  const widths = [0, 1, 2, 3].map((column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)));
  const lines = cells.map((row) => `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`);
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`;
  return [
    '# Licences',
    '',
    'bargein is under the [MIT licence](LICENSE). An app that installs it gets its dependencies; peers, and what they bring, come',
    'only where the app installs them: MPL and BSD with the advertising clause are among those. `npm run report` writes this page out',
    'of the lock file, and `npm run check` keeps it true and refuses any other licence.',
    '',
    lines[0] ?? '',
    rule,
    ...lines.slice(1),
    '',
  ].join('\n');
}
