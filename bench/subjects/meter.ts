import { LevelMeter } from '../../src/audio/index.ts';
import { loopLevel } from '../competitors/loops.ts';
import { noiseFloat } from '../corpus.ts';
import { ownViews } from '../own-views.ts';
import { type Subject, timed } from '../subject.ts';

const FRAMES = 480;

export const meterSubjects: readonly Subject[] = [
  {
    kind: 'race',
    name: 'RMS and peak',
    operation: `${FRAMES} frames`,
    isPerBuild: true,
    async prepare(build) {
      const floats = noiseFloat(FRAMES);
      const { kernel, input, output } = ownViews(build);
      const { exports } = kernel;
      kernel.f32.set(floats, input >> 2);
      const meter = new LevelMeter();
      let heard = 0;
      return [
        {
          name: 'bargein, own views',
          time: timed((times) => {
            for (let i = 0; i < times; i++) exports.meterFloat(output, input, FRAMES);
          }),
        },
        {
          name: 'bargein',
          time: timed((times) => {
            for (let i = 0; i < times; i++) meter.measure(floats);
          }),
        },
        {
          name: 'loop',
          time: timed((times) => {
            for (let i = 0; i < times; i++) heard += loopLevel(floats).rms;
            // The sum must be used somewhere, or the work may be left out.
            if (Number.isNaN(heard)) throw new RangeError('the level of noise is not a number');
          }),
        },
      ];
    },
  },
];
