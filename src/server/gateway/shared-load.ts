/** Figures of one thread, behind each other in shared memory. */
const CALLS = 0;
const LOOP_DELAY_US = 1;
const FIGURES = 2;

/** Figures of the process, in front of those of the threads. */
const IS_DRAINING = 0;
const CPU_PERMILLE = 1;
const RSS_MB = 2;
const HEAD = 3;

/**
 * How busy a gateway is, in memory that all its threads share: each writes its own line, the main thread writes those of the
 * process, and everybody reads all without asking.
 */
export class SharedLoad {
  readonly buffer: SharedArrayBuffer;
  readonly #figures: Int32Array<SharedArrayBuffer>;
  readonly #threads: number;

  constructor(threads: number, buffer: SharedArrayBuffer = new SharedArrayBuffer((HEAD + threads * FIGURES) * 4)) {
    this.buffer = buffer;
    this.#figures = new Int32Array(buffer);
    this.#threads = threads;
  }

  get isDraining(): boolean {
    return Atomics.load(this.#figures, IS_DRAINING) === 1;
  }

  set isDraining(value: boolean) {
    Atomics.store(this.#figures, IS_DRAINING, value ? 1 : 0);
  }

  /** CPU time of the process in the last second, of the cores that its threads can use: 0 to 1. */
  get cpuShare(): number {
    return Atomics.load(this.#figures, CPU_PERMILLE) / 1000;
  }

  set cpuShare(share: number) {
    Atomics.store(this.#figures, CPU_PERMILLE, Math.round(share * 1000));
  }

  /** Resident memory of the process, in MB. */
  get rssMb(): number {
    return Atomics.load(this.#figures, RSS_MB);
  }

  set rssMb(megabytes: number) {
    Atomics.store(this.#figures, RSS_MB, Math.round(megabytes));
  }

  /** Calls of all threads. */
  get calls(): number {
    let calls = 0;
    for (let thread = 0; thread < this.#threads; thread++) calls += this.callsOf(thread);
    return calls;
  }

  callsOf(thread: number): number {
    return Atomics.load(this.#figures, at(thread, CALLS));
  }

  addCalls(thread: number, count: 1 | -1): void {
    Atomics.add(this.#figures, at(thread, CALLS), count);
  }

  /** What the thread had is gone with it. */
  clear(thread: number): void {
    for (let figure = 0; figure < FIGURES; figure++) Atomics.store(this.#figures, at(thread, figure), 0);
  }

  /** 99th percentile of how late the thread's event loop was in the last second, in ms. */
  loopDelayMs(thread: number): number {
    return Atomics.load(this.#figures, at(thread, LOOP_DELAY_US)) / 1000;
  }

  setLoopDelayMs(thread: number, delayMs: number): void {
    Atomics.store(this.#figures, at(thread, LOOP_DELAY_US), Math.round(delayMs * 1000));
  }
}

function at(thread: number, figure: number): number {
  return HEAD + thread * FIGURES + figure;
}
