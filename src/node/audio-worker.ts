// Audio work in threads of its own, for what would block a thread that has calls to answer.

import { availableParallelism } from 'node:os';
import type { Piscina } from 'piscina';
import { AudioError } from '../errors.ts';
import { coreModule } from '../wasm/core.ts';
import type { AudioThreadData, ConvertTask, StreamTask } from './audio-tasks.ts';
import { ThreadPool } from './thread-pool.ts';
import type { StageOrder, WorkerStages } from './worker-stages.ts';
import { WorkerStream, type WorkerStreamEnds } from './worker-stream.ts';

export type { WorkerStages } from './worker-stages.ts';
export type { WorkerStreamEnds } from './worker-stream.ts';

/** The source tree runs as it is; what is built has another ending. */
const MODULE_EXTENSION = import.meta.url.endsWith('.ts') ? '.ts' : '.js';
const THREAD_URL = new URL(`./audio-thread${MODULE_EXTENSION}`, import.meta.url).href;

/** A thread without a job ends after so long. */
const IDLE_MS = 10_000;
/** With less, Node itself can't make the thread, and gives up with all others. */
const LEAST_HEAP_MB = 4;
/** Streams of one thread take turns; they are not limited. */
const UNLIMITED = 2 ** 20;

type PoolClass = new (options: ConstructorParameters<typeof Piscina>[0]) => Piscina;

/** Options of `AudioWorker.open`. */
export interface AudioWorkerOptions {
  /** Threads for jobs, which start as they are needed, and as many for streams, which start with the first; default one a core. */
  readonly threads?: number;
  /** Heap that a thread may take, in MB, 4 or more; a thread that takes more is ended. Some 12 go to the thread itself. Default: as Node decides. */
  readonly maxHeapMb?: number;
}

/** Options of a job. */
export interface AudioJobOptions {
  /** Ends the job, and the thread that it runs in, when it aborts. */
  readonly signal?: AbortSignal;
}

/**
 * The audio core in worker threads: whole recordings as jobs, and streams that go on. What comes out is bit for bit what
 * the same stage makes in this thread. Worth it for work that takes longer than some milliseconds; a packet of 20 ms is
 * converted in less time than it takes to hand it over.
 */
export class AudioWorker implements AsyncDisposable {
  readonly #Pool: PoolClass;
  readonly #options: AudioWorkerOptions;
  /** The build that was selected when this was opened. */
  readonly #data: AudioThreadData = { core: coreModule() };
  readonly #jobs = new ThreadPool<ConvertTask>(() => this.#pool('convert'));
  readonly #streams = new ThreadPool<StreamTask>(() => this.#pool('stream'));
  #isClosed = false;

  /**
   * Threads that use the build of the core which is selected now (`loadCore`). Rejects with `ERR_PISCINA_MISSING` without
   * the package `piscina`, and with `ERR_AUDIO_WORKER` for options out of their range.
   */
  static async open(options: AudioWorkerOptions = {}): Promise<AudioWorker> {
    const { threads, maxHeapMb } = options;
    if (threads !== undefined && (!Number.isInteger(threads) || threads < 1)) {
      throw new AudioError(`threads must be a whole number of 1 or more, got ${threads}`, { code: 'ERR_AUDIO_WORKER' });
    }
    if (maxHeapMb !== undefined && !(maxHeapMb >= LEAST_HEAP_MB)) {
      throw new AudioError(
        `maxHeapMb must be ${LEAST_HEAP_MB} or more, got ${maxHeapMb}: Node ends the process below`,
        {
          code: 'ERR_AUDIO_WORKER',
        },
      );
    }
    const { Piscina } = await import('piscina').catch((cause: unknown) => {
      throw new AudioError('an AudioWorker needs a package: npm install piscina', {
        code: 'ERR_PISCINA_MISSING',
        cause,
      });
    });
    return new AudioWorker(Piscina, options);
  }

  private constructor(pool: PoolClass, options: AudioWorkerOptions) {
    this.#Pool = pool;
    this.#options = options;
  }

  /**
   * Runs a stage over a whole stream, given in pieces of any size, and resolves with what it emits, its end included.
   * The pieces are copied to the thread; what comes back is moved. Rejects with what the stage throws, with
   * `ERR_AUDIO_WORKER` when the thread ends before the job, and with the signal's `AbortError`.
   */
  async convert<Name extends keyof WorkerStages>(
    stage: Name,
    options: WorkerStages[Name]['options'],
    pieces: readonly WorkerStages[Name]['input'][],
    { signal }: AudioJobOptions = {},
  ): Promise<WorkerStages[Name]['output'][]> {
    this.#checkOpen();
    const task: ConvertTask = { order: { stage, options } as StageOrder, pieces };
    return this.#jobs.run(task, signal);
  }

  /**
   * A stream through a stage in a thread that it shares with others, over shared memory: for `pipeThrough`, as the
   * `audioStream` of `bargein/audio/streams` is. A piece may have 32 kB (`ERR_BLOCK_SIZE`). Both ends fail with what the
   * stage throws, and with `ERR_AUDIO_WORKER` when the thread ends. It keeps the process alive until it is closed or
   * cancelled.
   */
  stream<Name extends keyof WorkerStages>(
    stage: Name,
    options: WorkerStages[Name]['options'],
  ): WorkerStreamEnds<WorkerStages[Name]['input'], WorkerStages[Name]['output']> {
    this.#checkOpen();
    const ends = new WorkerStream({ stage, options } as StageOrder, (task) => this.#streams.run<void>(task));
    return ends;
  }

  /** Ends all threads; jobs and streams that are not over fail with `ERR_AUDIO_WORKER`. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all([this.#jobs.close(), this.#streams.close()]);
  }

  /** The same as `close()`, at the end of an `await using` declaration's block. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #pool(task: 'convert' | 'stream'): Piscina {
    const { threads = availableParallelism(), maxHeapMb } = this.#options;
    const isForStreams = task === 'stream';
    return new this.#Pool({
      filename: THREAD_URL,
      name: task,
      // A pool fills up the threads it has before it starts another, and streams would all share the first.
      minThreads: isForStreams ? threads : 0,
      maxThreads: threads,
      idleTimeout: IDLE_MS,
      concurrentTasksPerWorker: isForStreams ? UNLIMITED : 1,
      workerData: this.#data,
      ...(maxHeapMb !== undefined && { resourceLimits: { maxOldGenerationSizeMb: maxHeapMb } }),
    });
  }

  #checkOpen(): void {
    if (this.#isClosed) throw new AudioError('the AudioWorker is closed; open a new one', { code: 'ERR_AUDIO_WORKER' });
  }
}
