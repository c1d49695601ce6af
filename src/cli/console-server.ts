import type { IncomingMessage, ServerResponse } from 'node:http';
import { createRealtimeServer } from '../server/index.ts';
import { HttpFront } from '../server/http-front.ts';
import { readBody } from '../server/request-body.ts';
import { consoleFiles } from './console-files.ts';
import { type ConsoleService, OPENAI_BASE_URL, ticketFor } from './console-ticket.ts';
import { planServer } from './serve-parts.ts';

const HEADERS: Readonly<Record<string, string>> = {
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
  'x-content-type-options': 'nosniff',
  'cache-control': 'no-store',
};
const MAX_BODY_BYTES = 1024;

/** How the console is run. */
export interface ConsoleOptions {
  readonly port: number;
  /** What the local server hears and answers. */
  readonly scenario: string | undefined;
  /** Stays in this process; pages get keys that live for ten minutes. */
  readonly openaiKey: string | undefined;
  /** Where the key is good; default is OpenAI. */
  readonly openaiBaseUrl?: string | undefined;
  /** The package's `dist/`, in which the page is. */
  readonly packageFolder: URL;
}

/** A console that runs. */
export interface ConsoleServer {
  readonly url: string;
  close(): Promise<void>;
}

/** Serves the page on 127.0.0.1, with a local Realtime server beside it. Rejects with `ERR_LISTEN` when the port is taken. */
export async function startConsole(options: ConsoleOptions): Promise<ConsoleServer> {
  const { openaiKey, openaiBaseUrl = OPENAI_BASE_URL } = options;
  const { options: planned } = await planServer({ faults: [], scenario: options.scenario });
  const realtime = createRealtimeServer(planned);
  const services: ConsoleService[] = ['local', ...(openaiKey === undefined ? [] : ['openai' as const])];
  const files = consoleFiles(options.packageFolder, services);
  const local = await realtime.listen();
  let host = '';
  const front = new HttpFront({
    onRequest: (request, response) => {
      answer(request, response).catch((error: unknown) => {
        end(response, 502, 'text/plain; charset=utf-8', error instanceof Error ? error.message : String(error));
      });
    },
    onUpgrade: (_request, socket) => socket.destroy(),
  });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    // A page of another site may make its name point here; the keys are for this page only.
    if (request.headers.host !== host) return end(response, 403, 'text/plain', `the console is at http://${host}`);
    if (request.method === 'POST' && request.url === '/token') {
      // A form of another site can't send JSON, and a script of one may not without our leave.
      if (request.headers['content-type'] !== 'application/json') return end(response, 415, 'text/plain', 'needs JSON');
      const wanted = await serviceOf(request);
      if (wanted === undefined || !services.includes(wanted))
        return end(response, 400, 'text/plain', 'no such service');
      return end(
        response,
        200,
        'application/json',
        JSON.stringify(await ticketFor(wanted, { local, openaiKey, openaiBaseUrl })),
      );
    }
    const file = request.method === 'GET' ? files.at(request.url ?? '/') : undefined;
    if (file === undefined) return end(response, 404, 'text/plain', 'not found');
    response.setHeader('content-security-policy', policy(openaiBaseUrl, files.scriptSources));
    end(response, 200, file.type, file.body);
  }

  try {
    const { port } = await front.listen({ port: options.port });
    host = `127.0.0.1:${port}`;
  } catch (error) {
    await realtime.close();
    throw error;
  }
  return {
    url: `http://${host}/`,
    async close() {
      await front.close(Promise.resolve());
      await realtime.close();
    },
  };
}

function end(response: ServerResponse, status: number, type: string, body: string | Buffer): void {
  response.writeHead(status, { ...HEADERS, 'content-type': type }).end(body);
}

/** The page's Content-Security-Policy. */
function policy(openaiBaseUrl: string, scriptSources: string): string {
  const openaiOrigin = new URL(openaiBaseUrl).origin.replace(/^http/, 'ws');
  return (
    `default-src 'none'; style-src 'self'; img-src data:; connect-src 'self' ws://127.0.0.1:* ${openaiOrigin}; ` +
    `base-uri 'none'; frame-ancestors 'none'; script-src ${scriptSources}`
  );
}

/** The service that a page asks a key for; undefined for a body that names none. */
async function serviceOf(request: IncomingMessage): Promise<ConsoleService | undefined> {
  try {
    const body = await readBody(request, MAX_BODY_BYTES);
    return (JSON.parse(body.toString()) as { service?: ConsoleService } | null)?.service;
  } catch {
    return undefined;
  }
}
