import { EventEmitter } from '#emitter';
import { AudioError } from '../errors.ts';
import type { SessionAudio } from '../session-audio.ts';
import type { AudioTier } from './audio-tier.ts';
import { type BargeInOptions, type BargeInPhase, checkedBargeIn } from './barge-in.ts';
import type { MicrophoneConstraints } from './devices.ts';
import { emitOrLog } from './error-event.ts';
import type { HoldAction } from './holdable-playout.ts';
import { Microphone, type MicrophoneLevel } from './microphone.ts';
import { Speaker } from './speaker.ts';

/** Options of `browserAudio`. */
export interface BrowserAudioOptions extends MicrophoneConstraints {
  /** One of `listMicrophones()`; default is the browser's choice. */
  readonly deviceId?: string;
  /** Where to play and record, at any rate; default is a context of its own, which `dispose` closes. */
  readonly context?: AudioContext;
  /** What the speaker is connected to, a recorder for instance; default is the context's destination. */
  readonly destination?: AudioNode;
  /** Where the app serves `bargein/worklets/playback.js`; default is beside the package, or a Blob. */
  readonly playbackWorkletUrl?: string | URL;
  /** Where the app serves `bargein/worklets/capture.js`, likewise. */
  readonly captureWorkletUrl?: string | URL;
  /** Compiled audio core; default is the fastest build that the browser can run. */
  readonly wasmModule?: WebAssembly.Module;
  /**
   * Whether audio goes to and from the worklets through shared memory where the page is cross-origin isolated; default true.
   * Without it, and elsewhere, it goes by message.
   */
  readonly sharedMemory?: boolean;
  /**
   * Turns the agent down, or pauses it, as soon as the microphone hears somebody speak over it; what the session does then counts, and
   * if it does nothing in time, the agent goes on where it was. Default: the agent speaks on until the session interrupts it.
   */
  readonly bargeIn?: HoldAction | BargeInOptions;
}

/** Events of `browserAudio()`. */
export interface BrowserAudioEventTypes extends Record<string, unknown[]> {
  /** Level of the microphone, 16.7 times a second. */
  level: [level: MicrophoneLevel];
  muted: [isMuted: boolean];
  /** Another microphone is heard from here on. */
  device: [device: { readonly deviceId: string; readonly label: string }];
  /** The browser waits for the user to touch the page; the next gesture does it, or `unlock()` within one. */
  unlock_needed: [];
  unlocked: [];
  /** The user speaks over the agent: it is held, then that is committed or released. Only with the option `bargeIn`. */
  barge_in: [phase: BargeInPhase];
  /** The microphone was lost for good, or the speaker failed. */
  error: [error: AudioError];
}

/** The user's microphone and speaker, for one session at a time. */
export class BrowserAudio extends EventEmitter<BrowserAudioEventTypes> implements SessionAudio {
  readonly speaker: Speaker;
  readonly #options: BrowserAudioOptions;
  #microphone: Microphone | null = null;
  #deviceId: string | undefined;
  #isMuted = false;
  #send: (audio: ArrayBuffer) => void = () => {};
  /** Counts `open` and `close`; what an older one waited for is dropped. */
  #turn = 0;

