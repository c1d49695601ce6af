// The audio core in worker threads: the same bits as in this thread, and what happens when a thread ends.

import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { bytesFromPcm16, encodeBase64, encodeMulaw, loadCore, pcm16FromFloat } from '../../src/audio/index.ts';
import { AudioWorker, type AudioWorkerOptions, type WorkerStages } from '../../src/node/audio-worker.ts';
import { makeStage, type StageOrder } from '../../src/node/worker-stages.ts';
import { noiseWords } from '../audio/reference/kernel-runs.ts';

const NOISE = Float32Array.from(noiseWords(12_000, 41), (word) => word / 2 ** 31 - 1);
const PCM16 = pcm16FromFloat(NOISE);
const BLOCKS = [NOISE.subarray(0, 1), NOISE.subarray(1, 700), NOISE.subarray(700, 4000), NOISE.subarray(4000)];
const SMALL_BLOCKS = Array.from({ length: 50 }, (_, n) => NOISE.subarray(n * 240, (n + 1) * 240));
const BYTES = bytesFromPcm16(PCM16);
const PHONE = Array.from({ length: 75 }, (_, n) => encodeBase64(encodeMulaw(PCM16.subarray(n * 160, (n + 1) * 160))));
const MODEL = Array.from({ length: 25 }, (_, n) => encodeBase64(BYTES.subarray(n * 960, (n + 1) * 960)));

type Case = {
  [Name in keyof WorkerStages]: readonly [
    stage: Name,
    options: WorkerStages[Name]['options'],
    pieces: readonly WorkerStages[Name]['input'][],
  ];
}[keyof WorkerStages];

/** Each stage, at rates that make its output the longest and the shortest. */
const CASES: readonly Case[] = [
  ['resampler', { inputRate: 8000, outputRate: 192_000 }, SMALL_BLOCKS],
  ['resampler', { inputRate: 48_000, outputRate: 24_000, quality: 'max' }, SMALL_BLOCKS],
  ['pcm16Resampler', { inputRate: 16_000, outputRate: 24_000 }, [BYTES.subarray(0, 1001), BYTES.subarray(1001)]],
  ['packetizer', { sampleRate: 24_000 }, [PCM16.subarray(0, 5000), PCM16.subarray(5000)]],
  ['packetizer', { sampleRate: 192_000, packetMs: 1000 }, SMALL_BLOCKS],
  ['microphoneUplink', { deviceRate: 48_000 }, SMALL_BLOCKS],
  ['speakerDownlink', { deviceRate: 192_000 }, MODEL],
  ['phoneUplink', {}, PHONE],
  ['phoneDownlink', {}, MODEL],
];

let shared: AudioWorker;
beforeAll(async () => {
  shared = await AudioWorker.open({ threads: 1 });
});
afterAll(() => shared.close());

/** For tests that end its threads, or need other ones. */
async function opened(options: AudioWorkerOptions = {}): Promise<AudioWorker> {
  const worker = await AudioWorker.open({ threads: 1, ...options });
  onTestFinished(() => worker.close());
  return worker;
}

/** What the stage makes of the pieces in this thread. */
function inThread([stage, options, pieces]: Case): unknown[] {
  const made = makeStage({ stage, options } as StageOrder);
  const outputs: unknown[] = [];
  for (const piece of pieces) made.push(piece, (output) => outputs.push(output));
  made.flush((output) => outputs.push(output));
  made.free();
  return outputs;
}

function converted(worker: AudioWorker, [stage, options, pieces]: Case): Promise<unknown[]> {
  return worker.convert(stage, options, pieces);
}

async function streamed(worker: AudioWorker, [stage, options, pieces]: Case): Promise<unknown[]> {
  const { readable, writable } = worker.stream(stage, options);
  const writer = writable.getWriter();
  const written = (async () => {
    for (const piece of pieces) await writer.write(piece);
    await writer.close();
  })();
  const outputs: unknown[] = [];
  for await (const output of readable) outputs.push(output);
  await written;
  return outputs;
}

