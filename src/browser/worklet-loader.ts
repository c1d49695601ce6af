// Gets a worklet into a context, from wherever the app, its bundler and its Content-Security-Policy allow.

import { AudioError } from '../errors.ts';

/** A worklet of this package. */
export interface WorkletSource {
  /** What its processor is registered as. */
  readonly processorName: string;
  /** Where the app serves it; then nothing else is tried. */
  readonly givenUrl: string | URL | undefined;
  /** Where it lies beside the package. */
  readonly besideUrl: URL;
  /** Its text, for a page that has no file of it. */
  readonly inline: () => Promise<{ readonly WORKLET_TEXT: string }>;
}

/** A processor can be registered once in a context, and a Blob is another module each time. */
const loaded = new WeakMap<BaseAudioContext, Map<string, Promise<void>>>();

/**
 * Registers the processor in the context, once: from the URL that the app gives, else from the file beside the package,
 * else from a Blob. Rejects with `ERR_WORKLET_LOAD`; a later call tries again.
 */
export function loadWorklet(context: BaseAudioContext, source: WorkletSource): Promise<void> {
  const processors = loaded.get(context) ?? new Map<string, Promise<void>>();
  loaded.set(context, processors);
  let loading = processors.get(source.processorName);
  if (loading === undefined) {
    loading = load(context, source);
    processors.set(source.processorName, loading);
    loading.catch(() => processors.delete(source.processorName));
  }
  return loading;
}

async function load(
  context: BaseAudioContext,
  { processorName, givenUrl, besideUrl, inline }: WorkletSource,
): Promise<void> {
  if (!('AudioWorkletNode' in globalThis)) await loadPolyfill();
  const worklet = context.audioWorklet;
  try {
    await worklet.addModule(givenUrl ?? besideUrl);
    return;
  } catch (cause) {
    if (givenUrl !== undefined) throw loadError(processorName, `from workletUrl ${String(givenUrl)}`, cause);
  }
  const { WORKLET_TEXT } = await inline();
  const blobUrl = URL.createObjectURL(new Blob([WORKLET_TEXT], { type: 'text/javascript' }));
  try {
    await worklet.addModule(blobUrl);
  } catch (cause) {
    const places = `from ${besideUrl.href} or from a Blob; serve the worklet's file and give its workletUrl`;
    throw loadError(processorName, places, cause);
  } finally {
    URL.revokeObjectURL(blobUrl);
  }
}

/** Puts something of the same name in the place of what is missing. */
async function loadPolyfill(): Promise<void> {
  try {
    await import('audioworklet-polyfill');
  } catch (cause) {
    throw new AudioError('this page has no AudioWorklet, and what takes its place could not be loaded', {
      code: 'ERR_WORKLET_LOAD',
      cause,
    });
  }
}

function loadError(processorName: string, places: string, cause: unknown): AudioError {
  return new AudioError(`the worklet ${processorName} could not be loaded ${places}`, {
    code: 'ERR_WORKLET_LOAD',
    cause,
  });
}
