import { Dither, floatFromPcm16, pcm16FromFloat } from '../../src/audio/index.ts';
import { loopFloatFromPcm16, loopPcm16FromFloat } from '../competitors/loops.ts';
import { noiseFloat, noisePcm16 } from '../corpus.ts';
import { ownViews } from '../own-views.ts';
import { type Contender, type Subject, timed } from '../subject.ts';

const FRAMES = 480;

/** No peer: it converts nothing. */
export const COPY_OF_FLOATS = 'copy of the floats';

/** What moving the floats takes the engine that does nothing else. */
function copy(floats: Float32Array): Contender {
  const copied = new Float32Array(floats.length);
  return {
    name: COPY_OF_FLOATS,
    time: timed((times) => {
      for (let i = 0; i < times; i++) copied.set(floats);
    }),
  };
}

export const pcm16Subjects: readonly Subject[] = [
  {
    kind: 'race',
    name: 'float to PCM16',
    operation: `${FRAMES} frames`,
    isPerBuild: true,
    async prepare(build) {
      const floats = noiseFloat(FRAMES);
      const pcm16 = new Int16Array(FRAMES);
      const { kernel, input, output } = ownViews(build);
      const { exports } = kernel;
      kernel.f32.set(floats, input >> 2);
      const dither = new Dither();
      const generators = kernel.allocate(exports.ditherBytes());
      exports.ditherInit(generators, 1);
      return [
        {
          name: 'bargein, own views',
          time: timed((times) => {
            for (let i = 0; i < times; i++) exports.pcm16FromFloat(output, input, FRAMES);
          }),
        },
        {
          name: 'bargein',
          time: timed((times) => {
            for (let i = 0; i < times; i++) pcm16FromFloat(floats, pcm16);
          }),
        },
        {
          name: 'bargein with dither, own views',
          time: timed((times) => {
            for (let i = 0; i < times; i++) exports.pcm16FromFloatDithered(output, input, FRAMES, generators);
          }),
        },
        {
          name: 'bargein with dither',
          time: timed((times) => {
            for (let i = 0; i < times; i++) dither.pcm16FromFloat(floats, pcm16);
          }),
        },
        {
          name: 'loop',
          time: timed((times) => {
            for (let i = 0; i < times; i++) loopPcm16FromFloat(floats, pcm16);
          }),
        },
        copy(floats),
      ];
    },
  },
  {
    kind: 'race',
    name: 'PCM16 to float',
    operation: `${FRAMES} frames`,
    isPerBuild: true,
    async prepare(build) {
      const pcm16 = noisePcm16(FRAMES);
      const floats = new Float32Array(FRAMES);
      const { kernel, input, output } = ownViews(build);
      const { exports } = kernel;
      kernel.i16.set(pcm16, input >> 1);
      return [
        {
          name: 'bargein, own views',
          time: timed((times) => {
            for (let i = 0; i < times; i++) exports.floatFromPcm16(output, input, FRAMES);
          }),
        },
        {
          name: 'bargein',
          time: timed((times) => {
            for (let i = 0; i < times; i++) floatFromPcm16(pcm16, floats);
          }),
        },
        {
          name: 'loop',
          time: timed((times) => {
            for (let i = 0; i < times; i++) loopFloatFromPcm16(pcm16, floats);
          }),
        },
        // The floats have to be stored whatever is computed: no conversion is faster than this by much.
        copy(floats),
      ];
    },
  },
];
