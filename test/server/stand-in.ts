import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request that a stand-in got: JSON, or a form in its raw text. */
export interface SeenRequest {
  readonly path: string;
  readonly authorization: string | undefined;
  readonly text: string;
}

/** What a stand-in answers: JSON, bytes, or the pieces of an event stream, each written on its own. */
export type StandInAnswer =
  | { readonly json: unknown; readonly status?: number }
  | { readonly bytes: Uint8Array }
  | { readonly stream: readonly unknown[] };

/** A small OpenAI-compatible back end: answers each request in order, and keeps what it was asked. */
export interface StandIn extends AsyncDisposable {
  readonly baseUrl: string;
  readonly seen: SeenRequest[];
}

export async function standIn(answer: (request: SeenRequest, index: number) => StandInAnswer): Promise<StandIn> {
  const seen: SeenRequest[] = [];
  const server = createServer((request, response) => {
    void textOf(request).then((text) => {
      const { url = '', headers } = request;
      const asked = { path: url, authorization: headers.authorization, text };
      const given = answer(asked, seen.push(asked) - 1);
      if ('bytes' in given) return response.writeHead(200, { 'content-type': 'audio/pcm' }).end(given.bytes);
      if ('json' in given) {
        response.writeHead(given.status ?? 200, { 'content-type': 'application/json' });
        return response.end(JSON.stringify(given.json));
      }
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      for (const event of given.stream) response.write(`data: ${JSON.stringify(event)}\n\n`);
      return response.end('data: [DONE]\n\n');
    });
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  return {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    seen,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => void server.close(resolve));
    },
  };
}

async function textOf(request: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(piece as Buffer);
  return Buffer.concat(pieces).toString('latin1');
}

/** The chunks of a streamed chat completion. */
export function chatChunks(...deltas: readonly object[]): unknown[] {
  return deltas.map((delta) => ({ id: 'c', object: 'chat.completion.chunk', choices: [{ index: 0, delta }] }));
}
