// Node's part; chosen by the `node` condition of `#platform`.

import type { WebSocket } from 'ws';
import { UserError } from '../errors.ts';
import type { CreateWebSocketOptions, WebSocketLike } from '../transports/defaults.ts';
import { registerPlatform } from '../transports/defaults.ts';
import { createTransport } from './transports.ts';

/** A retrieved item carries all its audio, 64 kB a second: this holds eight minutes. */
const MAX_PAYLOAD_BYTES = 32 << 20;

const PING_INTERVAL_MS = 1500;
const MISSED_PINGS = 2;

registerPlatform({ createWebSocket, isPublic: false, transportKind: 'websocket', createTransport });

/** Opens a socket of `ws`, which is loaded here and not before. */
async function createWebSocket({
  url,
  apiKey,
  headers,
  pingIntervalMs = PING_INTERVAL_MS,
}: CreateWebSocketOptions): Promise<WebSocketLike> {
  if (!(pingIntervalMs >= 100 && pingIntervalMs <= 60_000)) {
    throw new UserError(`pingIntervalMs must be 100 to 60000 ms, got ${pingIntervalMs}`, { code: 'ERR_PING_INTERVAL' });
  }
  const { WebSocket } = await import('ws');
  const socket = new WebSocket(url, {
    headers: headers ?? { Authorization: `Bearer ${apiKey}` },
    // Base64 of speech does not compress, and trying costs five times the CPU of everything else.
    perMessageDeflate: false,
    maxPayload: MAX_PAYLOAD_BYTES,
  });
  // While it opens it holds its request, and with that the key.
  Object.defineProperty(socket, Symbol.for('nodejs.util.inspect.custom'), {
    value: () => `WebSocket { readyState: ${socket.readyState} }`,
  });
  keepAlive(socket, pingIntervalMs);
  return socket;
}

/**
 * Ends a connection whose other end is gone without a word: two pings without a sign of life are the
 * end. A caller who hears nothing for 5 s is lost anyway; a new connection may still save the call.
 */
function keepAlive(socket: WebSocket, pingIntervalMs: number): void {
  let unanswered = 0;
  const alive = (): void => {
    unanswered = 0;
  };
  socket.on('open', () => {
    const timer = setInterval(() => {
      if (unanswered >= MISSED_PINGS) return socket.terminate();
      unanswered += 1;
      socket.ping();
    }, pingIntervalMs);
    timer.unref();
    socket.on('close', () => clearInterval(timer));
  });
  socket.on('pong', alive);
  socket.on('message', alive);
}
