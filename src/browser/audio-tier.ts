// Where the processors run: in worklets, or, where a browser or an insecure page has none, on the page by a polyfill.

/** `'polyfill'`: audio runs on the page's own thread, later, and stops whenever that is busy. */
export type AudioTier = 'worklet' | 'polyfill';

/** Buffers that a ScriptProcessorNode is behind: one is filled while the other is played. */
const POLYFILL_BUFFERS = 2;

/** What this page has. A polyfill's constructor makes nodes of another class. */
export function audioTier(): AudioTier {
  return 'AudioWorkletNode' in globalThis && AudioWorkletNode.prototype instanceof AudioNode ? 'worklet' : 'polyfill';
}

/** From a sample that is rendered by `node`, if it is there already, to the same one heard, in milliseconds, by what the browser says. */
export function outputLatencyMs(context: AudioContext, node: AudioNode | null): number {
  // Not every browser tells.
  const deviceS = (context.baseLatency ?? 0) + (context.outputLatency ?? 0);
  const bufferFrames = node instanceof ScriptProcessorNode ? node.bufferSize : 0;
  return 1000 * (deviceS + (POLYFILL_BUFFERS * bufferFrames) / context.sampleRate);
}
