import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { ServerError } from './server-error.ts';

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

const MAX_PORT = 65_535;
/** What the system says when an address can't be had. */
const REASONS: Readonly<Record<string, string>> = {
  EADDRINUSE: 'the port is in use; choose another, or 0 for a free one',
  EACCES: 'this user may not take that port',
  EADDRNOTAVAIL: 'this machine has no such address',
  ENOTFOUND: 'there is no such address',
};

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

  /** Throws `ERR_PORT` for what is no port, and `ERR_LISTEN` when the address can't be had. */
  async listen({ port = 0, host = '127.0.0.1' }: ListenOptions): Promise<ListenAddress> {
    // What is no number is the name of a pipe to Node.
    if (!Number.isInteger(port) || port < 0 || port > MAX_PORT) {
      throw new ServerError(`port must be a whole number of 0 to ${MAX_PORT}, got ${port}`, { code: 'ERR_PORT' });
    }
    await new Promise<void>((resolve, reject) => {
      this.#http.once('error', (cause: NodeJS.ErrnoException) => {
        const reason = REASONS[cause.code ?? ''] ?? cause.message;
        reject(new ServerError(`can't listen on ${host}:${port}: ${reason}`, { code: 'ERR_LISTEN', cause }));
      });
      this.#http.listen(port, host, () => {
        this.#http.removeAllListeners('error');
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
