import { deferred } from '../../deferred.ts';
import { TransportConnectionError, UserError } from '../../errors.ts';
import { loadedCode } from '../../lazy-code.ts';
import { logger } from '../../logger.ts';
import { abandoned, usableKey } from '../connect-rules.ts';
import { platformDefaults } from '../defaults.ts';
import type { OpenAIRealtimeBaseOptions } from '../openai-base.ts';
import { OpenAIRealtimeBase } from '../openai-base.ts';
import { RemotePlayout } from '../remote-playout.ts';
import type { ConnectionClose, RealtimeClientMessage, RealtimeTransportLayerConnectOptions } from '../transport.ts';
import type { CallStats } from './call-stats.ts';
import type { MediaCall, MicrophoneSource } from './media-call.ts';

const SERVICE_URL = 'https://api.openai.com/v1/realtime/calls';

/** How long the server may take to confirm the configuration; the call begins without its word after that. */
const CONFIRM_DEADLINE_MS = 5000;

/** As a WebSocket would say them, so that a session reads every transport alike. */
const NORMAL_CLOSE = 1000;
const ABNORMAL_CLOSE = 1006;

/** Options of the WebRTC transport. */
export interface OpenAIRealtimeWebRTCOptions extends Omit<OpenAIRealtimeBaseOptions, 'playout'> {
  /** Where calls are made; default the service's. */
  baseUrl?: string;
  /** Plays the agent; default an element of its own, where there is a document. */
  audioElement?: HTMLAudioElement;
  /** The caller's voice, which stays the app's; default the microphone. */
  mediaStream?: MediaStream;
  /** How the microphone is opened: device, echo cancellation, noise suppression, gain. */
  microphone?: MediaTrackConstraints;
  /** Allows a key in a browser that is not ephemeral, where everybody can read it. */
  useInsecureApiKey?: boolean;
  /** Changes or replaces the connection before the offer is made; codecs and ICE servers are set here. */
  changePeerConnection?: (peerConnection: RTCPeerConnection) => RTCPeerConnection | Promise<RTCPeerConnection>;
}

/** The connection of a WebRTC transport. */
export type WebRTCState =
  | { status: 'disconnected'; peerConnection: undefined; dataChannel: undefined; callId: string | undefined }
  | {
      status: 'connecting';
      peerConnection: RTCPeerConnection | undefined;
      dataChannel: RTCDataChannel | undefined;
      callId: string | undefined;
    }
  | { status: 'connected'; peerConnection: RTCPeerConnection; dataChannel: RTCDataChannel; callId: string | undefined };

/** One connection, from the call of `connect` to its end. */
interface Attempt {
  readonly abort: AbortController;
  readonly ready: Promise<void>;
  call: MediaCall | null;
  isConnected: boolean;
}

/**
 * A call to the Realtime service over WebRTC: the browser sends the microphone and plays the agent, the server knows what it
 * played and truncates at a barge-in by itself. The same events as elsewhere, but for `audio`: its bytes never pass here.
 */
export class OpenAIRealtimeWebRTC extends OpenAIRealtimeBase {
  readonly #options: OpenAIRealtimeWebRTCOptions;
  #microphone: MicrophoneSource;
  #isMuted = false;
  #attempt: Attempt | null = null;
  #lastCallId: string | undefined;

  /** Throws `ERR_WEBRTC_UNSUPPORTED` where there is no `RTCPeerConnection`. */
  constructor(options: OpenAIRealtimeWebRTCOptions = {}) {
    if (typeof RTCPeerConnection === 'undefined') {
      throw new UserError(
        "there is no WebRTC here: use a browser, or new OpenAIRealtimeWebSocket() or transport: 'websocket'",
        {
          code: 'ERR_WEBRTC_UNSUPPORTED',
        },
      );
    }
    const audioElement =
      options.audioElement ?? (typeof document === 'undefined' ? null : document.createElement('audio'));
    const remote = new RemotePlayout((gainDb) => {
      if (audioElement !== null) audioElement.volume = Math.min(1, 10 ** (gainDb / 20));
    });
    super({ ...options, playout: remote });
    this.#options = audioElement === null ? options : { ...options, audioElement };
    remote.attach(this);
    this.#microphone = options.mediaStream ?? options.microphone ?? {};
  }

  override get isPlayoutRemote(): boolean {
    return true;
  }

  /** The service's name for this call, or the last one: what a sideband connection of a server attaches to. */
  get callId(): string | undefined {
    return this.#attempt?.call?.callId ?? this.#lastCallId;
  }

  get status(): 'connecting' | 'connected' | 'disconnected' {
    return this.connectionState.status;
  }

