import type { Duplex } from 'node:stream';

/** Answers a WebSocket handshake with a status such as `404 Not Found` instead, and ends its connection. */
export function refuseUpgrade(stream: Duplex, status: string): void {
  // Who is gone before the answer is an error event of the stream; without a listener it would end the process.
  stream.on('error', () => {});
  // Whoever keeps their half of the connection open would keep the server from closing.
  stream.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`, () => stream.destroy());
}
