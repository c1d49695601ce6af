import { Resampler, type ResamplerOptions } from '../../src/audio/index.ts';
import { timed } from '../subject.ts';
import type { StreamingResampler, SynchronousStream } from './streaming.ts';

type Grade = 'voice' | 'high' | 'max' | 'lowLatency';
type GradedOptions = ResamplerOptions & { readonly quality: Grade };

const BETTER_GRADES: readonly Grade[] = ['high', 'max', 'lowLatency'];

/** Our resampler in each grade that this version has, of the selected build. */
export function ownResamplers(): StreamingResampler<SynchronousStream>[] {
  return grades().map((quality) => ({
    name: `bargein ${quality}`,
    isStreaming: true,
    async open(inputRate, outputRate) {
      const options: GradedOptions = { inputRate, outputRate, quality };
      const resampler = new Resampler(options);
      return {
        convert: (input) => resampler.process(input),
        time: (times, block) =>
          timed((count) => {
            for (let i = 0; i < count; i++) resampler.process(block);
          })(times),
        close: () => resampler.free(),
      };
    },
  }));
}

/** A version that does not know a grade ignores the option, which shows as the delay of the voice grade. */
function grades(): Grade[] {
  const voiceDelay = delayOf('voice');
  return ['voice', ...BETTER_GRADES.filter((grade) => delayOf(grade) !== voiceDelay)];
}

function delayOf(quality: Grade): number {
  const options: GradedOptions = { inputRate: 24_000, outputRate: 48_000, quality };
  const resampler = new Resampler(options);
  const { delayFrames } = resampler;
  resampler.free();
  return delayFrames;
}
