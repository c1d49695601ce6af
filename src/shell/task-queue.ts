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
    this.#tasks.push(task);
    if (this.#isRunning) return;
    this.#isRunning = true;
    do {
      const tasks = this.#tasks;
      this.#tasks = [];
      for (const next of tasks) this.#run(next);
    } while (this.#tasks.length > 0 || this.#host.onTasksDone());
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
