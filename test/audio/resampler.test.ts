import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { type CoreBuild, loadCore } from '../../src/audio/index.ts';
import { Resampler, type ResamplerOptions, type ResamplerQuality } from '../../src/audio/resampler.ts';
import { coreModule } from '../../src/wasm/core.ts';
import { Kernel } from '../../src/wasm/kernel.ts';
import { COMMON_RATES, noise, RATE_PAIRS, referenceDelayInputFrames } from './reference/resampler.ts';

const BUILDS: readonly CoreBuild[] = ['scalar', 'simd'];
const QUALITIES: readonly ResamplerQuality[] = ['voice', 'high', 'max', 'lowLatency'];
const ALL_PAIRS = [...RATE_PAIRS, ...COMMON_RATES.map((rate) => [rate, rate] as const)];
// Both ends of the range, ratios of every form that a bank has, one just too large for it, rows shared by many phases.
const UNUSUAL_PAIRS = [
  [8000, 192_000],
  [192_000, 8000],
  [48_000, 40_000],
  [46_000, 48_000],
  [48_000, 50_000],
  [96_000, 24_000],
  [11_025, 192_000],
  [44_101, 48_000],
  [48_000, 44_101],
] as const;

const IRREGULAR_PAIRS = [
  [24_000, 44_100],
  [44_100, 24_000],
  [8000, 44_100],
  [192_000, 11_025],
  [44_101, 48_000],
] as const;

beforeAll(async () => {
  for (const build of BUILDS) await loadCore(build);
});

/** A resampler of a build, which only this call selects. */
async function resamplerOf(build: CoreBuild, options: ResamplerOptions): Promise<Resampler> {
  await loadCore(build);
  return new Resampler(options);
}

/** Everything that `resampler` makes of `input`, given to it in blocks of the sizes that `nextFrames` returns. */
function inBlocks(resampler: Resampler, input: Float32Array, nextFrames: () => number): Float32Array {
  const output = new Float32Array(resampler.outputFramesAvailable(input.length));
  let written = 0;
  for (let start = 0; start < input.length;) {
    const end = start + nextFrames();
    const frames = resampler.process(input.subarray(start, end));
    output.set(frames, written);
    written += frames.length;
    start = end;
  }
  expect(written).toBe(output.length);
  return output;
}

function bitsOf(samples: Float32Array): Buffer {
  return Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength);
}

describe('block sizes', () => {
  it.each([...ALL_PAIRS, ...UNUSUAL_PAIRS])(
    'and builds do not change one bit of the output of any grade, %i Hz to %i Hz',
    async (inputRate, outputRate) => {
      const input = noise(4001, inputRate + outputRate);
      for (const quality of QUALITIES) {
        const whole = await resamplerOf('simd', { inputRate, outputRate, quality, maxBlockFrames: 16_384 });
        const expected = whole.process(input);
        expect(expected.length).toBe(Math.ceil((input.length * outputRate) / inputRate));

        for (const build of BUILDS) {
          const resampler = await resamplerOf(build, { inputRate, outputRate, quality, maxBlockFrames: 480 });
          for (const frames of [7, 128, 160, 4096]) {
            resampler.reset();
            expect(bitsOf(inBlocks(resampler, input, () => frames)).equals(bitsOf(expected))).toBe(true);
          }
          const random = noise(4096, build.length);
          let draw = 0;
          resampler.reset();
          const output = inBlocks(resampler, input, () => Math.floor(1 + 150 * ((random[draw++] ?? 0) + 1)));
          expect(bitsOf(output).equals(bitsOf(expected))).toBe(true);
          resampler.free();
        }
        whole.free();
      }
    },
    30_000,
  );

  it('do not change one bit of the relaxed build either', async () => {
    for (const [inputRate, outputRate] of [
      ...UNUSUAL_PAIRS,
      [24_000, 48_000],
      [24_000, 16_000],
      [8000, 24_000],
    ] as const) {
      for (const quality of QUALITIES) {
        const resampler = await resamplerOf('relaxed', { inputRate, outputRate, quality });
        const input = noise(1000, outputRate);
        const expected = resampler.process(input, new Float32Array(resampler.outputFramesAvailable(input.length)));
        for (const frames of [1, 13, 128]) {
          resampler.reset();
          expect(bitsOf(inBlocks(resampler, input, () => frames)).equals(bitsOf(expected))).toBe(true);
        }
        resampler.free();
      }
    }
  });

  it('may be any sequence, empty blocks included', async () => {
    const input = noise(3000, 5);
    const resampler = await resamplerOf('simd', { inputRate: 24_000, outputRate: 44_100, maxBlockFrames: 100 });
    const expected = resampler.process(input).slice();
    fc.assert(
      fc.property(fc.array(fc.nat(700), { minLength: 1, maxLength: 40 }), (sizes) => {
        resampler.reset();
        let draw = 0;
        const output = inBlocks(resampler, input, () => sizes[draw++] ?? 97);
        expect(bitsOf(output).equals(bitsOf(expected))).toBe(true);
      }),
      { numRuns: 50 },
    );
  });
});

