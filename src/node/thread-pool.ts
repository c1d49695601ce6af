import type { Piscina } from 'piscina';
import { AudioError } from '../errors.ts';
import type { Answer } from './audio-tasks.ts';

/** Threads for one kind of task. One that ends fails its own tasks; the next task starts another. */
export class ThreadPool<Task> {
  readonly #open: () => Piscina;
  #pool: Piscina | null = null;
  /** What the last thread died of before it had anything to do. */
  #cause: unknown = null;

  /** @param open Makes the pool, when there is something to do. */
  constructor(open: () => Piscina) {
    this.#open = open;
  }

  /** Rejects with what the task failed of, with `ERR_AUDIO_WORKER` when its thread ended, and with an `AbortError`. */
  async run<T>(task: Task, signal?: AbortSignal): Promise<T> {
    const pool = (this.#pool ??= this.#filled());
    const answer = await (pool.run(task, { signal }) as Promise<Answer<T>>).catch((error: unknown) => {
      if (signal?.aborted === true) throw error;
      const cause = this.#cause ?? error;
      throw new AudioError(`the thread of the audio worker ended: ${String(cause)}`, {
        code: 'ERR_AUDIO_WORKER',
        cause,
      });
    });
    if ('value' in answer) return answer.value;
    throw new AudioError(answer.message, { code: answer.code ?? 'ERR_AUDIO_WORKER' });
  }

  async close(): Promise<void> {
    const pool = this.#pool;
    this.#pool = null;
    await pool?.destroy();
  }

  #filled(): Piscina {
    const pool = this.#open();
    this.#cause = null;
    // A thread has died without a task. If it could not even start, and no other lives, the pool would leave the tasks that
    // wait for it waiting.
    pool.on('error', (cause: unknown) => {
      if (pool.threads.length > 0 || this.#pool !== pool) return;
      this.#cause = cause;
      void this.close();
    });
    return pool;
  }
}
