import { encodeBase64 } from '../audio/base64.ts';
import type { Clock } from '../clock.ts';
import { systemClock } from '../clock.ts';
import type { SessionPlayout } from '../playout/playout.ts';
import type { ServerEvent } from '../protocol/server-events.ts';
import type { SessionConfig } from '../protocol/session-config.ts';
import type { RealtimeSessionPayload } from '../protocol/session-payload.ts';
import { ClientOutbox } from './client-outbox.ts';
import type { ItemEventName, ItemPort } from './item-events.ts';
import { ItemEvents } from './item-events.ts';
import type { AudioPlace, ModelAudioHost } from './model-audio.ts';
import { ModelAudio } from './model-audio.ts';
import { NegotiatedConfig } from './negotiated-config.ts';
import type { OpenAIRealtimeEventTypes } from './openai-events.ts';
import type { OpenAIRealtimeBaseOptions, OpenAIRealtimeModels } from './openai-options.ts';
import { DEFAULT_OPENAI_REALTIME_MODEL } from './openai-options.ts';
import type { WireFormat } from './output-audio.ts';
import { bytesOf, checkWholeSamples, wireFormat } from './output-audio.ts';
import { responseCompleted, responseUsage } from './response-events.ts';
import type { StandalonePort } from './standalone-conversation.ts';
import { StandaloneConversation } from './standalone-conversation.ts';
import type {
  ApiKey,
  AudioHold,
  DrivableTransport,
  RealtimeClientMessage,
  RealtimeTransportLayerConnectOptions,
  RequestedResponse,
  TransportLayerAudio,
} from './transport.ts';

export type { OpenAIRealtimeEventTypes } from './openai-events.ts';
export { DEFAULT_OPENAI_REALTIME_MODEL } from './openai-options.ts';
export type { OpenAIRealtimeBaseOptions, OpenAIRealtimeModels } from './openai-options.ts';

/**
 * The protocol of the Realtime service over a connection that a subclass makes. Driven by a session it only obeys; alone,
 * it interrupts when the user speaks, truncates at what its playout rendered and asks for one response at a time.
 */
export abstract class OpenAIRealtimeBase extends ClientOutbox implements DrivableTransport {
  /** When the first audio of the current item came, in the clock's milliseconds. */
  protected _firstAudioTimestamp: number | undefined;
  /** Audio of the current item received so far. */
  protected _audioLengthMs = 0;

  /** For subclasses that measure time. */
  protected readonly _clock: Clock;
  readonly #apiKey: ApiKey | undefined;
  readonly #conversation: StandaloneConversation;
  readonly #items: ItemEvents;
  readonly #config: NegotiatedConfig;
  readonly #audio: ModelAudio;
  #isDriven = false;
  /** What `interrupt` passes to `_interrupt`, to tell whether an override has put in its own count. */
  #askedElapsedMs: number | undefined;

  constructor(options: OpenAIRealtimeBaseOptions = {}) {
    super();
    this.#config = new NegotiatedConfig(options.model ?? DEFAULT_OPENAI_REALTIME_MODEL);
    this.#apiKey = options.apiKey;
    this._clock = options.clock ?? systemClock;
    const host = new OpenAIRealtimeBase.#Host(this);
    this.#conversation = new StandaloneConversation(this._clock, host);
    this.#items = new ItemEvents(host);
    this.#audio = new ModelAudio(host, { playout: options.playout, clock: this._clock });
    this.#audio.playout.listener = this.#conversation;
  }

  /** What the parts ask of their transport: one object for all of them, within the class that has the answers. */
  static readonly #Host = class implements ModelAudioHost, StandalonePort, ItemPort {
    readonly #transport: OpenAIRealtimeBase;

    constructor(transport: OpenAIRealtimeBase) {
      this.#transport = transport;
    }

    get playout(): SessionPlayout {
      return this.#transport.playout;
    }

