// Calls a core: this package's bridge beside the field's and the least that one can be, in one run.
//   npm run bench:gateway -- [--bridges bargein,peer,floor] [--calls 300] [--seconds 15] [--runs 3] [--core 0]
//     [--generator-core 1] [--json path] [--profile folder]
//   npm run bench:gateway -- --record     what the capacity page shows: writes bench/results/gateway.json and the page's tables
// Several numbers of calls, parted by commas, make a ladder; the bridge `gateway:2` is a gateway with two workers. The
// generator, phones and model, is this process. --core and --generator-core pin the two, --core=-1 pins nothing.

import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { type Row, runRow } from './load.ts';
import { record } from './record.ts';

const { values: options } = parseArgs({
  options: {
    bridges: { type: 'string', default: 'bargein,peer,floor' },
    calls: { type: 'string', default: '300' },
    seconds: { type: 'string', default: '15' },
    runs: { type: 'string', default: '3' },
    core: { type: 'string', default: '0' },
    'generator-core': { type: 'string', default: '1' },
    json: { type: 'string' },
    profile: { type: 'string' },
    record: { type: 'boolean', default: false },
  },
});
const COLUMNS: readonly (readonly [head: string, cell: (row: Row) => string])[] = [
  ['bridge', ({ bridge }) => bridge],
  ['calls', ({ calls }) => String(calls)],
  ['µs/call-s', ({ cpuUsPerCallSecond }) => cpuUsPerCallSecond.toFixed(0)],
  ['system', ({ systemUsPerCallSecond }) => systemUsPerCallSecond.toFixed(0)],
  ['CPU', ({ cpuShare }) => `${(cpuShare * 100).toFixed(0)} %`],
  ['in p50', ({ addedP50Ms }) => addedP50Ms.toFixed(1)],
  ['in p99', ({ addedP99Ms }) => addedP99Ms.toFixed(1)],
  ['clear p99', ({ clearP99Ms }) => clearP99Ms.toFixed(1)],
  ['trunc p50', ({ truncationP50Ms }) => truncationP50Ms.toFixed(1)],
  ['|trunc| p95', ({ truncationAbsP95Ms }) => truncationAbsP95Ms.toFixed(1)],
  ['missing', ({ missing, bargeIns }) => `${missing}/${bargeIns}`],
  ['heap kB', ({ heapKbPerCall }) => heapKbPerCall?.toFixed(0) ?? ''],
  ['late p99', ({ latenessP99Ms }) => latenessP99Ms.toFixed(1)],
  ['', ({ isValid }) => (isValid ? '' : 'invalid: the generator was late')],
];
const WIDTH = 11;

function line(cells: readonly string[]): string {
  return cells.map((cell) => cell.padStart(WIDTH)).join(' ');
}

function show(row: Row): void {
  console.log(line(COLUMNS.map(([, cell]) => cell(row))));
}

async function ladder(bridgeCores: string | null): Promise<void> {
  const rows: Row[] = [];
  for (const calls of options.calls.split(',').map(Number)) {
    for (let run = 0; run < Number(options.runs); run++) {
      for (const bridge of options.bridges.split(',')) {
        const row = await runRow({
          bridge,
          calls,
          seconds: Number(options.seconds),
          bridgeCores,
          profileFolder: options.profile ?? null,
        });
        rows.push(row);
        show(row);
      }
    }
  }
  if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify(rows, null, 2)}\n`);
}

const core = Number(options.core);
const generatorCore = Number(options['generator-core']);
if (generatorCore >= 0) {
  execFileSync('taskset', ['--all-tasks', '--cpu-list', '--pid', String(generatorCore), String(process.pid)]);
}
console.log(`${cpus()[0]?.model}, ${cpus().length} cores, Node ${process.versions.node}; times in ms`);
console.log(line(COLUMNS.map(([head]) => head)));
if (options.record) await record(Number(options.runs), { bridge: core, generator: generatorCore }, show);
else if (core >= 0) await ladder(String(core));
else await ladder(generatorCore < 0 ? null : `0-${cpus().length - 1}`);