  get connectionState(): WebRTCState {
    const { callId } = this;
    if (this.#attempt === null)
      return { status: 'disconnected', peerConnection: undefined, dataChannel: undefined, callId };
    const { call, isConnected } = this.#attempt;
    if (call === null) return { status: 'connecting', peerConnection: undefined, dataChannel: undefined, callId };
    const { peerConnection, dataChannel } = call;
    return { status: isConnected ? 'connected' : 'connecting', peerConnection, dataChannel, callId };
  }

  get muted(): boolean {
    return this.#isMuted;
  }

  /**
   * Calls the service and sends the configuration. Resolves when the server has confirmed that, or has not within 5 s; a call
   * during another one waits for that. Rejects with `ERR_MICROPHONE`, `ERR_CONNECT_REFUSED`, `ERR_CONNECT_FAILED`,
   * `ERR_CONNECT_TIMEOUT`, and `ERR_CONNECT_ABANDONED` when `close` comes first.
   */
  connect(options: RealtimeTransportLayerConnectOptions): Promise<void> {
    if (this.#attempt !== null) return this.#attempt.ready;
    this.currentModel = options.model ?? this.currentModel;
    const abort = new AbortController();
    const { promise: ready, resolve, reject } = deferred<void>();
    const attempt: Attempt = { abort, ready, call: null, isConnected: false };
    this.#attempt = attempt;
    this._deliver('connection_change', 'connecting');
    const { signal } = options;
    const abandon = (): void => abort.abort(abandoned('its signal was aborted', signal?.reason));
    if (signal?.aborted === true) abandon();
    signal?.addEventListener('abort', abandon, { once: true });
    const call = this.#call(attempt, options).finally(() => signal?.removeEventListener('abort', abandon));
    call.then(resolve, (error: unknown) => {
      if (this.#attempt === attempt) this.#disconnect({ code: ABNORMAL_CLOSE });
      reject(error);
    });
    return ready;
  }

  /** Sends one event; a `response.create` waits its turn. Throws `ERR_NOT_CONNECTED`. */
  sendEvent(event: RealtimeClientMessage): void {
    const call = this.#openCall();
    if (!this._sequence(event)) call.send(JSON.stringify(event));
  }

  protected override _sendNow(event: RealtimeClientMessage): void {
    this.#openCall().send(JSON.stringify(event));
  }

  #openCall(): MediaCall {
    const call = this.#attempt?.call;
    if (call?.dataChannel.readyState !== 'open') throw this._notConnected('sendEvent');
    return call;
  }

  /** Silences the microphone at its source. May be called before `connect`: then no sound of it ever leaves. */
  mute(muted: boolean): void {
    this.#isMuted = muted;
    const call = this.#attempt?.call;
    if (call !== null && call !== undefined) call.isMuted = muted;
  }

  /** Takes another microphone, in a call without interrupting it: a device by constraints, or a track or stream of the app. */
  async useMicrophone(source: MicrophoneSource): Promise<void> {
    this.#microphone = source;
    await this.#attempt?.call?.useMicrophone(source, this.#isMuted);
  }

  /** How the call is doing; null without one. */
  async getStats(): Promise<CallStats | null> {
    return this.#attempt?.call?.stats() ?? null;
  }

  close(): void {
    this.#attempt?.abort.abort(abandoned('close() was called meanwhile'));
    this.#disconnect({ code: NORMAL_CLOSE });
  }

  async #call(attempt: Attempt, options: RealtimeTransportLayerConnectOptions): Promise<void> {
    const { signal } = attempt.abort;
    // An app that never calls need not load it; it comes while the key is fetched.
    const loading = loadedCode(
      'carries a call by WebRTC',
      () => import('./media-call.ts'),
      (message, cause) => new TransportConnectionError(message, { code: 'ERR_CONNECT_FAILED', cause }),
    );
    loading.catch(() => {});
    const apiKey = usableKey(await this._getApiKey(options), {
      isExposed: platformDefaults().isPublic && this.#options.useInsecureApiKey !== true,
    });
    const { MediaCall } = await loading;
    signal.throwIfAborted();
    const { audioElement = null, changePeerConnection, baseUrl = SERVICE_URL } = this.#options;
    const call = await MediaCall.open({
      clock: this._clock,
      url: options.url ?? baseUrl,
      apiKey,
      microphone: this.#microphone,
      isMuted: this.#isMuted,
      audioElement,
      changePeerConnection,
      signal,
      onMessage: (message) => {
        if (this.#attempt === attempt) this._onMessage(message);
      },
      onLost: (reason) => {
        if (this.#attempt === attempt) this.#disconnect({ code: ABNORMAL_CLOSE, reason });
      },
    });
    if (signal.aborted) {
      call.close();
      throw signal.reason;
    }
    attempt.call = call;
    // It may have been muted while the call was made.
    call.isMuted = this.#isMuted;
    const confirmed = this.#confirmed(signal);
    this.updateSessionConfig({ ...options.initialSessionConfig, model: this.currentModel });
    await confirmed;
    attempt.isConnected = true;
    this._deliver('connection_change', 'connected');
    if (!signal.aborted) this._onOpen();
    // A listener may have closed it.
    signal.throwIfAborted();
  }

  /** Resolves with the server's word on the configuration, or without it after a while; rejects when it is abandoned. */
  #confirmed(signal: AbortSignal): Promise<void> {
    const { promise, resolve, reject } = deferred<void>();
    promise.catch(() => {});
    const timer = this._clock.schedule(CONFIRM_DEADLINE_MS, () => {
      logger.warn(`the server did not confirm the session within ${CONFIRM_DEADLINE_MS} ms; going on`);
      resolve();
    });
    const onUpdated = (): void => resolve();
    this.once('session.updated', onUpdated);
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
    return promise.finally(() => {
      timer.cancel();
      this.off('session.updated', onUpdated);
    });
  }

  /** Leaves the connection, whatever its state; tells so once. */
  #disconnect(close: ConnectionClose): void {
    const attempt = this.#attempt;
    if (attempt === null) return;
    this.#attempt = null;
    this.#lastCallId = attempt.call?.callId ?? this.#lastCallId;
    // Ends the wait for a confirmation that can't come any more.
    attempt.abort.abort(
      new TransportConnectionError(`the call ended before it was ready: ${close.reason ?? 'closed'}`, {
        code: 'ERR_CONNECT_FAILED',
      }),
    );
    attempt.call?.close();
    this._deliver('connection_change', 'disconnected', close);
    this._onClose();
  }
}
