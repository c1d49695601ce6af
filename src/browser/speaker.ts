import { EventEmitter } from '#emitter';
import { WIRE_SAMPLE_RATE } from '../audio/format.ts';
import { type Clock, systemClock } from '../clock.ts';
import { AudioError } from '../errors.ts';
import { ArrivalOrder } from '../playout/arrival-order.ts';
import { PlayoutLedger } from '../playout/ledger.ts';
import type { ItemPosition, PlayoutListener, PlayoutPacket, SessionPlayout } from '../playout/playout.ts';
import { type BargeInOptions, type BargeInPhase, type BargeInWatch, BargeInWait, checkedBargeIn } from './barge-in.ts';
import { newAudioContext } from './audio-context.ts';
import { type AudioTier, audioTier, outputLatencyMs } from './audio-tier.ts';
import { emitOrLog } from './error-event.ts';
import type { HoldAction } from './holdable-playout.ts';
import { OutputGate } from './output-gate.ts';
import { OutputLevel } from './output-level.ts';
import { PlaybackNode } from './playback-node.ts';
import { RingWriter } from './ring-writer.ts';
import type { PlaybackCommand, PlaybackEvent } from './worklet-messages.ts';

const DEFAULT_CAPACITY_FRAMES = 1 << 22;

/** Options of `Speaker`. */
export interface SpeakerOptions {
  /** Where to play, at any rate; default is a context of its own, which `close` closes. */
  readonly context?: AudioContext;
  /** What the speaker is connected to; default is the context's destination. */
  readonly destination?: AudioNode;
  /** Where the app serves `bargein/worklets/playback.js`; default is beside the package, or a Blob. */
  readonly workletUrl?: string | URL;
  /** Compiled audio core; default is the fastest build that the browser can run. */
  readonly wasmModule?: WebAssembly.Module;
  /** Frames at 24 kHz that the worklet's ring holds, a power of two from 2¹⁴; default 2²², which is 174.7 s and 8 MB. */
  readonly capacityFrames?: number;
  /**
   * Whether audio and positions go through shared memory where the page is cross-origin isolated; default true. Without it,
   * and elsewhere, they go by message.
   */
  readonly sharedMemory?: boolean;
  /** Default: the system's. */
  readonly clock?: Clock;
}

/** Events of a `Speaker`. */
export interface SpeakerEventTypes extends Record<string, unknown[]> {
  /** The browser plays nothing before the user has touched the page. The next gesture does it, or `unlock()` within one. */
  unlock_needed: [];
  /** The context runs now. */
  unlocked: [];
  /** The user speaks over the agent; only if a microphone watches (`watch`). */
  barge_in: [phase: BargeInPhase];
  /** The worklet could not be loaded, or did not obey. */
  error: [error: AudioError];
}

/** Counters of a `Speaker`. */
export interface SpeakerStats {
  /** Frames at 24 kHz that wait to be rendered. */
  readonly bufferedFrames: number;
  /** Gaps in mid-item. */
  readonly underrunEvents: number;
  /** Frames at 24 kHz that were made up in gaps. */
  readonly concealedFrames: number;
  /** How far behind its schedule paced audio is to be played, in milliseconds: what the network has taught so far. */
  readonly targetDelayMs: number;
  /** Frames at 24 kHz of cancelled audio that came late and were refused. */
  readonly refusedFrames: number;
  /** Frames at 24 kHz that came again, and were not played again. */
  readonly duplicateFrames: number;
}

/**
 * The agent's voice in a browser: PCM16 at 24 kHz through an AudioWorklet, which counts to the frame what it has
 * rendered. Nothing that was written is dropped but by `flush`.
 */
export class Speaker extends EventEmitter<SpeakerEventTypes> implements SessionPlayout {
  readonly sampleRate: number = WIRE_SAMPLE_RATE;
  readonly context: AudioContext;
  /** Settles when the worklet is loaded; what is written before waits for it. Rejects with `ERR_WORKLET_LOAD`. */
  readonly ready: Promise<void>;
  readonly #ownsContext: boolean;
  readonly #ledger: PlayoutLedger = new PlayoutLedger();
  readonly #order: ArrivalOrder = new ArrivalOrder();
  readonly #node: PlaybackNode;
  readonly #writer: RingWriter;
  readonly #gate: OutputGate;
  readonly #level: OutputLevel;
  readonly #bargeIn: BargeInWait;
  #underrunEvents = 0;
  #concealedFrames = 0;
  #targetDelayMs = 0;
  #isClosed = false;
  /** The newest interrupt that the worklet has not answered yet. */
  #unansweredId: string | null = null;
  #onAnswered: () => void = () => {};
  /** Counts `unlock` and `suspend`: only the last wish counts. */
  #wishes = 0;

