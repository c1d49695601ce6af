// Calls a core: this package's bridge beside the field's and the least that one can be, in one run.
//   npm run bench:gateway -- [--bridges bargein,peer,floor] [--calls 300] [--seconds 15] [--runs 3] [--core 0]
//     [--json path] [--profile folder]
// Several numbers of calls, parted by commas, make a ladder. The generator, phones and model, is this process; --core names
// the core that the bridge is pinned to, -1 pins nothing. Run this process on another one (taskset) for figures a core.

import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { type Row, runRow } from './load.ts';

const { values: options } = parseArgs({
  options: {
    bridges: { type: 'string', default: 'bargein,peer,floor' },
    calls: { type: 'string', default: '300' },
    seconds: { type: 'string', default: '15' },
    runs: { type: 'string', default: '3' },
    core: { type: 'string', default: '0' },
    json: { type: 'string' },
    profile: { type: 'string' },
  },
});
const COLUMNS: readonly (readonly [head: string, cell: (row: Row) => string])[] = [
  ['bridge', ({ bridge }) => bridge],
  ['calls', ({ calls }) => String(calls)],
  ['µs/call-s', ({ cpuUsPerCallSecond }) => cpuUsPerCallSecond.toFixed(0)],
  ['CPU', ({ cpuShare }) => `${(cpuShare * 100).toFixed(0)} %`],
  ['in p50', ({ addedP50Ms }) => addedP50Ms.toFixed(1)],
  ['in p99', ({ addedP99Ms }) => addedP99Ms.toFixed(1)],
  ['clear p99', ({ clearP99Ms }) => clearP99Ms.toFixed(1)],
  ['trunc p50', ({ truncationP50Ms }) => truncationP50Ms.toFixed(1)],
  ['|trunc| p95', ({ truncationAbsP95Ms }) => truncationAbsP95Ms.toFixed(1)],
  ['missing', ({ missing, bargeIns }) => `${missing}/${bargeIns}`],
  ['heap kB', ({ heapKbPerCall }) => heapKbPerCall.toFixed(0)],
  ['late p99', ({ latenessP99Ms }) => latenessP99Ms.toFixed(1)],
  ['', ({ isValid }) => (isValid ? '' : 'invalid: the generator was late')],
];
const WIDTH = 11;

function line(cells: readonly string[]): string {
  return cells.map((cell) => cell.padStart(WIDTH)).join(' ');
}

const core = Number(options.core);
console.log(`${cpus()[0]?.model}, ${cpus().length} cores, Node ${process.versions.node}; times in ms`);
console.log(line(COLUMNS.map(([head]) => head)));
const rows: Row[] = [];
for (const calls of options.calls.split(',').map(Number)) {
  for (let run = 0; run < Number(options.runs); run++) {
    for (const bridge of options.bridges.split(',')) {
      const row = await runRow({
        bridge,
        calls,
        seconds: Number(options.seconds),
        bridgeCore: core < 0 ? null : core,
        profileFolder: options.profile ?? null,
      });
      rows.push(row);
      console.log(line(COLUMNS.map(([, cell]) => cell(row))));
    }
  }
}
if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify(rows, null, 2)}\n`);
