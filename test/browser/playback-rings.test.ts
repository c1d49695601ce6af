// Both ends of the playback worklet's rings on one thread, so that every order of events can be had.

import { afterEach, expect, test } from 'vitest';
import { Playout, type HandlePosition } from '../../src/audio/index.ts';
import { WriteQueue } from '../../src/audio/write-queue.ts';
import { PlaybackInlet } from '../../src/browser/playback-inlet.ts';
import { PlaybackOutlet } from '../../src/browser/playback-outlet.ts';
import { LOCATION_AT, PlaybackRecord, POSITION, POSITION_NUMBERS } from '../../src/browser/playback-records.ts';
import { PlaybackReporter } from '../../src/browser/playback-reporter.ts';
import type { PlaybackEvent } from '../../src/browser/worklet-messages.ts';
import { seededRandom } from '../../src/server/seeded-random.ts';

const QUANTUM = 128;

const outlets: PlaybackOutlet[] = [];

afterEach(() => {
  for (const outlet of outlets.splice(0)) outlet.close();
});

function stage() {
  const events: PlaybackEvent[] = [];
  const refused: string[] = [];
  const outlet = new PlaybackOutlet((event) => events.push(event));
  outlets.push(outlet);
  const playout = new Playout();
  const writes = new WriteQueue(playout, (code, message) => refused.push(`${code} ${message}`));
  const inlet = new PlaybackInlet(outlet.memory, playout, writes);
  const reporter = new PlaybackReporter(outlet.memory.events);
  const output = new Float32Array(QUANTUM);
  /** As the worklet does it. */
  const quantum = (): Float32Array => {
    writes.advance();
    inlet.take();
    playout.render(output);
    const items = playout.takeInterruptReport();
    if (items !== null) expect(reporter.report(inlet.interruptNumber, items, 0)).toBe(true);
    return output;
  };
  return { outlet, playout, events, refused, reporter, quantum };
}

/** Lets the page do what it waits for. */
const turn = (): Promise<void> => new Promise((resolve) => void setTimeout(resolve));

const ramp = (frames: number, first = 0): Int16Array =>
  Int16Array.from({ length: frames }, (_, i) => ((first + i) % 20_000) + 1);

test('a minute of audio at once, more than a ring holds, comes out whole and in order', async () => {
  const { outlet, quantum, refused } = stage();
  const samples = ramp(60 * 24_000);
  outlet.post({ type: 'open', handle: 1 });
  for (let at = 0; at < samples.length; at += 7001) {
    outlet.post({ type: 'write', handle: 1, samples: samples.subarray(at, at + 7001) });
  }
  outlet.post({ type: 'end', handle: 1 });
  let wrong = 0;
  for (let at = 0; at < samples.length; at += QUANTUM) {
    if (at % (1000 * QUANTUM) === 0) await turn();
    const output = quantum();
    for (let i = 0; i < QUANTUM; i++) if (output[i] !== (samples[at + i] ?? 0) / 32_768) wrong++;
  }
  expect(wrong).toBe(0);
  expect(refused).toEqual([]);
});

test('an interrupt cancels what was on its way, reports every handle of it, and what follows sounds in the next quantum', async () => {
  const { outlet, quantum, events } = stage();
  outlet.post({ type: 'open', handle: 1 });
  outlet.post({ type: 'write', handle: 1, samples: ramp(40 * 24_000) });
  for (let i = 0; i < 10; i++) quantum();
  outlet.post({ type: 'end', handle: 1 });
  outlet.post({ type: 'open', handle: 2 });
  outlet.post({ type: 'write', handle: 2, samples: ramp(500) });
  outlet.post({ type: 'interrupt', interruptId: 'first' });
  outlet.post({ type: 'open', handle: 3 });
  outlet.post({ type: 'write', handle: 3, samples: ramp(500) });
  outlet.post({ type: 'interrupt', interruptId: 'second' });
  outlet.post({ type: 'open', handle: 4 });
  outlet.post({ type: 'write', handle: 4, samples: ramp(500, 7) });
  quantum();
  const next = quantum().slice();
  await turn();
  // The newest one answers the first as well.
  expect(events).toEqual([
    {
      type: 'report',
      interruptId: 'second',
      contextFrame: 0,
      items: [
        // Into the fade, which is 5 ms long.
        { handle: 1, renderedFrames: 10 * QUANTUM + 120, receivedFrames: expect.any(Number) },
        { handle: 2, renderedFrames: 0, receivedFrames: 0 },
        { handle: 3, renderedFrames: 0, receivedFrames: 0 },
      ],
    },
  ]);
  expect([...next]).toEqual([...ramp(QUANTUM, 7)].map((sample) => sample / 32_768));
});