describe('an audio worker', () => {
  it('makes of every stage what this thread makes of it, piece by piece and bit by bit', async () => {
    const worker = shared;
    for (const one of CASES) {
      const expected = inThread(one);
      expect(expected.length, one[0]).toBeGreaterThan(0);
      expect(await converted(worker, one), one[0]).toEqual(expected);
      expect(await streamed(worker, one), one[0]).toEqual(expected);
    }
  });

  it('uses the build of the core that was selected when it was opened', async () => {
    const one: Case = ['resampler', { inputRate: 44_100, outputRate: 24_000, quality: 'max' }, BLOCKS];
    onTestFinished(async () => void (await loadCore('simd')));
    const simd = inThread(one);
    await loadCore('relaxed');
    const relaxed = inThread(one);
    // On a machine whose relaxed build does not differ, this test has nothing to tell.
    expect(relaxed).not.toEqual(simd);
    const worker = await opened();
    await loadCore('simd');
    expect(await converted(worker, one)).toEqual(relaxed);
  });

  it('runs jobs of several threads and streams that share one at the same time', async () => {
    const worker = await opened({ threads: 2 });
    const jobs = CASES.map((one) => converted(worker, one));
    const streams = CASES.map((one) => streamed(worker, one));
    expect(await Promise.all(jobs)).toEqual(CASES.map(inThread));
    expect(await Promise.all(streams)).toEqual(CASES.map(inThread));
  });

  it('passes on what a stage throws, as the error that it is, and goes on', async () => {
    const worker = shared;
    const error = { name: 'AudioError', code: 'ERR_BASE64' };
    await expect(worker.convert('phoneUplink', {}, ['AAAA', '=bad'])).rejects.toMatchObject(error);
    const options = { inputRate: 1, outputRate: 8000 };
    await expect(worker.convert('resampler', options, [])).rejects.toMatchObject({ code: 'ERR_SAMPLE_RATE' });
    await expect(streamed(worker, ['phoneUplink', {}, ['AAAA', '=bad']])).rejects.toMatchObject(error);
    await expect(worker.convert('nothing' as 'resampler', options, [])).rejects.toMatchObject({
      code: 'ERR_AUDIO_STAGE',
    });
    expect(await converted(worker, ['phoneUplink', {}, PHONE])).toHaveLength(PHONE.length + 1);
  });

  it('says so when a thread dies with a job, and starts another', async () => {
    const worker = await opened({ maxHeapMb: 16 });
    const tooMuch = Array.from({ length: 400_000 }, () => PHONE[0] ?? '');
    const died = { name: 'AudioError', code: 'ERR_AUDIO_WORKER' };
    await expect(worker.convert('phoneUplink', {}, tooMuch)).rejects.toMatchObject(died);
    expect(await converted(worker, ['phoneUplink', {}, PHONE])).toEqual(inThread(['phoneUplink', {}, PHONE]));
  });

  it('says so when no thread can start, to jobs and to both ends of a stream', async () => {
    const worker = await opened({ maxHeapMb: 6 });
    const died = { name: 'AudioError', code: 'ERR_AUDIO_WORKER' };
    await expect(converted(worker, ['phoneUplink', {}, PHONE])).rejects.toMatchObject(died);
    const { readable, writable } = worker.stream('phoneUplink', {});
    await expect(readable.getReader().read()).rejects.toMatchObject(died);
    await expect(writable.getWriter().write('AAAA')).rejects.toMatchObject(died);
    await expect(AudioWorker.open({ maxHeapMb: 1 })).rejects.toMatchObject(died);
  });

  it('ends a job whose signal aborts, and no other', async () => {
    const worker = await opened();
    const abort = new AbortController();
    const hour = Array.from({ length: 100 }, () => new Float32Array(480_000));
    const options = { inputRate: 48_000, outputRate: 24_000 };
    const job = worker.convert('resampler', options, hour, { signal: abort.signal });
    const next = worker.convert('resampler', options, [NOISE]);
    abort.abort();
    await expect(job).rejects.toMatchObject({ name: 'AbortError' });
    expect((await next).length).toBeGreaterThan(0);
  });

  it('takes no faster than it can, and drops what waits when its reader goes', async () => {
    const worker = shared;
    const { readable, writable } = worker.stream('resampler', { inputRate: 8000, outputRate: 192_000 });
    const writer = writable.getWriter();
    let written = 0;
    const writing = (async () => {
      for (; written < 10_000; written++) await writer.write(NOISE.subarray(0, 8000));
    })();
    writing.catch(() => {});
    const reader = readable.getReader();
    await reader.read();
    await reader.cancel(new Error('heard enough'));
    await expect(writing).rejects.toThrow('heard enough');
    expect(written).toBeLessThan(100);
    // Its thread is free for others.
    expect(await streamed(worker, ['phoneUplink', {}, PHONE])).toEqual(inThread(['phoneUplink', {}, PHONE]));
  });

  it('refuses a piece that no stream takes, and one after the other that waits when it is aborted', async () => {
    const worker = shared;
    const long = worker.stream('resampler', { inputRate: 48_000, outputRate: 24_000 });
    await expect(long.writable.getWriter().write(NOISE)).rejects.toMatchObject({ code: 'ERR_BLOCK_SIZE' });
    const aborted = worker.stream('phoneUplink', {});
    const reading = aborted.readable.getReader().read();
    await aborted.writable.getWriter().abort(new Error('hung up'));
    await expect(reading).rejects.toThrow('hung up');
  });

  it('fails what is not over when it is closed, and takes nothing afterwards', async () => {
    const worker = await opened();
    const open = worker.stream('phoneUplink', {});
    const reading = open.readable.getReader().read();
    const gone = { code: 'ERR_AUDIO_WORKER' };
    const failed = expect(reading).rejects.toMatchObject(gone);
    await worker.close();
    await failed;
    await expect(open.writable.getWriter().write('AAAA')).rejects.toMatchObject(gone);
    await expect(worker.convert('phoneUplink', {}, PHONE)).rejects.toMatchObject(gone);
    await expect(AudioWorker.open({ threads: 0 })).rejects.toMatchObject(gone);
  });
});