  constructor(options: BrowserAudioOptions = {}) {
    super();
    this.#options = options;
    this.#deviceId = options.deviceId;
    if (options.bargeIn !== undefined) checkedBargeIn(options.bargeIn);
    this.speaker = new Speaker({
      context: options.context,
      destination: options.destination,
      workletUrl: options.playbackWorkletUrl,
      wasmModule: options.wasmModule,
      sharedMemory: options.sharedMemory,
    });
    this.speaker.on('unlock_needed', () => this.emit('unlock_needed'));
    this.speaker.on('unlocked', () => this.emit('unlocked'));
    this.speaker.on('barge_in', (phase) => this.emit('barge_in', phase));
    this.speaker.on('error', (error) => this.#fail(error));
  }

  get playout(): Speaker {
    return this.speaker;
  }

  /** Whether audio runs in worklets, or, where there are none, on the page: later, and with gaps when that is busy. */
  get tier(): AudioTier {
    return this.speaker.tier;
  }

  /** From rendering to hearing, in milliseconds; as of the speaker. */
  get latencyMs(): number {
    return this.speaker.latencyMs;
  }

  get muted(): boolean {
    return this.#isMuted;
  }

  /** The microphone of the call; `null` outside of one. */
  get microphone(): Microphone | null {
    return this.#microphone;
  }

  /** Asks for the microphone and lets sound begin. Rejects as `Microphone.open` and `speaker.ready` do. */
  async open(send: (audio: ArrayBuffer) => void): Promise<void> {
    this.#send = send;
    const turn = ++this.#turn;
    // First, as long as this is the user's gesture. Where that is not enough, an event says so.
    void this.speaker.unlock().catch(() => {});
    await this.speaker.ready;
    if (this.#microphone !== null) return;
    const {
      captureWorkletUrl,
      echoCancellation,
      noiseSuppression,
      autoGainControl,
      wasmModule,
      sharedMemory,
      bargeIn,
    } = this.#options;
    const microphone = await Microphone.open({
      echoCancellation,
      noiseSuppression,
      autoGainControl,
      wasmModule,
      sharedMemory,
      deviceId: this.#deviceId,
      workletUrl: captureWorkletUrl,
      context: this.speaker.context,
      bargeIn: bargeIn === undefined ? undefined : this.speaker.watch(bargeIn),
    });
    if (turn !== this.#turn) {
      await microphone.close();
      throw new AudioError('the audio was closed while it opened', { code: 'ERR_AUDIO_CLOSED' });
    }
    this.#hear(microphone);
  }

  mute(muted: boolean): void {
    if (muted === this.#isMuted) return;
    this.#isMuted = muted;
    this.#microphone?.mute(muted);
    this.emit('muted', muted);
  }

  /** Hears another microphone, at once if there is a call. Rejects as `Microphone.open` does, and nothing has changed. */
  async useMicrophone(deviceId?: string): Promise<void> {
    await this.#microphone?.use(deviceId);
    this.#deviceId = deviceId;
  }

  /** Lets sound begin, within a gesture of the user. */
  unlock(): Promise<void> {
    return this.speaker.unlock();
  }

  /** Gives the microphone and the speaker's device back; `open` takes them again. */
  close(): void {
    this.#turn++;
    this.#send = () => {};
    const microphone = this.#microphone;
    this.#microphone = null;
    void microphone?.close();
    void this.speaker.suspend().catch((cause: unknown) => this.#fail(cause));
  }

  /** Ends both for good. */
  async dispose(): Promise<void> {
    this.close();
    await this.speaker.close();
  }

  #hear(microphone: Microphone): void {
    this.#microphone = microphone;
    microphone.mute(this.#isMuted);
    microphone.on('packet', (samples) => this.#send(samples.buffer));
    microphone.on('level', (level) => this.emit('level', level));
    microphone.on('device', (device) => this.emit('device', device));
    microphone.on('error', (error) => this.#fail(error));
  }

  #fail(cause: unknown): void {
    const error =
      cause instanceof AudioError
        ? cause
        : new AudioError('the speaker could not be suspended', { code: 'ERR_AUDIO_UNSUPPORTED', cause });
    emitOrLog(this, error);
  }
}

/**
 * Microphone and speaker for a session over a WebSocket:
 * `new RealtimeSession(agent, { transport: 'websocket', audio: browserAudio() })`. Throws `ERR_AUDIO_UNSUPPORTED` outside of a
 * page, and `ERR_BARGE_IN` for an option of `bargeIn` out of range.
 */
export function browserAudio(options: BrowserAudioOptions = {}): BrowserAudio {
  return new BrowserAudio(options);
}
