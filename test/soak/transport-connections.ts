// Whether connections of the WebSocket transport leave anything behind:
//   node --expose-gc --conditions=bargein-source test/soak/transport-connections.ts [--cycles 10000] [--session] [--json]
// Each cycle connects to a server in this process that only accepts, sends audio, gets audio back, and closes; every third
// is broken off by the server instead. One transport serves all cycles, as in a session that reconnects; with `--session`
// each cycle makes a session and a transport of its own. Heap after a full collection is printed every tenth of the way.

import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { WebSocketServer } from 'ws';
import { OpenAIRealtimeWebSocket, RealtimeAgent, RealtimeSession } from '../../src/index.ts';

const { values: options } = parseArgs({
  options: {
    cycles: { type: 'string', default: '10000' },
    session: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
});
const cycles = Number(options.cycles);
const collect = globalThis.gc;
if (collect === undefined) throw new Error('run me with --expose-gc');

const ids = { event_id: 'e1', response_id: 'r1', item_id: 'a1', output_index: 0, content_index: 0 };
const delta = JSON.stringify({
  type: 'response.output_audio.delta',
  ...ids,
  delta: Buffer.alloc(4800).toString('base64'),
});

const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
let number = 0;
server.on('connection', (socket) => {
  const isBrokenOff = number % 3 === 0;
  socket.on('message', (data: Buffer) => {
    if (!data.includes('input_audio_buffer.append')) return;
    socket.send(delta);
    if (isBrokenOff) socket.terminate();
  });
});
await once(server, 'listening');
const url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}`;
const packet = new ArrayBuffer(960);

async function cycle(transport: OpenAIRealtimeWebSocket): Promise<void> {
  const agent = new RealtimeAgent({ name: 'Ann' });
  const session = options.session ? new RealtimeSession(agent, { transport, reconnect: false }) : null;
  session?.on('error', () => {});
  await (session ?? transport).connect({ apiKey: 'local', url });
  const isOver = new Promise<void>((resolve) => {
    const ended = (status: string): void => {
      if (status !== 'disconnected') return;
      transport.off('connection_change', ended);
      resolve();
    };
    transport.on('connection_change', ended);
  });
  if (number % 3 !== 0) transport.once('audio', () => (session ?? transport).close());
  transport.sendAudio(packet);
  await isOver;
  transport.removeAllListeners('audio');
}

interface Reading {
  readonly cycles: number;
  readonly heapBytes: number;
  readonly rssBytes: number;
  readonly handles: number;
}

async function read(done: number): Promise<Reading> {
  for (let i = 0; i < 20; i++) await turn();
  collect?.();
  await turn();
  collect?.();
  const { heapUsed, external, rss } = process.memoryUsage();
  const handles = process.getActiveResourcesInfo().filter((kind) => kind !== 'Immediate').length;
  return { cycles: done, heapBytes: heapUsed + external, rssBytes: rss, handles };
}

const shared = new OpenAIRealtimeWebSocket();
const readings: Reading[] = [];
const startedMs = performance.now();
for (number = 1; number <= cycles; number++) {
  await cycle(options.session ? new OpenAIRealtimeWebSocket() : shared);
  if (number % (cycles / 10) === 0) {
    const reading = await read(number);
    readings.push(reading);
    if (!options.json) console.log(reading);
  }
}
const msPerCycle = (performance.now() - startedMs) / cycles;
server.close();

// The first half warms up. The engine drops compiled code now and then, megabytes at a time, so the median of the steps is told.
const steps = readings.slice(readings.length / 2).map(({ heapBytes, cycles: done }, n) => {
  const before = readings[n + readings.length / 2 - 1];
  if (before === undefined) throw new Error('too few cycles to compare');
  return (heapBytes - before.heapBytes) / (done - before.cycles);
});
const heapBytesPerCycle = steps.toSorted((a, b) => a - b)[Math.floor(steps.length / 2)] ?? Number.NaN;
if (options.json) console.log(JSON.stringify({ readings, heapBytesPerCycle, msPerCycle }));
else {
  console.log(
    `heap and external memory: ${heapBytesPerCycle.toFixed(1)} bytes per cycle, median of the second half's steps`,
  );
  console.log(`${msPerCycle.toFixed(2)} ms per cycle, both ends`);
}
