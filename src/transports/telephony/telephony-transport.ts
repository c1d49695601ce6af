import type { Timer } from '../../clock.ts';
import { systemClock } from '../../clock.ts';
import { TransportConnectionError, UserError } from '../../errors.ts';
import type { SessionConfig } from '../../protocol/session-config.ts';
import type { RealtimeSessionPayload } from '../../protocol/session-payload.ts';
import { sessionPayload } from '../../protocol/session-payload.ts';
import type { WebSocketLike } from '../defaults.ts';
import type { OpenAIRealtimeWebSocketOptions } from '../openai-websocket.ts';
import { OpenAIRealtimeWebSocket } from '../openai-websocket.ts';
import type { RealtimeTransportLayerConnectOptions } from '../transport.ts';
import { CallerAudio } from './caller-audio.ts';
import type { PhoneDialect, PhoneMessage } from './phone-dialect.ts';
import type { PhoneStart } from './phone-line.ts';
import { hungUp, PhoneLine } from './phone-line.ts';
import { PhonePlayout } from './phone-playout.ts';

/** A caller who stops in the middle of a word gets this much patience before silence is sent for them. */
const DEFAULT_INACTIVITY_MS = 750;

/** Without a model for so long, the caller is let go instead of left in dead air. */
const DEFAULT_RECONNECT_GRACE_MS = 5000;

const MAX_TIMER_MS = 2_147_483_647;

/** Options of a transport between a telephone line and the Realtime service. */
export interface TelephonyRealtimeTransportOptions extends Omit<OpenAIRealtimeWebSocketOptions, 'playout'> {
  /**
   * While the caller speaks, a second of silence is sent when no media came for so long, in milliseconds: 1 to
   * 2,147,483,647, default 750; null: never. Throws `ERR_PHONE_INACTIVITY` for anything else.
   */
  inputAudioInactivityTimeoutMs?: number | null;
  /** How long a lost connection to the model may take to come back before the caller is let go; default 5000 ms. */
  reconnectGraceMs?: number;
}

/** Figures of a telephone call. */
export interface TelephonyStats {
  /** How much later than the promptest one the caller's last packet went on to the model, in ms. */
  readonly callerDelayMs: number;
  /** The agent's audio that the caller has not heard yet, here and at the phone, in ms. */
  readonly waitingMs: number;
  /** How often the phone was emptied because the caller spoke. */
  readonly bargeIns: number;
  /** From the model's word that the caller speaks to the emptying of the phone, the last time, in ms; `null` before it. */
  readonly lastClearMs: number | null;
}

/**
 * A telephone call: the provider's media stream on one side, the Realtime service on the other. G.711 goes through as it
 * is; what the caller heard comes from the provider's marks.
 *
 * The connection to the model opens after the stream's `start`, so `connect` waits for that, 5 s at most. Every frame of
 * the provider is also the event `*`, as `{ type: '<provider>_message', message }`; a key of the telephone is
 * `{ type: 'dtmf', digit }`. When the caller hangs up, the connection to the model closes; when that is gone for good, the
 * stream does.
 */
export class TelephonyRealtimeTransport extends OpenAIRealtimeWebSocket {
  readonly #line: PhoneLine;
  readonly #phone: PhonePlayout;
  readonly #caller: CallerAudio;
  readonly #graceMs: number;
  #hangUp: Timer | null = null;
  /** When the model heard the caller begin to speak; `null` once the phone was emptied for it. */
  #spokenAtMs: number | null = null;
  #bargeIns = 0;
  #lastClearMs: number | null = null;

  constructor(socket: WebSocketLike, dialect: PhoneDialect, options: TelephonyRealtimeTransportOptions = {}) {
    const { inputAudioInactivityTimeoutMs = DEFAULT_INACTIVITY_MS, reconnectGraceMs = DEFAULT_RECONNECT_GRACE_MS } =
      options;
    checkInactivity(inputAudioInactivityTimeoutMs);
    const clock = options.clock ?? systemClock;
    const line = new PhoneLine({
      socket,
      dialect,
      clock,
      listener: {
        wantsFrames: () => this._isWatched(),
        onFrame: (message) => {
          if (this._isWatched()) this._deliver('*', { type: `${dialect.name}_message`, message });
        },
        onMessage: (message) => this.#onPhone(message),
        onError: (error) => this._onError(error),
        onClosed: () => this.#onLineClosed(),
      },
    });
    const phone = new PhonePlayout(
      {
        bufferedBytes: () => line.bufferedBytes(),
        media: (payload) => line.media(payload),
        mark: (name) => line.mark(name),
        clear: () => {
          line.clear();
          this.#cleared();
        },
        onBacklog: (waitingFrames) => this.#onBacklog(waitingFrames),
      },
      clock,
    );
    super({ ...options, playout: phone });
    this.#line = line;
    this.#phone = phone;
    this.#graceMs = reconnectGraceMs;
    this.#caller = new CallerAudio(
      {
        get encoding() {
          return line.encoding;
        },
        append: (audio) => this.#append(audio),
        onDead: () => this.#onDeadLine(),
      },
      { clock, inactivityMs: inputAudioInactivityTimeoutMs },
    );
    this.on('speech_started', () => {
      this.#spokenAtMs = clock.nowMs();
      this.#caller.speaks(true);
    });
    this.on('speech_stopped', () => this.#caller.speaks(false));
  }