    createResponse(request: Parameters<OpenAIRealtimeBase['createResponse']>[0]): void {
      this.#transport.createResponse(request);
    }

    truncateItem(target: { itemId: string; contentIndex: number; audioEndMs: number }): void {
      this.#transport.truncateItem(target);
    }

    send(event: RealtimeClientMessage): void {
      this.#transport.sendEvent(event);
    }

    deliver<Name extends ItemEventName>(event: Name, ...args: OpenAIRealtimeEventTypes[Name]): void {
      this.#transport._deliver<Name>(event, ...args);
    }

    acceptsAudio(responseId: string): boolean {
      return this.#transport.#conversation.acceptsAudio(responseId);
    }

    formatOf(responseId: string): WireFormat {
      return this.#transport.#config.outputFormat(responseId);
    }

    onItem(place: AudioPlace): void {
      const transport = this.#transport;
      transport._firstAudioTimestamp = transport._clock.nowMs();
      transport._audioLengthMs = 0;
      if (!transport.#isDriven) transport.#conversation.audioStarted(place);
    }

    onAudio(audio: TransportLayerAudio, lengthMs: number): void {
      this.#transport._audioLengthMs += lengthMs;
      this.#transport._onAudio(audio);
    }

    onRefused(place: AudioPlace): void {
      this.#transport._deliver('driver_notice', { type: 'audio_refused', ...place });
    }

    onDone({ itemId, responseId }: AudioPlace): void {
      this.#transport.#conversation.audioDone(itemId);
      this.#transport._deliver('audio_done', { itemId, responseId });
      this.#transport._afterAudioDoneEvent();
    }

    onError(error: unknown): void {
      this.#transport._onError(error);
    }
  };

  abstract get muted(): boolean | null;
  abstract connect(options: RealtimeTransportLayerConnectOptions): Promise<void>;
  abstract close(): void;
  abstract mute(muted: boolean): void;

  /** The model of this connection, or of the next one; it can't change in between. */
  get currentModel(): OpenAIRealtimeModels {
    return this.#config.model;
  }

  set currentModel(model: OpenAIRealtimeModels) {
    this.#config.model = model;
  }

  /**
   * Where the model's audio goes. The default one is replaced, with its listener, when the output format has another
   * rate, so read it when you need it.
   */
  get playout(): SessionPlayout {
    return this.#audio.playout;
  }

  get createsResponses(): boolean {
    return this.#config.createsResponses;
  }

  get isPlayoutRemote(): boolean {
    return false;
  }

  get canBeDriven(): boolean {
    const { prototype } = OpenAIRealtimeBase;
    return this.interrupt === prototype.interrupt && this._interrupt === prototype._interrupt;
  }

