import { beforeEach, describe, expect, it } from 'vitest';
import { VirtualPlayout } from '../../src/playout/virtual-playout.ts';
import { VirtualClock } from '../../src/testing/virtual-clock.ts';
import { describePosition, packet, Recorder } from './recorder.ts';

let clock: VirtualClock;
let playout: VirtualPlayout;
let recorder: Recorder;

beforeEach(() => {
  clock = new VirtualClock(() => Promise.resolve());
  playout = new VirtualPlayout({ sampleRate: 24_000, clock });
  recorder = new Recorder();
  playout.listener = recorder;
});

function positions(): string[] {
  return playout.positions().map(describePosition);
}

describe('VirtualPlayout without reports', () => {
  it('starts an item when it arrived or when the one before has ended, whichever is later', async () => {
    playout.write(packet('a', 2400));
    playout.end('a', 0);
    playout.write(packet('b', 2400));
    playout.end('b', 0);
    await clock.advance(50);
    expect(positions()).toEqual(['a 1200/2400', 'b 0/2400']);
    await clock.advance(75);
    expect(positions()).toEqual(['b 600/2400']);
    await clock.advance(1000);
    playout.write(packet('c', 2400));
    await clock.advance(10);
    expect(positions()).toEqual(['c 240/2400']);
    expect(recorder.take()).toEqual(['started a', 'done a 2400/2400', 'started b', 'done b 2400/2400', 'started c']);
  });

  it('never gets ahead of what was received, and goes on from there when more arrives', async () => {
    playout.write(packet('a', 480));
    await clock.advance(500);
    expect(positions()).toEqual(['a 480/480']);
    playout.write(packet('a', 480));
    await clock.advance(5);
    expect(positions()).toEqual(['a 600/960']);
  });

  it('reports an interrupt in the same call, with the position of that moment', async () => {
    playout.write(packet('a', 24_000));
    playout.write(packet('b', 24_000));
    await clock.advance(333);
    playout.flush('i1');
    expect(recorder.take()).toEqual(['started a', 'report i1: a 7992/24000, b 0/24000']);
    playout.write(packet('a', 100));
    expect(playout.refusedFrames).toBe(100);
    await clock.advance(1000);
    playout.write(packet('c', 24_000));
    await clock.advance(100);
    expect(positions()).toEqual(['c 2400/24000']);
  });

  it('tells of the end of an item in time, without being asked', async () => {
    playout.write(packet('a', 241));
    playout.end('a', 0);
    await clock.advance(10);
    expect(recorder.take()).toEqual(['started a']);
    await clock.advance(1);
    expect(recorder.take()).toEqual(['done a 241/241']);
  });

  it('is done at once when the end comes after the last frame', async () => {
    playout.write(packet('a', 240));
    await clock.advance(100);
    playout.end('a', 0);
    expect(recorder.take()).toEqual(['started a', 'done a 240/240']);
  });
});

