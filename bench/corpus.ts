// The signals that benches work on: the same bits on every machine.

import { seededRandom } from '../src/server/seeded-random.ts';

/** Noise of speech-like density: bell-shaped around 0 and mostly below −12 dBFS, never beyond full scale. */
export function noiseFloat(frames: number, seed = 7): Float32Array<ArrayBuffer> {
  const uniform = seededRandom(seed);
  return Float32Array.from({ length: frames }, () => (uniform() + uniform() + uniform() + uniform() - 2) / 2);
}

/** The same noise as PCM16. */
export function noisePcm16(frames: number, seed = 7): Int16Array<ArrayBuffer> {
  return Int16Array.from(noiseFloat(frames, seed), (sample) => Math.round(sample * 32_767));
}

/** Evenly distributed octets. */
export function noiseOctets(count: number, seed = 7): Uint8Array<ArrayBuffer> {
  const uniform = seededRandom(seed);
  return Uint8Array.from({ length: count }, () => Math.floor(uniform() * 256));
}
