import { afterEach, describe, expect, test } from 'vitest';
import { Speaker, type SpeakerOptions } from '../../src/browser/index.ts';
import type { ItemPosition, PlayoutListener, PlayoutReport } from '../../src/playout/index.ts';
import { seededRandom } from '../../src/server/seeded-random.ts';
import { VirtualClock } from '../../src/testing/virtual-clock.ts';
import { noise as softNoise } from './noise.ts';
import { OutputRecorder } from './output-recorder.ts';
import { placeOfEnd } from './place-of-end.ts';
import { PostCounter } from './posts.ts';

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

function noise(ms: number): Int16Array<ArrayBuffer> {
  return softNoise(ms, ITEM_RATE);
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

const ROUTES = [
  { route: 'shared memory', sharedMemory: true },
  { route: 'messages', sharedMemory: false },
];
const CASES = [44_100, 48_000, 16_000].flatMap((rate) => ROUTES.map((route) => ({ rate, ...route })));

describe.each(CASES)('a speaker at $rate Hz, by $route', ({ rate, sharedMemory }) => {
  const framesOf = (ms: number): number => (rate * ms) / 1000;

  test('renders all of an item that the ring can not hold at once, without a gap, and counts it to the frame', async () => {
    const { recorder, speaker, witness, errors } = await stage(rate, {
      sharedMemory,
      capacityFrames: 1 << 15,
    });
    expect(speaker.isShared).toBe(sharedMemory);
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
    expect(speaker.stats).toEqual({
      bufferedFrames: 0,
      underrunEvents: 0,
      concealedFrames: 0,
      targetDelayMs: expect.any(Number),
      refusedFrames: 0,
      duplicateFrames: 0,
    });
    expect(errors).toEqual([]);
  });

  test('reports of each interrupt what a recording of the output has', async () => {
    const { recorder, speaker, witness, errors } = await stage(rate, { sharedMemory });
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
      const place = placeOfEnd(recording, item, { recording: rate, item: ITEM_RATE }, renderedFrames);
      const recordedMs = (place * 1000) / ITEM_RATE;
      expect(Math.abs(audioEndMs - recordedMs)).toBeLessThanOrEqual((QUANTUM * 1000) / rate + 1);
    }
    expect(speaker.stats).toMatchObject({ bufferedFrames: 0, refusedFrames: (BARGE_INS * ITEM_RATE) / 5 });
    expect(errors).toEqual([]);
  });
});

test.each(ROUTES)(
  'by $route, a pause keeps everything, and an interrupt of two answers each by its own report',
  async ({ sharedMemory }) => {
    const { recorder, speaker, witness } = await stage(48_000, { sharedMemory });
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
  },
);

test.each(ROUTES)(
  'by $route, a page that is blocked for two seconds in mid-answer leaves no gap, conceals nothing and loses no place',
  async ({ sharedMemory }) => {
    const { recorder, speaker, witness, errors } = await stage(48_000, { sharedMemory });
    const item = noise(3000);
    speaker.write({ itemId: 'a', contentIndex: 0, responseId: 'r', samples: item });
    await recorder.hears(4800, 0);
    // Its timers, its port and everything it would do for the speaker wait meanwhile.
    const blockedUntil = performance.now() + 2000;
    while (performance.now() < blockedUntil);
    speaker.end('a', 0);
    await witness.sees(({ done }) => done.length === 1);
    await recorder.fallsSilent(960);
    expect(witness.done[0]?.renderedFrames).toBe(item.length);
    expect(recorder.longestGapFrames(0)).toBeLessThan(4);
    expect(speaker.stats).toMatchObject({ underrunEvents: 0, concealedFrames: 0 });
    expect(errors).toEqual([]);
  },
);

test.each(ROUTES)(
  'by $route, a second of an answer that streams in takes as many messages as it should',
  async ({ sharedMemory }) => {
    const posts = new PostCounter();
    const { recorder, speaker, errors } = await stage(48_000, { sharedMemory });
    await speaker.ready;
    posts.restore();
    const packet = noise(100);
    const address = { itemId: 'a', contentIndex: 0, responseId: 'r' };
    speaker.write({ ...address, samples: packet });
    await recorder.hears(2400, 0);
    posts.count = 0;
    for (let i = 1; i <= 10; i++) {
      speaker.write({ ...address, samples: packet });
      await recorder.hears(i * 4800, 0);
    }
    expect(speaker.positions()[0]?.renderedFrames).toBeGreaterThan(10_000);
    // By message, a write and five positions each 100 ms.
    if (sharedMemory) expect(posts.count).toBe(0);
    else expect(posts.count).toBeGreaterThan(40);
    expect(errors).toEqual([]);
  },
);

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
