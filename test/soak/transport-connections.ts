// Whether connections of the WebSocket transport leave anything behind:
//   node --expose-gc --conditions=bargein-source test/soak/transport-connections.ts [--cycles 10000] [--session] [--json]
// Each cycle connects to a server in this process that only accepts, sends audio, gets audio back, and closes; every third
// is broken off by the server instead. One transport serves all cycles, as in a session that reconnects; with `--session`
// each cycle makes a session and a transport of its own. Heap after a full collection is printed every tenth of the way.

import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { parseArgs } from 'node:util';
import { WebSocketServer } from 'ws';
import { OpenAIRealtimeWebSocket, RealtimeAgent, RealtimeSession } from '../../src/index.ts';
import { heapBytesPerCycle, readAlong } from './memory-readings.ts';

const { values: options } = parseArgs({
  options: {
    cycles: { type: 'string', default: '10000' },
    session: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
});

const ids = { event_id: 'e1', response_id: 'r1', item_id: 'a1', output_index: 0, content_index: 0 };
const delta = JSON.stringify({
  type: 'response.output_audio.delta',
  ...ids,
  delta: Buffer.alloc(4800).toString('base64'),
});

const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
let isBrokenOff = false;
server.on('connection', (socket) => {
  socket.on('message', (data: Buffer) => {
    if (!data.includes('input_audio_buffer.append')) return;
    socket.send(delta);
    if (isBrokenOff) socket.terminate();
  });
});
await once(server, 'listening');
const url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}`;
const packet = new ArrayBuffer(960);

async function cycle(number: number, transport: OpenAIRealtimeWebSocket): Promise<void> {
  isBrokenOff = number % 3 === 0;
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
  if (!isBrokenOff) transport.once('audio', () => (session ?? transport).close());
  transport.sendAudio(packet);
  await isOver;
  transport.removeAllListeners('audio');
}

const shared = new OpenAIRealtimeWebSocket();
const startedMs = performance.now();
const readings = await readAlong(
  Number(options.cycles),
  (number) => cycle(number, options.session ? new OpenAIRealtimeWebSocket() : shared),
  (reading) => {
    if (!options.json) console.log(reading);
  },
);
const msPerCycle = (performance.now() - startedMs) / Number(options.cycles);
server.close();

const growth = heapBytesPerCycle(readings);
if (options.json) console.log(JSON.stringify({ readings, heapBytesPerCycle: growth, msPerCycle }));
else {
  console.log(`heap and external memory: ${growth.toFixed(1)} bytes per cycle in the second half`);
  console.log(`${msPerCycle.toFixed(2)} ms per cycle, both ends`);
}
