import { beforeAll, describe, expect, it } from 'vitest';
import { noStats } from '../../src/audio/playout-stats.ts';
import { type CoreBuild, loadCore, Playout, type PlayoutOptions, REFUSED, Resampler } from '../../src/audio/index.ts';
import { coreModule } from '../../src/wasm/core.ts';
import { fallingGain } from './playout-model.ts';

const QUANTA = [64, 127, 128, 441, 512, 1000];
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

/** A sum of sines as loud as speech, seeded by its own frequencies. */
function tone(frames: number, sampleRate: number, startFrame = 0): Int16Array {
  return Int16Array.from({ length: frames }, (_, i) => {
    const turns = (2 * Math.PI * (i + startFrame)) / sampleRate;
    return Math.round(9000 * Math.sin(220 * turns) + 5000 * Math.sin(571 * turns) + 2000 * Math.sin(1733 * turns));
  });
}

function render(playout: Playout, frames: number): Float32Array {
  const output = new Float32Array(frames);
  playout.render(output);
  return output;
}

function opened(playout: Playout): number {
  const handle = playout.open();
  if (handle === null) throw new Error('no handle is free');
  return handle;
}

/** A playout in which one item of `samples` waits. */
function loaded(options: PlayoutOptions, samples: Int16Array): { playout: Playout; handle: number } {
  const playout = new Playout({ capacityFrames: 1 << 16, maxBlockFrames: 8192, ...options });
  const handle = opened(playout);
  expect(playout.write(handle, samples)).toBe(samples.length);
  return { playout, handle };
}

function toFloats(samples: Int16Array): Float32Array {
  return Float32Array.from(samples, (sample) => sample / 32768);
}

function concat(blocks: readonly Float32Array[]): Float32Array {
  return Float32Array.from(blocks.flatMap((block) => [...block]));
}

function largestStep(samples: Float32Array): number {
  let largest = 0;
  for (let i = 1; i < samples.length; i++)
    largest = Math.max(largest, Math.abs((samples[i] ?? 0) - (samples[i - 1] ?? 0)));
  return largest;
}

function delayInputFrames(inputRate: number, outputRate: number): number {
  return Math.round((new Resampler({ inputRate, outputRate }).delayFrames * inputRate) / outputRate);
}