describe('frame counts', () => {
  it.each(ALL_PAIRS)(
    'announced before processing are exact and least, %i Hz to %i Hz',
    async (inputRate, outputRate) => {
      const resampler = await resamplerOf('simd', { inputRate, outputRate });
      const random = noise(300, inputRate ^ outputRate);
      for (const value of random) {
        const outputFrames = Math.floor(400 * (value + 1));
        const needed = resampler.inputFramesNeeded(outputFrames);
        expect(resampler.outputFramesAvailable(needed)).toBeGreaterThanOrEqual(outputFrames);
        if (needed > 0) expect(resampler.outputFramesAvailable(needed - 1)).toBeLessThan(outputFrames);
        const announced = resampler.outputFramesAvailable(needed);
        expect(resampler.process(new Float32Array(needed)).length).toBe(announced);
      }
      expect(resampler.inputFramesNeeded(0)).toBe(0);
      resampler.free();
    },
  );

  it.each(RATE_PAIRS)('add up to input and delay after a flush, %i Hz to %i Hz', async (inputRate, outputRate) => {
    const resampler = await resamplerOf('simd', { inputRate, outputRate });
    const input = noise(1234, 3);
    const delay = referenceDelayInputFrames(inputRate, outputRate);
    const withSilence = new Float32Array(input.length + delay);
    withSilence.set(input);
    const expected = resampler.process(withSilence).slice();
    resampler.reset();
    const head = resampler.process(input).slice();
    const rest = resampler.flush();
    expect(head.length + rest.length).toBe(Math.ceil(((input.length + delay) * outputRate) / inputRate));
    expect([...head, ...rest]).toEqual([...expected]);
    expect(bitsOf(resampler.process(input)).equals(bitsOf(head))).toBe(true);
    resampler.free();
  });
});

describe('equal rates', () => {
  it('pass every sample through, bit for bit and at once, on every block length', async () => {
    for (const build of BUILDS) {
      const resampler = await resamplerOf(build, { inputRate: 24_000, outputRate: 24_000, maxBlockFrames: 64 });
      expect(resampler.delayFrames).toBe(0);
      for (let frames = 0; frames <= 64; frames++) {
        const input = noise(frames, frames);
        if (frames > 0) input[frames - 1] = -0;
        expect(bitsOf(resampler.process(input)).equals(bitsOf(input))).toBe(true);
      }
      expect(resampler.flush().length).toBe(0);
      resampler.free();
    }
  });
});

describe('samples that are no numbers', () => {
  it.each([
    [24_000, 48_000],
    [44_100, 24_000],
    [24_000, 24_000],
  ])('count as 0 and leave the rest of the stream alone, %i Hz to %i Hz', async (inputRate, outputRate) => {
    const bad = noise(2000, 11);
    const clean = bad.slice();
    for (const [n, value] of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY].entries()) {
      for (const position of [3, 500, 1001, 1998]) {
        bad[position + n * 17] = value;
        clean[position + n * 17] = 0;
      }
    }
    for (const build of BUILDS) {
      const resampler = await resamplerOf(build, { inputRate, outputRate, maxBlockFrames: 4096 });
      const expected = resampler.process(clean).slice();
      resampler.reset();
      const output = resampler.process(bad);
      expect(output.every(Number.isFinite)).toBe(true);
      expect(bitsOf(output).equals(bitsOf(expected))).toBe(true);
      resampler.free();
    }
  });

  it('can come out of absurdly large input, but are gone once the filter has passed it', async () => {
    const resampler = await resamplerOf('simd', { inputRate: 48_000, outputRate: 16_000 });
    resampler.process(new Float32Array(900).fill(3.4e38));
    const after = resampler.process(new Float32Array(900));
    expect(after.subarray(Math.ceil(2 * resampler.delayFrames)).every((sample) => sample === 0)).toBe(true);
    resampler.free();
  });
});

