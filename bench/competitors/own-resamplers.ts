import { Resampler } from '../../src/audio/index.ts';
import { timed } from '../subject.ts';
import type { StreamingResampler } from './streaming.ts';

/** The grades of our resampler. */
const GRADES = ['voice'] as const;

/** Our resampler in each grade, of the selected build. */
export function ownResamplers(): StreamingResampler[] {
  return GRADES.map((grade) => ({
    name: `bargein ${grade}`,
    isStreaming: true,
    async open(inputRate, outputRate) {
      const resampler = new Resampler({ inputRate, outputRate });
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
