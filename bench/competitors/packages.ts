// Competitors are not dependencies of the product. They are looked for beside the benches, where `npm run bench` installs
// them, and in the folder that the command is run from; one that is nowhere is left out of the race.
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { BENCH_FOLDER } from '../folder.ts';

/** The module's namespace, or its default export where that is everything; null when the package is not installed. */
export async function importPackage<T>(name: string): Promise<T | null> {
  const path = findPackage(name);
  if (path === null) return null;
  const namespace = (await import(pathToFileURL(path).href)) as { default?: T };
  return namespace.default ?? (namespace as T);
}

/** The file that importing a package by name loads; null when it is not installed. */
export function findPackage(name: string): string | null {
  for (const folder of [BENCH_FOLDER, process.cwd()]) {
    if (!existsSync(folder)) continue;
    try {
      return createRequire(join(folder, 'package.json')).resolve(name);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'MODULE_NOT_FOUND') throw error;
    }
  }
  return null;
}