describe('output buffers', () => {
  it('of the caller receive the same frames and are returned cut to them', async () => {
    const resampler = await resamplerOf('simd', { inputRate: 24_000, outputRate: 48_000, maxBlockFrames: 100 });
    const input = noise(250, 9);
    const expected = resampler.process(input).slice();
    resampler.reset();
    const output = new Float32Array(600).fill(7);
    const filled = resampler.process(input, output);
    expect(filled.buffer).toBe(output.buffer);
    expect(bitsOf(filled).equals(bitsOf(expected))).toBe(true);
    expect(output.subarray(filled.length).every((sample) => sample === 7)).toBe(true);
    resampler.free();
  });

  it.each([50, 250])('that are too short are refused before any of %i frames is consumed', async (frames) => {
    const resampler = await resamplerOf('simd', { inputRate: 24_000, outputRate: 48_000, maxBlockFrames: 100 });
    const input = noise(frames, 9);
    expect(() => resampler.process(input, new Float32Array(2 * frames - 1))).toThrow(
      expect.objectContaining({ code: 'ERR_BUFFER_SIZE' }),
    );
    expect(resampler.outputFramesAvailable(1)).toBe(2);
    resampler.free();
  });
});

describe('construction', () => {
  it.each([
    [7999, 24_000],
    [24_000, 192_001],
    [24_000.5, 24_000],
    [Number.NaN, 24_000],
    [24_000, 0],
  ])('refuses %d Hz to %d Hz and states the range', (inputRate, outputRate) => {
    expect(() => new Resampler({ inputRate, outputRate })).toThrow(
      expect.objectContaining({
        name: 'AudioError',
        code: 'ERR_SAMPLE_RATE',
        message: expect.stringMatching(/^(input|output)Rate must be a whole number of Hz, 8000 to 192000/),
      }),
    );
  });

  it.each([0, -1, 1.5, 65_537, Number.NaN])('refuses blocks of %d frames', (maxBlockFrames) => {
    expect(() => new Resampler({ inputRate: 8000, outputRate: 24_000, maxBlockFrames })).toThrow(
      expect.objectContaining({ name: 'AudioError', code: 'ERR_BLOCK_SIZE' }),
    );
  });

  it('refuses frame counts that are no counts or would overflow', () => {
    const resampler = new Resampler({ inputRate: 8000, outputRate: 48_000 });
    expect(resampler.outputFramesAvailable(2 ** 28)).toBe(6 * 2 ** 28);
    expect(resampler.inputFramesNeeded(0)).toBe(0);
    const refusal = expect.objectContaining({ name: 'AudioError', code: 'ERR_BLOCK_SIZE' });
    for (const frames of [-1, 0.5, 1e10, 2 ** 31, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => resampler.outputFramesAvailable(frames)).toThrow(refusal);
      expect(() => resampler.inputFramesNeeded(frames)).toThrow(refusal);
    }
  });

  it('refuses an unknown quality and lists the grades', () => {
    const quality = 'best' as ResamplerQuality;
    expect(() => new Resampler({ inputRate: 8000, outputRate: 24_000, quality })).toThrow(
      expect.objectContaining({
        name: 'AudioError',
        code: 'ERR_RESAMPLER_QUALITY',
        message: 'quality must be one of voice, high, max, lowLatency, got best',
      }),
    );
  });

  it('refuses every use after it was freed, by hand or at the end of its block', () => {
    const refusal = expect.objectContaining({
      name: 'AudioError',
      code: 'ERR_AUDIO_MEMORY',
      message: 'the resampler has been freed; construct a new one',
    });
    let escaped: Resampler;
    {
      using resampler = new Resampler({ inputRate: 8000, outputRate: 24_000 });
      expect(resampler.process(new Float32Array(2)).length).toBe(6);
      escaped = resampler;
    }
    const freed = new Resampler({ inputRate: 8000, outputRate: 24_000 });
    freed.free();
    for (const resampler of [escaped, freed]) {
      for (const use of [
        () => resampler.process(new Float32Array(1)),
        () => resampler.process(new Float32Array(0)),
        () => resampler.process(new Float32Array(5000), new Float32Array(20_000)),
        () => resampler.inputFramesNeeded(1),
        () => resampler.outputFramesAvailable(1),
        () => resampler.flush(),
        () => resampler.reset(),
      ]) {
        expect(use).toThrow(refusal);
      }
      expect(() => resampler.free()).not.toThrow();
    }
  });

  it('gives memory back, and a freed resampler says so', () => {
    const freed = new Resampler({ inputRate: 8000, outputRate: 24_000 });
    const first = freed.process(noise(900, 1)).slice();
    freed.free();
    freed.free();
    expect(() => freed.process(new Float32Array(1))).toThrow(expect.objectContaining({ code: 'ERR_AUDIO_MEMORY' }));
    for (let i = 0; i < 2000; i++) {
      const next = new Resampler({ inputRate: 8000, outputRate: 24_000 });
      if (i === 1999) expect(bitsOf(next.process(noise(900, 1))).equals(bitsOf(first))).toBe(true);
      next.free();
    }
  });
});