  /** Throws `ERR_AUDIO_UNSUPPORTED` where there is no AudioContext. */
  constructor(options: SpeakerOptions = {}) {
    super();
    const { capacityFrames = DEFAULT_CAPACITY_FRAMES, clock = systemClock } = options;
    this.#ownsContext = options.context === undefined;
    this.context = options.context ?? newAudioContext();
    this.#level = new OutputLevel(this.context);
    this.#gate = new OutputGate(this.context, clock, (isLocked) => this.emit(isLocked ? 'unlock_needed' : 'unlocked'));
    this.#bargeIn = new BargeInWait(
      clock,
      (phase) => this.emit('barge_in', phase),
      () => this.#tell({ type: 'release' }),
    );
    this.#node = new PlaybackNode({
      context: this.context,
      capacityFrames,
      workletUrl: options.workletUrl,
      wasmModule: options.wasmModule,
      sharedMemory: options.sharedMemory,
      onEvent: (event) => this.#onEvent(event),
    });
    this.#writer = new RingWriter({
      capacityFrames,
      post: (command) => this.#node.post(command),
    });
    this.ready = this.#connect(options.destination ?? this.context.destination);
    // Who does not wait for it is told by the event.
    this.ready.catch((error: unknown) => this.#fail(error));
  }

  get listener(): PlayoutListener | null {
    return this.#ledger.listener;
  }

  set listener(listener: PlayoutListener | null) {
    this.#ledger.listener = listener;
  }

  /** Whether audio and positions go through shared memory. */
  get isShared(): boolean {
    return this.#node.isShared;
  }

  /** Whether audio is rendered in a worklet, or on the page for want of one. */
  get tier(): AudioTier {
    return audioTier();
  }

  /**
   * From rendering to hearing, in milliseconds, as the browser states it: of the device, and two buffers more in the polyfill's
   * tier, once it is `ready`.
   */
  get latencyMs(): number {
    return outputLatencyMs(this.context, this.#node.node);
  }

  /** Whether the browser waits for a gesture of the user. */
  get isLocked(): boolean {
    return this.#gate.isLocked;
  }

  /** Level of the last 20 ms or so that left the speaker, RMS in dB relative to full scale; −Infinity for silence. */
  get levelDb(): number {
    return this.#level.rmsDb;
  }

  get stats(): SpeakerStats {
    return {
      bufferedFrames: this.#writer.bufferedFrames,
      underrunEvents: this.#underrunEvents,
      concealedFrames: this.#concealedFrames,
      targetDelayMs: this.#targetDelayMs,
      refusedFrames: this.#ledger.refusedFrames,
      duplicateFrames: this.#order.duplicateFrames,
    };
  }

  /** Lets sound begin; call it within a gesture of the user. Resolves when the context runs. */
  unlock(): Promise<void> {
    this.#wishes++;
    return this.#gate.open();
  }

  /** Gives the audio device back, and keeps everything, until `unlock`; a fade under way is heard to its end. */
  async suspend(): Promise<void> {
    const wish = ++this.#wishes;
    if (this.#unansweredId !== null && this.context.state === 'running') {
      await new Promise<void>((resolve) => {
        this.#onAnswered = resolve;
      });
    }
    if (wish === this.#wishes) await this.#gate.suspend();
  }

  write(packet: PlayoutPacket): void {
    for (const next of this.#order.take(packet)) this.#queue(next);
    this.#gate.want();
  }

  end(itemId: string, contentIndex: number): void {
    for (const next of this.#order.end(itemId, contentIndex)) this.#queue(next);
    const stretch = this.#ledger.end(itemId, contentIndex);
    if (stretch !== null) this.#writer.end(stretch);
    this.#ledger.deliver();
  }

  flush(interruptId: string): void {
    this.#order.clear();
    this.#bargeIn.commit();
    const isPlaying = this.#ledger.cancel(interruptId);
    this.#unansweredId = interruptId;
    this.#writer.interrupt(interruptId);
    if (!isPlaying) this.#ledger.report();
    this.#ledger.deliver();
  }

  pause(): void {
    this.#bargeIn.commit();
    this.#node.post({ type: 'pause' });
  }

  resume(): void {
    this.#node.post({ type: 'resume' });
  }

  /** Throws `ERR_GAIN` for a gain above 0 dB or none at all. */
  duck(gainDb: number): void {
    if (!(gainDb <= 0)) {
      throw new AudioError(`gainDb must be a number of decibels, at most 0, got ${gainDb}`, { code: 'ERR_GAIN' });
    }
    this.#bargeIn.commit();
    this.#node.post({ type: 'duck', gainDb });
  }

  unduck(): void {
    this.#node.post({ type: 'unduck' });
  }

  /**
   * Lets a microphone of the same context hold the agent as soon as the user speaks over it, without a detour by the page:
   * `Microphone.open({ context: speaker.context, bargeIn: speaker.watch('duck') })`. A flush, a pause or a duck commits it; without
   * one in time the agent goes on where it was. Events tell. Only the newest watch counts. Throws `ERR_BARGE_IN` for an
   * option out of range.
   */
  watch(options: HoldAction | BargeInOptions): BargeInWatch {
    const { action, duckDb, releaseAfterMs } = checkedBargeIn(options);
    const { port1, port2 } = new MessageChannel();
    this.#bargeIn.releaseAfterMs = releaseAfterMs;
    this.#tell({ type: 'watch', port: port1, action, duckDb }, [port1]);
    return { output: this.#level.node, port: port2 };
  }

  positions(): readonly ItemPosition[] {
    return this.#ledger.positions();
  }

  /** Silence at once and for good. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#node.close();
    this.#gate.close();
    this.#bargeIn.close();
    this.#level.close();
    if (this.#ownsContext && this.context.state !== 'closed') await this.context.close();
  }

  async #connect(destination: AudioNode): Promise<void> {
    const node = await this.#node.ready;
    node.connect(this.#level.node).connect(destination);
  }

  /** What never goes through shared memory. */
  #tell(command: PlaybackCommand, transfer: Transferable[] = []): void {
    void this.#node.ready.then(
      ({ port }) => port.postMessage(command, transfer),
      () => {},
    );
  }

  #queue(packet: PlayoutPacket): void {
    const stretch = this.#ledger.receive(packet);
    if (stretch === null) return;
    this.#writer.write(stretch, packet.samples);
  }

  #onEvent(event: PlaybackEvent): void {
    if (event.type === 'error') {
      this.#fail(new AudioError(`the playback worklet did not obey: ${event.message}`, { code: event.code }));
      return;
    }
    if (event.type === 'held') {
      this.#bargeIn.held(event.contextFrame, this.#unansweredId !== null);
      return;
    }
    if (event.type === 'position') {
      this.#underrunEvents = event.underrunEvents;
      this.#concealedFrames = event.concealedFrames;
      this.#targetDelayMs = event.targetDelayMs;
      this.#ledger.rendered(event.handle, event.renderedFrames);
      this.#writer.rendered(event.handle, event.renderedFrames);
    } else {
      this.#bargeIn.reported(event.contextFrame);
      for (const { handle, renderedFrames } of event.items) this.#ledger.stopped(handle, renderedFrames);
      this.#ledger.report(event.interruptId);
      this.#writer.cleared(event.items.at(-1)?.handle ?? 0);
      if (event.interruptId === this.#unansweredId) {
        this.#unansweredId = null;
        this.#onAnswered();
      }
    }
    this.#ledger.deliver();
  }

  #fail(cause: unknown): void {
    // A worklet that can't be loaded any more is no news then.
    if (this.#isClosed) return;
    const error =
      cause instanceof AudioError
        ? cause
        : new AudioError('the speaker could not be made', { code: 'ERR_WORKLET_LOAD', cause });
    emitOrLog(this, error);
  }
}
