// This thread's ends of a stream through a worker: bytes in one ring, bytes out of another, no message between them.

import {
  ReadableStream,
  type ReadableStreamDefaultController,
  WritableStream,
  type WritableStreamDefaultController,
} from 'node:stream/web';
import { SharedRing } from '../audio/shared-ring.ts';
import { MAX_INPUT_BYTES, OUTPUT_RING_BYTES, type StreamTask } from './audio-tasks.ts';
import { ENDED, pushEnd, RingPieces } from './ring-pieces.ts';
import type { AudioPiece, StageOrder } from './worker-stages.ts';

const INPUT_RING_BYTES = 4 * MAX_INPUT_BYTES;

/** Both ends of a stream through a worker, in the form that `pipeThrough` takes. */
export interface WorkerStreamEnds<Input, Output> {
  readonly writable: WritableStream<Input>;
  readonly readable: ReadableStream<Output>;
}

/** A stream whose stage runs in another thread. */
export class WorkerStream implements WorkerStreamEnds<AudioPiece, AudioPiece> {
  readonly writable: WritableStream<AudioPiece>;
  readonly readable: ReadableStream<AudioPiece>;
  readonly #input: SharedRing;
  readonly #output: SharedRing;
  readonly #written = new RingPieces(MAX_INPUT_BYTES);
  readonly #read = new RingPieces(OUTPUT_RING_BYTES);
  #isOver = false;
  #failure: Error | null = null;
  #writing: WritableStreamDefaultController | null = null;
  #reading: ReadableStreamDefaultController<AudioPiece> | null = null;

  /** @param run Resolves when the stage has come to its end, rejects with what it or its thread failed of. */
  constructor(order: StageOrder, run: (task: StreamTask) => Promise<void>) {
    const input = SharedRing.memoryFor(INPUT_RING_BYTES);
    const output = SharedRing.memoryFor(OUTPUT_RING_BYTES);
    this.#input = new SharedRing(input);
    this.#output = new SharedRing(output);
    this.writable = new WritableStream<AudioPiece>({
      start: (controller) => void (this.#writing = controller),
      write: (piece) => this.#write(piece),
      close: () => this.#end(),
      abort: (reason) => {
        this.#reading?.error(reason);
        this.#drop();
      },
    });
    this.readable = new ReadableStream<AudioPiece>(
      {
        start: (controller) => void (this.#reading = controller),
        pull: (controller) => this.#pull(controller),
        cancel: (reason) => {
          this.#writing?.error(reason);
          this.#drop();
        },
      },
      { highWaterMark: 0 },
    );
    run({ order, input, output }).then(
      () => this.#over(null),
      (error: Error) => this.#over(error),
    );
  }

  async #write(piece: AudioPiece): Promise<void> {
    while (!this.#written.push(this.#input, piece)) await this.#roomed();
  }

  async #end(): Promise<void> {
    while (!pushEnd(this.#input)) await this.#roomed();
  }

  /** Waits for more room in the ring. Rejects when nobody will make any. */
  async #roomed(): Promise<void> {
    if (this.#failure !== null) throw this.#failure;
    await this.#input.pulled();
  }

  async #pull(controller: ReadableStreamDefaultController<AudioPiece>): Promise<void> {
    for (;;) {
      const isOver = this.#isOver;
      const piece = this.#read.pull(this.#output);
      if (piece !== null && piece !== ENDED) return controller.enqueue(piece);
      if (isOver) return this.#failure === null ? controller.close() : undefined;
      await this.#output.pushed();
    }
  }

  /** Lets the stage come to its end without what waits for it, and without anybody who reads. */
  #drop(): void {
    this.#input.makeVoid();
    void this.#discard();
    this.#end().catch(() => {});
  }

  async #discard(): Promise<void> {
    while (!this.#isOver) {
      while (this.#read.pull(this.#output) !== null);
      if (!this.#isOver) await this.#output.pushed();
    }
  }

  #over(failure: Error | null): void {
    this.#isOver = true;
    this.#failure = failure;
    if (failure !== null) {
      this.#writing?.error(failure);
      this.#reading?.error(failure);
    }
    this.#input.wake();
    this.#output.wake();
  }
}
