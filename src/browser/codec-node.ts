import { EventEmitter } from '#emitter';
import { packetFrames, PACKET_MS } from '../audio/format.ts';
import { SharedRing } from '../audio/shared-ring.ts';
import { AudioError } from '../errors.ts';
import { coreModule, loadCore } from '../wasm/core.ts';
import { playoutModule } from '../wasm/playout-module.ts';
import {
  type CodecCommand,
  type CodecEvent,
  type CodecProcessorOptions,
  DECODE_RECORD_BYTES,
} from './codec-messages.ts';
import { type CodecFormat, defaultPacketRate } from './codec-format.ts';
import { emitOrLog } from './error-event.ts';
import { RingReceiver } from './ring-receiver.ts';
import { RingSender } from './ring-sender.ts';
import { canShareMemory } from './shared-memory.ts';
import { loadWorklet } from './worklet-loader.ts';

const DEFAULT_CAPACITY_FRAMES = 1 << 20;
/** A page that takes no packet for so long loses the newest ones. */
const ENCODED_S = 10;
const DECODE_BYTES = 1 << 19;

/** Options of `CodecNode.open`. */
export interface CodecNodeOptions {
  /** At any rate. */
  readonly context: AudioContext;
  /** PCM16 in the byte order of the machine, little-endian wherever browsers run, or G.711; default `'pcm16'`. */
  readonly format?: CodecFormat;
  /** Rate of the packets in both directions, 8000…192000 Hz; default 24000, and 8000 for G.711. */
  readonly packetRate?: number;
  /** Length of the packets that are made; default 20, whole frames, 1000 at most. Those that are decoded may have any. */
  readonly packetMs?: number;
  /** Frames at `packetRate` that can wait to be heard, a power of two; default 2²⁰, which is 43.7 s at 24 kHz. */
  readonly capacityFrames?: number;
  /** Whether time may be bent, and what is missing concealed, as live speech wants it; default true. */
  readonly isAdaptive?: boolean;
  /**
   * Whether packets go through shared memory where the page is cross-origin isolated; default true. Without it, and
   * elsewhere, they go by message.
   */
  readonly sharedMemory?: boolean;
  /** Where the app serves `bargein/worklets/codec.js`; default is beside the package, or a Blob. */
  readonly workletUrl?: string | URL;
  /** Compiled audio core; default is the fastest build that the browser can run. */
  readonly wasmModule?: WebAssembly.Module;
}

/** Events of a `CodecNode`. */
export interface CodecNodeEventTypes extends Record<string, unknown[]> {
  /** `packetMs` of what came in, one after the other without a gap, as long as something is connected to the input. */
  packet: [packet: Uint8Array<ArrayBuffer>];
  /** `ERR_BUFFER_SIZE`: packets were lost, because they came sooner than they fit or the page did not take them. */
  error: [error: AudioError];
}

/** Both ends of a voice connection of your own: what flows into its node comes out as packets, packets are heard. */
export class CodecNode extends EventEmitter<CodecNodeEventTypes> {
  /** Connect the microphone to it, and it to the context's destination. */
  readonly node: AudioWorkletNode;
  /** Whether packets go through shared memory. */
  readonly isShared: boolean;
  readonly #frameBytes: number;
  readonly #encoded: RingReceiver | null;
  readonly #toDecode: RingSender | null;
  #clearing: { readonly promise: Promise<number>; readonly resolve: (frames: number) => void } | null = null;
  #isClosed = false;

  private constructor(
    node: AudioWorkletNode,
    { format, rings, packetBytes }: Pick<CodecProcessorOptions, 'format' | 'rings'> & { readonly packetBytes: number },
  ) {
    super();
    this.node = node;
    this.isShared = rings !== undefined;
    this.#frameBytes = format === 'pcm16' ? 2 : 1;
    this.#toDecode = rings === undefined ? null : new RingSender(new SharedRing(rings.decode));
    const record = new Uint8Array(packetBytes);
    const onRecord = (): void => void this.emit('packet', record.slice());
    this.#encoded =
      rings === undefined ? null : new RingReceiver({ ring: new SharedRing(rings.encoded), record, onRecord });
    node.port.onmessage = ({ data }: MessageEvent<CodecEvent>) => this.#onEvent(data);
  }

