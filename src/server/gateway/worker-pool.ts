import { Worker } from 'node:worker_threads';
import { type Clock, systemClock } from '../../clock.ts';
import { logger } from '../../logger.ts';
import { ServerError } from '../server-error.ts';
import { metricsText } from './call-metrics.ts';
import type { HostSetup, ThreadAddress, WorkerCommand, WorkerReport, WorkerSetup } from './gateway-messages.ts';
import type { SharedLoad } from './shared-load.ts';

/** The source tree runs as it is; what is built has another ending. */
const MODULE_EXTENSION = import.meta.url.endsWith('.ts') ? '.ts' : '.js';

const FIRST_RESTART_MS = 100;
const LONGEST_RESTART_MS = 5000;
/** A worker that lived so long has recovered: its next crash is a first one again. */
const RECOVERED_MS = 30_000;

interface Thread {
  worker: Worker;
  /** 0: it does not listen. */
  port: number;
  startedAtMs: number;
  crashes: number;
}

/** The threads that hold a gateway's calls. One that crashes takes its own calls with it, no others, and is started again. */
export class WorkerPool {
  readonly #setup: HostSetup;
  readonly #load: SharedLoad;
  readonly #threadCount: number;
  readonly #threads: Thread[] = [];
  readonly #clock: Clock = systemClock;
  #address: ThreadAddress | null = null;
  #isDraining = false;

  /** @param threadCount How many threads there are to be. */
  constructor(setup: HostSetup, load: SharedLoad, threadCount: number) {
    this.#setup = setup;
    this.#load = load;
    this.#threadCount = threadCount;
  }

  /** Starts the threads at that address; resolves with their ports. With `reusePort` all have the first one's. */
  async listen(address: ThreadAddress): Promise<readonly number[]> {
    this.#address = address;
    for (let thread = 0; thread < this.#threadCount; thread++) await this.#start(thread);
    return this.ports;
  }

  /** Where the threads that live listen now. */
  get ports(): readonly number[] {
    return this.#threads.map(({ port }) => port).filter((port) => port !== 0);
  }

  /** Figures of all threads that answer. */
  async collect(): Promise<(readonly object[])[]> {
    const living = this.#threads.filter(({ port }) => port !== 0);
    const reports = await Promise.all(living.map(({ worker }) => ask(worker, { type: 'metrics' }, 'metrics')));
    return reports.flatMap((report) => (report === null ? [] : [report.metrics]));
  }

  /** Lets every thread's calls end, at most so long each. */
  async drain(graceMs: number): Promise<void> {
    this.#isDraining = true;
    await Promise.all(
      this.#threads.map(async ({ worker, port }) => {
        if (port !== 0) await ask(worker, { type: 'drain', graceMs }, 'drained');
        await worker.terminate();
      }),
    );
  }

  async #start(thread: number): Promise<void> {
    const workerData: WorkerSetup = { thread, threads: this.#threadCount, load: this.#load.buffer, host: this.#setup };
    const worker = new Worker(new URL(`gateway-worker${MODULE_EXTENSION}`, import.meta.url), { workerData });
    const crashes = this.#threads[thread]?.crashes ?? 0;
    const state: Thread = { worker, port: 0, startedAtMs: this.#clock.nowMs(), crashes };
    this.#threads[thread] = state;
    worker.on('error', (error) => logger.error(`worker ${thread} of the gateway crashed; its calls are over`, error));
    worker.on('exit', () => this.#ended(thread, state));
    worker.on('message', (report: WorkerReport) => {
      if (report.type === 'wantsMetrics') void this.#answerMetrics(worker, report.request);
    });
    await this.#bind(state);
  }

  async #bind(state: Thread): Promise<void> {
    const { port, host, reusePort } = this.#address ?? { port: 0, host: '127.0.0.1', reusePort: false };
    // The first one's choice is everybody's.
    const shared = reusePort ? (this.ports[0] ?? port) : 0;
    const report = await ask(
      state.worker,
      { type: 'listen', port: shared, host, reusePort },
      'listening',
      'listenFailed',
    );
    if (report === null) throw new ServerError('a worker ended before it listened', { code: 'ERR_GATEWAY_WORKER' });
    if (report.type === 'listenFailed') {
      throw new ServerError(`can't listen on ${host}:${port}: ${report.message}`, { code: 'ERR_LISTEN' });
    }
    state.port = report.port;
  }

  async #answerMetrics(worker: Worker, request: number): Promise<void> {
    const text = await metricsText(await this.collect());
    worker.postMessage({ type: 'allMetrics', request, text } satisfies WorkerCommand);
  }

  #ended(thread: number, state: Thread): void {
    const { port } = state;
    state.port = 0;
    this.#load.clear(thread);
    // One that never listened is the business of who started it.
    if (this.#isDraining || port === 0) return;
    if (this.#address?.reusePort === true) this.#address = { ...this.#address, port };
    const livedMs = this.#clock.nowMs() - state.startedAtMs;
    state.crashes = livedMs > RECOVERED_MS ? 1 : state.crashes + 1;
    const delayMs = Math.min(LONGEST_RESTART_MS, FIRST_RESTART_MS * 2 ** (state.crashes - 1));
    this.#clock.schedule(delayMs, () => {
      if (this.#isDraining) return;
      this.#start(thread).catch((error: unknown) => {
        logger.error(`worker ${thread} of the gateway could not be started again`, error);
        this.#ended(thread, { ...state, port, startedAtMs: this.#clock.nowMs() });
      });
    });
  }
}

/** Sends a command and waits for the report of that type; `null` when the worker ends first. */
function ask<T extends WorkerReport['type']>(
  worker: Worker,
  command: WorkerCommand,
  ...types: readonly T[]
): Promise<Extract<WorkerReport, { type: T }> | null> {
  return new Promise((resolve) => {
    const settle = (report: Extract<WorkerReport, { type: T }> | null): void => {
      worker.off('message', onMessage);
      worker.off('exit', onExit);
      resolve(report);
    };
    const onMessage = (report: WorkerReport): void => {
      if ((types as readonly string[]).includes(report.type)) settle(report as Extract<WorkerReport, { type: T }>);
    };
    const onExit = (): void => settle(null);
    worker.on('message', onMessage);
    worker.on('exit', onExit);
    worker.postMessage(command);
  });
}
