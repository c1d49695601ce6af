import { UserError } from '../errors.ts';
import type { CreateWebSocketOptions, WebSocketLike } from '../transports/defaults.ts';

/** Opens a socket of the platform's own class, which can't send headers: the key goes as a sub-protocol. */
export async function nativeWebSocket({ url, apiKey, headers }: CreateWebSocketOptions): Promise<WebSocketLike> {
  if (headers !== undefined) {
    throw new UserError(
      "this platform's WebSocket can't send headers: connect from a server, or pass createWebSocket",
      {
        code: 'ERR_HEADERS_UNSUPPORTED',
      },
    );
  }
  return new WebSocket(url, ['realtime', `openai-insecure-api-key.${apiKey}`]);
}
