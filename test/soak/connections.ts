// Whether connections leave anything behind:
//   node --expose-gc --conditions=bargein-source test/soak/connections.ts [--cycles 10000] [--json]
// Each cycle opens a WebSocket, waits for its session, sends audio, asks for an answer in every tenth, and goes: by a
// close, or by a broken connection. Heap after a full collection is printed every tenth of the way.

import { once } from 'node:events';
import { parseArgs } from 'node:util';
import { WebSocket } from 'ws';
import { createRealtimeServer } from '../../src/server/index.ts';
import { heapBytesPerCycle, readAlong } from './memory-readings.ts';

const { values: options } = parseArgs({
  options: { cycles: { type: 'string', default: '10000' }, json: { type: 'boolean', default: false } },
});

const audio = Buffer.from(Int16Array.from({ length: 4800 }, (_, i) => 9000 * Math.sin(i / 5)).buffer).toString(
  'base64',
);
const server = createRealtimeServer({
  pace: { intervalMs: 0 },
  voice: { synthesize: async ({ sampleRate }) => new Int16Array(sampleRate) },
});
const { url } = await server.listen();

async function cycle(number: number): Promise<void> {
  const socket = new WebSocket(url);
  await once(socket, 'message');
  socket.send(JSON.stringify({ type: 'input_audio_buffer.append', audio }));
  socket.send(number % 10 === 0 ? '{"type":"response.create"}' : '{"type":"input_audio_buffer.commit"}');
  await once(socket, 'message');
  const closed = once(socket, 'close');
  if (number % 3 === 0) socket.terminate();
  else socket.close();
  await closed;
}

const readings = await readAlong(Number(options.cycles), cycle, (reading) => {
  if (!options.json) console.log(reading);
});
await server.close();

const growth = heapBytesPerCycle(readings);
if (options.json) console.log(JSON.stringify({ readings, heapBytesPerCycle: growth }));
else console.log(`heap and external memory: ${growth.toFixed(1)} bytes per cycle in the second half`);
