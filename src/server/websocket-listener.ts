import { type IncomingMessage, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { refuseUpgrade } from '../node/refuse-upgrade.ts';
import type { WireSession } from '../protocol/client-events.ts';
import type { Call } from './call.ts';
import type { ServerConnection } from './connection.ts';
import type { Credentials } from './credentials.ts';
import type { FaultBoard } from './fault-board.ts';

const PATH = '/v1/realtime';
/** The service takes 15 MiB of base64 in one event; the rest is room for its other fields. */
const MAX_PAYLOAD_BYTES = 16 * 1024 * 1024;

/** How long a client may take to answer a close. */
const CLOSE_TIMEOUT_MS = 1000;

/** A client that leaves more than this unread has gone, or means harm: a quarter of an hour of audio is 58 MB. */
const MAX_UNREAD_BYTES = 64 * 1024 * 1024;

interface ListenerParts {
  readonly faults: FaultBoard;
  readonly credentials: Credentials;
  readonly accept: (
    connection: ServerConnection,
    options: { model: string | undefined; session: WireSession | undefined },
  ) => void;
  /** The call that a sideband connection names. */
  readonly findCall: (callId: string) => Call | undefined;
}

/** The WebSocket front of the server: handshake and frames, nothing else. */
export class WebSocketListener {
  readonly #parts: ListenerParts;
  readonly #sockets: WebSocketServer;
  /** Clients that wait for an answer which a fault withholds. */
  readonly #unanswered = new Set<Duplex>();
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
  }

  /** Lets nobody in any more, and waits for the clients, which the server has asked to close. */
  async close(): Promise<void> {
    this.#isClosing = true;
    for (const socket of this.#unanswered) socket.destroy();
    await Promise.all(
      [...this.#sockets.clients].map((socket) => new Promise((resolve) => socket.once('close', resolve))),
    );
  }

  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on('error', () => socket.destroy());
    if (this.#isClosing) return refuseUpgrade(socket, '503 Service Unavailable');
    const url = URL.parse(request.url ?? '/', 'http://localhost');
    if (url?.pathname !== PATH) return refuseUpgrade(socket, '404 Not Found');
    const { accept, credentials, faults, findCall } = this.#parts;
    const spoiled = faults.takeHandshake();
    if (spoiled === 'never') return void this.#unanswered.add(socket);
    if (spoiled !== null) return refuseUpgrade(socket, `${spoiled} ${STATUS_CODES[spoiled]}`);
    const grant = credentials.check(request);
    if (grant === null) return refuseUpgrade(socket, '401 Unauthorized');
    const callId = url.searchParams.get('call_id');
    if (callId !== null) {
      const call = findCall(callId);
      if (call?.isAnswered !== true) return refuseUpgrade(socket, '404 Not Found');
      return this.#sockets.handleUpgrade(request, socket, head, (client) => call.attach(connectionOf(client, socket)));
    }
    this.#sockets.handleUpgrade(request, socket, head, (client) => {
      accept(connectionOf(client, socket), {
        model: url.searchParams.get('model') ?? undefined,
        session: grant.session,
      });
    });
  }
}

function connectionOf(client: WebSocket, socket: Duplex): ServerConnection {
  // A protocol error is followed by `close`; without a listener it would end the process.
  client.on('error', () => {});
  let isCorked = false;
  const uncork = (): void => {
    isCorked = false;
    socket.uncork();
  };
  return {
    send: (text) => {
      if (client.readyState !== client.OPEN) return;
      if (client.bufferedAmount > MAX_UNREAD_BYTES) return client.terminate();
      // What is sent in one go leaves in one system call: words and their audio, the events that end a response.
      if (!isCorked) {
        isCorked = true;
        socket.cork();
        process.nextTick(uncork);
      }
      client.send(text);
    },
    close: (code, reason) => client.close(code, reason),
    destroy: () => client.terminate(),
    pause: () => client.pause(),
    onText: (listener) => void client.on('message', (frame) => listener((frame as Buffer).toString())),
    onClose: (listener) => void client.once('close', listener),
  };
}
