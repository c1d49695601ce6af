import { LevelMeter } from '../../src/audio/index.ts';
import { loopLevel } from '../competitors/loops.ts';
import { noiseFloat } from '../corpus.ts';
import { ownViews } from '../own-views.ts';
import { type Subject, timed } from '../subject.ts';

const FRAMES = 480;

/** 20 ms of a microphone. */
const DEVICE = { rate: 48_000, frames: 960 };
const MODEL_RATE = 24_000;
/** The core's numbers of formats and of a grade. */
const FLOAT = 0;
const PCM16 = 1;
const VOICE = 0;

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
  {
    kind: 'race',
    name: 'level with the conversion',
    operation: '20 ms of a microphone to PCM16 at 24 kHz, own views',
    isPerBuild: false,
    async prepare(build) {
      const { kernel, input, output } = ownViews(build);
      const { exports } = kernel;
      const { frames } = DEVICE;
      kernel.f32.set(noiseFloat(frames), input >> 2);
      const grade = [DEVICE.rate, MODEL_RATE, frames, VOICE] as const;
      const resampler = kernel.allocate(exports.resamplerBytes(...grade));
      const scratch = kernel.allocate(2 * frames * Float32Array.BYTES_PER_ELEMENT);
      const meter = kernel.allocate(exports.meterBytes());
      exports.resamplerInit(resampler, ...grade);
      const convert = (meterAt: number): number =>
        exports.transcode(output, PCM16, input, FLOAT, frames, resampler, frames, scratch, frames, meterAt, 0, 0);
      return [
        {
          name: 'bargein with the level',
          time: timed((times) => {
            for (let i = 0; i < times; i++) convert(meter);
          }),
        },
        {
          name: 'the same without',
          time: timed((times) => {
            for (let i = 0; i < times; i++) convert(0);
          }),
        },
      ];
    },
  },
];
