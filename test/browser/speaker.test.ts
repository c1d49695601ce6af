import { afterEach, describe, expect, test } from 'vitest';
import { Speaker, type SpeakerOptions } from '../../src/browser/index.ts';
import type { ItemPosition, PlayoutListener, PlayoutReport } from '../../src/playout/index.ts';
import { seededRandom } from '../../src/server/seeded-random.ts';
import { VirtualClock } from '../../src/testing/virtual-clock.ts';
import { OutputRecorder } from './output-recorder.ts';

/** The files that ship; in these sources they don't lie where the package has them. */
const WORKLET_URL = new URL('../../dist/worklets/playback.js', import.meta.url);
const ITEM_RATE = 24_000;
const QUANTUM = 128;
const BARGE_INS = 8;

const contexts: AudioContext[] = [];
const speakers: Speaker[] = [];

afterEach(async () => {
  for (const speaker of speakers.splice(0)) await speaker.close();
  for (const context of contexts.splice(0)) await context.close();
});

/** Soft noise without a zero in it, so that a recording shows where it ends, and which part of the item that was. */
function noise(ms: number): Int16Array<ArrayBuffer> {
  const random = seededRandom(1);
  let soft = 0;
  return Int16Array.from({ length: (ITEM_RATE * ms) / 1000 }, () => {
    soft += (random() - 0.5 - soft) / 12;
    return Math.round((soft + 0.6) * 8000);
  });
}

/**
 * Which place of the item, in frames, the end of a recording is: where the 30 ms before the fade fit best. Time that was
 * bent before them does not matter.
 */
function placeOfEnd(recording: Float32Array, item: Int16Array, rate: number, around: number): number {
  const frames = Math.round(rate * 0.03);
  const heard = Float64Array.from({ length: frames }, (_, k) => recording.at(-1 - QUANTUM - k) ?? 0);
  const at = (place: number): number => {
    const below = Math.floor(place);
    return (item[below] ?? 0) + ((item[below + 1] ?? 0) - (item[below] ?? 0)) * (place - below);
  };
  const centred = (samples: Float64Array): Float64Array => {
    const mean = samples.reduce((sum, sample) => sum + sample, 0) / samples.length;
    return samples.map((sample) => sample - mean);
  };
  const product = (a: Float64Array, b: Float64Array): number => a.reduce((sum, x, i) => sum + x * (b[i] ?? 0), 0);
  const shape = centred(heard);
  let best = { correlation: -1, place: around };
  // The noise changes slowly enough for steps of 8 frames to find it.
  for (const [reach, step] of [
    [ITEM_RATE * 0.04, 8],
    [8, 0.5],
  ] as const) {
    const { place: middle } = best;
    for (let place = middle - reach; place <= middle + reach; place += step) {
      const candidate = centred(shape.map((_, k) => at(place - ((QUANTUM + k) * ITEM_RATE) / rate)));
      const correlation = product(shape, candidate) / Math.sqrt(product(shape, shape) * product(candidate, candidate));
      if (correlation > best.correlation) best = { correlation, place };
    }
  }
  expect(best.correlation).toBeGreaterThan(0.97);
  return best.place;
}

function newContext(sampleRate: number): AudioContext {
  const context = new AudioContext({ sampleRate });
  contexts.push(context);
  return context;
}

class Witness implements PlayoutListener {
  readonly reports: PlayoutReport[] = [];
  readonly started: ItemPosition[] = [];
  readonly done: ItemPosition[] = [];
  #onEvent: () => void = () => {};

  onReport(report: PlayoutReport): void {
    this.reports.push(report);
    this.#onEvent();
  }

  onStarted(position: ItemPosition): void {
    this.started.push(position);
    this.#onEvent();
  }

  onDone(position: ItemPosition): void {
    this.done.push(position);
    this.#onEvent();
  }

  async sees(condition: (witness: this) => boolean): Promise<void> {
    while (!condition(this)) {
      await new Promise<void>((resolve) => {
        this.#onEvent = resolve;
      });
    }
  }
}

