// The thread of an `AudioWorker`. It runs the stages that the caller's own thread would, on the same compiled core.

import { move, transferableSymbol, valueSymbol, workerData } from 'piscina';
import { SharedRing } from '../audio/shared-ring.ts';
import { BargeinError } from '../errors.ts';
import { adoptCore } from '../wasm/core.ts';
import {
  type Answer,
  type AudioThreadData,
  type ConvertTask,
  type Failure,
  MAX_INPUT_BYTES,
  OUTPUT_RING_BYTES,
  type StreamTask,
} from './audio-tasks.ts';
import { ENDED, RingPieces } from './ring-pieces.ts';
import { type AudioPiece, makeStage } from './worker-stages.ts';

adoptCore((workerData as AudioThreadData).core);

/** Runs a stage over all pieces and to its end. */
export function convert({ order, pieces }: ConvertTask): Answer<AudioPiece[]> {
  const outputs: AudioPiece[] = [];
  const emit = (output: AudioPiece): void => void outputs.push(output);
  try {
    const stage = makeStage(order);
    try {
      for (const piece of pieces) stage.push(piece, emit);
      stage.flush(emit);
    } finally {
      stage.free();
    }
  } catch (error) {
    return failure(error);
  }
  const buffers = new Set(outputs.flatMap((output) => (typeof output === 'string' ? [] : [output.buffer])));
  const moved = { [transferableSymbol]: [...buffers], [valueSymbol]: { value: outputs } };
  return move(moved) as unknown as Answer<AudioPiece[]>;
}

/** Runs a stage from one ring to the other until the stream ends. */
export async function stream({ order, input, output }: StreamTask): Promise<Answer<void>> {
  try {
    const stage = makeStage(order);
    try {
      await new StageRun(new SharedRing(input), new SharedRing(output)).run(stage);
    } finally {
      stage.free();
    }
    return { value: undefined };
  } catch (error) {
    return failure(error);
  }
}

class StageRun {
  readonly #input: SharedRing;
  readonly #output: SharedRing;
  readonly #taken = new RingPieces(MAX_INPUT_BYTES);
  readonly #given = new RingPieces(OUTPUT_RING_BYTES);

  constructor(input: SharedRing, output: SharedRing) {
    this.#input = input;
    this.#output = output;
  }

  async run(stage: ReturnType<typeof makeStage>): Promise<void> {
    let isCancelled = false;
    for (;;) {
      isCancelled = this.#input.dropVoid() || isCancelled;
      const piece = this.#taken.pull(this.#input);
      if (piece === ENDED) break;
      if (piece === null) await this.#input.pushed();
      else await this.#emitted((emit) => stage.push(piece, emit));
    }
    if (!isCancelled) await this.#emitted((emit) => stage.flush(emit));
  }

  async #emitted(work: (emit: (output: AudioPiece) => void) => void): Promise<void> {
    const outputs: AudioPiece[] = [];
    work((output) => outputs.push(output));
    for (const output of outputs) {
      while (!this.#given.push(this.#output, output)) await this.#output.pulled();
    }
  }
}

function failure(error: unknown): Failure {
  const message = error instanceof Error ? error.message : String(error);
  return { code: error instanceof BargeinError ? error.code : null, message };
}
