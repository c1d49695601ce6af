import { EventEmitter } from '#emitter';
import { encodeAlaw, encodeMulaw } from '../audio/g711.ts';
import { AudioError } from '../errors.ts';
import { newAudioContext } from './audio-context.ts';
import type { BargeInWatch } from './barge-in.ts';
import { CaptureNode } from './capture-node.ts';
import { type CodecFormat, defaultPacketRate } from './codec-format.ts';
import { type MicrophoneConstraints, openDevice } from './devices.ts';
import { emitOrLog } from './error-event.ts';
import type { CaptureEvent } from './worklet-messages.ts';

/** Options of `Microphone.open`. */
export interface MicrophoneOptions extends MicrophoneConstraints {
  /** One of `listMicrophones()`; default is the browser's choice. */
  readonly deviceId?: string;
  /** Where to record, at any rate; default is a context of its own, which `close` closes. */
  readonly context?: AudioContext;
  /** Where the app serves `bargein/worklets/capture.js`; default is beside the package, or a Blob. */
  readonly workletUrl?: string | URL;
  /** Compiled audio core; default is the fastest build that the browser can run. */
  readonly wasmModule?: WebAssembly.Module;
  /**
   * Whether packets and levels go through shared memory where the page is cross-origin isolated; default true. Without it, and
   * elsewhere, they go by message.
   */
  readonly sharedMemory?: boolean;
  /** PCM16 at 24 kHz, or G.711 at 8 kHz as telephones have it. Default `pcm16`. */
  readonly format?: CodecFormat;
  /** A speaker of the same context, from its `watch`: it is held as soon as somebody speaks over it. */
  readonly bargeIn?: BargeInWatch;
}

/** Level of the last 60 ms, in dB relative to full scale; −Infinity for silence. */
export interface MicrophoneLevel {
  readonly rmsDb: number;
  readonly peakDb: number;
}

/** Events of a `Microphone`. */
export interface MicrophoneEventTypes extends Record<string, unknown[]> {
  /** 20 ms of PCM16 at 24 kHz, one after the other without a gap; in place of it, in the other formats, there is `octets`. */
  packet: [samples: Int16Array<ArrayBuffer>];
  /** 20 ms of µ-law or A-law at 8 kHz, likewise. */
  octets: [octets: Uint8Array<ArrayBuffer>];
  /** 16.7 times a second. */
  level: [level: MicrophoneLevel];
  muted: [isMuted: boolean];
  /** Another device is heard from here on. */
  device: [device: { readonly deviceId: string; readonly label: string }];
  /**
   * The device was lost and the default one could not take its place; packets are silent until `use` finds another. Or, with
   * the code `ERR_BUFFER_SIZE`, packets were lost because the page took none for 40 s.
   */
  error: [error: AudioError];
}

/** The user's voice: a microphone as packets of 20 ms, through mutes and changes of device. */
export class Microphone extends EventEmitter<MicrophoneEventTypes> {
  readonly context: AudioContext;
  readonly #capture: CaptureNode;
  readonly #constraints: MicrophoneConstraints;
  readonly #bargeIn: BargeInWatch | undefined;
  readonly #format: CodecFormat;
  readonly #ownsContext: boolean;
  #source: MediaStreamAudioSourceNode;
  #isMuted = false;
  #isClosed = false;
  /** The newest call of `use`; an older one that is answered later is dropped. */
  #uses = 0;

  private constructor(parts: {
    readonly context: AudioContext;
    readonly ownsContext: boolean;
    readonly capture: CaptureNode;
    readonly stream: MediaStream;
    readonly constraints: MicrophoneConstraints;
    readonly bargeIn: BargeInWatch | undefined;
    readonly format: CodecFormat;
  }) {
    super();
    this.context = parts.context;
    this.#ownsContext = parts.ownsContext;
    this.#capture = parts.capture;
    this.#constraints = parts.constraints;
    this.#bargeIn = parts.bargeIn;
    this.#format = parts.format;
    this.#source = this.#hear(parts.stream);
  }

