import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { WireSession } from '../protocol/client-events.ts';
import type { Call } from './call.ts';
import type { CallAction } from './call-control.ts';
import { checkSession, type JsonObject, parseClientText } from './client-event.ts';
import type { Credentials, Grant } from './credentials.ts';
import { HttpRefusal } from './http-refusal.ts';
import { Refusal } from './refusal.ts';
import { readBody } from './request-body.ts';
import { ServerError } from './server-error.ts';
import { defaultConfig, mergeConfig } from './session-config.ts';

const MAX_BODY_BYTES = 1024 * 1024;
const DEFAULT_SECRET_SECONDS = 600;
const MIN_SECRET_SECONDS = 10;
const MAX_SECRET_SECONDS = 7200;
const CALLS_PATH = '/v1/realtime/calls';

/** What the API works with. */
export interface HttpApiParts {
  readonly credentials: Credentials;
  readonly startCall: (sdp: string, session: WireSession | undefined) => Promise<{ call: Call; answerSdp: string }>;
  /** Throws `HttpRefusal` when there is no such call or it can't do that now. */
  readonly controlCall: (callId: string, action: CallAction, body: JsonObject) => void;
}

/** The part of the Realtime service that is plain HTTP: client secrets and calls. */
export class HttpApi {
  readonly #parts: HttpApiParts;

  constructor(parts: HttpApiParts) {
    this.#parts = parts;
  }

  /** Answers a request; never rejects. */
  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    // Pages of any origin may connect by WebSocket anyway; a key is what keeps them out.
    response.setHeader('access-control-allow-origin', '*');
    response.setHeader('access-control-expose-headers', 'location');
    try {
      if (request.method === 'OPTIONS') return allow(request, response);
      await this.#route(request, response);
    } catch (error) {
      answerError(response, error);
    }
  }

  async #route(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = URL.parse(request.url ?? '/', 'http://localhost')?.pathname ?? '';
    const action = /^\/v1\/realtime\/calls\/([^/]+)\/(accept|reject|refer|hangup)$/.exec(path);
    const isKnown = action !== null || path === CALLS_PATH || path === '/v1/realtime/client_secrets';
    if (!isKnown || request.method !== 'POST') {
      throw new HttpRefusal(
        404,
        `Nothing is at ${request.method ?? '?'} ${path}; WebSockets connect to /v1/realtime.`,
        {
          code: 'not_found',
        },
      );
    }
    const grant = this.#parts.credentials.check(request);
    if (grant === null)
      throw new HttpRefusal(401, 'Incorrect or expired API key provided.', { code: 'invalid_api_key' });
    if (path === CALLS_PATH) return this.#startCall(request, response, grant);
    if (grant.isClientSecret) {
      throw new HttpRefusal(401, 'A client secret may only connect; use the API key.', { code: 'invalid_api_key' });
    }
    const body = await readJson(request);
    if (action === null) return this.#mint(body, response);
    const [, callId = '', name] = action;
    this.#parts.controlCall(callId, name as CallAction, body);
    response.writeHead(200).end();
  }

  async #startCall(request: IncomingMessage, response: ServerResponse, grant: Grant): Promise<void> {
    const { sdp, session } = await readOffer(request);
    const { call, answerSdp } = await this.#parts.startCall(sdp, session ?? grant.session);
    response.writeHead(201, { 'content-type': 'application/sdp', location: `${CALLS_PATH}/${call.id}` }).end(answerSdp);
  }

  #mint(body: JsonObject, response: ServerResponse): void {
    const session = body['session'] === undefined ? undefined : checkSession(body['session']);
    // Refused here, a configuration does not have to be refused when the client comes.
    const config = mergeConfig(defaultConfig(session?.model), session ?? { type: 'realtime' }, false);
    const { value, expiresAt } = this.#parts.credentials.mint(lifetimeOf(body['expires_after']), session);
    const id = `sess_${randomUUID()}`;
    answerJson(response, 200, { value, expires_at: expiresAt, session: { ...config, id, object: 'realtime.session' } });
  }
}

function lifetimeOf(expiresAfter: unknown): number {
  if (expiresAfter === undefined) return DEFAULT_SECRET_SECONDS;
  const { seconds = DEFAULT_SECRET_SECONDS } = Object(expiresAfter) as { seconds?: unknown };
  const isLifetime = typeof seconds === 'number' && Number.isInteger(seconds);
  if (isLifetime && seconds >= MIN_SECRET_SECONDS && seconds <= MAX_SECRET_SECONDS) return seconds;
  throw new HttpRefusal(
    400,
    `expires_after.seconds must be ${MIN_SECRET_SECONDS} to ${MAX_SECRET_SECONDS}, got ${JSON.stringify(seconds)}.`,
    { code: 'invalid_value', param: 'expires_after.seconds' },
  );
}

async function readOffer(request: IncomingMessage): Promise<{ sdp: string; session?: WireSession }> {
  const type = request.headers['content-type'] ?? '';
  const body = await readBody(request, MAX_BODY_BYTES);
  if (!type.startsWith('multipart/form-data')) return { sdp: body.toString() };
  const form = await formOf(body, type);
  const sdp = await textOf(form.get('sdp'));
  const session = await textOf(form.get('session'));
  if (sdp === undefined)
    throw new HttpRefusal(400, "Missing required parameter: 'sdp'.", {
      code: 'missing_required_parameter',
      param: 'sdp',
    });
  return { sdp, ...(session !== undefined && { session: checkSession(parseClientText(session)) }) };
}

/** The platform parses multipart bodies of a `Response`. */
async function formOf(body: Buffer<ArrayBuffer>, type: string): Promise<FormData> {
  try {
    return await new Response(body, { headers: { 'content-type': type } }).formData();
  } catch {
    throw new HttpRefusal(400, 'The body is no multipart form.', { code: 'invalid_form' });
  }
}

async function textOf(part: ReturnType<FormData['get']>): Promise<string | undefined> {
  if (part === null) return undefined;
  return typeof part === 'string' ? part : part.text();
}

async function readJson(request: IncomingMessage): Promise<JsonObject> {
  const body = await readBody(request, MAX_BODY_BYTES);
  return body.length === 0 ? {} : parseClientText(body.toString());
}

/** Answers the question that a browser asks before a request with a key. */
function allow(request: IncomingMessage, response: ServerResponse): void {
  response
    .writeHead(204, {
      'access-control-allow-methods': 'POST',
      'access-control-allow-headers':
        request.headers['access-control-request-headers'] ?? 'authorization, content-type',
      'access-control-allow-private-network': 'true',
    })
    .end();
}

function answerError(response: ServerResponse, error: unknown): void {
  if (response.headersSent) return void response.destroy();
  const isRefused = error instanceof Refusal;
  const status = error instanceof HttpRefusal ? error.status : isRefused ? 400 : 500;
  answerJson(response, status, {
    error: {
      message: error instanceof Error ? error.message : String(error),
      type: isRefused ? 'invalid_request_error' : 'server_error',
      param: isRefused ? error.param : null,
      code: isRefused || error instanceof ServerError ? error.code : 'server_error',
    },
  });
}

function answerJson(response: ServerResponse, status: number, body: JsonObject): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
