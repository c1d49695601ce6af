import { PACKET_MS, packetFrames, WIRE_SAMPLE_RATE } from '../audio/format.ts';
import { coreModule, loadCore } from '../wasm/core.ts';
import { audioTier } from './audio-tier.ts';
import type { BargeInWatch } from './barge-in.ts';
import { CAPTURE_BYTES, CaptureRecord, PACKET } from './capture-records.ts';
import { RingReceiver } from './ring-receiver.ts';
import { canShareMemory } from './shared-memory.ts';
import { SharedRing } from '../audio/shared-ring.ts';
import type { CaptureCommand, CaptureEvent, CaptureOptions } from './worklet-messages.ts';
import { loadWorklet } from './worklet-loader.ts';

/** What a capture node is made of. */
export interface CaptureNodeOptions {
  readonly context: AudioContext;
  readonly workletUrl: string | URL | undefined;
  readonly wasmModule: WebAssembly.Module | undefined;
  readonly sharedMemory?: boolean | undefined;
  readonly bargeIn?: BargeInWatch | undefined;
  /** Rate of the packets, in Hz; default 24000. */
  readonly packetRate?: number;
  readonly onEvent: (event: CaptureEvent) => void;
}

/** The node of the capture worklet: what is connected to it becomes packets; its output is silent, and what drives it. */
export class CaptureNode {
  readonly node: AudioWorkletNode;
  /** Whether packets and levels come by shared memory. */
  readonly isShared: boolean;
  readonly #receiver: RingReceiver | null;

  private constructor(node: AudioWorkletNode, receiver: RingReceiver | null, onEvent: (event: CaptureEvent) => void) {
    this.node = node;
    this.isShared = receiver !== null;
    this.#receiver = receiver;
    node.port.onmessage = ({ data }: MessageEvent<CaptureEvent>) => onEvent(data);
  }

  static async open(options: CaptureNodeOptions): Promise<CaptureNode> {
    const { context, workletUrl, wasmModule, sharedMemory, packetRate = WIRE_SAMPLE_RATE, onEvent } = options;
    // A polyfill's nodes have one input, and the agent is the other.
    const bargeIn = audioTier() === 'worklet' ? options.bargeIn : undefined;
    if (wasmModule === undefined) await loadCore();
    await loadWorklet(context, {
      processorName: 'bargein-capture',
      givenUrl: workletUrl,
      besideUrl: new URL('../worklets/capture.js', import.meta.url),
      inline: () => import('./capture-worklet.generated.ts'),
    });
    const memory = canShareMemory(sharedMemory) ? SharedRing.memoryFor(CAPTURE_BYTES) : undefined;
    const processorOptions: CaptureOptions = {
      module: wasmModule ?? coreModule(),
      packetRate,
      contextRate: context.sampleRate,
      memory,
      // Most microphones hold nothing, so its code is loaded with the first that does.
      ...(bargeIn && { bargeInModule: (await import('../wasm/barge-in-module.ts')).bargeInModule() }),
    };
    const node = new AudioWorkletNode(context, 'bargein-capture', {
      numberOfInputs: bargeIn === undefined ? 1 : 2,
      // Stereo microphones are mixed down.
      channelCount: 1,
      channelCountMode: 'explicit',
      outputChannelCount: [1],
      processorOptions,
    });
    const receiver = memory === undefined ? null : ringReceiver(memory, packetFrames(packetRate, PACKET_MS), onEvent);
    const capture = new CaptureNode(node, receiver, onEvent);
    node.connect(context.destination);
    if (bargeIn !== undefined) {
      bargeIn.output.connect(node, 0, 1);
      node.port.postMessage({ type: 'watch', port: bargeIn.port } satisfies CaptureCommand, [bargeIn.port]);
    }
    return capture;
  }

  /** Tells the processor. */
  command(type: 'mute' | 'unmute' | 'close'): void {
    this.node.port.postMessage({ type } satisfies CaptureCommand);
  }

  /** Nothing comes any more. */
  close(): void {
    this.command('close');
    this.node.port.onmessage = null;
    this.node.disconnect();
    this.#receiver?.close();
  }
}

function ringReceiver(memory: SharedArrayBuffer, frames: number, onEvent: (event: CaptureEvent) => void): RingReceiver {
  const record = new CaptureRecord(frames);
  return new RingReceiver({
    ring: new SharedRing(memory),
    record: record.bytes,
    onRecord: () => {
      const [kind, rmsDb = 0, peakDb = 0] = record.numbers;
      onEvent(kind === PACKET ? { type: 'packet', samples: record.samples.slice() } : { type: 'level', rmsDb, peakDb });
    },
  });
}
