import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';

/** Where to listen. */
export interface ListenOptions {
  /** Default 0: any free port. */
  readonly port?: number;
  /** Default 127.0.0.1: this machine only. Calls over WebRTC are reachable at the same address. */
  readonly host?: string;
}

/** Where a server listens. */
export interface ListenAddress {
  /** `ws://127.0.0.1:8787/v1/realtime` */
  readonly url: string;
  /** `http://127.0.0.1:8787/v1`: the `baseURL` of an `openai` client. */
  readonly baseUrl: string;
  readonly port: number;
}

/** Who answers what comes in. */
export interface FrontParts {
  readonly onRequest: (request: IncomingMessage, response: ServerResponse) => void;
  readonly onUpgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => void;
}

/** How long a client may take to say what it wants. */
const HANDSHAKE_TIMEOUT_MS = 10_000;

/** One port of the server. */
export class HttpFront {
  readonly #http: Server;

  constructor({ onRequest, onUpgrade }: FrontParts) {
    const timeouts = { headersTimeout: HANDSHAKE_TIMEOUT_MS, connectionsCheckingInterval: HANDSHAKE_TIMEOUT_MS / 2 };
    this.#http = createServer(timeouts, onRequest);
    this.#http.on('upgrade', onUpgrade);
  }

  async listen({ port = 0, host = '127.0.0.1' }: ListenOptions): Promise<ListenAddress> {
    await new Promise<void>((resolve, reject) => {
      this.#http.once('error', reject);
      this.#http.listen(port, host, () => {
        this.#http.off('error', reject);
        resolve();
      });
    });
    const bound = (this.#http.address() as AddressInfo).port;
    const authority = `${host.includes(':') ? `[${host}]` : host}:${bound}`;
    return { url: `ws://${authority}/v1/realtime`, baseUrl: `http://${authority}/v1`, port: bound };
  }

  /** Frees the port at once; when `isQuiet` settles, requests that are still answered are cut off. */
  async close(isQuiet: Promise<void>): Promise<void> {
    const isFree = new Promise<void>((resolve) => {
      if (this.#http.listening) this.#http.close(() => resolve());
      else resolve();
    });
    await isQuiet;
    this.#http.closeAllConnections();
    await isFree;
  }
}
