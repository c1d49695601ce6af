// What `npm pack` would send to everybody who installs the package.
import { execFileSync } from 'node:child_process';

/** Files without which something that the package offers would not work. */
const NEEDED = [
  /^(package\.json|README\.md|CHANGELOG\.md|LICENSE)$/,
  /^dist\/.+\.(js|js\.map|d\.ts)$/,
  /^dist\/bench\/results\.schema\.json$/,
  /^dist\/console\/(index\.html|console\.css)$/,
  /^dist\/cli\/demo\/speech\/.+\.wav$/,
];

/** Unpacked bytes by what they are for. */
export interface PackedSize {
  readonly code: number;
  readonly declarations: number;
  /** Source maps, which hold the sources. */
  readonly maps: number;
  /** What the caller of the demo says. */
  readonly speech: number;
  /** Files that nothing needs. */
  readonly strays: readonly string[];
}

/** Measures `dist/` as it is now. */
export function packedSize(): PackedSize {
  const [packed] = JSON.parse(
    execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }),
  ) as [{ files: readonly { path: string; size: number }[] }];
  const bytesOf = (of: (path: string) => boolean): number =>
    packed.files.reduce((total, { path, size }) => total + (of(path) ? size : 0), 0);
  const isApart = (path: string): boolean => /\.(map|d\.ts|wav)$/.test(path);
  return {
    code: bytesOf((path) => !isApart(path)),
    declarations: bytesOf((path) => path.endsWith('.d.ts')),
    maps: bytesOf((path) => path.endsWith('.map')),
    speech: bytesOf((path) => path.endsWith('.wav')),
    strays: packed.files.map(({ path }) => path).filter((path) => !NEEDED.some((pattern) => pattern.test(path))),
  };
}