async function stage(sampleRate: number, options: SpeakerOptions = {}) {
  const context = newContext(sampleRate);
  const recorder = await OutputRecorder.open(context);
  recorder.node.connect(context.destination);
  const speaker = new Speaker({ context, destination: recorder.node, workletUrl: WORKLET_URL, ...options });
  speakers.push(speaker);
  const witness = new Witness();
  speaker.listener = witness;
  const errors: unknown[] = [];
  speaker.on('error', (error) => errors.push(error));
  return { context, recorder, speaker, witness, errors };
}

describe.each([44_100, 48_000, 16_000])('a speaker at %i Hz', (rate) => {
  const framesOf = (ms: number): number => (rate * ms) / 1000;

  test('renders all of an item that the ring can not hold at once, without a gap, and counts it to the frame', async () => {
    const { recorder, speaker, witness, errors } = await stage(rate, { capacityFrames: 1 << 15 });
    const samples = noise(3000);
    // Before the worklet is there, and in packets of no particular length.
    for (let at = 0; at < samples.length; at += 7001) {
      speaker.write({ itemId: 'a', contentIndex: 0, responseId: 'r', samples: samples.subarray(at, at + 7001) });
    }
    expect(speaker.stats.bufferedFrames).toBe(samples.length);
    speaker.end('a', 0);
    await witness.sees(({ done }) => done.length === 1);
    await recorder.fallsSilent(framesOf(20));
    expect(witness.done).toEqual([
      {
        itemId: 'a',
        contentIndex: 0,
        responseId: 'r',
        receivedFrames: samples.length,
        renderedFrames: samples.length,
      },
    ]);
    // Time may be bent, by a splice of a pitch period or two.
    expect(Math.abs(recorder.soundingFrames(0) - framesOf(3000))).toBeLessThanOrEqual(framesOf(30));
    expect(recorder.longestGapFrames(0)).toBeLessThan(4);
    expect(speaker.stats).toEqual({ bufferedFrames: 0, underrunEvents: 0, refusedFrames: 0, duplicateFrames: 0 });
    expect(errors).toEqual([]);
  });

  test('reports of each interrupt what a recording of the output has', async () => {
    const { recorder, speaker, witness, errors } = await stage(rate);
    const random = seededRandom(2);
    // Compared at the end: while the page computes, what it should hear in time waits.
    const recordings: Float32Array[] = [];
    const item = noise(3000);
    for (let i = 0; i < BARGE_INS; i++) {
      const from = recorder.endFrame;
      const ids = { contentIndex: 0, responseId: `r${i}` };
      speaker.write({ itemId: `heard${i}`, ...ids, samples: item });
      speaker.end(`heard${i}`, 0);
      speaker.write({ itemId: `queued${i}`, ...ids, samples: noise(200) });
      await recorder.hears(framesOf(60 + 300 * random()), from);
      speaker.flush(`barge-in ${i}`);
      // Late audio of the response is refused.
      speaker.write({ itemId: `queued${i}`, ...ids, samples: noise(200) });
      await witness.sees(({ reports }) => reports.length === i + 1);
      await recorder.fallsSilent(framesOf(20));

      const report = witness.reports[i];
      expect(report?.interruptId).toBe(`barge-in ${i}`);
      expect(report?.items.map(({ itemId, receivedFrames }) => [itemId, receivedFrames])).toEqual([
        [`heard${i}`, 3 * ITEM_RATE],
        [`queued${i}`, ITEM_RATE / 5],
      ]);
      expect(report?.items[1]?.renderedFrames).toBe(0);
      recordings.push(recorder.sound(from).slice());
    }
    for (const [i, recording] of recordings.entries()) {
      const renderedFrames = witness.reports[i]?.items[0]?.renderedFrames ?? 0;
      const audioEndMs = Math.floor((renderedFrames * 1000) / ITEM_RATE);
      const recordedMs = (placeOfEnd(recording, item, rate, renderedFrames) * 1000) / ITEM_RATE;
      expect(Math.abs(audioEndMs - recordedMs)).toBeLessThanOrEqual((QUANTUM * 1000) / rate + 1);
    }
    expect(speaker.stats).toMatchObject({ bufferedFrames: 0, refusedFrames: (BARGE_INS * ITEM_RATE) / 5 });
    expect(errors).toEqual([]);
  });
});

