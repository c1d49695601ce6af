// The measurement that the capacity page shows: the bridges in turns, ours up to saturation, and one worker beside two.

import { readFileSync, writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { fileURLToPath } from 'node:url';
import { type Row, runRow } from './load.ts';
import { fleetTables } from './fleet-tables.ts';
import { callsPerCore, type GatewayResults, measuredTables } from './gateway-results.ts';

const RESULTS = new URL('../results/gateway.json', import.meta.url);
const PAGE = new URL('../../docs/capacity.md', import.meta.url);

/** All bridges at this many calls, in turns. */
const COMPARED_CALLS = 300;
/** Further numbers of calls: the field's bridge and ours. */
const LADDER: readonly (readonly [bridge: string, calls: readonly number[]])[] = [
  ['peer', [200, 250]],
  ['bargein', [50, 100, 200, 400, 500, 600]],
];
/** Calls of each worker, where one is set beside two; few, because the generator needs a core as well. */
const CALLS_A_WORKER = 100;
const SECONDS = 8;

/** Measures, 10 minutes at most for three runs, and writes the results and the page's tables. */
export async function record(
  runs: number,
  cores: { readonly bridge: number; readonly generator: number },
  onRow: (row: Row) => void,
): Promise<void> {
  const loadBefore = loadavg()[0] ?? Number.NaN;
  const rows: Row[] = [];
  const measure = async (bridge: string, calls: number, bridgeCores: string): Promise<void> => {
    const row = await runRow({ bridge, calls, seconds: SECONDS, bridgeCores, profileFolder: null });
    rows.push(row);
    onRow(row);
  };
  for (let run = 0; run < runs; run++) {
    for (const bridge of ['bargein', 'peer', 'floor']) await measure(bridge, COMPARED_CALLS, String(cores.bridge));
  }
  for (const [bridge, ladder] of LADDER) for (const calls of ladder) await measure(bridge, calls, String(cores.bridge));
  for (let run = 0; run < runs; run++) {
    for (const workers of [1, 2])
      await measure(`gateway:${workers}`, workers * CALLS_A_WORKER, `0-${cpus().length - 1}`);
  }
  const results: GatewayResults = {
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: cpus().length,
    node: process.versions.node,
    bridgeCore: cores.bridge,
    generatorCore: cores.generator,
    loadBefore,
    seconds: SECONDS,
    rows,
  };
  writeFileSync(RESULTS, `${JSON.stringify(results, null, 2)}\n`);
  const page = withTables(readFileSync(PAGE, 'utf8'), 'measured', measuredTables(results));
  writeFileSync(PAGE, withTables(page, 'planned', fleetTables(callsPerCore(results))));
  console.log(`written: ${fileURLToPath(RESULTS)} and the tables of ${fileURLToPath(PAGE)}; format and commit both`);
}

/** The page with other tables between two marks. */
function withTables(page: string, mark: string, tables: string): string {
  const [before = '', rest = ''] = page.split(`<!-- ${mark}: begin -->`);
  const [, after = ''] = rest.split(`<!-- ${mark}: end -->`);
  return `${before}<!-- ${mark}: begin -->\n\n${tables}\n\n<!-- ${mark}: end -->${after}`;
}