describe.each(BUILDS)('the kernel interface, %s build', (build) => {
  const MAX_BLOCK_FRAMES = 240;
  const VOICE = 0;

  it('knows exactly the rates and grades of the public interface', () => {
    const { exports } = new Kernel({ pages: 4, module: coreModule(build) });
    const isKnown = (rate: number): boolean =>
      exports.resamplerBytes(rate, 24_000, 1, VOICE) > 0 && exports.resamplerBytes(24_000, rate, 1, VOICE) > 0;
    expect([0, 7999, 8000, 11_025, 191_999, 192_000, 192_001].filter(isKnown)).toEqual([
      8000, 11_025, 191_999, 192_000,
    ]);
    expect([-1, 0, 1, 2, 3, 4].filter((grade) => exports.resamplerBytes(8000, 24_000, 1, grade) > 0)).toEqual([
      0, 1, 2, 3,
    ]);
    expect(exports.resamplerBytes(24_000, 48_000, 0, VOICE)).toBe(0);
  });

  // One step at a time, and two with frames between them.
  const GRADED_PAIRS = [
    ...ALL_PAIRS.map((pair) => [...pair, 'voice'] as const),
    ...IRREGULAR_PAIRS.map((pair) => [...pair, 'max'] as const),
  ];
  it.each(GRADED_PAIRS)(
    'keeps what the destination cannot take, %i Hz to %i Hz, %s',
    (inputRate, outputRate, quality) => {
      const grade = QUALITIES.indexOf(quality);
      const kernel = new Kernel({ pages: 40, module: coreModule(build) });
      const { exports } = kernel;
      const state = kernel.allocate(exports.resamplerBytes(inputRate, outputRate, MAX_BLOCK_FRAMES, grade));
      const src = kernel.allocate(4 * MAX_BLOCK_FRAMES);
      const dst = kernel.allocate(4 * 4096);
      const input = noise(4000, 21);
      exports.resamplerInit(state, inputRate, outputRate, MAX_BLOCK_FRAMES, grade);
      const expected = new Resampler({ inputRate, outputRate, quality }).process(input);

      const random = noise(8192, 22);
      let draw = 0;
      const upTo = (most: number): number => Math.floor((((random[draw++ & 8191] ?? 0) + 1) / 2) * (most + 1));
      const output: number[] = [];
      let refusals = 0;
      let consumed = 0;
      while (output.length < expected.length) {
        const frames = Math.min(upTo(MAX_BLOCK_FRAMES), input.length - consumed);
        const capacity = upTo(Math.ceil((MAX_BLOCK_FRAMES * outputRate) / inputRate));
        kernel.f32.set(input.subarray(consumed, consumed + frames), src / 4);
        kernel.f32[dst / 4 + capacity] = 7;
        const available = exports.resamplerOutputFramesAvailable(state, frames);
        const pending = exports.resamplerOutputFramesAvailable(state, 0);
        const written = exports.resamplerProcess(state, dst, capacity, src, frames);
        expect(kernel.f32[dst / 4 + capacity]).toBe(7);
        if (written === -1) {
          // Refused only if what is held and what is new could exceed two blocks; nothing has changed.
          expect((pending * inputRate) / outputRate + frames + 1).toBeGreaterThan(2 * MAX_BLOCK_FRAMES);
          expect(exports.resamplerOutputFramesAvailable(state, 0)).toBe(pending);
          refusals++;
          continue;
        }
        expect(written).toBe(Math.min(capacity, available));
        output.push(...kernel.f32.subarray(dst / 4, dst / 4 + written));
        consumed += frames;
      }
      expect(refusals).toBeGreaterThan(0);
      expect(output).toEqual([...expected]);
    },
  );

  it('states the delay in input and in output frames', () => {
    const kernel = new Kernel({ pages: 8, module: coreModule(build) });
    const { exports } = kernel;
    const state = kernel.allocate(exports.resamplerBytes(44_100, 48_000, 128, VOICE));
    exports.resamplerInit(state, 44_100, 48_000, 128, VOICE);
    expect(exports.resamplerDelayInputFrames(state)).toBe(22);
    expect(exports.resamplerDelayFrames(state)).toBeCloseTo((22 * 160) / 147, 12);
  });
});
