// What the test asks of Firefox, in the page.
import { loadCore } from '../../src/audio/index.ts';
import { type CoreBuild, coreModule } from '../../src/wasm/core.ts';
import { FRAMES, SAMPLE_RATE, seededSignal, sha256 } from '../browser/fixtures/core-path.ts';
import { vectorHashes } from '../browser/fixtures/core-vectors.ts';

async function renderInWorklet(module: WebAssembly.Module): Promise<AudioBuffer> {
  const context = new OfflineAudioContext({ numberOfChannels: 2, length: FRAMES, sampleRate: SAMPLE_RATE });
  await context.audioWorklet.addModule('/worklet.js');
  const signal = context.createBuffer(1, FRAMES, SAMPLE_RATE);
  signal.copyToChannel(seededSignal(), 0);
  const source = new AudioBufferSourceNode(context, { buffer: signal });
  const path = new AudioWorkletNode(context, 'core-path', { outputChannelCount: [2], processorOptions: { module } });
  source.connect(path).connect(context.destination);
  source.start();
  return context.startRendering();
}

/** The hashes of one build, in the page and from an AudioWorklet, as JSON. */
async function hashesOf(build: CoreBuild): Promise<string> {
  await loadCore(build);
  const rendered = await renderInWorklet(coreModule(build));
  const worklet = { wire: await sha256(rendered.getChannelData(0)), phone: await sha256(rendered.getChannelData(1)) };
  return JSON.stringify({ worklet, vectors: await vectorHashes() });
}

Object.assign(globalThis, { hashesOf });
