import { TransportConnectionError } from '../errors.ts';
import type { CreateWebSocketOptions, WebSocketLike } from './defaults.ts';
import type { OpenAIRealtimeWebSocketOptions } from './openai-websocket.ts';
import { OpenAIRealtimeWebSocket } from './openai-websocket.ts';

/** What is used of a Worker's `Response`: an upgrade carries a socket, which has to be accepted. */
interface UpgradeResponse {
  readonly status: number;
  readonly webSocket?: (WebSocketLike & { accept(): void }) | null;
}

type FetchUpgrade = (url: string, init: { headers: Record<string, string> }) => Promise<UpgradeResponse>;

/**
 * A connection to the Realtime service from a Cloudflare Worker: a `fetch` with `Upgrade: websocket`, which can send the
 * key as a header, where `new WebSocket` can't.
 */
export class CloudflareRealtimeTransportLayer extends OpenAIRealtimeWebSocket {
  constructor(options: OpenAIRealtimeWebSocketOptions = {}) {
    super({ ...options, createWebSocket: upgrade, skipOpenEventListeners: true });
  }
}

/** Opens and accepts the socket; throws `ERR_CONNECT_REFUSED` or `ERR_CONNECT_FAILED`, never with the key in it. */
async function upgrade({ url, apiKey }: CreateWebSocketOptions): Promise<WebSocketLike> {
  const { fetch } = globalThis as unknown as { fetch: FetchUpgrade };
  const response = await fetch(url.replace(/^ws/, 'http'), {
    headers: {
      Authorization: `Bearer ${apiKey}`,
      Connection: 'Upgrade',
      Upgrade: 'websocket',
      'Sec-WebSocket-Protocol': 'realtime',
    },
  });
  const { webSocket, status } = response;
  if (webSocket === null || webSocket === undefined) {
    throw new TransportConnectionError(
      `the server answered ${status} instead of opening a WebSocket: check the URL, the model and the key`,
      { code: status === 401 || status === 403 ? 'ERR_CONNECT_REFUSED' : 'ERR_CONNECT_FAILED' },
    );
  }
  webSocket.accept();
  return webSocket;
}
