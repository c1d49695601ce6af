import { Transform, type TransformCallback } from 'node:stream';
import type { AudioStage } from './stages.ts';

export * from './stages.ts';

/**
 * A Node `Transform` through a stage, whose memory it gives back when it is closed. Each write is one input and each
 * read one output of the stage, unless the options say that they are bytes. What the stage throws destroys the stream.
 */
export function audioTransform<Input, Output>(
  stage: AudioStage<Input, Output>,
  options: AudioTransformOptions = {},
): Transform {
  return new StageTransform(stage, options);
}

/** What passes a transform. */
export interface AudioTransformOptions {
  /** Whether bytes come in, so that buffers of any size may be written; default false. */
  readonly takesBytes?: boolean;
  /** Whether bytes go out; default false. */
  readonly emitsBytes?: boolean;
}

class StageTransform<Input, Output> extends Transform {
  readonly #stage: AudioStage<Input, Output>;

  constructor(stage: AudioStage<Input, Output>, { takesBytes = false, emitsBytes = false }: AudioTransformOptions) {
    super({ writableObjectMode: !takesBytes, readableObjectMode: !emitsBytes });
    this.#stage = stage;
  }

  override _transform(input: Input, _encoding: BufferEncoding, done: TransformCallback): void {
    this.#run(done, (emit) => this.#stage.push(input, emit));
  }

  override _flush(done: TransformCallback): void {
    this.#run(done, (emit) => this.#stage.flush(emit));
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#stage.free();
    done(error);
  }

  #run(done: TransformCallback, work: (emit: (output: Output) => void) => void): void {
    try {
      work((output) => this.push(output));
    } catch (error) {
      done(error instanceof Error ? error : new Error(String(error)));
      return;
    }
    done();
  }
}
