import { fileURLToPath } from 'node:url';

/**
 * The folder of the benches in a checkout: competitors' packages, C sources, results. It is beside both `bench/` and
 * `dist/`, whichever this module runs from; a published package does not have it.
 */
export const BENCH_FOLDER: string = fileURLToPath(
  new URL(import.meta.url.includes('/dist/') ? '../../bench/' : './', import.meta.url),
);