  /**
   * Makes the node in its context. Rejects with an `AudioError`: `ERR_WORKLET_LOAD`, and `ERR_SAMPLE_RATE`,
   * `ERR_BLOCK_SIZE` or `ERR_CODEC_FORMAT` for options that make no packets.
   */
  static async open(options: CodecNodeOptions): Promise<CodecNode> {
    const { context, format = 'pcm16', packetMs = PACKET_MS, capacityFrames = DEFAULT_CAPACITY_FRAMES } = options;
    const defaultRate = defaultPacketRate(format);
    const { packetRate = defaultRate } = options;
    const packetBytes = packetFrames(packetRate, packetMs) * (format === 'pcm16' ? 2 : 1);
    if (options.wasmModule === undefined) await loadCore();
    await loadWorklet(context, {
      processorName: 'bargein-codec',
      givenUrl: options.workletUrl,
      besideUrl: new URL('../worklets/codec.js', import.meta.url),
      inline: () => import('./codec-worklet.generated.ts'),
    });
    const rings = canShareMemory(options.sharedMemory)
      ? {
          encoded: SharedRing.memoryFor(Math.ceil((ENCODED_S * 1000) / packetMs) * (packetBytes + 8)),
          decode: SharedRing.memoryFor(DECODE_BYTES),
        }
      : undefined;
    const processorOptions: CodecProcessorOptions = {
      module: options.wasmModule ?? coreModule(),
      playoutModule: playoutModule(),
      format,
      packetRate,
      packetMs,
      capacityFrames,
      contextRate: context.sampleRate,
      isAdaptive: options.isAdaptive ?? true,
      rings,
    };
    const node = new AudioWorkletNode(context, 'bargein-codec', {
      // Stereo is mixed down.
      channelCount: 1,
      channelCountMode: 'explicit',
      outputChannelCount: [1],
      processorOptions,
    });
    return new CodecNode(node, { format, rings, packetBytes });
  }

  /**
   * Queues a packet of any length to be heard after those before it; it is copied. Throws `ERR_PCM16_ODD_LENGTH` when it
   * ends inside a sample.
   */
  decode(packet: Uint8Array): void {
    if (packet.length % this.#frameBytes !== 0) {
      throw new AudioError(`PCM16 needs two bytes a sample; a packet of ${packet.length} ends inside one`, {
        code: 'ERR_PCM16_ODD_LENGTH',
      });
    }
    if (this.#isClosed || packet.length === 0) return;
    if (this.#toDecode === null) {
      const copy = packet.slice();
      this.#post({ type: 'decode', packet: copy }, [copy.buffer]);
      return;
    }
    for (let at = 0; at < packet.length; at += DECODE_RECORD_BYTES) {
      this.#toDecode.send(packet, at, Math.min(packet.length, at + DECODE_RECORD_BYTES));
    }
  }

  /**
   * Silence within a render quantum: drops everything that was queued. What is queued from here on is heard. Resolves,
   * while the context runs, with how many frames at `packetRate` were rendered since the clear before, or the beginning.
   */
  clear(): Promise<number> {
    if (this.#isClosed) return Promise.resolve(0);
    if (this.#toDecode === null) this.#post({ type: 'clear' });
    else this.#toDecode.clear();
    if (this.#clearing === null) {
      let resolve: (frames: number) => void = () => {};
      const promise = new Promise<number>((settle) => {
        resolve = settle;
      });
      this.#clearing = { promise, resolve };
    }
    return this.#clearing.promise;
  }

  /** The end: no packet comes any more, and nothing is heard. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#post({ type: 'close' });
    this.node.port.onmessage = null;
    this.node.disconnect();
    this.#encoded?.close();
    this.#toDecode?.close();
    this.#clearing?.resolve(0);
  }

  #onEvent(event: CodecEvent): void {
    if (event.type === 'packet') this.emit('packet', event.packet);
    else if (event.type === 'cleared') {
      this.#clearing?.resolve(event.renderedFrames);
      this.#clearing = null;
    } else {
      emitOrLog(this, new AudioError(`the codec worklet: ${event.message}`, { code: event.code }));
    }
  }

  #post(command: CodecCommand, transfer: Transferable[] = []): void {
    this.node.port.postMessage(command, transfer);
  }
}
