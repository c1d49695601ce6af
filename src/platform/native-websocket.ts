import type { CreateWebSocketOptions, WebSocketLike } from '../transports/defaults.ts';

/** Opens a socket of the platform's own class, which can't send headers: the key goes as a sub-protocol. */
export async function nativeWebSocket({ url, apiKey }: CreateWebSocketOptions): Promise<WebSocketLike> {
  return new WebSocket(url, ['realtime', `openai-insecure-api-key.${apiKey}`]);
}