  /** Figures of this moment. */
  get stats(): TelephonyStats {
    return {
      callerDelayMs: this.#caller.delayMs,
      waitingMs: this.#phone.waitingMs,
      bargeIns: this.#bargeIns,
      lastClearMs: this.#lastClearMs,
    };
  }

  /** Waits for the stream's `start`; with it, what the provider said of the call. Rejects as `connect` does. */
  started(): Promise<PhoneStart> {
    return this.#line.started();
  }

  /**
   * Waits for the stream to start, then connects to the model. Rejects with `ERR_PHONE_START_TIMEOUT` after 5 s without a
   * start, with `ERR_PHONE_CLOSED` when the caller is gone, and as the WebSocket transport does.
   */
  override async connect(options: RealtimeTransportLayerConnectOptions): Promise<void> {
    try {
      await this.#line.started();
      await super.connect(options);
    } catch (error) {
      if (this.#line.isClosed) throw hungUp();
      // A lost connection may be tried again, as long as the caller waits for it.
      if (this.status === 'disconnected') this.#awaitModel();
      throw error;
    }
    // Either side may have gone meanwhile.
    if (this.#line.isClosed) throw hungUp();
    if (this.status !== 'connected') return;
    this.#hangUp?.cancel();
    this.#hangUp = null;
  }

  /** Closes the connection to the model and the caller's stream with it. */
  override close(): void {
    super.close();
    this.#line.close();
  }

  /** Closes the connection to the model; the caller waits `reconnectGraceMs` for the next one. */
  leaveModel(): void {
    super.close();
  }

  /** The line's own formats over a configuration. */
  _setInputAndOutputAudioFormat(config: SessionConfig = {}): SessionConfig {
    checkFormat(config, this.#line.encoding);
    const format = { type: this.#line.encoding };
    const { audio } = config;
    return {
      ...config,
      audio: { ...audio, input: { ...audio?.input, format }, output: { ...audio?.output, format } },
    };
  }

  protected override _getMergedSessionConfig(config: SessionConfig): RealtimeSessionPayload {
    return super._getMergedSessionConfig(this._setInputAndOutputAudioFormat(config));
  }

  protected override _onClose(): void {
    super._onClose();
    this.#caller.speaks(false);
    this.#awaitModel();
  }

  #onPhone(message: PhoneMessage): void {
    switch (message.type) {
      case 'start':
        this.#phone.start();
        return this.#caller.start();
      case 'media':
        return message.isCaller ? this.#caller.receive(message) : undefined;
      case 'mark':
        return this.#phone.markReturned(message.name);
      case 'dtmf':
        return this._deliver('*', { type: 'dtmf', digit: message.digit });
      case 'stop':
        return this.#line.close();
      case 'other':
    }
  }

  #cleared(): void {
    if (this.#spokenAtMs === null) return;
    this.#bargeIns += 1;
    this.#lastClearMs = this._clock.nowMs() - this.#spokenAtMs;
    this.#spokenAtMs = null;
  }

  #append(audio: string): void {
    if (this.status === 'connected' || this._holdsAudio) this._appendAudio(audio);
  }

  #onLineClosed(): void {
    this.#hangUp?.cancel();
    this.#caller.stop();
    this.#phone.close();
    super.close();
  }

  #onDeadLine(): void {
    this._onError(
      new TransportConnectionError('the phone line sent no audio for 20 s: it is taken for dead and closed', {
        code: 'ERR_PHONE_DEAD',
      }),
    );
    this.#line.close();
  }

  #onBacklog(waitingFrames: number): void {
    if (this.#line.isClosed) return;
    this._onError(
      new TransportConnectionError(
        `${Math.round(waitingFrames / 8000)} s of audio wait for the caller: the line is closed, nobody would hear it`,
        { code: 'ERR_PHONE_BACKLOG' },
      ),
    );
    this.#line.close();
  }

  /** The caller's patience begins with the loss; attempts that fail don't renew it. */
  #awaitModel(): void {
    if (this.#line.isClosed) return;
    this.#hangUp ??= this._clock.schedule(this.#graceMs, () => this.#line.close());
  }
}

function checkInactivity(timeoutMs: number | null): void {
  if (timeoutMs === null || (timeoutMs > 0 && timeoutMs <= MAX_TIMER_MS)) return;
  throw new UserError(`inputAudioInactivityTimeoutMs must be null or 1…${MAX_TIMER_MS} ms, got ${timeoutMs}`, {
    code: 'ERR_PHONE_INACTIVITY',
  });
}

/** Throws when the app asks for audio that the line can't carry. */
function checkFormat(config: SessionConfig, encoding: string): void {
  const { input, output } = sessionPayload(config).audio ?? {};
  for (const format of [input?.format, output?.format]) {
    const type = format === undefined || format === null ? encoding : format.type;
    if (type === encoding) continue;
    throw new UserError(`this phone line carries ${encoding}, not ${type}: leave the audio formats out`, {
      code: 'ERR_PHONE_FORMAT',
    });
  }
}
