import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WASI } from 'node:wasi';
import { parentPort, workerData } from 'node:worker_threads';
import { resampleClip } from '../audio/clip.ts';
import type { FliteJob, FliteResult } from './flite-messages.ts';
import { readWav } from './wav.ts';

// Runs Flite, which blocks its thread for tens of milliseconds a sentence, and resamples its speech to the rate of the
// session. The program speaks one sentence and exits, so the module is compiled once and instantiated for each sentence.
// It can only write to a file: in a directory of our own under the system's temporary one, which is removed again.

// This layer sees Node's types only, and those leave WebAssembly out.
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object, imports: object) => object;
};

const { wasmPath } = workerData as { wasmPath: string };
const module = new WebAssembly.Module(readFileSync(wasmPath));

parentPort?.on('message', (job: FliteJob) => {
  const result = speak(job);
  parentPort?.postMessage(result, 'samples' in result ? [result.samples.buffer] : []);
});

function speak({ id, text, voice, durationStretch, sampleRate }: FliteJob): FliteResult {
  const directory = mkdtempSync(join(tmpdir(), 'bargein-flite-'));
  try {
    const wasi = new WASI({
      version: 'preview1',
      args: ['flite', '-voice', voice, '--setf', `duration_stretch=${durationStretch}`, '-t', text, '/out/speech.wav'],
      preopens: { '/out': directory },
      returnOnExit: true,
    });
    const exitCode = wasi.start(new WebAssembly.Instance(module, wasi.getImportObject()));
    if (exitCode !== 0) return { id, failure: `flite exited with code ${exitCode}` };
    const speech = readWav(readFileSync(join(directory, 'speech.wav')));
    return { id, samples: resampleClip(speech.samples, speech.sampleRate, sampleRate) };
  } catch (error) {
    return { id, failure: error instanceof Error ? error.message : String(error) };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
