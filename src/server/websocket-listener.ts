import { createHash, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import type { ServerConnection } from './connection.ts';

const PATH = '/v1/realtime';
const KEY_PROTOCOL = 'openai-insecure-api-key.';
/** The service takes 15 MiB of base64 in one event; the rest is room for its other fields. */
const MAX_PAYLOAD_BYTES = 16 * 1024 * 1024;

/** How long a client may take to answer a close. */
const CLOSE_TIMEOUT_MS = 1000;

/** How long a client may take to say what it wants. */
const HANDSHAKE_TIMEOUT_MS = 10_000;

/** A client that leaves more than this unread has gone, or means harm: a quarter of an hour of audio is 58 MB. */
const MAX_UNREAD_BYTES = 64 * 1024 * 1024;

/** Where to listen. */
export interface ListenOptions {
  /** Default 0: any free port. */
  readonly port?: number;
  /** Default 127.0.0.1: this machine only. */
  readonly host?: string;
}

/** Where a server listens. */
export interface ListenAddress {
  /** `ws://127.0.0.1:8787/v1/realtime` */
  readonly url: string;
  readonly port: number;
}

interface ListenerParts {
  readonly apiKey: string | undefined;
  readonly accept: (connection: ServerConnection, options: { model: string | undefined }) => void;
}

/** The WebSocket front of the server: handshake and frames, nothing else. */
export class WebSocketListener {
  readonly #parts: ListenerParts;
  readonly #http: Server;
  readonly #sockets: WebSocketServer;
  #isClosing = false;

  constructor(parts: ListenerParts) {
    this.#parts = parts;
    const options = {
      noServer: true,
      perMessageDeflate: false,
      maxPayload: MAX_PAYLOAD_BYTES,
      // Not in the types of ws yet, which is why these options have a name.
      closeTimeout: CLOSE_TIMEOUT_MS,
      // A key must not come back in the answer.
      handleProtocols: (protocols: Set<string>) =>
        protocols.has('realtime') ? ('realtime' as const) : (false as const),
    };
    this.#sockets = new WebSocketServer(options);
    const timeouts = { headersTimeout: HANDSHAKE_TIMEOUT_MS, connectionsCheckingInterval: HANDSHAKE_TIMEOUT_MS / 2 };
    this.#http = createServer(timeouts, (_request, response) => {
      response.writeHead(404, { 'content-type': 'text/plain' }).end(`This is a WebSocket server: connect to ${PATH}\n`);
    });
    this.#http.on('upgrade', (request, socket, head) => this.#upgrade(request, socket, head));
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
    const name = host.includes(':') ? `[${host}]` : host;
    return { url: `ws://${name}:${bound}${PATH}`, port: bound };
  }

  /** Frees the port, lets nobody in any more, and waits for the clients, which the server has asked to close. */
  async close(): Promise<void> {
    this.#isClosing = true;
    const left = [...this.#sockets.clients].map((socket) => new Promise((resolve) => socket.once('close', resolve)));
    const freed = new Promise<void>((resolve) => {
      if (this.#http.listening) this.#http.close(() => resolve());
      else resolve();
    });
    await Promise.all(left);
    this.#http.closeAllConnections();
    await freed;
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on('error', () => socket.destroy());
    if (this.#isClosing) return refuse(socket, '503 Service Unavailable');
    const url = URL.parse(request.url ?? '/', 'http://localhost');
    if (url?.pathname !== PATH) return refuse(socket, '404 Not Found');
    if (this.#parts.apiKey !== undefined && !isSameKey(presentedKey(request), this.#parts.apiKey)) {
      return refuse(socket, '401 Unauthorized');
    }
    this.#sockets.handleUpgrade(request, socket, head, (client) => {
      this.#parts.accept(connectionOf(client), { model: url.searchParams.get('model') ?? undefined });
    });
  }
}

function connectionOf(socket: WebSocket): ServerConnection {
  // A protocol error is followed by `close`; without a listener it would end the process.
  socket.on('error', () => {});
  return {
    send: (text) => {
      if (socket.readyState !== socket.OPEN) return;
      if (socket.bufferedAmount > MAX_UNREAD_BYTES) socket.terminate();
      else socket.send(text);
    },
    close: (code, reason) => socket.close(code, reason),
    onText: (listener) => void socket.on('message', (frame) => listener((frame as Buffer).toString())),
    onClose: (listener) => void socket.once('close', listener),
  };
}

function refuse(socket: Duplex, status: string): void {
  // A client that keeps its half of the connection open would keep the server from closing.
  socket.once('finish', () => socket.destroy());
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}

function presentedKey(request: IncomingMessage): string {
  const { authorization } = request.headers;
  if (authorization !== undefined) return authorization.replace(/^Bearer /, '');
  const protocols = (request.headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim());
  return protocols.find((name) => name.startsWith(KEY_PROTOCOL))?.slice(KEY_PROTOCOL.length) ?? '';
}

/** Compares digests, which have one length, in constant time. */
function isSameKey(given: string, expected: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(expected));
}
