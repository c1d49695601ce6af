import { WIRE_SAMPLE_RATE } from '../audio/format.ts';
import { coreModule, loadCore } from '../wasm/core.ts';
import { playoutModule } from '../wasm/playout-module.ts';
import type { PlaybackCommand, PlaybackEvent, PlaybackOptions } from './worklet-messages.ts';
import { loadWorklet } from './worklet-loader.ts';

/** What a playback node is made of. */
export interface PlaybackNodeOptions {
  readonly context: AudioContext;
  readonly capacityFrames: number;
  readonly workletUrl: string | URL | undefined;
  readonly wasmModule: WebAssembly.Module | undefined;
  readonly onEvent: (event: PlaybackEvent) => void;
}

/** The node of the playback worklet; what is sent to it before it is there waits for it. */
export class PlaybackNode {
  /** Settles when the node exists; connect it then. */
  readonly ready: Promise<AudioWorkletNode>;
  #port: MessagePort | null = null;
  #waiting: [command: PlaybackCommand, transfer: Transferable[]][] = [];
  #isClosed = false;

  constructor(options: PlaybackNodeOptions) {
    this.ready = this.#make(options);
  }

  post(command: PlaybackCommand, transfer: Transferable[] = []): void {
    if (this.#isClosed) return;
    if (this.#port === null) this.#waiting.push([command, transfer]);
    else this.#port.postMessage(command, transfer);
  }

  /** Silence at once and for good. */
  close(): void {
    this.post({ type: 'close' });
    this.#isClosed = true;
    this.#waiting = [];
    if (this.#port !== null) this.#port.onmessage = null;
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
      capacityFrames,
    };
    const node = new AudioWorkletNode(context, 'bargein-playback', {
      numberOfInputs: 0,
      outputChannelCount: [1],
      processorOptions,
    });
    if (this.#isClosed) {
      node.port.postMessage({ type: 'close' } satisfies PlaybackCommand);
      return node;
    }
    this.#port = node.port;
    this.#port.onmessage = ({ data }: MessageEvent<PlaybackEvent>) => onEvent(data);
    for (const [command, transfer] of this.#waiting) this.#port.postMessage(command, transfer);
    this.#waiting = [];
    return node;
  }
}
