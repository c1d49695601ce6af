// How late audio leaves the server while many sessions speak and listen at once, over real sockets:
//   node --conditions=bargein-source test/soak/sessions.ts [--sessions 100] [--seconds 30] [--json]
// The clients are a process of their own. Each sends a 20 ms packet every 20 ms, speech or silence, and says its line
// again when the answer is over; the answers are real speech.
// A third process only sets timers. How late those are, and how long the server waited for a processor that it needed,
// tell its own lateness from that of a busy machine; `chrt -r 1` before the command takes the machine out of it.

import { fork } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import { WebSocket } from 'ws';
import { quantile } from '../../bench/statistics.ts';
import { readSpeech } from '../../src/cli/demo/wav.ts';
import { createRealtimeServer, type RealtimeServerTap } from '../../src/server/index.ts';

const PACKET_BYTES = 960;
const PACKET_MS = 20;
const INTERVAL_MS = 50;
/** Clients whose packets leave together; the others follow a part of the 20 ms later. */
const GROUPS = 5;
const LINE = '2-about-the-hotel-8000-mulaw.wav';
const ANSWER =
  'The house was built in nineteen hundred and four, as a station hotel. There are forty rooms on five floors. From ' +
  'the upper floors you can see the lake. Breakfast is served in the garden whenever the weather allows it.';

const { values: options } = parseArgs({
  options: {
    sessions: { type: 'string', default: '100' },
    seconds: { type: 'string', default: '30' },
    json: { type: 'boolean', default: false },
    connect: { type: 'string' },
    idle: { type: 'boolean', default: false },
  },
});
const sessions = Number(options.sessions);
const seconds = Number(options.seconds);

/** Holds each delta of a response against the times that the pace of the server sets. */
class PacingErrors {
  readonly errorsMs: number[] = [];
  readonly #responses = new Map<string, { dueMs: number; sentMs: number }>();

  readonly tap: RealtimeServerTap = (_direction, event, atMs) => {
    if (event.type !== 'response.output_audio.delta') return;
    const id = String(event['response_id']);
    const last = this.#responses.get(id);
    if (last === undefined) {
      this.#responses.set(id, { dueMs: atMs + INTERVAL_MS, sentMs: atMs });
      return;
    }
    this.errorsMs.push(Math.abs(atMs - last.dueMs));
    // As the pace does: what is late by more than an interval is not made up for.
    this.#responses.set(id, { dueMs: Math.max(last.dueMs, last.sentMs) + INTERVAL_MS, sentMs: atMs });
  };

  get responses(): number {
    return this.#responses.size;
  }
}

/** Milliseconds that this thread was ready to run and another one had the processor; 0 where Linux doesn't say. */
function waitedForCpuMs(): number {
  try {
    return Number(readFileSync(`/proc/self/task/${process.pid}/schedstat`, 'utf8').split(' ')[1]) / 1e6;
  } catch {
    return 0;
  }
}

/** To a hundredth of a millisecond. */
function rounded(ms: number): number {
  return Math.round(100 * ms) / 100;
}

function summary(valuesMs: readonly number[]): Record<'p50' | 'p95' | 'p99' | 'max', number> {
  return {
    p50: rounded(quantile(valuesMs, 0.5)),
    p95: rounded(quantile(valuesMs, 0.95)),
    p99: rounded(quantile(valuesMs, 0.99)),
    max: rounded(quantile(valuesMs, 1)),
  };
}

