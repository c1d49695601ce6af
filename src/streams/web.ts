import type { Transformer } from 'node:stream/web';
import type { AudioStage } from './stages.ts';

export * from './stages.ts';

/**
 * A `TransformStream` through a stage, whose memory it gives back when the stream ends, is cancelled or fails. What the
 * stage throws errors the stream.
 */
export function audioStream<Input, Output>(stage: AudioStage<Input, Output>): TransformStream<Input, Output> {
  // `cancel` is newer than some type declarations.
  const transformer: Transformer<Input, Output> & { cancel(): void } = {
    transform(input, controller) {
      try {
        stage.push(input, (output) => controller.enqueue(output));
      } catch (error) {
        stage.free();
        throw error;
      }
    },
    flush(controller) {
      stage.flush((output) => controller.enqueue(output));
      stage.free();
    },
    cancel: () => stage.free(),
  };
  return new TransformStream<Input, Output>(transformer);
}