test('a pause keeps everything, and an interrupt of two answers each by its own report', async () => {
  const { recorder, speaker, witness } = await stage(48_000);
  speaker.write({ itemId: 'a', contentIndex: 0, responseId: 'r', samples: noise(400) });
  speaker.end('a', 0);
  await recorder.hears(4800, 0);
  speaker.pause();
  await recorder.fallsSilent(2400);
  expect(witness.done).toEqual([]);
  speaker.resume();
  await witness.sees(({ done }) => done.length === 1);
  expect(witness.done[0]?.renderedFrames).toBe(9600);

  speaker.write({ itemId: 'b', contentIndex: 0, responseId: 's', samples: noise(400) });
  speaker.flush('first');
  speaker.write({ itemId: 'c', contentIndex: 0, responseId: 't', samples: noise(400) });
  speaker.flush('second');
  await witness.sees(({ reports }) => reports.length === 2);
  expect(witness.reports.map(({ interruptId, items }) => [interruptId, items.map(({ itemId }) => itemId)])).toEqual([
    ['first', ['b']],
    ['second', ['c']],
  ]);
});

test('a flush of nothing is answered at once', async () => {
  const { speaker, witness } = await stage(48_000);
  speaker.flush('nothing');
  expect(witness.reports).toEqual([{ interruptId: 'nothing', items: [] }]);
});

test('says that it needs a gesture when the browser holds sound back, and plays what waited on the next one', async () => {
  const clock = new VirtualClock(() => Promise.resolve());
  const { context, speaker, witness } = await stage(48_000, { clock });
  await speaker.ready;
  await context.suspend();
  // As a browser does before the first gesture.
  context.resume = () => new Promise(() => {});
  const events: string[] = [];
  speaker.on('unlock_needed', () => events.push('unlock_needed'));
  const unlocked = new Promise<void>((resolve) => {
    speaker.on('unlocked', resolve);
  });
  speaker.write({ itemId: 'a', contentIndex: 0, responseId: 'r', samples: noise(100) });
  speaker.end('a', 0);
  await clock.advance(1000);
  expect(events).toEqual(['unlock_needed']);
  expect(speaker.isLocked).toBe(true);
  expect(witness.started).toEqual([]);

  Reflect.deleteProperty(context, 'resume');
  document.dispatchEvent(new PointerEvent('pointerdown'));
  await unlocked;
  await witness.sees(({ done }) => done.length === 1);
  expect(speaker.isLocked).toBe(false);
  expect(witness.done[0]?.renderedFrames).toBe(2400);
});

test('has a level while it sounds', async () => {
  const { recorder, speaker } = await stage(48_000);
  speaker.write({ itemId: 'a', contentIndex: 0, responseId: 'r', samples: noise(500) });
  await recorder.hears(9600, 0);
  expect(speaker.levelDb).toBeGreaterThan(-20);
  speaker.flush('end');
  await recorder.fallsSilent(4800);
  expect(speaker.levelDb).toBe(-Infinity);
});

test('falls back to the text inside the package where no file of the worklet is served', async () => {
  const { speaker, witness } = await stage(48_000, { workletUrl: undefined });
  speaker.write({ itemId: 'a', contentIndex: 0, responseId: 'r', samples: noise(50) });
  speaker.end('a', 0);
  await witness.sees(({ done }) => done.length === 1);
  await expect(speaker.ready).resolves.toBeUndefined();
});

test('says so when the file that the app names is not there', async () => {
  const { speaker, errors } = await stage(48_000, { workletUrl: '/nowhere/playback.js' });
  await expect(speaker.ready).rejects.toMatchObject({ code: 'ERR_WORKLET_LOAD' });
  expect(errors).toEqual([expect.objectContaining({ code: 'ERR_WORKLET_LOAD' })]);
});
