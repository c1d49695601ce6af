import { seededRandom } from '../../src/server/seeded-random.ts';

/** Soft noise without a zero in it, so that a recording shows where it ends, and which part of the item that was. */
export function noise(ms: number, rate: number, seed = 1): Int16Array<ArrayBuffer> {
  const random = seededRandom(seed);
  let soft = 0;
  return Int16Array.from({ length: (rate * ms) / 1000 }, () => {
    soft += (random() - 0.5 - soft) / 12;
    return Math.round((soft + 0.6) * 8000);
  });
}