describe.each<CoreBuild>(['scalar', 'simd'])('Playout on the %s build', (build) => {
  let module: WebAssembly.Module;
  beforeAll(async () => {
    await loadCore(build);
    module = coreModule(build);
  });

  it('counts how long frames waited, and how many came out', () => {
    const { playout, handle } = loaded({ module }, tone(4800, 24_000));
    for (let i = 0; i < 40; i++) render(playout, 120);
    playout.pause();
    render(playout, 120);
    playout.write(handle, tone(120, 24_000));
    render(playout, 480);
    playout.resume();
    render(playout, 120);
    const { emittedFrames, bufferDelayS, bufferTargetDelayS } = playout.stats;
    expect(emittedFrames).toBe(4920);
    // Blocks of 5 ms with 4800, 4680 … 120 frames waiting at their beginning; 120 for the 20 ms of a pause and the last 5.
    expect(bufferDelayS).toBeCloseTo(0.005 * 120 * ((40 * 41) / 2) + 120 * 0.025, 9);
    expect(bufferTargetDelayS).toBe(0);
  });

  it('meters what it rendered, fades and gain included, until it is asked to begin anew', () => {
    const { playout } = loaded({ module }, tone(24_000, 24_000));
    const first = concat([render(playout, 128), render(playout, 512)]);
    expect(playout.outputLevel.frames).toBe(640);
    expect(playout.outputLevel.rms).toBeCloseTo(Math.sqrt(first.reduce((sum, x) => sum + x * x, 0) / 640), 6);
    expect(playout.outputLevel.peak).toBe(first.reduce((most, x) => Math.max(most, Math.abs(x)), 0));
    playout.duck(Number.NEGATIVE_INFINITY);
    render(playout, 4800);
    playout.outputLevel.reset();
    render(playout, 128);
    expect(playout.outputLevel.rmsDb).toBe(Number.NEGATIVE_INFINITY);
    playout.free();
    expect(() => playout.outputLevel.rms).toThrowError(expect.objectContaining({ code: 'ERR_AUDIO_MEMORY' }));
  });

  it('tells a render thread where it is in numbers, and whether anything has moved since', () => {
    const playout = new Playout({ module: coreModule(build) });
    const numbers = new Float64Array(9).fill(-1);
    expect(playout.locate(numbers, 1)).toBe(false);
    expect([...numbers]).toEqual([-1, 0, 0, 0, 0, 0, 0, 0, -1]);
    const handle = opened(playout);
    playout.write(handle, new Int16Array(1000).fill(16_384));
    expect(playout.locate(numbers, 1)).toBe(true);
    expect([...numbers.subarray(1, 8)]).toEqual([handle, 0, 1000, 0, 0, 0, 0]);
    render(playout, 600);
    render(playout, 100);
    expect(playout.locate(numbers, 1)).toBe(true);
    expect([...numbers.subarray(1, 8)]).toEqual([handle, 700, 300, 0, 0, 0, 0.25]);
    // The level has gone back to that of nothing, which is another one.
    expect(playout.locate(numbers, 1)).toBe(true);
    expect(playout.locate(numbers, 1)).toBe(false);
    expect(playout.bufferedFrames).toBe(300);
  });

  describe.each(PAIRS)('from %i to %i Hz', (itemRate, outputRate) => {
    it.each(QUANTA)('counts rendered frames exactly in blocks of %i', (quantum) => {
      const delay = delayInputFrames(itemRate, outputRate);
      const received = Math.floor(itemRate / 5) + 7;
      const { playout, handle } = loaded({ itemRate, outputRate, module }, tone(received, itemRate));
      playout.end(handle);
      let outputFrames = 0;
      let rendered = 0;
      while (rendered < received) {
        render(playout, quantum);
        outputFrames += quantum;
        // Output frame n needs input up to ⌊n · itemRate / outputRate⌋.
        const consumed = Math.floor(((outputFrames - 1) * itemRate) / outputRate) + 1;
        rendered = Math.min(received, Math.max(0, consumed - delay));
        expect(playout.renderedFrames(handle)).toBe(rendered);
      }
      const waited = { emittedFrames: received, bufferDelayS: expect.any(Number) as number };
      expect(playout.stats).toEqual({ ...noStats(), ...waited });
    });

    it('renders what the resampler makes of the item, then silence', () => {
      const samples = tone(1500, itemRate);
      const { playout, handle } = loaded({ itemRate, outputRate, module }, samples);
      playout.end(handle);
      const blocks = QUANTA.flatMap((quantum) => [render(playout, quantum), render(playout, quantum)]);
      const resampler = new Resampler({ inputRate: itemRate, outputRate });
      const whole = resampler.process(toFloats(samples)).slice();
      const tail = resampler.process(new Float32Array(2 * delayInputFrames(itemRate, outputRate))).slice();
      const output = concat(blocks);
      const expected = new Float32Array(output.length);
      expected.set(concat([whole, tail]).subarray(0, output.length));
      expect(output).toEqual(expected);
      const heard = Math.min(
        1500,
        Math.ceil((output.length * itemRate) / outputRate) - delayInputFrames(itemRate, outputRate),
      );
      expect(playout.renderedFrames(handle)).toBe(heard);
    });

    it.each(QUANTA)(
      'fades in the block of %i frames after an interrupt, without a click, and counts the fade',
      (quantum) => {
        const samples = tone(itemRate, itemRate);
        const options = { itemRate, outputRate, module };
        const { playout, handle } = loaded(options, samples);
        const { playout: untouched } = loaded(options, samples);
        const before = concat([render(playout, 4000), render(playout, 300)]);
        expect(before).toEqual(concat([render(untouched, 4000), render(untouched, 300)]));
        playout.interrupt();
        const fade = render(playout, quantum);
        const plain = render(untouched, quantum);
        const fadeFrames = Math.min(quantum, Math.floor(outputRate / 200));
        expect(fade).toEqual(plain.map((sample, i) => (i < fadeFrames ? sample * fallingGain(i, fadeFrames) : 0)));
        const whole = concat([before, fade, render(playout, 500)]);
        expect(largestStep(whole.subarray(4000))).toBeLessThanOrEqual(largestStep(concat([before, plain])));
        expect(whole.subarray(4300 + fadeFrames).every((sample) => sample === 0)).toBe(true);
        const consumed = Math.floor(((4300 + fadeFrames - 1) * itemRate) / outputRate) + 1;
        const renderedFrames = consumed - delayInputFrames(itemRate, outputRate);
        expect(playout.takeInterruptReport()).toEqual([{ handle, renderedFrames, receivedFrames: itemRate }]);
      },
    );

    it.each([0, 1, 5, 13, 20, 30, 60])(
      'has no click when an interrupt comes with %i frames left of an item whose end is not known',
      (left) => {
        const samples = tone(2000, itemRate);
        const received = 1020;
        const { playout, handle } = loaded({ itemRate, outputRate, module }, samples.subarray(0, received));
        const { playout: untouched } = loaded({ itemRate, outputRate, module }, samples);
        const before = render(playout, Math.floor(((received - left) * outputRate) / itemRate));
        playout.interrupt();
        const after = concat([render(playout, 512), render(playout, 512)]);
        const plain = render(untouched, before.length);
        expect(before).toEqual(plain);
        expect(largestStep(concat([before.subarray(-64), after]))).toBeLessThanOrEqual(largestStep(plain));
        const [report] = playout.takeInterruptReport() ?? [];
        expect(report?.handle).toBe(handle);
        // What is still in the filter is never heard.
        expect(report?.renderedFrames).toBeLessThanOrEqual(received - delayInputFrames(itemRate, outputRate));
      },
    );

    it('stays silent when an interrupt comes after an item of unknown end has run dry', () => {
      const { playout, handle } = loaded({ itemRate, outputRate, module }, tone(1020, itemRate));
      const fade = Math.floor(outputRate / 200);
      for (let i = 0; i < 2; i++) render(playout, Math.ceil((1020 * outputRate) / itemRate) + fade);
      const rendered = playout.renderedFrames(handle);
      const outputFrames = Math.ceil((1020 * outputRate) / itemRate);
      const consumed = Math.floor(((outputFrames - 1) * itemRate) / outputRate) + 1;
      expect(rendered).toBe(consumed - delayInputFrames(itemRate, outputRate));
      playout.interrupt();
      expect(render(playout, 512).every((sample) => sample === 0)).toBe(true);
      expect(playout.takeInterruptReport()).toEqual([{ handle, renderedFrames: rendered, receivedFrames: 1020 }]);
    });

    it('lets an item written right after the interrupt sound from the block after the fade', () => {
      const { playout } = loaded({ itemRate, outputRate, module }, tone(itemRate / 2, itemRate));
      render(playout, 512);
      playout.interrupt();
      const next = opened(playout);
      const answer = tone(itemRate / 4, itemRate, 999);
      expect(playout.write(next, answer)).toBe(answer.length);
      render(playout, 128);
      const resampler = new Resampler({ inputRate: itemRate, outputRate });
      expect(render(playout, 128)).toEqual(resampler.process(toFloats(answer)).slice(0, 128));
    });

    it.each(QUANTA)(
      'pauses and resumes in blocks of %i without a lost or repeated sample outside the ramps',
      (quantum) => {
        const samples = tone(itemRate, itemRate);
        const options = { itemRate, outputRate, module };
        const { playout, handle } = loaded(options, samples);
        const { playout: untouched } = loaded(options, samples);
        const before = render(playout, 1000);
        const position = playout.renderedFrames(handle);
        playout.pause();
        const fade = render(playout, quantum);
        expect(playout.renderedFrames(handle)).toBe(position);
        const pause = render(playout, quantum);
        expect(pause.every((sample) => sample === 0)).toBe(true);
        playout.resume();
        const after = concat([render(playout, quantum), render(playout, 700)]);

        expect(before).toEqual(render(untouched, 1000));
        const plain = concat([render(untouched, quantum), render(untouched, 700)]);
        const fadeFrames = Math.min(quantum, Math.floor(outputRate / 200));
        expect(after.subarray(fadeFrames)).toEqual(plain.subarray(fadeFrames));
        // The fall and the rise are of the same samples, and their gains add up to 1.
        for (let i = 0; i < fadeFrames; i++) expect((fade[i] ?? 0) + (after[i] ?? 0)).toBeCloseTo(plain[i] ?? 0, 6);
        expect(playout.renderedFrames(handle)).toBe(untouched.renderedFrames(handle));
        const step = largestStep(concat([before, plain]));
        expect(largestStep(concat([before, fade, pause, after]))).toBeLessThanOrEqual(step);
      },
    );

    it('ducks and comes back without a click, and no position knows of it', () => {
      const samples = tone(itemRate, itemRate);
      const options = { itemRate, outputRate, module };
      const { playout, handle } = loaded(options, samples);
      const { playout: untouched } = loaded(options, samples);
      const ramp = Math.ceil(outputRate / 50);
      const ducked = [render(playout, 1000)];
      playout.duck(-20);
      ducked.push(render(playout, ramp), render(playout, 1000));
      playout.unduck();
      ducked.push(render(playout, ramp), render(playout, 300));
      const plain = ducked.map(({ length }) => render(untouched, length));
      const gains = [1, null, 0.1, null, 1];
      for (const [i, gain] of gains.entries()) {
        if (gain === null) continue;
        ducked[i]?.forEach((sample, n) => expect(sample).toBeCloseTo((plain[i]?.[n] ?? 0) * gain, 6));
      }
      expect(largestStep(concat(ducked))).toBeLessThanOrEqual(largestStep(concat(plain)));
      expect(playout.renderedFrames(handle)).toBe(untouched.renderedFrames(handle));
    });
  });

  it('is not ducked any more after an interrupt, and fades at the gain that it had', () => {
    const samples = tone(24_000, 24_000);
    const { playout } = loaded({ module }, samples);
    playout.duck(-20);
    render(playout, 480);
    const loud = loaded({ module }, samples).playout;
    render(loud, 480);
    playout.interrupt();
    loud.interrupt();
    const fade = render(playout, 128);
    render(loud, 128).forEach((sample, n) => expect(fade[n]).toBeCloseTo(sample / 10, 6));
    const next = opened(playout);
    playout.write(next, samples);
    expect(render(playout, 128)).toEqual(toFloats(samples.subarray(0, 128)));
  });

  it("tells what is audible through a device of known latency, over a gap and an item's end", () => {
    const samples = tone(4800, 24_000);
    const playout = new Playout({ capacityFrames: 1 << 16, module });
    const handle = opened(playout);
    expect(playout.heard(100)).toEqual({ handle, frames: 0 });
    playout.write(handle, samples.subarray(0, 2400));
    const audible: number[] = [];
    for (let quantum = 0; quantum < 60; quantum++) {
      // The second half comes 20 quanta after the first has been played.
      if (quantum === 40) playout.write(handle, samples.subarray(2400));
      render(playout, 120);
      audible.push(playout.heard(240).frames);
    }
    // Two quanta later than rendered: 20 quanta of sound, 20 of nothing, 20 of sound.
    const expected = Array.from({ length: 60 }, (_, i) => {
      const quanta = Math.max(0, i - 1);
      return 120 * (quanta < 20 ? quanta : Math.max(20, quanta - 20));
    });
    expect(audible).toEqual(expected);
  });

  it('refuses a gain that would make it louder', () => {
    const playout = new Playout({ capacityFrames: 4096, module });
    for (const gainDb of [1, Number.NaN]) {
      expect(() => playout.duck(gainDb)).toThrow(expect.objectContaining({ code: 'ERR_GAIN' }));
    }
  });

  it('reports every cancelled handle, the later ones at 0, and takes back none that is finished', () => {
    const playout = new Playout({ capacityFrames: 4096, module });
    const finished = opened(playout);
    playout.write(finished, tone(100, 24_000));
    const audible = opened(playout);
    playout.write(audible, tone(1000, 24_000));
    const queued = opened(playout);
    playout.write(queued, tone(300, 24_000));
    const empty = opened(playout);
    render(playout, 256);
    playout.interrupt();
    expect(playout.takeInterruptReport()).toBeNull();
    render(playout, 128);
    expect(playout.takeInterruptReport()).toEqual([
      { handle: audible, renderedFrames: 256 - 100 + 120, receivedFrames: 1000 },
      { handle: queued, renderedFrames: 0, receivedFrames: 300 },
      { handle: empty, renderedFrames: 0, receivedFrames: 0 },
    ]);
    expect(playout.takeInterruptReport()).toBeNull();
    expect(playout.renderedFrames(finished)).toBe(100);
  });

  it('lets no queued item begin in the fade, not even when the audible one ends in it', () => {
    const { playout, handle } = loaded({ module }, tone(150, 24_000));
    const queued = opened(playout);
    playout.write(queued, tone(500, 24_000));
    render(playout, 128);
    playout.interrupt();
    render(playout, 128);
    expect(playout.takeInterruptReport()).toEqual([
      { handle, renderedFrames: 150, receivedFrames: 150 },
      { handle: queued, renderedFrames: 0, receivedFrames: 500 },
    ]);
    const unheard = opened(playout);
    playout.write(unheard, tone(500, 24_000));
    playout.interrupt();
    expect(render(playout, 128).every((sample) => sample === 0)).toBe(true);
    expect(playout.takeInterruptReport()).toEqual([{ handle: unheard, renderedFrames: 0, receivedFrames: 500 }]);
  });

  it('refuses and counts late audio of a cancelled handle from the moment of the interrupt', () => {
    const { playout, handle } = loaded({ module }, tone(1000, 24_000));
    render(playout, 128);
    playout.interrupt();
    expect(playout.write(handle, tone(5000, 24_000))).toBe(REFUSED);
    render(playout, 128);
    expect(playout.write(handle, tone(10, 24_000))).toBe(REFUSED);
    expect(playout.write(77, tone(1, 24_000))).toBe(REFUSED);
    expect(playout.stats.refusedFrames).toBe(5011);
    expect(render(playout, 500).every((sample) => sample === 0)).toBe(true);
  });

  it('interrupts a pause at the position of the pause', () => {
    const { playout, handle } = loaded({ module }, tone(2000, 24_000));
    render(playout, 333);
    playout.pause();
    render(playout, 128);
    render(playout, 128);
    playout.interrupt();
    expect(render(playout, 128).every((sample) => sample === 0)).toBe(true);
    expect(playout.takeInterruptReport()).toEqual([{ handle, renderedFrames: 333, receivedFrames: 2000 }]);
    const next = opened(playout);
    playout.write(next, tone(128, 24_000));
    expect(render(playout, 128)).toEqual(toFloats(tone(128, 24_000)));
  });

  it('counts a gap in mid-item when it is over, and softens both of its edges', () => {
    const samples = tone(4000, 24_000);
    const { playout, handle } = loaded({ module }, samples.subarray(0, 1000));
    const before = concat([render(playout, 512), render(playout, 512), render(playout, 512)]);
    expect(playout.stats.underrunEvents).toBe(0);
    playout.write(handle, samples.subarray(1000));
    const after = concat([render(playout, 512), render(playout, 512)]);
    expect(playout.stats).toMatchObject({ underrunEvents: 1, underrunFrames: 536 });
    expect(before.subarray(0, 1000)).toEqual(toFloats(samples.subarray(0, 1000)));
    expect(before.subarray(1120).every((sample) => sample === 0)).toBe(true);
    expect(after.subarray(120)).toEqual(toFloats(samples.subarray(1120, 2024)));
    expect(largestStep(concat([before, after]))).toBeLessThanOrEqual(largestStep(toFloats(samples)));
  });

  it.each([false, true])(
    'counts an underrun of 150 ms as an interruption, what was concealed of it included (adaptive: %s)',
    (isAdaptive) => {
      const { playout, handle } = loaded({ module, outputRate: 48_000, isAdaptive }, tone(12_000, 24_000));
      let renderedFrames = 0;
      const renderFor = (ms: number): void => {
        for (let until = renderedFrames + ms * 48; renderedFrames < until; renderedFrames += 480) render(playout, 480);
      };
      // What was there is played to its end, however slowly.
      while (playout.bufferedFrames > 0) renderFor(10);
      renderFor(120);
      playout.write(handle, tone(4800, 24_000));
      renderFor(20);
      expect(playout.stats.interruptionEvents).toBe(0);
      while (playout.bufferedFrames > 0) renderFor(10);
      renderFor(300);
      const silentBefore = playout.stats.underrunFrames;
      const concealedBefore = playout.stats.concealedFrames;
      playout.write(handle, tone(4800, 24_000));
      renderFor(20);
      const { interruptionEvents, interruptionFrames, underrunFrames } = playout.stats;
      expect(interruptionEvents).toBe(1);
      expect(interruptionFrames).toBeGreaterThanOrEqual(300 * 48 - 480);
      expect(interruptionFrames).toBeLessThan(320 * 48);
      if (isAdaptive) expect(interruptionFrames).toBeGreaterThan(underrunFrames - silentBefore);
      else expect([interruptionFrames, concealedBefore]).toEqual([underrunFrames - silentBefore, 0]);
    },
  );

  it('does not take what an interrupt keeps away for a slow producer', () => {
    /** Output frames from the first write of an answer to its first sound. */
    const startOf = (isInterrupted: boolean): number => {
      const playout = new Playout({ module, isAdaptive: true });
      /** 40 ms every 15 ms. */
      const answer = (untilFrame: number): number => {
        const handle = opened(playout);
        let firstFrame = -1;
        for (let frame = 0; frame < untilFrame; frame += 120) {
          if (frame % 360 === 0) playout.write(handle, tone(960, 24_000, frame));
          if (render(playout, 120).some((sample) => sample !== 0) && firstFrame < 0) firstFrame = frame;
        }
        if (!isInterrupted) playout.end(handle);
        return firstFrame;
      };
      answer(14_400);
      if (isInterrupted) playout.interrupt();
      for (let frame = 0; frame < 480_000; frame += 120) render(playout, 120);
      playout.takeInterruptReport();
      return answer(14_400);
    };
    expect(startOf(true)).toBe(startOf(false));
  });

  it('does not take the end of an item for an underrun, even if the news of it comes late', () => {
    const { playout, handle } = loaded({ module }, tone(100, 24_000));
    render(playout, 128);
    render(playout, 128);
    playout.end(handle);
    render(playout, 128);
    const next = opened(playout);
    render(playout, 128);
    playout.write(next, tone(100, 24_000));
    render(playout, 128);
    expect(playout.stats).toMatchObject({ underrunEvents: 0, underrunFrames: 0 });
  });

  it('accepts what the ring has room for, across its end', () => {
    const playout = new Playout({ capacityFrames: 256, module });
    const handle = opened(playout);
    const samples = tone(1000, 24_000);
    expect(playout.write(handle, samples)).toBe(256);
    expect(playout.write(handle, samples)).toBe(0);
    let written = 256;
    const blocks: Float32Array[] = [];
    while (written < samples.length) {
      blocks.push(render(playout, 100));
      written += playout.write(handle, samples.subarray(written));
    }
    expect(concat(blocks)).toEqual(toFloats(samples.subarray(0, blocks.length * 100)));
    expect(playout.receivedFrames(handle)).toBe(1000);
  });

  it('gives a handle number to each of more items than its table has entries, as long as they finish', () => {
    const playout = new Playout({ capacityFrames: 1024, module });
    for (let item = 1; item <= 200; item++) {
      const handle = opened(playout);
      expect(handle).toBe(item);
      playout.write(handle, tone(10, 24_000));
      render(playout, 10);
      expect(playout.currentHandle).toBe(item);
      expect(playout.renderedFrames(handle)).toBe(10);
    }
    expect(() => playout.renderedFrames(136)).toThrow(expect.objectContaining({ code: 'ERR_PLAYOUT_HANDLE' }));
    for (let item = 201; item <= 264; item++) playout.write(opened(playout), tone(1, 24_000));
    expect(playout.open()).toBeNull();
    playout.interrupt();
    expect(playout.open()).toBeNull();
    render(playout, 128);
    expect(playout.open()).toBeNull();
    expect(playout.takeInterruptReport()).toHaveLength(64);
    expect(playout.open()).toBe(265);
  });
});

describe('Playout', () => {
  it('fades along a raised cosine', () => {
    for (const frames of [1, 2, 60, 120, 960]) {
      for (let i = 0; i < frames; i++) {
        expect(Math.abs(fallingGain(i, frames) - Math.cos((Math.PI / 2) * ((i + 1) / (frames + 1))) ** 2)).toBeLessThan(
          1e-7,
        );
      }
    }
  });

  it.each([
    [{ itemRate: 7999 }, 'ERR_SAMPLE_RATE'],
    [{ itemRate: 24_000, outputRate: 192_001 }, 'ERR_SAMPLE_RATE'],
    [{ capacityFrames: 1000 }, 'ERR_BUFFER_SIZE'],
    [{ maxBlockFrames: 0 }, 'ERR_BLOCK_SIZE'],
  ])('refuses %o', (options, code) => {
    expect(() => new Playout(options)).toThrow(expect.objectContaining({ code }));
  });

  it('refuses a block that is longer than it was built for', () => {
    const playout = new Playout({ capacityFrames: 256, maxBlockFrames: 128 });
    expect(() => playout.render(new Float32Array(129))).toThrow(expect.objectContaining({ code: 'ERR_BLOCK_SIZE' }));
  });
});
