import { describe, expect, it } from 'vitest';
import { findClicks } from '../../bench/playout/clicks.ts';
import { QUANTUM_FRAMES } from '../../bench/playout/simulate.ts';
import { itemName, sceneFor, Stand } from './stand.ts';

const PAUSES = 10;

describe.each([24_000, 48_000])('pauses at %i Hz', (sampleRate) => {
  const scenes = [1, 2, 3].map((seed) => sceneFor([9000], sampleRate, seed));

  it.each([false, true])(
    'lose and repeat nothing beyond the fade, do not click, and hurry nothing afterwards (adaptive: %s)',
    (isAdaptive) => {
      for (const scene of scenes) {
        const { samples } = scene.source;
        const fadeFrames = Math.min(QUANTUM_FRAMES, sampleRate / 200);
        const stand = new Stand(scene, isAdaptive, 16);
        stand.write(0, 0, 5000);
        // Where in the output the source goes on, and from which of its frames.
        const segments = [{ outputFrame: 0, sourceFrame: 0, endFrame: 0 }];
        for (let pause = 0; pause < PAUSES; pause++) {
          stand.renderFor(310 + 37 * pause);
          const segment = segments.at(-1);
          if (segment === undefined) throw new Error('nothing was played');
          segment.endFrame = stand.output.length;
          const sourceFrame = segment.sourceFrame + segment.endFrame - segment.outputFrame;
          stand.playout.pause();
          stand.render(1);
          expect(stand.playout.positions()[0]?.renderedFrames).toBe(sourceFrame);
          // Audio goes on arriving.
          stand.write(0, 5000 + pause * 400, 400);
          stand.renderFor(150 + 61 * pause);
          expect(stand.output.subarray(segment.endFrame + fadeFrames).every((sample) => sample === 0)).toBe(true);
          stand.playout.resume();
          segments.push({ outputFrame: stand.output.length, sourceFrame, endFrame: 0 });
        }
        stand.end(0);
        stand.renderFor(5000);
        const { output } = stand;
        const last = segments.at(-1);
        if (last !== undefined) last.endFrame = last.outputFrame + samples.length - last.sourceFrame;
        for (const [i, { outputFrame, sourceFrame, endFrame }] of segments.entries()) {
          const rise = i === 0 ? 0 : fadeFrames;
          const wanted = samples.subarray(sourceFrame + rise, sourceFrame + endFrame - outputFrame);
          const played = output.subarray(outputFrame + rise, endFrame);
          expect(played.findIndex((sample, at) => sample !== (wanted[at] ?? 0) / 32_768)).toBe(-1);
        }
        expect(stand.done).toEqual([expect.objectContaining({ itemId: itemName(0), renderedFrames: samples.length })]);
        expect(findClicks(output, sampleRate, scene.natural)).toEqual([]);
        stand.playout.free();
      }
    },
    60_000,
  );
});
