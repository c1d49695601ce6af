// Opens connections: the one that the app asks for, and those that take the place of a lost or aged one. Until one is
// open, what the transport says is held back; of an attempt that failed or was given up, nothing is heard.

import type { SessionConfig } from '../protocol/session-config.ts';
import type { RealtimeSessionConnectOptions, RealtimeSessionOptions } from '../session-options.ts';
import type { InputOf } from '../session/input.ts';
import type {
  DrivableTransport,
  RealtimeTransportLayer,
  RealtimeTransportLayerConnectOptions,
} from '../transports/transport.ts';
import { connectAborted } from './connect-errors.ts';

/** What a connection is made of. */
interface ConnectionParts {
  readonly transport: RealtimeTransportLayer;
  /** The transport, if the session drives it. */
  readonly driven: DrivableTransport | null;
  readonly options: Pick<Partial<RealtimeSessionOptions>, 'apiKey' | 'model'>;
}

/** What a connector needs of its session. */
export interface ConnectorHost {
  readonly parts: ConnectionParts;
  /** Whether the session has ended. */
  readonly isClosed: boolean;
  /** The configuration of the agent in charge. */
  configure(overrides: SessionConfig): Promise<SessionConfig>;
  /** It was sent. */
  configured(config: SessionConfig): void;
  post(input: WithoutTime<InputOf<'connected' | 'disconnected'>>): void;
  addTask(task: () => void): void;
}

/** How a connection for the app is opened. */
interface Opening {
  readonly isResuming: boolean;
  /** What a call needs before its first connection is worth making. */
  readonly prepare: () => Promise<void> | undefined;
  readonly onOpen: () => void;
}

type WithoutTime<T> = T extends unknown ? Omit<T, 'atMs'> : never;

/** Makes the connections of one session, one at a time. */
export class Connector {
  readonly #host: ConnectorHost;
  #options: RealtimeSessionConnectOptions = {};
  #attempt: object | null = null;
  #held: (() => void)[] = [];

  constructor(host: ConnectorHost) {
    this.#host = host;
  }

  get isConnecting(): boolean {
    return this.#attempt !== null;
  }

  /** Opens the connection for the app; rejects with what went wrong, and when `abandon` comes first. */
  async open(options: RealtimeSessionConnectOptions, { isResuming, prepare, onOpen }: Opening): Promise<void> {
    this.#options = options;
    const attempt = this.#begin();
    try {
      await prepare();
      this.#check(attempt);
      await this.#connect(attempt);
    } catch (error) {
      if (this.#attempt === attempt) {
        this.#end();
        // A call that was taken over can be tried again.
        if (!isResuming) this.#host.post({ type: 'disconnected' });
      }
      throw error;
    }
    // The signal was for this attempt; the next ones end with the session.
    this.#options = { ...options, signal: undefined };
    this.#complete(isResuming && options.callId !== undefined, onOpen);
  }

  /** Opens the next connection with what the app gave for the first; how it went is an input of the session. */
  async reopen(): Promise<void> {
    const { transport, driven } = this.#host.parts;
    const attempt = this.#begin();
    // The old connection of a roll-over. Its end is no news.
    if (transport.status !== 'disconnected') {
      if (driven?.leaveModel === undefined) transport.close();
      else driven.leaveModel();
    }
    this.#held = [];
    try {
      await this.#connect(attempt);
    } catch (error) {
      if (this.#attempt !== attempt) return;
      this.#end();
      const reason = error instanceof Error ? error.message : String(error);
      this.#host.post({ type: 'disconnected', reason, ...(isRefused(error) && { isFinal: true }) });
      return;
    }
    this.#complete(this.#options.callId !== undefined, () => {});
  }

  /** Gives up the attempt under way; says whether there was one. */
  abandon(): boolean {
    const wasConnecting = this.#attempt !== null;
    this.#end();
    return wasConnecting;
  }

  /** Runs what the transport says as a task, once a connection is open. */
  receive(task: () => void): void {
    if (this.#attempt === null) this.#host.addTask(task);
    else this.#held.push(task);
  }

  async #connect(attempt: object): Promise<void> {
    const { transport, options } = this.#host.parts;
    const { model } = this.#options;
    const config = await this.#host.configure(model === undefined ? {} : { model });
    this.#check(attempt);
    await transport.connect(connectOptionsOf(this.#options, options, config));
    this.#check(attempt);
    this.#host.configured(config);
  }

  #begin(): object {
    this.#held = [];
    return (this.#attempt = {});
  }

  #end(): (() => void)[] {
    const held = this.#held;
    this.#held = [];
    this.#attempt = null;
    return held;
  }

  #complete(keepsConversation: boolean, onOpen: () => void): void {
    const { driven } = this.#host.parts;
    const held = this.#end();
    const abilities = { isDriven: driven !== null, createsResponses: driven?.createsResponses ?? true };
    this.#host.post({ type: 'connected', abilities, ...(keepsConversation && { keepsConversation }) });
    for (const task of [onOpen, ...held]) this.#host.addTask(task);
  }

  #check(attempt: object): void {
    if (this.#attempt === attempt) return;
    // Not when another attempt has taken the transport over since.
    if (this.#attempt === null && this.#host.isClosed) this.#host.parts.transport.close();
    throw connectAborted();
  }
}

/** A key that was refused is refused again, and a caller who has hung up does not come back. */
function isRefused(error: unknown): boolean {
  if (!(error instanceof Error && 'code' in error)) return false;
  return error.code === 'ERR_CONNECT_REFUSED' || error.code === 'ERR_PHONE_CLOSED';
}

/** What the transport gets to connect with. */
function connectOptionsOf(
  options: RealtimeSessionConnectOptions,
  defaults: Pick<Partial<RealtimeSessionOptions>, 'apiKey' | 'model'>,
  initialSessionConfig: SessionConfig,
): RealtimeTransportLayerConnectOptions {
  const { apiKey = defaults.apiKey, model = defaults.model, url, callId, signal } = options;
  return {
    initialSessionConfig,
    ...(apiKey !== undefined && { apiKey }),
    ...(model !== undefined && { model }),
    ...(url !== undefined && { url }),
    ...(callId !== undefined && { callId }),
    ...(signal !== undefined && { signal }),
  };
}
