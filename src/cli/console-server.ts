import { readdirSync, readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { extname } from 'node:path';
import { createRealtimeServer } from '../server/index.ts';
import { HttpFront } from '../server/http-front.ts';
import { type ConsoleService, ticketFor } from './console-ticket.ts';
import { planServer } from './serve-parts.ts';

/** How the console is run. */
export interface ConsoleOptions {
  readonly port: number;
  /** What the local server hears and answers. */
  readonly scenario: string | undefined;
  /** Stays in this process; pages get keys that live for ten minutes. */
  readonly openaiKey: string | undefined;
  /** Where the built page and the worklets are. */
  readonly pageFolder: URL;
  readonly workletFolder: URL;
}

/** A console that runs. */
export interface ConsoleServer {
  readonly url: string;
  close(): Promise<void>;
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
};
const HEADERS: Readonly<Record<string, string>> = {
  'content-security-policy':
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src data:; " +
    "connect-src 'self' ws://127.0.0.1:* wss://api.openai.com; base-uri 'none'; frame-ancestors 'none'",
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
  'x-content-type-options': 'nosniff',
  'cache-control': 'no-store',
};
const MAX_BODY_BYTES = 1024;

/** Serves the page on 127.0.0.1, with a local Realtime server beside it. Rejects with `ERR_LISTEN` when the port is taken. */
export async function startConsole(options: ConsoleOptions): Promise<ConsoleServer> {
  const { openaiKey } = options;
  const { options: planned } = await planServer({ faults: [], scenario: options.scenario });
  const realtime = createRealtimeServer(planned);
  const services: ConsoleService[] = ['local', ...(openaiKey === undefined ? [] : ['openai' as const])];
  const files = pageFiles(options, services);
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
      return end(response, 200, 'application/json', JSON.stringify(await ticketFor(wanted, { local, openaiKey })));
    }
    const file = request.method === 'GET' ? files.get(request.url ?? '/') : undefined;
    if (file === undefined) return end(response, 404, 'text/plain', 'not found');
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

function pageFiles(
  { pageFolder, workletFolder }: ConsoleOptions,
  services: readonly ConsoleService[],
): ReadonlyMap<string, { readonly type: string; readonly body: string | Buffer }> {
  const files = new Map<string, { type: string; body: string | Buffer }>();
  const add = (folder: URL, path: string): void => {
    for (const name of readdirSync(folder)) {
      const type = TYPES[extname(name)];
      if (type !== undefined) files.set(`${path}${name}`, { type, body: readFileSync(new URL(name, folder)) });
    }
  };
  add(pageFolder, '/');
  add(workletFolder, '/worklets/');
  const names: Readonly<Record<ConsoleService, string>> = { local: 'Local server', openai: 'OpenAI' };
  const choices = services.map((service) => `<option value="${service}">${names[service]}</option>`).join('');
  const page = readFileSync(new URL('index.html', pageFolder), 'utf8').replace('<!--services-->', choices);
  files.set('/', { type: TYPES['.html'] ?? '', body: page });
  return files;
}

async function serviceOf(request: IncomingMessage): Promise<ConsoleService | undefined> {
  let text = '';
  for await (const part of request) {
    text += String(part);
    if (text.length > MAX_BODY_BYTES) return undefined;
  }
  try {
    return (JSON.parse(text) as { service?: ConsoleService } | null)?.service;
  } catch {
    return undefined;
  }
}
