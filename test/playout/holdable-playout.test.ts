import { beforeEach, describe, expect, it } from 'vitest';
import { BargeInWait } from '../../src/browser/barge-in.ts';
import { HoldablePlayout } from '../../src/browser/holdable-playout.ts';
import { VirtualClock } from '../../src/testing/virtual-clock.ts';

const BLOCK = 120;
const FADE = 120;
const LEVEL = 8000;

describe('a playout that a microphone may hold', () => {
  let playout: HoldablePlayout;
  let handle: number;
  /** Samples that tell where in the item they are. */
  const item = Int16Array.from({ length: 24_000 }, (_, i) => LEVEL + (i % 997));

  beforeEach(() => {
    playout = new HoldablePlayout({ capacityFrames: 1 << 15 });
    handle = playout.open() ?? 0;
    playout.write(handle, item);
  });

  function render(blocks = 1): Float32Array {
    const output = new Float32Array(blocks * BLOCK);
    for (let at = 0; at < output.length; at += BLOCK) playout.render(output.subarray(at, at + BLOCK));
    return output;
  }

  it('pauses at once and loses not a sample', () => {
    render(10);
    const position = playout.renderedFrames(handle);
    expect(playout.hold('pause', 0)).toBe(true);
    render();
    expect(render(20).every((sample) => sample === 0)).toBe(true);
    expect(playout.renderedFrames(handle)).toBe(position);
    expect(playout.release()).toBe(true);
    const after = render(10).subarray(FADE);
    const wanted = item.subarray(position + FADE, position + FADE + after.length);
    expect(after).toEqual(Float32Array.from(wanted, (sample) => sample / 32_768));
  });

  it('turns the agent down and up again while it plays on', () => {
    render(10);
    expect(playout.hold('duck', -20)).toBe(true);
    render(5);
    expect(render()[0]).toBeCloseTo(((item[15 * BLOCK] ?? 0) / 32_768) * 0.1, 6);
    playout.release();
    render(5);
    expect(render()[0]).toBe((item[21 * BLOCK] ?? 0) / 32_768);
  });

  it('holds nothing twice, nothing that its owner holds, and nothing when nothing is to be heard', () => {
    expect(playout.hold('duck', -20)).toBe(true);
    expect(playout.hold('pause', 0)).toBe(false);
    playout.release();
    expect(playout.release()).toBe(false);
    playout.pause();
    expect(playout.hold('duck', -20)).toBe(false);
    playout.resume();
    playout.duck(-6);
    expect(playout.hold('pause', 0)).toBe(false);
    playout.unduck();
    playout.end(handle);
    render(300);
    expect(playout.hold('pause', 0)).toBe(false);
  });

  it('is let go by an interrupt, and what follows is heard', () => {
    render(10);
    playout.hold('pause', 0);
    render(2);
    playout.interrupt();
    render();
    expect(playout.takeInterruptReport()).toMatchObject([{ handle, renderedFrames: 10 * BLOCK }]);
    expect(playout.release()).toBe(false);
    playout.write(playout.open() ?? 0, item);
    expect(render(3)[2 * BLOCK]).toBe((item[2 * BLOCK] ?? 0) / 32_768);
  });

  it.each(['duck', 'pause'] as const)(
    'is taken over by its owner from a %s: a release changes nothing then',
    (action) => {
      render(10);
      playout.hold(action, -20);
      render(2);
      playout.pause();
      render(2);
      expect(playout.release()).toBe(false);
      expect(render(5).every((sample) => sample === 0)).toBe(true);
      playout.resume();
      render(3);
      expect(Math.abs(render()[0] ?? 0) * 32_768).toBeGreaterThanOrEqual(LEVEL);
    },
  );

  it('stays held when its owner ends what it has not begun', () => {
    render(10);
    playout.hold('pause', 0);
    playout.resume();
    playout.unduck();
    render();
    expect(render(5).every((sample) => sample === 0)).toBe(true);
  });
});

describe('the wait for the word of the session', () => {
  const clock = new VirtualClock(() => Promise.resolve());
  let phases: string[];
  let releases: number;
  let wait: BargeInWait;

  beforeEach(() => {
    phases = [];
    releases = 0;
    const onPhase = (phase: string): void => void phases.push(phase);
    wait = new BargeInWait(clock, onPhase, () => {
      releases += 1;
    });
    wait.releaseAfterMs = 1000;
  });

  it('ends with a release when none comes in time', async () => {
    wait.held(1000, false);
    await clock.advance(999);
    expect(phases).toEqual(['held']);
    await clock.advance(1);
    expect(phases).toEqual(['held', 'released']);
    expect(releases).toBe(1);
    wait.commit();
    expect(phases).toHaveLength(2);
  });

  it('ends with the word: nothing is released later', async () => {
    wait.held(1000, false);
    wait.commit();
    await clock.advance(5000);
    expect(phases).toEqual(['held', 'committed']);
    expect(releases).toBe(0);
  });

  it.each([
    ['while an interrupt is on its way to the worklet', true, -1],
    ['after the answer to a later interrupt', false, 1001],
  ])('is over at once when the hold is told of %s', async (_, isInterrupting, reportFrame) => {
    wait.reported(reportFrame);
    wait.held(1000, isInterrupting);
    await clock.advance(5000);
    expect(phases).toEqual(['held', 'committed']);
    expect(releases).toBe(0);
  });

  it('leaves no timer behind when it is closed', () => {
    wait.held(1000, false);
    wait.close();
    expect(clock.timerCount).toBe(0);
    expect(phases).toEqual(['held']);
  });
});