  drive(): void {
    this.#isDriven = true;
    if (this.playout.listener === this.#conversation) this.playout.listener = null;
  }

  holdAudio(hold: AudioHold): void {
    this.#audio.holdBack(hold);
  }

  createResponse({ eventId, response }: { eventId: string; response?: Readonly<Record<string, unknown>> }): void {
    this._sendNow({ type: 'response.create', event_id: eventId, response });
  }

  cancelResponse(responseId?: string): void {
    this.#conversation.markCancelled();
    this.sendEvent({ type: 'response.cancel', response_id: responseId });
  }

  /**
   * Sends audio of the user in the session's input format. `commit` ends the user's turn, for sessions without turn
   * detection. Throws `ERR_PCM16_ODD_LENGTH` for half a sample.
   */
  sendAudio(audio: ArrayBuffer | ArrayBufferView, { commit = false }: { commit?: boolean } = {}): void {
    const bytes = bytesOf(audio);
    const isOdd = bytes.byteLength % 2 !== 0;
    if (isOdd && this._inputFormat.type === 'audio/pcm') checkWholeSamples(bytes.byteLength);
    if (bytes.byteLength > 0) {
      this._appendAudio(encodeBase64(bytes));
      this.#conversation.userAudioSent();
    }
    if (commit) this.sendEvent({ type: 'input_audio_buffer.commit' });
  }

  /** The server hears the user begin to speak. */
  protected _onUserSpeaks(): void {}

  /** The server has made an item of the user's audio up to here, or has forgotten it. */
  protected _onUserAudioTaken(): void {}

  /** Whether the server finds the user's turns by itself. */
  protected get _detectsTurns(): boolean {
    return this.#config.detectsTurns;
  }

  /** What the user's audio is sent as. */
  protected get _inputFormat(): WireFormat {
    return this.#config.inputFormat;
  }

  /** Sends audio of the user that is base64 already. */
  protected _appendAudio(audio: string): void {
    this.sendEvent({ type: 'input_audio_buffer.append', audio });
  }

  /** Changes the session; what `config` does not say stays as it was sent before. */
  updateSessionConfig(config: SessionConfig): void {
    const session = this._getMergedSessionConfig(config);
    if (!this.isPlayoutRemote) this.#audio.fit(wireFormat(session.audio?.output?.format));
    this.sendEvent({ type: 'session.update', session });
    this.#config.sent(session);
    const { tracing } = config;
    // By itself: the service refuses to change tracing that is on, and must not refuse the rest with it.
    if (this.#config.changesTracing(tracing)) {
      this.sendEvent({ type: 'session.update', session: { type: 'realtime', tracing } });
    }
  }

  /** The `session` for a connection that starts with this configuration, defaults included. */
  buildSessionPayload(config: SessionConfig): RealtimeSessionPayload {
    return this.#config.initial(config);
  }

  /** Stops what plays, cancels the response behind it and truncates what was not heard. Without effect if nothing is live. */
  interrupt(cancelOngoingResponse = true): void {
    if (this.#isDriven) return this._deliver('driver_notice', { type: 'interrupt_requested' });
    if (!this.#conversation.isLive) return;
    const elapsedMs = this.#audio.playedMs;
    this.#askedElapsedMs = elapsedMs;
    this._interrupt(elapsedMs, cancelOngoingResponse);
    this.#askedElapsedMs = undefined;
  }

  /**
   * Carries out an interrupt. A subclass that knows better than the playout how much of the current item was heard
   * overrides this and passes its own `elapsedTime`, in milliseconds.
   */
  protected _interrupt(elapsedTime: number, cancelOngoingResponse = true): void {
    if (cancelOngoingResponse) this._cancelResponse();
    this.#conversation.markCancelled();
    this._deliver('audio_interrupted');
    const isOwnCount = elapsedTime !== this.#askedElapsedMs;
    const itemId = this.#audio.currentItemId;
    this.#conversation.stop(isOwnCount && itemId !== undefined ? { itemId, heardMs: elapsedTime } : null);
  }

  /** Cancels the response that is being generated, if there is one. */
  protected _cancelResponse(): void {
    if (this.#conversation.isGenerating) this.cancelResponse();
  }

  /** The item whose audio came last. */
  protected get currentItemId(): string | undefined {
    return this.#audio.currentItemId;
  }

  /** The session's configuration as the server last stated it, in wire form. */
  protected get _rawSessionConfig(): RealtimeSessionPayload | null {
    return this.#config.stated;
  }

  /** The whole configuration that an update leads to: what was sent before, or the defaults, and `config` over it. */
  protected _getMergedSessionConfig(config: SessionConfig): RealtimeSessionPayload {
    return this.#config.merged(config);
  }

  /** The key to connect with. */
  protected async _getApiKey(options: RealtimeTransportLayerConnectOptions): Promise<string | undefined> {
    const key = options.apiKey ?? this.#apiKey;
    return typeof key === 'function' ? await key() : key;
  }

  /** Called after the model has sent all audio of an item. */
  protected _afterAudioDoneEvent(): void {}

  /** Hands out audio. Overridden by transports that play it themselves. */
  protected _onAudio(audio: TransportLayerAudio): void {
    this._deliver('audio', audio);
  }

  protected _onOpen(): void {
    this._deliver('connected');
  }

  protected _onClose(): void {
    this.#conversation.reset();
    this.#items.reset();
    this.#config.reset();
    this.#audio.reset();
    this._firstAudioTimestamp = undefined;
    this._audioLengthMs = 0;
    this._deliver('disconnected');
  }

  /** Sends past the sequencing of responses; subclasses whose `sendEvent` sequences them override it. */
  protected _sendNow(event: RealtimeClientMessage): void {
    this.sendEvent(event);
  }

  protected override _request(request: RequestedResponse): void {
    if (this.#isDriven) this._deliver('driver_notice', { type: 'response_requested', ...request });
    else this.#conversation.request(request);
  }

  protected override _read(event: ServerEvent): void {
    switch (event.type) {
      case 'response.output_audio.delta':
        return this.#audio.received(event);
      case 'response.output_audio_transcript.delta':
        return this._deliver('audio_transcript_delta', {
          type: 'transcript_delta',
          itemId: event.item_id,
          delta: event.delta,
          responseId: event.response_id,
        });
      case 'response.output_text.delta':
        return this._deliver('output_text_delta', {
          type: 'output_text_delta',
          itemId: event.item_id,
          delta: event.delta,
          responseId: event.response_id,
        });
      case 'response.output_audio.done':
        return this.#audio.ended(event);
      case 'response.created':
        this.#config.responseStarted(event.response.id, event.response.audio?.output?.format);
        this.#conversation.responseStarted(event.response.id);
        return this._deliver('turn_started', { type: 'response_started', providerData: { ...event } });
      case 'response.done':
        return this.#onResponseDone(event);
      case 'input_audio_buffer.speech_started':
        return this.#onSpeechStarted(event);
      case 'input_audio_buffer.speech_stopped':
        this._deliver('speech_stopped', { itemId: event.item_id, audioEndMs: event.audio_end_ms });
        return this.#isDriven ? undefined : this.#conversation.speechStopped(this.createsResponses);
      case 'input_audio_buffer.committed':
      case 'input_audio_buffer.cleared':
        return this._onUserAudioTaken();
      case 'session.created':
      case 'session.updated':
        this.#config.stated = event.session as RealtimeSessionPayload;
        return;
      case 'error':
        return this.#onServerError(event);
      default:
        return this.#items.read(event, this.#isDriven);
    }
  }

  #onResponseDone(event: Extract<ServerEvent, { type: 'response.done' }>): void {
    const { response } = event;
    this.#config.responseDone(response.id);
    const usage = responseUsage(response);
    if (usage !== undefined) this._deliver('usage_update', usage);
    const completed = responseCompleted(response, usage);
    this._deliver('turn_done', completed);
    this.#conversation.responseDone(response.id, completed.response.status === 'completed');
  }

  #onSpeechStarted(event: Extract<ServerEvent, { type: 'input_audio_buffer.speech_started' }>): void {
    this._onUserSpeaks();
    const serverInterrupts = this.#config.interruptsResponses;
    // What the server cancels by itself is refused before anybody hears of the speech.
    if (this.#isDriven && serverInterrupts) this.#conversation.markCancelled();
    this._deliver('speech_started', { itemId: event.item_id, audioStartMs: event.audio_start_ms, serverInterrupts });
    if (this.#isDriven) return;
    this.#conversation.speechStarted();
    this.interrupt(!serverInterrupts);
  }

  #onServerError(event: Extract<ServerEvent, { type: 'error' }>): void {
    const eventId = event.error.event_id ?? undefined;
    const code = event.error.code ?? undefined;
    this._deliver('error', { type: 'error', error: event, eventId, code });
    this.#conversation.refused({ code, eventId, error: event });
  }
}
