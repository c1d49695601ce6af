import { createHash, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, STATUS_CODES } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import type { ServerConnection } from './connection.ts';
import type { FaultBoard } from './fault-board.ts';
import { handleFaults } from './faults-http.ts';

const PATH = '/v1/realtime';
const KEY_PROTOCOL = 'openai-insecure-api-key.';
/** The service takes 15 MiB of base64 in one event; the rest is room for its other fields. */
const MAX_PAYLOAD_BYTES = 16 * 1024 * 1024;

/** How long a client may take to answer a close. */
const CLOSE_TIMEOUT_MS = 1000;

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
  readonly faults: FaultBoard;
  readonly apiKey: string | undefined;
  readonly accept: (connection: ServerConnection, options: { model: string | undefined }) => void;
}

/** The WebSocket front of the server: handshake and frames, nothing else. */
export class WebSocketListener {
  readonly #parts: ListenerParts;
  readonly #http: Server;
  readonly #sockets: WebSocketServer;
  /** Clients that wait for an answer which a fault withholds. */
  readonly #unanswered = new Set<Duplex>();

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
    this.#http = createServer((request, response) => {
      if (this.#isAllowed(request) && handleFaults(parts.faults, request, response)) return;
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

  /** Waits for the clients, which the server has asked to close, and frees the port. */
  async close(): Promise<void> {
    for (const socket of this.#unanswered) socket.destroy();
    await Promise.all(
      [...this.#sockets.clients].map((socket) => new Promise((resolve) => socket.once('close', resolve))),
    );
    if (!this.#http.listening) return;
    await new Promise<void>((resolve) => {
      this.#http.close(() => resolve());
      this.#http.closeAllConnections();
    });
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on('error', () => socket.destroy());
    const url = URL.parse(request.url ?? '/', 'http://localhost');
    if (url?.pathname !== PATH) return refuse(socket, '404 Not Found');
    const spoiled = this.#parts.faults.takeHandshake();
    if (spoiled === 'never') return void this.#unanswered.add(socket);
    if (spoiled !== null) return refuse(socket, `${spoiled} ${STATUS_CODES[spoiled]}`);
    if (!this.#isAllowed(request)) return refuse(socket, '401 Unauthorized');
    this.#sockets.handleUpgrade(request, socket, head, (client) => {
      this.#parts.accept(connectionOf(client), { model: url.searchParams.get('model') ?? undefined });
    });
  }

  #isAllowed(request: IncomingMessage): boolean {
    return this.#parts.apiKey === undefined || isSameKey(presentedKey(request), this.#parts.apiKey);
  }
}

function connectionOf(socket: WebSocket): ServerConnection {
  // A protocol error is followed by `close`; without a listener it would end the process.
  socket.on('error', () => {});
  return {
    send: (text) => {
      if (socket.readyState === socket.OPEN) socket.send(text);
    },
    close: (code, reason) => socket.close(code, reason),
    destroy: () => socket.terminate(),
    pause: () => socket.pause(),
    onText: (listener) => void socket.on('message', (frame) => listener((frame as Buffer).toString())),
    onClose: (listener) => void socket.once('close', listener),
  };
}

function refuse(socket: Duplex, status: string): void {
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