async function runServer(): Promise<void> {
  const errors = new PacingErrors();
  let turns = 0;
  let refusals = 0;
  const server = createRealtimeServer({
    pace: { intervalMs: INTERVAL_MS },
    scenario: { turns: [{ heardIncludes: 'speech', replies: [[{ say: ANSWER }]] }] },
    onEvent: (direction, event, atMs, details) => {
      errors.tap(direction, event, atMs, details);
      if (direction === 'out' && event.type === 'input_audio_buffer.speech_stopped') turns += 1;
      if (direction === 'out' && event.type === 'error') refusals += 1;
    },
  });
  const { url } = await server.listen();
  const clients = fork(import.meta.filename, [...process.argv.slice(2), '--connect', url], {
    execArgv: process.execArgv,
  });
  const idler = fork(import.meta.filename, [...process.argv.slice(2), '--idle'], { execArgv: process.execArgv });
  const idleLateness = new Promise<number[]>((resolve) => {
    idler.once('message', (message) => resolve(message as number[]));
  });
  const loop = monitorEventLoopDelay({ resolution: 5 });
  loop.enable();
  const cpuAtStart = process.cpuUsage();
  const waitedAtStartMs = waitedForCpuMs();
  const startMs = performance.now();
  const lateness = await new Promise<number[]>((resolve, reject) => {
    clients.once('message', (message) => resolve(message as number[]));
    clients.once('exit', (code) => reject(new Error(`the clients ended with ${code}`)));
  });
  const cpu = process.cpuUsage(cpuAtStart);
  const wallMs = performance.now() - startMs;
  const waitedMs = waitedForCpuMs() - waitedAtStartMs;
  await server.close();
  const result = {
    machine: `${cpus()[0]?.model ?? 'unknown'}, ${availableParallelism()} cores, Node ${process.version}`,
    sessions,
    seconds,
    turns,
    refusals,
    responses: errors.responses,
    deltas: errors.errorsMs.length,
    pacingErrorMs: summary(errors.errorsMs),
    serverLoopDelayMs: { p99: Math.round(loop.percentile(99) / 1e4) / 100, max: Math.round(loop.max / 1e4) / 100 },
    serverCpuShare: Math.round((cpu.user + cpu.system) / wallMs / 10) / 100,
    serverWaitedForCpuShare: Math.round((100 * waitedMs) / wallMs) / 100,
    clientPacketLatenessMs: summary(lateness),
    idleTimerLatenessMs: summary(await idleLateness),
  };
  if (options.json) console.log(JSON.stringify(result));
  else console.log(result);
}

/** Tells the server's process, and ends when it has been told. */
async function report(latenessMs: readonly number[]): Promise<void> {
  await new Promise((resolve) => void process.send?.(latenessMs, resolve));
  process.disconnect();
}

/** One client: sends its packets when told to, and starts its line again after each answer. */
class Client {
  readonly #socket: WebSocket;
  readonly #line: readonly string[];
  readonly #silence: string;
  #next: number;

  constructor(url: string, line: readonly string[], silence: string, waitPackets: number) {
    this.#socket = new WebSocket(url);
    this.#line = line;
    this.#silence = silence;
    this.#next = -waitPackets;
    this.#socket.on('message', (frame: Buffer) => {
      if (frame.includes('"type":"response.done"')) this.#next = -waitPackets;
    });
  }

  sendPacket(): void {
    if (this.#socket.readyState !== WebSocket.OPEN) return;
    this.#socket.send(this.#line[this.#next] ?? this.#silence);
    this.#next += 1;
  }

  close(): void {
    this.#socket.close();
  }
}

async function runClients(url: string): Promise<void> {
  const speech = readSpeech(readFileSync(new URL(`../../src/cli/demo/speech/${LINE}`, import.meta.url)), 24_000);
  const bytes = Buffer.from(speech.buffer, speech.byteOffset, speech.byteLength);
  const append = (audio: Buffer): string =>
    JSON.stringify({ type: 'input_audio_buffer.append', audio: audio.toString('base64') });
  const line = Array.from({ length: Math.floor(bytes.length / PACKET_BYTES) }, (_, i) =>
    append(bytes.subarray(i * PACKET_BYTES, (i + 1) * PACKET_BYTES)),
  );
  const silence = append(Buffer.alloc(PACKET_BYTES));
  const clients = Array.from(
    { length: sessions },
    (_, i) => new Client(url, line, silence, 25 + Math.round((i * 150) / sessions)),
  );
  const latenessMs: number[] = [];
  const startMs = performance.now();
  await new Promise<void>((resolve) => {
    let tick = 0;
    const send = (): void => {
      latenessMs.push(performance.now() - startMs - (tick * PACKET_MS) / GROUPS);
      for (let i = tick % GROUPS; i < clients.length; i += GROUPS) clients[i]?.sendPacket();
      tick += 1;
      const dueMs = (tick * PACKET_MS) / GROUPS;
      if (dueMs > seconds * 1000) resolve();
      else setTimeout(send, Math.max(0, startMs + dueMs - performance.now()));
    };
    send();
  });
  for (const client of clients) client.close();
  await report(latenessMs);
}

/** Measures the machine: the timers of a process that has nothing else to do, against the pace that was set. */
async function runIdle(): Promise<void> {
  const latenessMs: number[] = [];
  const startMs = performance.now();
  for (let dueMs = INTERVAL_MS; dueMs < seconds * 1000; dueMs += INTERVAL_MS) {
    await new Promise((resolve) => void setTimeout(resolve, Math.max(0, startMs + dueMs - performance.now())));
    latenessMs.push(performance.now() - startMs - dueMs);
  }
  await report(latenessMs);
}

if (options.idle) await runIdle();
else if (options.connect === undefined) await runServer();
else await runClients(options.connect);
