import { deferred } from '../deferred.ts';
import { BargeinError, TransportConnectionError, UserError } from '../errors.ts';
import { AudioBacklog } from './audio-backlog.ts';
import { abandoned, usableKey } from './connect-rules.ts';
import type { CreateWebSocketOptions, WebSocketLike } from './defaults.ts';
import { platformDefaults } from './defaults.ts';
import type { OpenAIRealtimeBaseOptions } from './openai-base.ts';
import { OpenAIRealtimeBase } from './openai-base.ts';
import { OpenUtterance } from './open-utterance.ts';
import type { ConnectionClose, RealtimeClientMessage, RealtimeTransportLayerConnectOptions } from './transport.ts';

export type { CreateWebSocketOptions } from './defaults.ts';

const SERVICE_URL = 'wss://api.openai.com/v1/realtime';

/** From the call of `connect` to an open socket. */
const CONNECT_DEADLINE_MS = 5000;

const NORMAL_CLOSE = 1000;

/** The connection of a WebSocket transport. */
export type WebSocketState =
  | { status: 'disconnected'; websocket: undefined }
  | { status: 'connecting'; websocket: WebSocketLike | undefined }
  | { status: 'connected'; websocket: WebSocketLike };

/** Options of the WebSocket transport. */
export interface OpenAIRealtimeWebSocketOptions extends OpenAIRealtimeBaseOptions {
  url?: string;
  /** Allows a key in a browser that is not ephemeral, where everybody can read it. */
  useInsecureApiKey?: boolean;
  /** Opens the socket instead of the platform. */
  createWebSocket?: (options: CreateWebSocketOptions) => Promise<WebSocketLike>;
  /**
   * Headers of the connection, instead of `Authorization: Bearer <key>`: `(key) => ({ 'api-key': key })` for Azure. Not for
   * browsers, which can't send any.
   */
  headers?: (apiKey: string) => Readonly<Record<string, string>>;
  /** `createWebSocket` returns a socket that is open already. */
  skipOpenEventListeners?: boolean;
  /**
   * How often the server is pinged, in milliseconds, 100 to 60,000; default 1500. Two pings without a sign of life end the
   * connection. Only on Node; other platforms let nobody ping. Out of range,
   * `connect` rejects with `ERR_PING_INTERVAL`.
   */
  pingIntervalMs?: number;
}

/** One call of `connect`, until it has ended. */
interface Attempt {
  readonly reject: (error: Error) => void;
  readonly opened: Promise<void>;
  readonly resolve: () => void;
}

/** A connection to the Realtime service over a WebSocket. */
export class OpenAIRealtimeWebSocket extends OpenAIRealtimeBase {
  readonly #createWebSocket: OpenAIRealtimeWebSocketOptions['createWebSocket'];
  readonly #useInsecureApiKey: boolean;
  readonly #skipOpenEventListeners: boolean;
  readonly #pingIntervalMs: number | undefined;
  readonly #headers: OpenAIRealtimeWebSocketOptions['headers'];
  #url: string | undefined;
  #state: WebSocketState = { status: 'disconnected', websocket: undefined };
  #attempt: Attempt | null = null;
  /** Made with the first audio of a connection. */
  #backlog: AudioBacklog | null = null;
  /** What the next server has to hear again; `null` without a session that makes another connection. */
  #utterance: OpenUtterance | null = null;

  constructor(options: OpenAIRealtimeWebSocketOptions = {}) {
    super(options);
    this.#url = options.url;
    this.#createWebSocket = options.createWebSocket;
    this.#pingIntervalMs = options.pingIntervalMs;
    this.#useInsecureApiKey = options.useInsecureApiKey ?? false;
    this.#skipOpenEventListeners = options.skipOpenEventListeners ?? false;
    this.#headers = options.headers;
  }

  get status(): 'connected' | 'disconnected' | 'connecting' {
    return this.#state.status;
  }

  get connectionState(): WebSocketState {
    return this.#state;
  }

  /** Always `null`: to mute, stop calling `sendAudio`. */
  get muted(): null {
    return null;
  }

