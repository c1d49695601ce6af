// Whether the service can be reached, stage by stage, so that the finding names the one that fails.
import { once } from 'node:events';
import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { WebSocket } from 'ws';
import { type Finding, fine } from './finding.ts';

/** Each stage, each time. */
const PATIENCE_MS = 5000;

const ADVICE: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there: start it (npx bargein serve is the local one), or correct --url',
  ENOTFOUND: 'the name is unknown: correct --url, or see to DNS',
  EAI_AGAIN: 'the name could not be looked up: see to the network',
  ETIMEDOUT: 'a firewall may swallow it: try from another network, or open the port',
};

/** Reaches for the endpoint: TCP, TLS, the WebSocket handshake. `key` is sent unless it is empty, and never shown. */
export async function endpointFinding(url: URL, key: string): Promise<Finding> {
  const stages: string[] = [];
  const problem = (found: string, advice: string): Finding => ({
    subject: 'endpoint',
    verdict: 'problem',
    found: `${url.host}: ${[...stages, found].join(', ')}`,
    advice,
  });
  const timed = async <T>(stage: string, work: Promise<T>): Promise<T> => {
    const beganMs = performance.now();
    const result = await work;
    stages.push(`${stage} in ${Math.round(performance.now() - beganMs)} ms`);
    return result;
  };
  const isSecure = url.protocol === 'wss:';
  const host = url.hostname.replace(/^\[|\]$/g, '');
  let socket: Socket | TLSSocket | null = null;
  try {
    socket = await timed('TCP', opened(connectTcp(Number(url.port) || (isSecure ? 443 : 80), host), 'connect'));
    if (isSecure)
      socket = await timed(
        'TLS',
        opened(connectTls({ socket, ...(isIP(host) === 0 && { servername: host }) }), 'secureConnect'),
      );
  } catch (error) {
    const code = codeOf(error);
    const stage = stages.length === 0 ? 'TCP' : 'TLS';
    const about =
      stage === 'TCP' ? 'see to the network' : 'see to the certificate, a proxy between, or ws: instead of wss:';
    return problem(`${stage} failed (${code})`, ADVICE[code] ?? about);
  } finally {
    socket?.destroy();
  }
  try {
    const status = await timed('WebSocket', handshakeStatus(url, key));
    if (status === 101) return fine('endpoint', `${url.host}: ${stages.join(', ')}`);
    stages.pop();
    const wantsKey = status === 401 || status === 403;
    if (wantsKey && key === '') return fine('endpoint', `${url.host}: ${stages.join(', ')}, answers and wants a key`);
    if (wantsKey) return problem(`refuses the key (HTTP ${status})`, 'check OPENAI_API_KEY and what it may use');
    return problem(`no WebSocket (HTTP ${status})`, 'correct the path of --url; Realtime is at /v1/realtime');
  } catch (error) {
    return problem(`no WebSocket (${codeOf(error)})`, 'something else listens there: correct --url');
  }
}

async function opened<T extends Socket>(socket: T, event: string): Promise<T> {
  await once(socket, event, { signal: AbortSignal.timeout(PATIENCE_MS) }).catch((error: unknown) => {
    socket.destroy();
    throw error;
  });
  return socket;
}

/** 101 when the socket opened, else the status of the refusal. Rejects when what answers speaks no HTTP. */
async function handshakeStatus(url: URL, key: string): Promise<number> {
  const socket = new WebSocket(url, {
    handshakeTimeout: PATIENCE_MS,
    headers: key === '' ? {} : { authorization: `Bearer ${key}` },
  });
  try {
    return await new Promise<number>((resolve, reject) => {
      socket.on('open', () => resolve(101));
      socket.on('unexpected-response', (_request, response) => resolve(response.statusCode ?? 0));
      socket.on('error', reject);
    });
  } finally {
    socket.terminate();
  }
}

function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === 'AbortError' || error.name === 'TimeoutError') return 'ETIMEDOUT';
  return 'code' in error && typeof error.code === 'string' ? error.code : error.message;
}
