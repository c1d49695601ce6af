// Node's part; chosen by the `node` condition of `#platform`.

import { UserError } from '../errors.ts';
import type { CreateWebSocketOptions, WebSocketLike } from '../transports/defaults.ts';
import { registerPlatform } from '../transports/defaults.ts';
import { createTransport } from './transports.ts';

const PING_INTERVAL_MS = 1500;

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
  const { ServiceSocket } = await import('./service-socket.ts');
  return new ServiceSocket(url, { headers: headers ?? { Authorization: `Bearer ${apiKey}` }, pingIntervalMs });
}
