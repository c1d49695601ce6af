import { describe, expect, it } from 'vitest';
import { PullPlayout } from '../../src/playout/index.ts';
import { Recorder } from './recorder.ts';

const QUANTUM_FRAMES = 128;
const RING_FRAMES = 1 << 22;
const DELTA_S = 0.2;

/** Noise that tells every frame of ten minutes from those beside it, quieter than speech and never zero. */
function sampleAt(frame: number): number {
  return 1 + ((Math.imul(frame ^ (frame >>> 7), 0x9e3779b1) >>> 20) & 0x7ff);
}

function deltaAt(startFrame: number, frames: number): Int16Array {
  const samples = new Int16Array(frames);
  for (let i = 0; i < frames; i++) samples[i] = sampleAt(startFrame + i);
  return samples;
}

describe.each([24_000, 48_000])('a burst at %i Hz', (sampleRate) => {
  it.each(
    [
      { seconds: 180, sentInS: 6 },
      { seconds: 600, sentInS: 20 },
    ].flatMap((burst) => [false, true].map((isAdaptive) => ({ ...burst, isAdaptive }))),
  )(
    'of $seconds s that arrive in $sentInS s is played to the last sample, beyond a ring of fixed size (adaptive: $isAdaptive)',
    ({ seconds, sentInS, isAdaptive }) => {
      const totalFrames = seconds * sampleRate;
      const deltaFrames = DELTA_S * sampleRate;
      const playout = new PullPlayout({ sampleRate, maxBlockFrames: QUANTUM_FRAMES, isAdaptive });
      const recorder = new Recorder();
      playout.listener = recorder;
      const quantum = new Float32Array(QUANTUM_FRAMES);
      let sentFrames = 0;
      let wrongFrames = 0;
      for (let frame = 0; frame < totalFrames; frame += QUANTUM_FRAMES) {
        const dueFrames = Math.min(totalFrames, ((frame + QUANTUM_FRAMES) * seconds) / sentInS);
        for (; sentFrames < dueFrames; sentFrames += deltaFrames) {
          const samples = deltaAt(sentFrames, deltaFrames);
          playout.write({ itemId: 'a', contentIndex: 0, responseId: 'r', startFrame: sentFrames, samples });
        }
        if (sentFrames === totalFrames) playout.end('a', 0);
        playout.render(quantum);
        for (let i = 0; i < QUANTUM_FRAMES && frame + i < totalFrames; i++) {
          if (quantum[i] !== sampleAt(frame + i) / 32_768) wrongFrames++;
        }
      }
      expect(wrongFrames).toBe(0);
      expect(recorder.take()).toEqual(['started a', `done a ${totalFrames}/${totalFrames}`]);
      expect(playout.stats).toMatchObject({ bufferedFrames: 0, underrunEvents: 0, refusedFrames: 0 });
      // What is neither played nor in the ring when the last delta has come was waiting outside of it.
      const waitingFrames = totalFrames - RING_FRAMES - sentInS * sampleRate;
      expect(playout.spillHighWaterFrames).toBeGreaterThanOrEqual(Math.max(0, waitingFrames));
      expect(playout.spillHighWaterFrames).toBeLessThan(Math.max(0, waitingFrames) + sampleRate);
      playout.free();
    },
    60_000,
  );
});

describe('a long write', () => {
  it('is moved into the ring in slices, so that neither it nor a render takes long', () => {
    const playout = new PullPlayout({ maxBlockFrames: QUANTUM_FRAMES });
    const quantum = new Float32Array(QUANTUM_FRAMES);
    playout.write({ itemId: 'a', contentIndex: 0, responseId: 'r', samples: deltaAt(0, 30 * 24_000) });
    expect(playout.spillHighWaterFrames).toBe(30 * 24_000 - 65_536);
    for (let frame = 0; frame < 30 * 24_000; frame += QUANTUM_FRAMES) {
      playout.render(quantum);
      expect(quantum[0]).toBe(sampleAt(frame) / 32_768);
    }
    expect(playout.stats.underrunEvents).toBe(0);
  });
});
