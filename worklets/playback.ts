// The speaker's end of a conversation: an AudioWorkletProcessor around `Playout`.
// Render thread: everything in this file. Commands and events are messages, or records in three rings of shared memory, of which
// this thread pulls two and pushes the third.
import { MAX_QUANTUM_FRAMES, PACKET_MS } from '../src/audio/format.ts';
import { WriteQueue } from '../src/audio/write-queue.ts';
import { HoldablePlayout } from '../src/browser/holdable-playout.ts';
import { PlaybackInlet } from '../src/browser/playback-inlet.ts';
import {
  CONTEXT_FRAME_AT,
  LOCATION_AT,
  PlaybackRecord,
  POSITION,
  POSITION_NUMBERS,
} from '../src/browser/playback-records.ts';
import { PlaybackReporter } from '../src/browser/playback-reporter.ts';
import {
  ECHO,
  type PlaybackCommand,
  type PlaybackMessage,
  type PlaybackOptions,
} from '../src/browser/worklet-messages.ts';

class PlaybackProcessor extends AudioWorkletProcessor {
  readonly #playout: HoldablePlayout;
  readonly #writes: WriteQueue;
  /** Where the page shares memory. */
  readonly #inlet: PlaybackInlet | null;
  readonly #reporter: PlaybackReporter | null;
  readonly #position: PlaybackRecord = PlaybackRecord.ofNumbers(POSITION_NUMBERS);
  // One object for all positions: `postMessage` copies, so it can be filled again.
  readonly #positionMessage: PlaybackMessage = { type: 'position', numbers: this.#position.numbers };
  readonly #packetFrames: number;
  #framesSincePosition = 0;
  /** The page has not read for so long that it could not be told the last position. */
  #isUntold = false;
  #interruptId = '';
  /** To the microphone that may hold the output. */
  #microphone: MessagePort | null = null;
  #isOpen = true;

  constructor(options: { processorOptions: PlaybackOptions }) {
    super();
    const {
      module,
      playoutModule,
      itemRate,
      capacityFrames,
      isAdaptive = true,
      memory,
      contextRate = sampleRate,
    } = options.processorOptions;
    this.#position.numbers[0] = POSITION;
    this.#packetFrames = (contextRate * PACKET_MS) / 1000;
    this.#playout = new HoldablePlayout({
      module,
      playoutModule,
      itemRate,
      capacityFrames,
      isAdaptive,
      outputRate: contextRate,
      maxBlockFrames: MAX_QUANTUM_FRAMES,
    });
    this.#writes = new WriteQueue(this.#playout, (code, message) => this.#refuse(code, message));
    this.#inlet = memory === undefined ? null : new PlaybackInlet(memory, this.#playout, this.#writes);
    this.#reporter = memory === undefined ? null : new PlaybackReporter(memory.events);
    this.port.onmessage = ({ data }: MessageEvent<PlaybackCommand>) => this.#obey(data);
  }

  process(_inputs: Float32Array[][], outputs: Float32Array[][]): boolean {
    if (!this.#isOpen) return false;
    const channels = outputs[0];
    const mono = channels?.[0];
    if (channels === undefined || mono === undefined) return true;
    this.#writes.advance();
    this.#inlet?.take();
    this.#playout.render(mono);
    for (let channel = 1; channel < channels.length; channel++) channels[channel]?.set(mono);
    this.#report(mono.length);
    this.#framesSincePosition += mono.length;
    if (this.#framesSincePosition < this.#packetFrames) return true;
    if (this.#locate(frameNow() + mono.length) || this.#isUntold) this.#tellPosition();
    return true;
  }

  #obey(command: PlaybackCommand): void {
    const playout = this.#playout;
    switch (command.type) {
      case 'open':
      case 'write':
      case 'end':
        this.#writes.add(command);
        break;
      case 'interrupt':
        this.#interruptId = command.interruptId;
        this.#writes.drop();
        playout.interrupt();
        break;
      case 'pause':
        playout.pause();
        break;
      case 'resume':
        playout.resume();
        break;
      case 'duck':
        if (command.gainDb <= 0) playout.duck(command.gainDb);
        else this.#refuse('ERR_GAIN', `duck: gainDb must be at most 0, got ${command.gainDb}`);
        break;
      case 'unduck':
        playout.unduck();
        break;
      case 'watch':
        this.#watch(command);
        break;
      case 'release':
        if (playout.release()) this.#microphone?.postMessage(ECHO);
        break;
      case 'locate':
        this.#locate(frameNow());
        this.port.postMessage(this.#positionMessage);
        break;
      case 'close':
        this.#isOpen = false;
        this.port.onmessage = null;
        this.#microphone?.close();
        playout.free();
    }
  }

  #watch({ port, action, duckDb }: Extract<PlaybackCommand, { type: 'watch' }>): void {
    this.#microphone?.close();
    this.#microphone = port;
    port.onmessage = () => {
      if (!this.#playout.hold(action, duckDb)) return;
      const held: PlaybackMessage = { type: 'held', contextFrame: frameNow() };
      this.port.postMessage(held);
    };
  }

  /** Tells what an interrupt has cancelled, at the end of the quantum. */
  #report(quantumFrames: number): void {
    const items = this.#playout.takeInterruptReport();
    if (items === null) return;
    const contextFrame = frameNow() + quantumFrames;
    if (this.#inlet === null || this.#reporter === null) {
      const report: PlaybackMessage = { type: 'report', interruptId: this.#interruptId, items, contextFrame };
      this.port.postMessage(report);
    } else if (!this.#reporter.report(this.#inlet.interruptNumber, items, contextFrame)) {
      this.#refuse('ERR_BUFFER_SIZE', 'the page has read no report for so long that the newest one is lost');
    }
  }

  /** Brings the position up to date; returns whether it has moved or the output has a new level. */
  #locate(contextFrame: number): boolean {
    const { numbers } = this.#position;
    numbers[CONTEXT_FRAME_AT] = contextFrame;
    return this.#playout.locate(numbers, LOCATION_AT);
  }

  #tellPosition(): void {
    this.#framesSincePosition = 0;
    if (this.#reporter === null) this.port.postMessage(this.#positionMessage);
    else this.#isUntold = !this.#reporter.position(this.#position);
  }

  #refuse(code: string, message: string): void {
    const error: PlaybackMessage = { type: 'error', code, message };
    this.port.postMessage(error);
  }
}

/** The frame of the context that the next quantum begins with; a polyfill knows the time instead. */
function frameNow(): number {
  return typeof currentFrame === 'number' ? currentFrame : Math.round(currentTime * sampleRate);
}

registerProcessor('bargein-playback', PlaybackProcessor);
