import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ServerFaults } from './fault-board.ts';
import { parseFault } from './fault.ts';
import { readBody } from './request-body.ts';

const PATH = '/faults';
const MAX_BODY_BYTES = 64 * 1024;

/**
 * Answers `/faults` of a running server: GET shows what is active, POST takes the JSON of one fault (with `?session=` for
 * one session only), DELETE clears. True if the request was for it. Whoever calls this has checked the API key.
 */
export function handleFaults(faults: ServerFaults, request: IncomingMessage, response: ServerResponse): boolean {
  const url = URL.parse(request.url ?? '/', 'http://localhost');
  if (url?.pathname !== PATH) return false;
  void answer(faults, request, url.searchParams.get('session') ?? undefined).then(([status, body]) =>
    response.writeHead(status, { 'content-type': 'application/json' }).end(`${JSON.stringify(body)}\n`),
  );
  return true;
}

async function answer(
  faults: ServerFaults,
  request: IncomingMessage,
  sessionId: string | undefined,
): Promise<[status: number, body: object]> {
  switch (request.method) {
    case 'GET':
      return [200, { active: faults.active }];
    case 'DELETE':
      faults.clear();
      return [200, { active: [] }];
    case 'POST':
      // A page of some web site could post a form without being asked for its origin, but not this type.
      if (request.headers['content-type']?.startsWith('application/json') !== true) {
        return [415, { error: 'send a fault as application/json' }];
      }
      try {
        const body = await readBody(request, MAX_BODY_BYTES);
        const isHit = faults.inject(parseFault(JSON.parse(body.toString())), sessionId);
        return isHit ? [200, { active: faults.active }] : [404, { error: 'there is no such connection' }];
      } catch (error) {
        return [400, { error: error instanceof Error ? error.message : String(error) }];
      }
    default:
      return [405, { error: 'GET, POST or DELETE' }];
  }
}