describe('the clock of VirtualPlayout', () => {
  // Starts (in tenths of a millisecond) and lengths for which the rounded due time lies one ulp before the last frame.
  const dueTooSoon: { startMs: number; frames: number }[] = [];
  for (let tenths = 1; tenths < 40_000 && dueTooSoon.length < 20; tenths += 7) {
    const startMs = tenths / 10;
    for (let frames = 2; frames < 500; frames++) {
      const dueMs = startMs + (frames * 1000) / 24_000;
      const atMs = startMs + Math.ceil(dueMs - startMs);
      const elapsedFrames = Math.floor(((atMs - startMs) * 24_000) / 1000);
      if (elapsedFrames < frames && Math.ceil(dueMs - atMs) <= 0) dueTooSoon.push({ startMs, frames });
    }
  }

  it('moves on from a timer that fires one ulp too soon', async () => {
    expect(dueTooSoon.length).toBeGreaterThan(0);
    for (const { startMs, frames } of dueTooSoon) {
      let turns = 0;
      const limited = new VirtualClock(() => {
        if (++turns > 100) return Promise.reject(new Error(`timers repeat at ${limited.nowMs()} ms`));
        return Promise.resolve();
      });
      await limited.advance(startMs);
      playout = new VirtualPlayout({ sampleRate: 24_000, clock: limited });
      playout.listener = recorder;
      playout.write(packet('a', 1));
      playout.write(packet('a', frames - 1));
      playout.end('a', 0);
      await limited.advance(frames / 24 + 3);
      expect(recorder.take()).toEqual(['started a', `done a ${frames}/${frames}`]);
    }
  });

  it('is right for a listener that interrupts and writes from inside an event', async () => {
    playout.listener = {
      onStarted: (position) => recorder.onStarted(position),
      onReport: (report) => recorder.onReport(report),
      onDone: (position) => {
        recorder.onDone(position);
        playout.flush('inside');
        playout.write(packet('next', 24_000));
      },
    };
    playout.write(packet('a', 240));
    playout.write(packet('b', 24_000));
    await clock.advance(9);
    // The news of the end of a and the passing of time since arrive in one call.
    playout.end('a', 0);
    await clock.advance(1);
    expect(recorder.take()).toEqual(['started a', 'done a 240/240', 'report inside: b 0/24000']);
    expect(positions()).toEqual(['a 240/240', 'next 0/24000']);
    await clock.advance(100);
    expect(positions()).toEqual(['next 2400/24000']);
  });

  it('reports to a listener that interrupts late in the same call where everything was at that time', () => {
    let nowMs = 0;
    playout = new VirtualPlayout({
      sampleRate: 24_000,
      clock: { nowMs: () => nowMs, schedule: () => ({ cancel: () => {} }), during: (work) => work },
    });
    playout.listener = {
      onStarted: () => {},
      onReport: (report) => recorder.onReport(report),
      onDone: () => {
        playout.flush('inside');
        playout.write(packet('next', 24_000));
      },
    };
    playout.write(packet('a', 240));
    playout.end('a', 0);
    playout.write(packet('b', 24_000));
    nowMs = 500;
    expect(positions()).toEqual(['b 11760/24000', 'next 0/24000']);
    expect(recorder.take()).toEqual(['report inside: b 11760/24000']);
    nowMs = 600;
    expect(positions()).toEqual(['next 2400/24000']);
  });

  it('keeps time and loses no event when a listener throws', async () => {
    playout.listener = {
      onReport: (report) => recorder.onReport(report),
      onStarted: () => {
        throw new Error('from onStarted');
      },
      onDone: (position) => recorder.onDone(position),
    };
    playout.write(packet('a', 240));
    playout.end('a', 0);
    playout.write(packet('b', 24_000));
    await expect(clock.advance(1)).rejects.toThrow('from onStarted');
    await expect(clock.advance(19)).rejects.toThrow('from onStarted');
    expect(recorder.take()).toEqual(['done a 240/240']);
    // The throw left the clock at the timer that it came from.
    await clock.advance(100 - clock.nowMs());
    playout.flush('i1');
    expect(recorder.take()).toEqual(['report i1: b 2160/24000']);
  });

  it('is not stopped by a report of nothing', async () => {
    playout.write(packet('a', 24_000));
    playout.reportPlayback({ itemId: 'a', playedMs: Number.NaN });
    playout.reportPlayback({ itemId: 'a', playedMs: -1 });
    playout.reportPlayback({ itemId: 'a', playedMs: Number.POSITIVE_INFINITY });
    playout.reportPlayback({ itemId: 'unknown', playedMs: 10 });
    playout.reportPlayback({ itemId: 'a', contentIndex: 1, playedMs: 10 });
    await clock.advance(100);
    expect(positions()).toEqual(['a 2400/24000']);
    playout.reportPlayback({ itemId: 'a', playedMs: 100 });
    await clock.advance(100);
    expect(positions()).toEqual(['a 2400/24000']);
  });
});

describe('VirtualPlayout with reports', () => {
  it('is moved by reports alone from the first one on', async () => {
    playout.write(packet('a', 24_000));
    playout.reportPlayback({ itemId: 'a', playedMs: 0 });
    await clock.advance(400);
    expect(positions()).toEqual(['a 0/24000']);
    playout.reportPlayback({ itemId: 'a', playedMs: 250.01 });
    expect(positions()).toEqual(['a 6000/24000']);
    playout.flush('i1');
    expect(recorder.take()).toEqual(['started a', 'report i1: a 6000/24000']);
  });

  it('clamps a report to what was received, and takes nothing back', () => {
    playout.write(packet('a', 2400));
    playout.reportPlayback({ itemId: 'a', playedMs: 5000 });
    playout.reportPlayback({ itemId: 'a', playedMs: 20 });
    playout.reportPlayback({ itemId: 'a', playedMs: Number.NaN });
    playout.reportPlayback({ itemId: 'unknown', playedMs: 100 });
    expect(positions()).toEqual(['a 2400/2400']);
  });

  it('takes a report of an item as the end of those before it', () => {
    playout.write(packet('a', 2400));
    playout.end('a', 0);
    playout.write(packet('b', 2400));
    playout.reportPlayback({ itemId: 'b', playedMs: 50 });
    expect(recorder.take()).toEqual(['started a', 'done a 2400/2400', 'started b']);
    expect(positions()).toEqual(['b 1200/2400']);
  });

  it('takes a report in whole milliseconds for the end of an item that ends between two', () => {
    playout.write(packet('a', 2410));
    playout.reportPlayback({ itemId: 'a', playedMs: 100 });
    expect(positions()).toEqual(['a 2400/2410']);
    playout.end('a', 0);
    expect(recorder.take()).toEqual(['started a', 'done a 2410/2410']);
    playout.write(packet('b', 2410));
    playout.end('b', 0);
    playout.reportPlayback({ itemId: 'b', playedMs: 99 });
    expect(recorder.take()).toEqual(['started b']);
    playout.reportPlayback({ itemId: 'b', playedMs: 100 });
    expect(recorder.take()).toEqual(['done b 2410/2410']);
  });

  it('waits for the last report when the end comes before it', () => {
    playout.write(packet('a', 2424));
    playout.reportPlayback({ itemId: 'a', playedMs: 100 });
    playout.end('a', 0);
    expect(recorder.take()).toEqual(['started a']);
    expect(positions()).toEqual(['a 2400/2424']);
    playout.reportPlayback({ itemId: 'a', playedMs: 101 });
    expect(recorder.take()).toEqual(['done a 2424/2424']);
  });
});
