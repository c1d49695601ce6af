import type { FastifyInstance } from 'fastify';
import { isSignedByTwilio } from '../../node/twilio-calls.ts';
import type { AdmissionRefusal } from './admission.ts';
import type { HostSetup } from './gateway-messages.ts';
import { busyTwiml, connectTwiml } from './twiml.ts';

/** What the answers are made from. */
export interface RouteParts {
  readonly setup: HostSetup;
  /** Text of the figures of all threads. */
  readonly allMetrics: () => Promise<string>;
  /** Why another call would not be taken now, and how many calls there are. */
  readonly readiness: () => { readonly refusal: AdmissionRefusal | null; readonly calls: number };
  /** Whether the call that asks is turned away. */
  readonly refuses: () => boolean;
}

/** What a gateway answers over HTTP: its health, its figures, and new calls. */
export function addRoutes(http: FastifyInstance, parts: RouteParts): void {
  http.get('/live', () => ({ live: true }));
  http.get('/ready', (_request, reply) => {
    const { refusal, calls } = parts.readiness();
    return reply.code(refusal === null ? 200 : 503).send({ ready: refusal === null, refusal, calls });
  });
  http.get('/metrics', async (_request, reply) => {
    const text = await parts.allMetrics();
    return reply.type('text/plain; version=0.0.4; charset=utf-8').send(text);
  });
  if (parts.setup.voicePath !== null) addVoiceRoute(http, parts.setup.voicePath, parts);
}

/** Where Twilio posts a new call, as a form. */
function addVoiceRoute(http: FastifyInstance, voicePath: string, { setup, refuses }: RouteParts): void {
  const { authToken, redirectUrl, streamPath } = setup;
  http.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_request, body, done) =>
    done(null, Object.fromEntries(new URLSearchParams(body.toString()))),
  );
  http.post<{ Body: Record<string, string> }>(voicePath, (request, reply) => {
    const streamUrl = setup.streamUrl ?? `wss://${request.headers.host ?? ''}${streamPath}`;
    const { 'x-twilio-signature': signature } = request.headers;
    const url = new URL(request.url, streamUrl.replace('ws', 'http')).href;
    const text = Array.isArray(signature) ? signature[0] : signature;
    if (authToken !== null && !isSignedByTwilio(text, { authToken, url, form: request.body ?? {} })) {
      return reply.code(403).send();
    }
    return reply.type('text/xml').send(refuses() ? busyTwiml() : connectTwiml(streamUrl, redirectUrl));
  });
}
