/** Runs tasks one after the other; a task that is added by another one waits until that has ended. */
export class TaskQueue {
  readonly #onError: (error: unknown) => void;
  readonly #onIdle: () => boolean;
  #tasks: (() => void)[] = [];
  #isRunning = false;

  /** @param onIdle Called when no task is left; true if it did something, and so may have added tasks. */
  constructor(options: { readonly onError: (error: unknown) => void; readonly onIdle: () => boolean }) {
    this.#onError = options.onError;
    this.#onIdle = options.onIdle;
  }

  add(task: () => void): void {
    this.#tasks.push(task);
    if (this.#isRunning) return;
    this.#isRunning = true;
    do {
      const tasks = this.#tasks;
      this.#tasks = [];
      for (const next of tasks) this.#run(next);
    } while (this.#tasks.length > 0 || this.#onIdle());
    this.#isRunning = false;
  }

  #run(task: () => void): void {
    try {
      task();
    } catch (error) {
      this.#onError(error);
    }
  }
}
