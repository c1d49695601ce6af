// Finds in a rendered recording what was played: the stretches that are, sample for sample, the source's.
// The source is indexed by its own 32-sample words at every sixteenth frame; a word that is found is followed to both sides.

/** Consecutive frames of the output that are the source's. */
export interface Run {
  readonly outputFrame: number;
  readonly sourceFrame: number;
  readonly frames: number;
}

const WORD: number = 32;
const STRIDE: number = 16;

function hashAt(samples: Int32Array | Int16Array, at: number): number {
  let hash = 0x811c9dc5;
  for (let i = at; i < at + WORD; i++) hash = Math.imul(hash ^ (samples[i] ?? 0), 0x01000193) ^ (hash >>> 13);
  return hash >>> 0;
}

/** Where the words of a source are; built once and used for every player. */
export class SourceIndex {
  readonly samples: Int16Array;
  readonly #mask: number;
  readonly #frames: Int32Array;

  constructor(samples: Int16Array) {
    this.samples = samples;
    const size = 2 ** Math.ceil(Math.log2(Math.max(16, (2 * samples.length) / STRIDE)));
    this.#mask = size - 1;
    this.#frames = new Int32Array(size).fill(-1);
    for (let at = 0; at + WORD <= samples.length; at += STRIDE) {
      let slot = hashAt(samples, at) & this.#mask;
      while ((this.#frames[slot] ?? -1) >= 0) slot = (slot + 1) & this.#mask;
      this.#frames[slot] = at;
    }
  }

  /** The source's frame whose word is at `at` of `output`; −1 if that is not at an indexed frame or nowhere. */
  find(output: Int32Array, at: number): number {
    for (let slot = hashAt(output, at) & this.#mask; ; slot = (slot + 1) & this.#mask) {
      const frame = this.#frames[slot] ?? -1;
      if (frame < 0) return -1;
      let i = 0;
      while (i < WORD && this.samples[frame + i] === output[at + i]) i++;
      if (i === WORD) return frame;
    }
  }
}

/** No PCM16 sample: stands for output between two of its steps. */
const BETWEEN = 0x10000;

/** The runs of `output`, in its order. */
export function align(output: Float32Array, index: SourceIndex): Run[] {
  const { samples } = index;
  const steps = Int32Array.from(output, (sample) => {
    const scaled = sample * 32_768;
    return scaled === Math.round(scaled) ? scaled : BETWEEN;
  });
  const runs: Run[] = [];
  let from = 0;
  for (let at = 0; at + WORD <= steps.length;) {
    const step = steps[at];
    if (step === BETWEEN || (step === 0 && steps[at + 1] === 0 && steps[at + 2] === 0)) {
      at++;
      continue;
    }
    const found = index.find(steps, at);
    if (found < 0) {
      at++;
      continue;
    }
    let start = at;
    let source = found;
    while (start > from && source > 0 && steps[start - 1] === samples[source - 1]) {
      start--;
      source--;
    }
    let end = at + WORD;
    let next = found + WORD;
    while (end < steps.length && next < samples.length && steps[end] === samples[next]) {
      end++;
      next++;
    }
    runs.push({ outputFrame: start, sourceFrame: source, frames: end - start });
    from = end;
    at = end;
  }
  return runs;
}
