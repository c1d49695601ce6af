// bargein/twilio/calls: the door for Twilio's media streams on a Node server. Everybody can knock, so each has to prove
// who it is before a socket exists.

import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { refuseUpgrade } from './refuse-upgrade.ts';
import { checkAuthToken, isSignedByTwilio } from './twilio-signature.ts';

export { isSignedByTwilio, type SignedRequest, twilioSignature } from './twilio-signature.ts';

/** Twilio's frames are below 1 kB; more closes the socket with 1009. */
const MAX_PAYLOAD_BYTES = 64 << 10;

/** Options of `acceptTwilioCalls`. */
export interface TwilioCallsOptions {
  /** The server that Twilio reaches; requests for other paths are left to its other listeners. */
  readonly server: Server;
  /** Path of the stream's URL in the TwiML, without a query: Twilio allows none there. */
  readonly path: string;
  /**
   * The account's token, which the signature of each stream is checked against. `null` lets everybody in: for tests, or
   * behind something that checks. Throws `ERR_TWILIO_TOKEN` when it is missing.
   */
  readonly authToken: string | null;
  /** The stream's URL as the TwiML has it; default `wss://<Host of the request><path>`. Name it behind a proxy. */
  readonly url?: string;
  /** Whether there is no room for another call now; a stream then gets the answer 503. Default: there always is. */
  readonly refuses?: (request: IncomingMessage) => boolean;
  /** A media stream was let in. Its `start` has not come yet; give the socket to a transport at once. */
  readonly onCall: (socket: WebSocket, request: IncomingMessage) => void;
  /** A stream was turned away; it got the answer 403. */
  readonly onRefused?: (request: IncomingMessage) => void;
}

/**
 * Takes Twilio's media streams on a path of a Node server. The returned function stops taking them; calls that are going
 * on are the app's.
 */
export function acceptTwilioCalls(options: TwilioCallsOptions): () => void {
  const { server, path, authToken, onCall } = options;
  checkAuthToken(authToken);
  const sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false, maxPayload: MAX_PAYLOAD_BYTES });
  const onUpgrade = (request: IncomingMessage, stream: Duplex, head: Buffer): void => {
    if (request.url?.split('?')[0] !== path) {
      // Without another listener nobody would ever answer it.
      if (server.listenerCount('upgrade') === 1) refuseUpgrade(stream, '404 Not Found');
      return;
    }
    if (authToken !== null && !isSigned(request, authToken, options.url)) {
      refuseUpgrade(stream, '403 Forbidden');
      options.onRefused?.(request);
      return;
    }
    if (options.refuses?.(request) === true) return refuseUpgrade(stream, '503 Service Unavailable');
    sockets.handleUpgrade(request, stream, head, (socket) => {
      // A frame that is too large is an error event of the socket; without a listener it would end the process.
      socket.on('error', () => {});
      onCall(socket, request);
    });
  };
  server.on('upgrade', onUpgrade);
  return () => {
    server.off('upgrade', onUpgrade);
    sockets.close();
  };
}

function isSigned(request: IncomingMessage, authToken: string, statedUrl: string | undefined): boolean {
  const signature = request.headers['x-twilio-signature'];
  const url = statedUrl ?? `wss://${request.headers.host ?? ''}${request.url ?? ''}`;
  return isSignedByTwilio(Array.isArray(signature) ? signature[0] : signature, { authToken, url });
}
