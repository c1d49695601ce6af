// The worklets in Chromium: the time of a render quantum, the heap and the messages it takes, and whether the output runs dry
// while the page is busy half of the time.
//   npm run bench:browser -- [--subjects playback,capture,codec,empty] [--routes shared,messages] [--seconds 60] [--json path]

import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { cpus } from 'node:os';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';
import { type Browser, chromium } from 'playwright';
import { CHROMIUM_FLAGS, findChromium } from '../../tools/chromium.ts';
import { median } from '../statistics.ts';
import type { Subject } from './protocol.ts';
import { type QuantumFigures, readTrace, TRACE_CATEGORIES } from './trace.ts';
import { WorkletHeap } from './worklet-heap.ts';
import { freePort } from '../../test/free-port.ts';

const QUANTUM_FRAMES = 128;
/** Until the engine has compiled what runs often. */
const WARM_UP_MS = 4000;
const HEAP_SPANS = 12;
const HEAP_SPAN_MS = 500;
const TRACE_MS = 10_000;
const BUSY_SHARE = 0.5;

const { values: options } = parseArgs({
  options: {
    subjects: { type: 'string', default: 'playback,capture,codec,empty' },
    routes: { type: 'string', default: 'shared,messages' },
    seconds: { type: 'string', default: '60' },
    json: { type: 'string' },
  },
});

interface Row extends QuantumFigures {
  readonly subject: Subject;
  readonly route: string;
  /** Of the worklet's JavaScript heap. */
  readonly bytesPerQuantum: number;
  readonly underruns: number;
  /** Underruns of a silent worklet in the same page: with any, the machine was too busy for a verdict. */
  readonly controlUnderruns: number;
}

async function servePage(): Promise<{ readonly url: string; readonly server: Server }> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL('page.ts', import.meta.url))],
    bundle: true,
    format: 'esm',
    conditions: ['bargein-source', 'browser'],
    write: false,
  });
  const script = outputFiles[0]?.text ?? '';
  const server = createServer(({ url = '/' }, response) => {
    response.setHeader('Cross-Origin-Opener-Policy', 'same-origin');
    response.setHeader('Cross-Origin-Embedder-Policy', 'require-corp');
    const [, name] = /^\/worklets\/(\w+)\.js$/.exec(url) ?? [];
    response.setHeader('Content-Type', url === '/' ? 'text/html' : 'text/javascript');
    if (name !== undefined) response.end(readFileSync(new URL(`../../dist/worklets/${name}.js`, import.meta.url)));
    else if (url === '/page.js') response.end(script);
    else response.end('<!doctype html><script type="module" src="page.js"></script>');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { url: `http://127.0.0.1:${(server.address() as { port: number }).port}/`, server };
}

/** Median over as many spans as the collector did not run in, less what measuring takes by itself. */
async function bytesPerQuantum(heap: WorkletHeap): Promise<number> {
  const rates: number[] = [];
  for (let i = 0; i < HEAP_SPANS; i++) {
    const first = await heap.measure();
    const before = await heap.measure();
    const costBytes = before.bytes - first.bytes;
    await wait(HEAP_SPAN_MS);
    const after = await heap.measure();
    const bytes = after.bytes - before.bytes - costBytes;
    if (costBytes >= 0 && after.bytes > before.bytes) {
      rates.push((bytes * QUANTUM_FRAMES) / (after.frame - before.frame));
    }
  }
  return median(rates);
}

async function runRow(
  browser: Browser,
  { subject, route, url, debuggingPort }: { subject: Subject; route: string; url: string; debuggingPort: number },
): Promise<Row> {
  const page = await browser.newPage();
  await page.goto(url);
  await page.waitForFunction(() => 'bench' in globalThis);
  const heap = await WorkletHeap.watch(debuggingPort, url);
  await page.evaluate(([name, isShared]) => globalThis.bench.start(name, isShared), [
    subject,
    route === 'shared',
  ] as const);
  await wait(WARM_UP_MS);
  const bytes = await bytesPerQuantum(heap);
  heap.close();
  await browser.startTracing(page, { categories: TRACE_CATEGORIES });
  await wait(TRACE_MS);
  const trace = readTrace((await browser.stopTracing()).toString());
  await page.evaluate(() => globalThis.bench.control());
  await page.evaluate((share) => globalThis.bench.beBusy(share), BUSY_SHARE);
  const before = await page.evaluate(() => globalThis.bench.underruns());
  await wait(Number(options.seconds) * 1000);
  const after = await page.evaluate(() => globalThis.bench.underruns());
  await page.close();
  return {
    subject,
    route,
    ...trace,
    bytesPerQuantum: bytes,
    underruns: after.subject - before.subject,
    controlUnderruns: after.control - before.control,
  };
}

const COLUMNS: readonly (readonly [head: string, cell: (row: Row) => string])[] = [
  ['worklet', ({ subject }) => subject],
  ['route', ({ route }) => route],
  ['quanta', ({ quanta }) => String(quanta)],
  ['p50 µs', ({ p50Us }) => p50Us.toFixed(0)],
  ['p99 µs', ({ p99Us }) => p99Us.toFixed(0)],
  ['p99.9 µs', ({ p999Us }) => p999Us.toFixed(0)],
  ['B/quantum', ({ bytesPerQuantum: bytes }) => bytes.toFixed(1)],
  ['posts/qu.', ({ posts, quanta }) => (posts / quanta).toFixed(3)],
  ['underruns', ({ underruns }) => String(underruns)],
  ['of control', ({ controlUnderruns }) => String(controlUnderruns)],
  ['', ({ controlUnderruns }) => (controlUnderruns === 0 ? '' : 'void: the machine was busy')],
];
const WIDTH = 10;

function line(cells: readonly string[]): string {
  return cells.map((cell) => cell.padStart(WIDTH)).join(' ');
}

const debuggingPort = await freePort();
const browser = await chromium.launch({
  executablePath: findChromium(),
  args: [...CHROMIUM_FLAGS, `--remote-debugging-port=${debuggingPort}`],
});
const { url, server } = await servePage();
console.log(`${cpus()[0]?.model}, ${cpus().length} cores, Chromium ${browser.version()}; a quantum has 2667 µs`);
console.log(line(COLUMNS.map(([head]) => head)));
const rows: Row[] = [];
for (const subject of options.subjects.split(',') as Subject[]) {
  for (const route of options.routes.split(',')) {
    const row = await runRow(browser, { subject, route, url, debuggingPort });
    rows.push(row);
    console.log(line(COLUMNS.map(([, cell]) => cell(row))));
  }
}
await browser.close();
server.close();
if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify(rows, null, 2)}\n`);