test('what is obeyed at once overtakes audio that waits', () => {
  const { outlet, quantum } = stage();
  outlet.post({ type: 'open', handle: 1 });
  outlet.post({ type: 'write', handle: 1, samples: ramp(40 * 24_000) });
  quantum();
  outlet.post({ type: 'pause' });
  quantum();
  expect(quantum().every((sample) => sample === 0)).toBe(true);
  outlet.post({ type: 'resume' });
  quantum();
  expect(quantum().every((sample) => sample !== 0)).toBe(true);
  outlet.post({ type: 'duck', gainDb: -Infinity });
  for (let i = 0; i < 5; i++) quantum();
  expect(quantum().every((sample) => sample === 0)).toBe(true);
  outlet.post({ type: 'unduck' });
  quantum();
  expect(quantum().every((sample) => sample !== 0)).toBe(true);
});

test('positions leave room for reports while the page is blocked, and the page is told the rest when it reads again', async () => {
  const { outlet, reporter, events } = stage();
  const position = PlaybackRecord.ofNumbers(POSITION_NUMBERS);
  position.numbers.set([POSITION, 4_000_000_000]);
  position.numbers.set([1, 3_000_000_000, 1, 2, 3, 4.5, 0.01], LOCATION_AT);
  let told = 0;
  while (reporter.position(position)) told++;
  outlet.post({ type: 'interrupt', interruptId: 'barge-in' });
  const items: HandlePosition[] = [{ handle: 1, renderedFrames: 5, receivedFrames: 6 }];
  expect(reporter.report(1, items, 7)).toBe(true);
  await turn();
  expect(events).toHaveLength(told + 1);
  expect(events[0]).toEqual({
    type: 'position',
    contextFrame: 4_000_000_000,
    handle: 1,
    renderedFrames: 3_000_000_000,
    bufferedFrames: 1,
    underrunEvents: 2,
    concealedFrames: 3,
    targetDelayMs: 4.5,
    outputDb: -20,
  });
  expect(events.at(-1)).toEqual({ type: 'report', interruptId: 'barge-in', items, contextFrame: 7 });
  expect(reporter.position(position)).toBe(true);
});

test.each([1, 2, 3])(
  'in any order of writes, interrupts and quanta, it is what the same calls give, seed %i',
  async (seed) => {
    const random = seededRandom(seed);
    const { outlet, playout, events, quantum } = stage();
    const direct = new Playout();
    const reports: (readonly HandlePosition[])[] = [];
    const expected = new Float32Array(QUANTUM);
    let handle = 0;
    let interrupts = 0;
    const compare = (): void => {
      const output = quantum();
      direct.render(expected);
      const items = direct.takeInterruptReport();
      if (items !== null) reports.push(items);
      expect(output).toEqual(expected);
    };
    for (let i = 0; i < 2000; i++) {
      const choice = random();
      if (handle === 0 || choice < 0.02) {
        outlet.post({ type: 'open', handle: ++handle });
        direct.open();
      } else if (choice < 0.3) {
        // As much as a quantum takes, so that both have it at the same time.
        const samples = ramp(Math.ceil(random() * 300), i);
        outlet.post({ type: 'write', handle, samples });
        direct.write(handle, samples);
      } else if (choice < 0.32) {
        // What is on its way fades in the one, and is never heard in the other.
        compare();
        outlet.post({ type: 'interrupt', interruptId: `${++interrupts}` });
        direct.interrupt();
        outlet.post({ type: 'open', handle: ++handle });
        direct.open();
      } else {
        const output = quantum();
        direct.render(expected);
        const items = direct.takeInterruptReport();
        if (items !== null) reports.push(items);
        expect(output).toEqual(expected);
      }
    }
    await turn();
    expect(interrupts).toBeGreaterThan(10);
    expect(events.flatMap((event) => (event.type === 'report' ? [event.interruptId] : [])).at(-1)).toBe(
      `${interrupts}`,
    );
    // Audio that was cancelled on its way was never received there; what was rendered is the same.
    const rendered = (report: readonly HandlePosition[]): number[][] =>
      report.map((item) => [item.handle, item.renderedFrames]);
    expect(events.flatMap((event) => (event.type === 'report' ? [rendered(event.items)] : []))).toEqual(
      reports.map(rendered),
    );
    expect(playout.currentHandle).toBe(direct.currentHandle);
  },
);
