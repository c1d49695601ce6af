// What an `AudioWorker` and its threads say to each other.

import type { coreModule } from '../wasm/core.ts';
import type { AudioPiece, StageOrder } from './worker-stages.ts';

/** Largest piece that a stream takes, in bytes; what the stages make of it is at most 36 times as long. */
export const MAX_INPUT_BYTES = 32_768;
/** Of the ring that a stream's output takes: room for the longest piece. */
export const OUTPUT_RING_BYTES: number = 2 ** 21;

/** What each thread is started with. */
export interface AudioThreadData {
  readonly core: ReturnType<typeof coreModule>;
}

/** A whole stream at once. */
export interface ConvertTask {
  readonly order: StageOrder;
  readonly pieces: readonly AudioPiece[];
}

/** A stream that goes on, through the memory of two rings. */
export interface StreamTask {
  readonly order: StageOrder;
  readonly input: SharedArrayBuffer;
  readonly output: SharedArrayBuffer;
}

/** Why there is nothing. */
export interface Failure {
  /** `null`: an error that is none of ours. */
  readonly code: string | null;
  readonly message: string;
}

/** What a task comes to. Errors lose their class and their code on the way to another thread, so these are no errors. */
export type Answer<T> = { readonly value: T } | Failure;
