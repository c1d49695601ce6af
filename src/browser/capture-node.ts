import { WIRE_SAMPLE_RATE } from '../audio/format.ts';
import { coreModule, loadCore } from '../wasm/core.ts';
import type { CaptureCommand, CaptureEvent, CaptureOptions } from './worklet-messages.ts';
import { loadWorklet } from './worklet-loader.ts';

/** What a capture node is made of. */
export interface CaptureNodeOptions {
  readonly context: AudioContext;
  readonly workletUrl: string | URL | undefined;
  readonly wasmModule: WebAssembly.Module | undefined;
  readonly onEvent: (event: CaptureEvent) => void;
}

/** A node that turns what is connected to it into packets; its output is silent, and what drives it. */
export async function captureNode(options: CaptureNodeOptions): Promise<AudioWorkletNode> {
  const { context, workletUrl, wasmModule, onEvent } = options;
  if (wasmModule === undefined) await loadCore();
  await loadWorklet(context, {
    processorName: 'bargein-capture',
    givenUrl: workletUrl,
    besideUrl: new URL('../worklets/capture.js', import.meta.url),
    inline: () => import('./capture-worklet.generated.ts'),
  });
  const processorOptions: CaptureOptions = { module: wasmModule ?? coreModule(), packetRate: WIRE_SAMPLE_RATE };
  const node = new AudioWorkletNode(context, 'bargein-capture', {
    // Stereo microphones are mixed down.
    channelCount: 1,
    channelCountMode: 'explicit',
    outputChannelCount: [1],
    processorOptions,
  });
  node.port.onmessage = ({ data }: MessageEvent<CaptureEvent>) => onEvent(data);
  node.connect(context.destination);
  return node;
}

/** Tells the processor. */
export function command(node: AudioWorkletNode, type: CaptureCommand['type']): void {
  node.port.postMessage({ type } satisfies CaptureCommand);
}