  /**
   * Asks the user for the microphone and begins to record. Rejects with an `AudioError`: `ERR_MICROPHONE_DENIED`,
   * `ERR_MICROPHONE_MISSING`, `ERR_MICROPHONE_FAILED`, `ERR_WORKLET_LOAD`, `ERR_CODEC_FORMAT` for another format, or
   * `ERR_AUDIO_UNSUPPORTED` where there are none.
   */
  static async open(options: MicrophoneOptions = {}): Promise<Microphone> {
    const { deviceId, context: given, workletUrl, wasmModule, sharedMemory, bargeIn, ...rest } = options;
    const { format = 'pcm16', ...constraints } = rest;
    const packetRate = defaultPacketRate(format);
    const stream = await openDevice(deviceId, constraints);
    const context = given ?? newAudioContext();
    let microphone: Microphone | undefined;
    try {
      const onEvent = (event: CaptureEvent): void => {
        if (microphone !== undefined) microphone.#onEvent(event);
      };
      const parts = { context, workletUrl, wasmModule, sharedMemory, bargeIn, packetRate, onEvent };
      const capture = await CaptureNode.open(parts);
      const ownsContext = given === undefined;
      microphone = new Microphone({ context, ownsContext, capture, stream, constraints, bargeIn, format });
    } catch (error) {
      for (const track of stream.getTracks()) track.stop();
      if (given === undefined) await context.close();
      throw error;
    }
    // With a microphone allowed, browsers let a context run; where one does not, the next gesture's `resume` is the app's.
    void context.resume().catch(() => {});
    return microphone;
  }

  /** Whether packets and levels go through shared memory. */
  get isShared(): boolean {
    return this.#capture.isShared;
  }

  get muted(): boolean {
    return this.#isMuted;
  }

  /** The device that is heard. */
  get device(): { readonly deviceId: string; readonly label: string } {
    const track = this.#track;
    return { deviceId: track?.getSettings().deviceId ?? '', label: track?.label ?? '' };
  }

  /**
   * Muted, the device's track is off, which the browser shows, and packets of zeros go on, so that a server's turn
   * detection hears the end of the sentence. Nothing said before is in them.
   */
  mute(isMuted: boolean): void {
    if (this.#isClosed || isMuted === this.#isMuted) return;
    this.#isMuted = isMuted;
    if (this.#track !== undefined) this.#track.enabled = !isMuted;
    this.#capture.command(isMuted ? 'mute' : 'unmute');
    this.emit('muted', isMuted);
  }

  /**
   * Hears another device, or the default one, from the moment on that it is open; until then the present one. Rejects as
   * `open` does, and then nothing has changed.
   */
  async use(deviceId?: string): Promise<void> {
    const use = ++this.#uses;
    const stream = await openDevice(deviceId, this.#constraints);
    if (this.#isClosed || use !== this.#uses) {
      for (const track of stream.getTracks()) track.stop();
      return;
    }
    const before = this.#source;
    this.#source = this.#hear(stream);
    this.#drop(before);
    this.emit('device', this.device);
  }

  /** Ends the recording and gives the device back. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#drop(this.#source);
    this.#capture.close();
    this.#bargeIn?.output.disconnect(this.#capture.node);
    if (this.#ownsContext) await this.context.close();
  }

  get #track(): MediaStreamTrack | undefined {
    return this.#source.mediaStream.getAudioTracks()[0];
  }

  #hear(stream: MediaStream): MediaStreamAudioSourceNode {
    const source = new MediaStreamAudioSourceNode(this.context, { mediaStream: stream });
    for (const track of stream.getAudioTracks()) {
      track.enabled = !this.#isMuted;
      track.addEventListener('ended', this.#onLost, { once: true });
    }
    source.connect(this.#capture.node);
    return source;
  }

  #drop(source: MediaStreamAudioSourceNode): void {
    source.disconnect();
    for (const track of source.mediaStream.getTracks()) {
      track.removeEventListener('ended', this.#onLost);
      track.stop();
    }
  }

  /** A headset that is unplugged is no reason to end the call. */
  readonly #onLost = (): void => {
    this.use().catch((cause: unknown) => {
      emitOrLog(this, cause instanceof AudioError ? cause : deviceLost(cause));
    });
  };

  #onEvent(event: CaptureEvent): void {
    if (event.type === 'packet') this.#send(event.samples);
    else if (event.type === 'level') this.emit('level', { rmsDb: event.rmsDb, peakDb: event.peakDb });
    else emitOrLog(this, new AudioError(`the capture worklet: ${event.message}`, { code: event.code }));
  }

  #send(samples: Int16Array<ArrayBuffer>): void {
    if (this.#format === 'pcm16') this.emit('packet', samples);
    else this.emit('octets', this.#format === 'mulaw' ? encodeMulaw(samples) : encodeAlaw(samples));
  }
}

function deviceLost(cause: unknown): AudioError {
  return new AudioError('the microphone was lost; let the user pick another one', {
    code: 'ERR_MICROPHONE_MISSING',
    cause,
  });
}
