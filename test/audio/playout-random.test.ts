import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { type CoreBuild, loadCore, Playout } from '../../src/audio/index.ts';
import { coreModule } from '../../src/wasm/core.ts';
import { PlayoutModel } from './playout-model.ts';

type Operation =
  | { readonly type: 'open' | 'interrupt' | 'pause' | 'resume' | 'unduck' }
  | { readonly type: 'duck'; readonly gainDb: number }
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
    arbitrary: fc.record({
      type: fc.constant('render' as const),
      frames: fc.oneof(fc.constant(128), fc.integer({ min: 1, max: 500 })),
    }),
  },
  { weight: 1, arbitrary: fc.constant<Operation>({ type: 'interrupt' }) },
  { weight: 1, arbitrary: fc.constant<Operation>({ type: 'pause' }) },
  { weight: 2, arbitrary: fc.constant<Operation>({ type: 'resume' }) },
  {
    weight: 1,
    arbitrary: fc.record({ type: fc.constant('duck' as const), gainDb: fc.constantFrom(0, -18, -24, -Infinity) }),
  },
  { weight: 1, arbitrary: fc.constant<Operation>({ type: 'unduck' }) },
);

const CAPACITY_FRAMES = 512;
const PAIRS: readonly (readonly [itemRate: number, outputRate: number])[] = [
  [24_000, 24_000],
  [24_000, 48_000],
  [24_000, 44_100],
  [8000, 48_000],
  [48_000, 8000],
  [44_100, 24_000],
];

beforeAll(async () => {
  await loadCore('scalar');
  await loadCore('simd');
});

type Subject = Pick<
  Playout,
  | 'open'
  | 'write'
  | 'end'
  | 'render'
  | 'interrupt'
  | 'pause'
  | 'resume'
  | 'duck'
  | 'unduck'
  | 'renderedFrames'
  | 'receivedFrames'
  | 'takeInterruptReport'
  | 'stats'
>;

/**
 * Everything that can be seen from outside while the operations run: counts, reports and output samples, bit for bit.
 */
function observe(subject: Subject, operations: readonly Operation[]): number[] {
  const seen: number[] = [];
  let handles = 0;
  let sample = 0;
  for (const step of operations) {
    switch (step.type) {
      case 'open':
        handles = subject.open() ?? -1;
        break;
      case 'write': {
        const samples = Int16Array.from(
          { length: step.frames },
          () => (sample = (sample * 1103 + 12_345) & 0xffff) - 0x8000,
        );
        seen.push(subject.write(handles - step.handlesBack, samples));
        break;
      }
      case 'end':
        subject.end(handles - step.handlesBack);
        break;
      case 'render': {
        const output = new Float32Array(step.frames);
        subject.render(output);
        seen.push(...new Int32Array(output.buffer));
        break;
      }
      case 'duck':
        subject.duck(step.gainDb);
        break;
      default:
        subject[step.type]();
    }
    for (let handle = 1; handle <= handles; handle++) {
      seen.push(subject.renderedFrames(handle), subject.receivedFrames(handle));
    }
    const { underrunEvents, underrunFrames, refusedFrames, bufferedFrames } = subject.stats;
    seen.push(handles, underrunEvents, underrunFrames, refusedFrames, bufferedFrames);
    const report = subject.takeInterruptReport();
    seen.push(report?.length ?? -1);
    for (const { handle, renderedFrames, receivedFrames } of report ?? []) {
      seen.push(handle, renderedFrames, receivedFrames);
    }
  }
  return seen;
}

describe.each<CoreBuild>(['scalar', 'simd'])('any sequence of calls on the %s build', (build) => {
  it.each(PAIRS)(
    'from %i to %i Hz equals the array model in every sample, count and report',
    async (itemRate, outputRate) => {
      await loadCore(build);
      const options = { itemRate, outputRate, capacityFrames: CAPACITY_FRAMES, module: coreModule(build) };
      const numRuns = itemRate === outputRate ? 200 : 100;
      fc.assert(
        fc.property(fc.array(operation, { minLength: 5, maxLength: 60, size: 'max' }), (operations) => {
          const seen = observe(new Playout(options), operations);
          const expected = observe(new PlayoutModel(options), operations);
          expect(seen.findIndex((value, i) => value !== expected[i])).toBe(-1);
          expect(seen).toHaveLength(expected.length);
        }),
        { numRuns, seed: 24_000 },
      );
    },
    60_000,
  );
});
