// Node's part; chosen by the `node` condition of `#platform`.

import type { CreateWebSocketOptions, WebSocketLike } from '../transports/defaults.ts';
import { registerPlatform } from '../transports/defaults.ts';
import { createTransport } from './transports.ts';

/** A retrieved item carries all its audio, 64 kB a second: this holds eight minutes. */
const MAX_PAYLOAD_BYTES = 32 << 20;

registerPlatform({ createWebSocket, isPublic: false, transportKind: 'websocket', createTransport });

/** Opens a socket of `ws`, which is loaded here and not before. */
async function createWebSocket({ url, apiKey }: CreateWebSocketOptions): Promise<WebSocketLike> {
  const { WebSocket } = await import('ws');
  return new WebSocket(url, {
    headers: { Authorization: `Bearer ${apiKey}` },
    // Base64 of speech does not compress, and trying costs five times the CPU of everything else.
    perMessageDeflate: false,
    maxPayload: MAX_PAYLOAD_BYTES,
  });
}
