import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { type CoreBuild, loadCore, Playout } from '../../src/audio/index.ts';
import { coreModule } from '../../src/wasm/core.ts';
import { PlayoutModel } from './playout-model.ts';

type Operation =
  | { readonly type: 'open' | 'interrupt' | 'pause' | 'resume' }
  | { readonly type: 'write'; readonly handlesBack: number; readonly frames: number }
  | { readonly type: 'end'; readonly handlesBack: number }
  | { readonly type: 'render'; readonly frames: number };

const operation: fc.Arbitrary<Operation> = fc.oneof(
  { weight: 3, arbitrary: fc.constant<Operation>({ type: 'open' }) },
  {
    weight: 6,
    arbitrary: fc.record({
      type: fc.constant('write' as const),
      handlesBack: fc.oneof({ weight: 6, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat(2) }),
      frames: fc.oneof(fc.nat(12), fc.nat(400)),
    }),
  },
  { weight: 3, arbitrary: fc.record({ type: fc.constant('end' as const), handlesBack: fc.nat(1) }) },
  {
    weight: 10,
    arbitrary: fc.record({ type: fc.constant('render' as const), frames: fc.oneof(fc.constant(128), fc.integer({ min: 1, max: 500 })) }),
  },
  { weight: 1, arbitrary: fc.constant<Operation>({ type: 'interrupt' }) },
  { weight: 1, arbitrary: fc.constant<Operation>({ type: 'pause' }) },
  { weight: 2, arbitrary: fc.constant<Operation>({ type: 'resume' }) },
);

const CAPACITY_FRAMES = 512;
const PAIRS: readonly (readonly [itemRate: number, outputRate: number])[] = [
  [24_000, 24_000],
  [24_000, 48_000],
  [24_000, 44_100],
  [8000, 48_000],
  [48_000, 8000],
];

beforeAll(async () => {
  await loadCore('scalar');
  await loadCore('simd');
});

describe.each<CoreBuild>(['scalar', 'simd'])('any sequence of calls on the %s build', (build) => {
  it.each(PAIRS)('from %i to %i Hz equals the array model in every sample, count and report', async (itemRate, outputRate) => {
    await loadCore(build);
    const options = { itemRate, outputRate, capacityFrames: CAPACITY_FRAMES, module: coreModule(build) };
    const runs = itemRate === outputRate ? 400 : 150;
    fc.assert(
      fc.property(fc.array(operation, { minLength: 5, maxLength: 60, size: 'max' }), (operations) => {
        const playout = new Playout(options);
        const model = new PlayoutModel(options);
        let handles = 0;
        let sample = 0;
        for (const step of operations) {
          switch (step.type) {
            case 'open':
              handles = model.open();
              expect(playout.open()).toBe(handles);
              break;
            case 'write': {
              const samples = Int16Array.from({ length: step.frames }, () => (sample = (sample * 1103 + 12_345) & 0x7fff) - 0x4000);
              expect(playout.write(handles - step.handlesBack, samples)).toBe(model.write(handles - step.handlesBack, samples));
              break;
            }
            case 'end':
              playout.end(handles - step.handlesBack);
              model.end(handles - step.handlesBack);
              break;
            case 'render': {
              const output = new Float32Array(step.frames);
              playout.render(output);
              expect(output).toEqual(model.render(step.frames));
              break;
            }
            default:
              playout[step.type]();
              model[step.type]();
          }
          for (let handle = 1; handle <= handles; handle++) {
            expect(playout.renderedFrames(handle)).toBe(model.renderedFrames(handle));
            expect(playout.receivedFrames(handle)).toBe(model.receivedFrames(handle));
          }
          expect(playout.stats).toEqual(model.stats());
          expect(playout.takeInterruptReport()).toEqual(model.takeInterruptReport());
        }
      }),
      { numRuns: runs, seed: 24_000 },
    );
  });
});
