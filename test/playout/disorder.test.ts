import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../src/server/seeded-random.ts';
import { findClicks } from '../../bench/playout/clicks.ts';
import { sceneFor, Stand } from './stand.ts';

const ITEMS = 6;
const ITEM_MS = 6000;
const DELTA_MS = 100;
/** Of the adaptive playout: the longest period of a voice. */
const LONGEST_SPLICE_MS = 15;

/** The deltas of an item in the order in which they come: some twice at once, some twice later, some before others. */
function disordered(uniform: () => number): number[] {
  const order = Array.from({ length: ITEM_MS / DELTA_MS }, (_, i) => i * DELTA_MS);
  for (let i = 0; i + 1 < order.length; i++) {
    if (uniform() < 0.1) order.splice(i, 2, order[i + 1] ?? 0, order[i] ?? 0);
  }
  for (let i = order.length - 1; i >= 0; i--) {
    if (uniform() < 0.1) order.splice(i + 1 + Math.floor(uniform() * 8), 0, order[i] ?? 0);
  }
  return order;
}

describe.each([24_000, 48_000])('duplicate and swapped deltas at %i Hz', (sampleRate) => {
  it.each([1, 2, 3].flatMap((seed) => [false, true].map((isAdaptive) => ({ seed, isAdaptive }))))(
    'play without a jump, and nothing is lost or repeated (seed $seed, adaptive: $isAdaptive)',
    ({ seed, isAdaptive }) => {
      const scene = sceneFor(
        Array.from({ length: ITEMS }, () => ITEM_MS),
        sampleRate,
        seed,
      );
      const { samples } = scene.source;
      const uniform = seededRandom(seed);
      const stand = new Stand(scene, isAdaptive, (ITEMS * ITEM_MS) / 1000 + 4);
      let sentFrames = 0;
      for (let item = 0; item < ITEMS; item++) {
        for (const startMs of disordered(uniform)) {
          stand.write(item, startMs, DELTA_MS);
          sentFrames += stand.framesIn(DELTA_MS);
          stand.renderFor(20);
        }
        stand.end(item);
      }
      stand.renderFor(ITEMS * ITEM_MS + 3500 - (stand.output.length * 1000) / sampleRate);
      // Between two stretches that are the source's lies at most a splice, and all splices are accounted for.
      const { output } = stand;
      const runs = stand.runs();
      const shifts = runs.map(({ outputFrame, sourceFrame }) => outputFrame - sourceFrame);
      for (let i = 1; i < runs.length; i++) {
        expect(Math.abs((shifts[i] ?? 0) - (shifts[i - 1] ?? 0))).toBeLessThanOrEqual(
          stand.framesIn(LONGEST_SPLICE_MS),
        );
      }
      const { insertedFrames, removedFrames, underrunEvents, concealmentEvents } = stand.playout.stats;
      expect((shifts.at(-1) ?? 0) - (shifts[0] ?? 0)).toBe(insertedFrames - removedFrames);
      expect({ underrunEvents, concealmentEvents }).toEqual({ underrunEvents: 0, concealmentEvents: 0 });
      if (!isAdaptive) {
        const first = shifts[0] ?? 0;
        const played = output.subarray(first, first + samples.length);
        expect(played.findIndex((sample, i) => sample !== (samples[i] ?? 0) / 32_768)).toBe(-1);
      }
      expect(stand.playout.duplicateFrames).toBe(sentFrames - samples.length);
      expect(stand.playout.duplicateFrames).toBeGreaterThan(sampleRate);
      expect(stand.done).toHaveLength(ITEMS);
      expect(findClicks(output, sampleRate, scene.natural)).toEqual([]);
      stand.playout.free();
    },
    60_000,
  );
});