  /**
   * Opens the connection and sends the configuration. Resolves when both are done, without waiting for the server's word
   * on the configuration; rejects after 5 s, when the server refuses, and when `close` is called or
   * the option `signal` is aborted meanwhile.
   */
  async connect(options: RealtimeTransportLayerConnectOptions): Promise<void> {
    if (this.#state.status !== 'disconnected') {
      throw new UserError(`connect: the transport is ${this.#state.status} already, close() it first`, {
        code: 'ERR_ALREADY_CONNECTED',
      });
    }
    this.currentModel = options.model ?? this.currentModel;
    this.#state = { status: 'connecting', websocket: undefined };
    const { promise: opened, resolve, reject } = deferred<void>();
    const attempt: Attempt = { opened, resolve, reject };
    this.#attempt = attempt;
    // A listener may call close(), and connect() again: what is left of this attempt then leaves that one alone.
    this._deliver('connection_change', 'connecting');
    try {
      await this.#open(options, attempt);
      if (this.#attempt !== attempt) throw abandoned('close() was called meanwhile');
      this.updateSessionConfig({ ...options.initialSessionConfig, model: this.currentModel });
      this.#attempt = null;
    } catch (error) {
      if (this.#attempt === attempt) this.#disconnect({});
      throw error;
    }
  }

  /** Sends one event; a `response.create` waits its turn. Throws `ERR_NOT_CONNECTED`. */
  sendEvent(event: RealtimeClientMessage): void {
    if (this.#state.status !== 'connected') throw this._notConnected('sendEvent');
    if (!this._sequence(event)) this._sendNow(event);
  }

  protected override _sendNow(event: RealtimeClientMessage): void {
    if (this.#state.status !== 'connected') throw this._notConnected('sendEvent');
    // What is said of the audio is said of all that went before it.
    if (event.type === 'input_audio_buffer.commit') this.#backlog?.flush();
    if (event.type === 'input_audio_buffer.clear') this.#backlog?.clear();
    this.#state.websocket.send(JSON.stringify(event));
  }

  /**
   * Audio that the network can't take waits, whoever brings it, and its oldest part is dropped; a subclass that sends events
   * itself still gets them.
   */
  protected override _appendAudio(audio: string): void {
    const utterance = this.#utterance;
    if (utterance !== null) {
      if (!this._detectsTurns) utterance.open();
      utterance.add(audio, this._inputFormat);
      if (utterance.isHeld) return;
    }
    const isOurs = this.sendEvent === OpenAIRealtimeWebSocket.prototype.sendEvent;
    if (!isOurs || this.#state.status !== 'connected') return super._appendAudio(audio);
    this.#backlog ??= new AudioBacklog(this.#state.websocket, this._clock, () =>
      this._onError(
        new TransportConnectionError('the network is too slow: the oldest audio is dropped', {
          code: 'ERR_SEND_BACKLOG',
        }),
      ),
    );
    this.#backlog.add(audio, this._inputFormat);
  }

  /**
   * Sends audio of the user. Without a connection it is dropped, since a microphone does not stop for one. While the network
   * takes it too slowly, the youngest 15 s of it wait; that older audio is dropped is reported once (`ERR_SEND_BACKLOG`).
   * Everything else overtakes it, but a `commit` sends what waits.
   */
  override sendAudio(audio: ArrayBuffer | ArrayBufferView, options: { commit?: boolean } = {}): void {
    if (this.#state.status === 'connected') super.sendAudio(audio, options);
  }

  override drive(): void {
    super.drive();
    this.#utterance = new OpenUtterance();
  }

  /**
   * The session has restored its conversation, or begun a new one: of audio that waited for the connection, an utterance
   * from before its loss included, this sends what is `wanted`.
   */
  releaseAudio(isWanted: boolean): void {
    const waiting = this.#utterance?.release();
    if (isWanted) waiting?.drain((audio) => this._appendAudio(audio));
    else this.#utterance?.close();
  }

  /** Whether audio waits for the next connection. */
  protected get _holdsAudio(): boolean {
    return this.#utterance?.isHeld === true;
  }

  protected override _onUserSpeaks(): void {
    this.#utterance?.open();
  }

  protected override _onUserAudioTaken(): void {
    this.#utterance?.close();
  }

  /** Always throws: to mute, stop calling `sendAudio`. */
  mute(_muted: boolean): never {
    throw new UserError('the WebSocket transport can not mute: stop calling sendAudio instead', {
      code: 'ERR_MUTE_UNSUPPORTED',
    });
  }

  close(): void {
    this.#attempt?.reject(abandoned('close() was called meanwhile'));
    this.#disconnect({ code: NORMAL_CLOSE });
  }

  /** Headers that a subclass sends when it opens the connection itself. */
  protected getCommonRequestHeaders(): Record<string, string> {
    return { 'User-Agent': 'bargein' };
  }

  /** Where to connect to: the call's or the option's URL, else the service's with the call id or the model. */
  #urlFor({ url, callId }: RealtimeTransportLayerConnectOptions): string {
    this.#url = url ?? this.#url;
    if (url !== undefined) return url;
    if (callId !== undefined) return `${SERVICE_URL}?call_id=${encodeURIComponent(callId)}`;
    return this.#url ?? `${SERVICE_URL}?model=${encodeURIComponent(this.currentModel)}`;
  }

  /** Resolves with an open socket in `#state`. Whatever comes after the attempt was given up is closed and forgotten. */
  async #open(options: RealtimeTransportLayerConnectOptions, attempt: Attempt): Promise<void> {
    const { signal } = options;
    const abandon = (): void => attempt.reject(abandoned('its signal was aborted', signal?.reason));
    const timer = this._clock.schedule(CONNECT_DEADLINE_MS, () =>
      attempt.reject(
        new TransportConnectionError(`no connection within ${CONNECT_DEADLINE_MS} ms`, { code: 'ERR_CONNECT_TIMEOUT' }),
      ),
    );
    if (signal?.aborted === true) abandon();
    else if (this.#attempt === attempt) this.#prepare(options, attempt).catch(attempt.reject);
    signal?.addEventListener('abort', abandon, { once: true });
    try {
      await attempt.opened;
    } finally {
      timer.cancel();
      signal?.removeEventListener('abort', abandon);
    }
  }

  async #prepare(options: RealtimeTransportLayerConnectOptions, attempt: Attempt): Promise<void> {
    const isExposed = this.#createWebSocket === undefined && platformDefaults().isPublic && !this.#useInsecureApiKey;
    const apiKey = usableKey(await this._getApiKey(options), { isExposed });
    if (this.#attempt !== attempt) return;
    const url = this.#urlFor(options);
    let websocket: WebSocketLike;
    try {
      const target = {
        url,
        apiKey,
        ...(this.#headers !== undefined && { headers: this.#headers(apiKey) }),
        ...(this.#pingIntervalMs !== undefined && { pingIntervalMs: this.#pingIntervalMs }),
      };
      websocket = await (this.#createWebSocket?.(target) ?? platformDefaults().createWebSocket(target));
    } catch (error) {
      throw error instanceof BargeinError ? error : connectFailed(error, apiKey);
    }
    this.#listenTo(websocket, apiKey);
    if (this.#attempt !== attempt) return websocket.close();
    this.#state = { status: 'connecting', websocket };
    const onOpen = (): void => {
      if (this.#state.websocket !== websocket) return;
      this.#state = { status: 'connected', websocket };
      this._deliver('connection_change', 'connected');
      if (this.#state.websocket !== websocket) return;
      this._onOpen();
      attempt.resolve();
    };
    if (this.#skipOpenEventListeners) onOpen();
    else websocket.addEventListener('open', onOpen);
  }

  /** Apart from the attempt, which its listeners would keep. Errors of a socket that is given up need a listener as well. */
  #listenTo(websocket: WebSocketLike, apiKey: string): void {
    websocket.addEventListener('error', (event) => this.#onSocketError(websocket, event, apiKey));
    websocket.addEventListener('message', (event) => {
      if (this.#state.websocket === websocket) this._onMessage(event);
    });
    websocket.addEventListener('close', (event) => this.#onSocketClose(websocket, event));
  }

  #onSocketError(websocket: WebSocketLike, event: unknown, apiKey: string): void {
    if (this.#state.websocket !== websocket) return;
    const error = connectFailed(event, apiKey);
    if (this.#attempt === null) this._onError(error);
    else this.#attempt.reject(error);
  }

  #onSocketClose(websocket: WebSocketLike, { code, reason }: { code?: number; reason?: string }): void {
    if (this.#state.websocket !== websocket) return;
    const close: ConnectionClose = { ...(code === undefined ? {} : { code }), ...(reason ? { reason } : {}) };
    this.#attempt?.reject(
      new TransportConnectionError(`the connection was closed before it was ready, with code ${code ?? 'none'}`, {
        code: 'ERR_CONNECT_FAILED',
      }),
    );
    this.#disconnect(close);
  }

  /** Leaves the connection, whatever its state; tells so once. */
  #disconnect(close: ConnectionClose): void {
    const { status, websocket } = this.#state;
    if (status === 'disconnected') return;
    this.#state = { status: 'disconnected', websocket: undefined };
    this.#attempt = null;
    this.#backlog?.clear();
    this.#backlog = null;
    this.#utterance?.hold();
    websocket?.close();
    this._deliver('connection_change', 'disconnected', close);
    this._onClose();
  }
}

/**
 * The failure in its own words and without the key. The event and the socket behind it are not passed on: they hold the
 * request, and with it the key.
 */
function connectFailed(event: unknown, apiKey: string): TransportConnectionError {
  const words = messageOf(event) || 'the platform does not say why';
  const message = words.replaceAll(apiKey, '[key]');
  const isRefused = /\b(?:401|403)\b/.test(message);
  return new TransportConnectionError(`the WebSocket failed: ${message}`, {
    code: isRefused ? 'ERR_CONNECT_REFUSED' : 'ERR_CONNECT_FAILED',
  });
}

/** What an error or an error event says; never an object that it carries. */
function messageOf(event: unknown): string {
  if (typeof event !== 'object' || event === null) return '';
  const inner = 'error' in event && event.error instanceof Error ? event.error : event;
  const words = 'message' in inner && typeof inner.message === 'string' ? inner.message : '';
  // Node joins the failures of several addresses without a message of its own.
  return words === '' && 'code' in inner && typeof inner.code === 'string' ? inner.code : words;
}
