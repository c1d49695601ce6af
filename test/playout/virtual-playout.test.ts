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
    playout.reportPlayback({ itemId: 'a', playedMs: 100 });
    expect(recorder.take()).toEqual(['started a', 'done a 2410/2410']);
  });
});
