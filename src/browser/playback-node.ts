import { WIRE_SAMPLE_RATE } from '../audio/format.ts';
import { coreModule, loadCore } from '../wasm/core.ts';
import { playoutModule } from '../wasm/playout-module.ts';
import { PlaybackOutlet, type SharedCommand } from './playback-outlet.ts';
import { eventOf } from './playback-records.ts';
import { canShareMemory } from './shared-memory.ts';
import type { PlaybackCommand, PlaybackEvent, PlaybackMessage, PlaybackOptions } from './worklet-messages.ts';
import { loadWorklet } from './worklet-loader.ts';

/** What a playback node is made of. */
export interface PlaybackNodeOptions {
  readonly context: AudioContext;
  readonly capacityFrames: number;
  readonly workletUrl: string | URL | undefined;
  readonly wasmModule: WebAssembly.Module | undefined;
  readonly sharedMemory: boolean | undefined;
  readonly onEvent: (event: PlaybackEvent) => void;
}

/** The node of the playback worklet; what is sent to it before it is there waits for it. */
export class PlaybackNode {
  /** Settles when the node exists; connect it then. */
  readonly ready: Promise<AudioWorkletNode>;
  /** Where memory is shared. What is in it waits for the worklet by itself. */
  readonly #outlet: PlaybackOutlet | null;
  #node: AudioWorkletNode | null = null;
  #waiting: PlaybackCommand[] = [];
  #isClosed = false;

  constructor(options: PlaybackNodeOptions) {
    this.#outlet = canShareMemory(options.sharedMemory) ? new PlaybackOutlet(options.onEvent) : null;
    this.ready = this.#make(options);
  }

  /** Whether commands and events go through shared memory. */
  get isShared(): boolean {
    return this.#outlet !== null;
  }

  /** Once it exists. */
  get node(): AudioWorkletNode | null {
    return this.#node;
  }

  /** Sends a command; the samples of a `write` are copied. */
  post(command: SharedCommand): void {
    if (this.#isClosed) return;
    if (this.#outlet !== null) {
      this.#outlet.post(command);
      return;
    }
    const owned = command.type === 'write' ? { ...command, samples: command.samples.slice() } : command;
    if (this.#node === null) this.#waiting.push(owned);
    else send(this.#node.port, owned);
  }

  /** Silence at once and for good. */
  close(): void {
    this.#isClosed = true;
    this.#waiting = [];
    this.#outlet?.close();
    if (this.#node === null) return;
    send(this.#node.port, { type: 'close' });
    this.#node.port.onmessage = null;
  }

  async #make(options: PlaybackNodeOptions): Promise<AudioWorkletNode> {
    const { context, capacityFrames, workletUrl, wasmModule, onEvent } = options;
    if (wasmModule === undefined) await loadCore();
    await loadWorklet(context, {
      processorName: 'bargein-playback',
      givenUrl: workletUrl,
      besideUrl: new URL('../worklets/playback.js', import.meta.url),
      inline: () => import('./playback-worklet.generated.ts'),
    });
    const processorOptions: PlaybackOptions = {
      module: wasmModule ?? coreModule(),
      playoutModule: playoutModule(),
      itemRate: WIRE_SAMPLE_RATE,
      contextRate: context.sampleRate,
      capacityFrames,
      memory: this.#outlet?.memory,
    };
    const node = new AudioWorkletNode(context, 'bargein-playback', {
      numberOfInputs: 0,
      outputChannelCount: [1],
      processorOptions,
    });
    if (this.#isClosed) {
      send(node.port, { type: 'close' });
      return node;
    }
    this.#node = node;
    node.port.onmessage = ({ data }: MessageEvent<PlaybackMessage>) => onEvent(eventOf(data));
    for (const command of this.#waiting) send(node.port, command);
    this.#waiting = [];
    return node;
  }
}

function send(port: MessagePort, command: PlaybackCommand): void {
  port.postMessage(command, command.type === 'write' ? [command.samples.buffer] : []);
}
