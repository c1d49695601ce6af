// What the test asks of a browser, in the page.
import { loadCore } from '../../src/audio/index.ts';
import type { PlaybackCommand, PlaybackMessage, PlaybackOptions } from '../../src/browser/worklet-messages.ts';
import { type CoreBuild, coreModule } from '../../src/wasm/core.ts';
import { playoutModule } from '../../src/wasm/playout-module.ts';
import { sha256 } from '../browser/fixtures/core-path.ts';
import { renderInWorklet } from '../browser/fixtures/render-in-worklet.ts';
import { vectorHashes } from '../browser/fixtures/core-vectors.ts';
import { ANSWER, CAPACITY_FRAMES, ITEM_RATE, OUTPUT_RATE, PLAYED_FRAMES } from './answer.ts';

/** The hashes of one build, in the page and from an AudioWorklet, as JSON. */
async function hashesOf(build: CoreBuild): Promise<string> {
  await loadCore(build);
  const rendered = await renderInWorklet(coreModule(build), '/core-worklet.js');
  const worklet = { wire: await sha256(rendered.getChannelData(0)), phone: await sha256(rendered.getChannelData(1)) };
  return JSON.stringify({ worklet, vectors: await vectorHashes() });
}

/** The hash of an answer that the playback worklet plays. */
async function hashOfAnswer(): Promise<string> {
  const context = new OfflineAudioContext({ numberOfChannels: 1, length: PLAYED_FRAMES, sampleRate: OUTPUT_RATE });
  await context.audioWorklet.addModule('/playback.js');
  const processorOptions: PlaybackOptions = {
    module: coreModule('simd'),
    playoutModule: playoutModule(),
    itemRate: ITEM_RATE,
    capacityFrames: CAPACITY_FRAMES,
    isAdaptive: false,
  };
  const node = new AudioWorkletNode(context, 'bargein-playback', {
    numberOfInputs: 0,
    outputChannelCount: [1],
    processorOptions,
  });
  node.connect(context.destination);
  const isLocated = new Promise<void>((resolve, reject) => {
    node.port.onmessage = ({ data }: MessageEvent<PlaybackMessage>) => {
      if (data.type === 'error') reject(new Error(data.message));
      if (data.type === 'position') resolve();
    };
  });
  for (const command of [...ANSWER, { type: 'locate' }] satisfies PlaybackCommand[]) node.port.postMessage(command);
  await isLocated;
  return sha256((await context.startRendering()).getChannelData(0));
}

Object.assign(globalThis, { hashesOf, hashOfAnswer });
