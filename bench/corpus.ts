// The signals that benches work on: the same bits on every machine.

/** Uniform numbers in 0…1 (Mulberry32), the same for the same seed. */
export function seededUniform(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let bits = Math.imul(state ^ (state >>> 15), 1 | state);
    bits = (bits + Math.imul(bits ^ (bits >>> 7), 61 | bits)) ^ bits;
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Noise of speech-like density: bell-shaped around 0 and mostly below −12 dBFS, never beyond full scale. */
export function noiseFloat(frames: number, seed = 7): Float32Array<ArrayBuffer> {
  const uniform = seededUniform(seed);
  return Float32Array.from({ length: frames }, () => (uniform() + uniform() + uniform() + uniform() - 2) / 2);
}

/** The same noise as PCM16. */
export function noisePcm16(frames: number, seed = 7): Int16Array<ArrayBuffer> {
  return Int16Array.from(noiseFloat(frames, seed), (sample) => Math.round(sample * 32_767));
}

/** Evenly distributed octets. */
export function noiseOctets(count: number, seed = 7): Uint8Array<ArrayBuffer> {
  const uniform = seededUniform(seed);
  return Uint8Array.from({ length: count }, () => Math.floor(uniform() * 256));
}
