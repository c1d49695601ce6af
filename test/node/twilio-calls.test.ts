import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { connect } from 'node:net';
import type { Duplex } from 'node:stream';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { deferred } from '../../src/deferred.ts';
import { acceptTwilioCalls, isSignedByTwilio, twilioSignature } from '../../src/node/twilio-calls.ts';

const AUTH_TOKEN = '12345';

describe('the signature', () => {
  // The worked example of Twilio's documentation.
  const request = {
    authToken: AUTH_TOKEN,
    url: 'https://mycompany.com/myapp.php?foo=1&bar=2',
    form: {
      To: '+18005551212',
      CallSid: 'CA1234567890ABCDE',
      Caller: '+14158675309',
      Digits: '1234',
      From: '+14158675309',
    },
  };

  test('is that of the documented example', () => {
    expect(twilioSignature(request)).toBe('RSOYDt4T1cUTdK1PDd93/VVr8B8=');
    expect(isSignedByTwilio('RSOYDt4T1cUTdK1PDd93/VVr8B8=', request)).toBe(true);
  });

  test.each([undefined, '', 'RSOYDt4T1cUTdK1PDd93/VVr8B9=', 'RSOYDt4T1cUTdK1PDd93/VVr8B8'])(
    '%j is not',
    (signature) => {
      expect(isSignedByTwilio(signature, request)).toBe(false);
    },
  );
});

describe('the door', () => {
  let server: Server;
  let url: string;

  beforeEach(async () => {
    server = createServer();
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
    url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}/media`;
  });
  afterEach(() => new Promise<void>((resolve) => void server.close(() => resolve())));

  /** What became of a connection: open, or the status of the refusal. */
  function knock(headers: Record<string, string>): Promise<{ answer: 'open' | number; socket: WebSocket }> {
    const socket = new WebSocket(url, { headers });
    return new Promise((resolve) => {
      socket.on('error', () => {});
      socket.on('open', () => resolve({ answer: 'open', socket }));
      socket.on('unexpected-response', (_request, response) => {
        response.resume();
        resolve({ answer: response.statusCode ?? 0, socket });
      });
    });
  }

  test('opens to a stream that Twilio signed, and to no other', async () => {
    const calls: unknown[] = [];
    const refused: unknown[] = [];
    const stop = acceptTwilioCalls({
      server,
      path: '/media',
      authToken: AUTH_TOKEN,
      url: 'wss://voice.example.com/media',
      onCall: (socket) => void calls.push(socket),
      onRefused: (request) => void refused.push(request.url),
    });
    const signature = twilioSignature({ authToken: AUTH_TOKEN, url: 'wss://voice.example.com/media' });
    const signed = await knock({ 'X-Twilio-Signature': signature });
    const forged = await knock({ 'X-Twilio-Signature': twilioSignature({ authToken: 'guess', url }) });
    const unsigned = await knock({});
    expect([signed.answer, forged.answer, unsigned.answer]).toEqual(['open', 403, 403]);
    expect([calls.length, refused]).toEqual([1, ['/media', '/media']]);
    signed.socket.terminate();
    stop();
  });

  test('takes the URL of the request when none is stated', async () => {
    const stop = acceptTwilioCalls({ server, path: '/media', authToken: AUTH_TOKEN, onCall: () => {} });
    const signature = twilioSignature({ authToken: AUTH_TOKEN, url: url.replace('ws:', 'wss:') });
    const { answer, socket } = await knock({ 'X-Twilio-Signature': signature });
    expect(answer).toBe('open');
    socket.terminate();
    stop();
  });

  test('closes on a caller who sends more than 64 KiB at once, and on nobody else', async () => {
    const stop = acceptTwilioCalls({ server, path: '/media', authToken: null, onCall: () => {} });
    const { socket: hostile } = await knock({});
    const { socket: other } = await knock({});
    const code = new Promise((resolve) => void hostile.on('close', resolve));
    hostile.send('x'.repeat(20 << 20));
    expect(await code).toBe(1009);
    expect(other.readyState).toBe(WebSocket.OPEN);
    other.terminate();
    stop();
  });

  test('outlives a caller who is gone before the refusal', async () => {
    const isRefused = deferred<void>();
    const stop = acceptTwilioCalls({
      server,
      path: '/media',
      authToken: AUTH_TOKEN,
      onCall: () => {},
      onRefused: () => isRefused.resolve(),
    });
    const upgrade = 'GET /media HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n';
    const streams: Duplex[] = [];
    server.prependOnceListener('upgrade', (_request, stream: Duplex) => void streams.push(stream));
    const { port } = server.address() as AddressInfo;
    const caller = connect(port, '127.0.0.1', () => caller.write(upgrade)).on('error', () => {});
    caller.resume();
    await isRefused.promise;
    // What the network says when the answer finds nobody; an error event that nobody listens to throws.
    const reset = Object.assign(new Error('reset'), { code: 'ECONNRESET' });
    expect(() => streams[0]?.emit('error', reset)).not.toThrow();
    expect(streams).toHaveLength(1);
    await once(caller, 'close');
    expect((await knock({})).answer).toBe(403);
    stop();
  });

  test('answers a request for a path that nobody else listens for', async () => {
    const stop = acceptTwilioCalls({ server, path: '/calls', authToken: AUTH_TOKEN, onCall: () => {} });
    expect((await knock({})).answer).toBe(404);
    stop();
  });

  test('needs a token, or the word that there is none', () => {
    expect(() => acceptTwilioCalls({ server, path: '/media', authToken: '', onCall: () => {} })).toThrowError(
      expect.objectContaining({ code: 'ERR_TWILIO_TOKEN' }),
    );
  });
});
