/** Whose tasks they are. */
export interface TaskQueueHost {
  readonly parts: {
    /** Tells of a task that failed. */
    readonly report: (error: unknown) => void;
  };
  /** Called when no task is left; true if it did something, and so may have added tasks. */
  onTasksDone(): boolean;
}

/** Runs tasks one after the other; a task that is added by another one waits until that has ended. */
export class TaskQueue {
  readonly #host: TaskQueueHost;
  #tasks: (() => void)[] = [];
  #isRunning = false;

  constructor(host: TaskQueueHost) {
    this.#host = host;
  }

  add(task: () => void): void {
    if (this.#isRunning) {
      this.#tasks.push(task);
      return;
    }
    this.#isRunning = true;
    // Nearly every task is alone, and is never queued.
    this.#run(task);
    while (this.#tasks.length > 0 || this.#host.onTasksDone()) {
      const tasks = this.#tasks;
      this.#tasks = [];
      for (const next of tasks) this.#run(next);
    }
    this.#isRunning = false;
  }

  #run(task: () => void): void {
    try {
      task();
    } catch (error) {
      this.#host.parts.report(error);
    }
  }
}
