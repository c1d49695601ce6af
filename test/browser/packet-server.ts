// What a voice service of one's own may be: µ-law packets over a WebSocket, both ways.

import { WebSocketServer } from 'ws';
import { encodeMulaw } from '../../src/audio/index.ts';
import { noise } from './noise.ts';

const RATE = 8000;
const PACKET_FRAMES = RATE / 50;
const ANSWER_MS = 3000;
/** Of the microphone: the answer begins with one, and is cleared with another. */
const ANSWER_AT_PACKET = 10;
const CLEAR_AT_PACKET = 35;

/**
 * Answers a page that streams its microphone, clears the answer half a second later, and tells whoever connects with
 * `?report` how long the packets were and what the page says was heard.
 */
export async function startPacketServer(): Promise<{ readonly url: string; readonly close: () => void }> {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  await new Promise((resolve) => void server.once('listening', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  let report: (text: string) => void = () => {};
  server.on('connection', (socket, { url = '' }) => {
    if (url.includes('report')) {
      report = (text) => socket.send(text);
      return;
    }
    const sizes = new Set<number>();
    let packets = 0;
    socket.on('message', (data, isBinary) => {
      if (!(data instanceof Buffer)) return;
      if (!isBinary) {
        const { heardFrames } = JSON.parse(data.toString()) as { heardFrames: number };
        report(JSON.stringify({ packetBytes: [...sizes], heardFrames }));
        return;
      }
      sizes.add(data.length);
      packets++;
      if (packets === ANSWER_AT_PACKET) {
        const answer = encodeMulaw(noise(ANSWER_MS, RATE));
        for (let at = 0; at < answer.length; at += PACKET_FRAMES) socket.send(answer.slice(at, at + PACKET_FRAMES));
      }
      if (packets === CLEAR_AT_PACKET) socket.send('clear');
    });
  });
  return {
    url: `ws://127.0.0.1:${port}`,
    close: () => {
      for (const client of server.clients) client.terminate();
      server.close();
    },
  };
}
