import { noStats } from '../../src/audio/playout-stats.ts';
import { type HandlePosition, type PlayoutStats, Resampler } from '../../src/audio/index.ts';

interface ModelHandle {
  readonly number: number;
  readonly start: number;
  received: number;
  hasEnded: boolean;
  state: 'live' | 'fading' | 'final';
  finalFrames: number;
}

/** What a pause takes back. Input of the resampler since its last reset; a handle number per frame, 0 for silence. */
interface Motion {
  read: number;
  stream: number[];
  owners: number[];
  /** Output frames taken from the stream. */
  taken: number;
  /** Frames of each handle heard before the stream was reset. */
  heardBefore: Map<number, number>;
  isStarved: boolean;
  gapFrames: number;
  underrunEvents: number;
  underrunFrames: number;
  rises: boolean;
  last: number;
  step: number;
  release: number;
  releaseStep: number;
  releaseFrames: number;
}

/**
 * The playout again, from arrays, one output frame at a time. It keeps the whole resampler input with an owner for
 * every frame and counts the rendered frames of a handle by looking: those that lie at least one delay back.
 */
export class PlayoutModel {
  readonly #itemRate: number;
  readonly #outputRate: number;
  readonly #capacityFrames: number;
  readonly #fade: number;
  readonly #delay: number;
  readonly #queue: { handle: number; sample: number }[] = [];
  readonly #handles: ModelHandle[] = [];
  #motion: Motion = {
    read: 0,
    stream: [],
    owners: [],
    taken: 0,
    heardBefore: new Map(),
    isStarved: false,
    gapFrames: 0,
    underrunEvents: 0,
    underrunFrames: 0,
    rises: false,
    last: 0,
    step: 0,
    release: 0,
    releaseStep: 0,
    releaseFrames: 0,
  };
  #refusedFrames = 0;
  #barrier = 0;
  #isInterrupted = false;
  #isPaused = false;
  #wantsPause = false;
  #report: HandlePosition[] | null = null;
  #gain = 1;
  #targetGain = 1;

  constructor(options: { itemRate: number; outputRate: number; capacityFrames: number }) {
    this.#itemRate = options.itemRate;
    this.#outputRate = options.outputRate;
    this.#capacityFrames = options.capacityFrames;
    this.#fade = Math.floor(options.outputRate / 200);
    const { delayFrames } = new Resampler({ inputRate: options.itemRate, outputRate: options.outputRate });
    this.#delay = Math.round((delayFrames * options.itemRate) / options.outputRate);
  }

  open(): number {
    const newest = this.#handles.at(-1);
    if (newest !== undefined) this.end(newest.number);
    const number = this.#handles.length + 1;
    this.#handles.push({
      number,
      start: this.#queue.length,
      received: 0,
      hasEnded: false,
      state: 'live',
      finalFrames: 0,
    });
    return number;
  }

  write(number: number, samples: Int16Array): number {
    const handle = this.#handles[number - 1];
    if (handle === undefined || handle.state !== 'live' || handle.hasEnded) {
      this.#refusedFrames += samples.length;
      return -1;
    }
    const free = this.#capacityFrames - (this.#queue.length - this.#motion.read);
    const accepted = samples.subarray(0, free);
    for (const sample of accepted) this.#queue.push({ handle: number, sample: sample / 32768 });
    handle.received += accepted.length;
    return accepted.length;
  }

  end(number: number): void {
    const handle = this.#handles[number - 1];
    if (handle === undefined || handle.state !== 'live') return;
    handle.hasEnded = true;
    const motion = this.#motion;
    if (!motion.isStarved || motion.read < this.#queue.length) return;
    motion.isStarved = false;
    motion.gapFrames = 0;
    if (trailingSilence(motion.owners) < this.#delay) motion.rises = true;
  }

  interrupt(): void {
    for (const handle of this.#handles) {
      if (handle.state === 'live' && !this.#isFinished(handle)) handle.state = 'fading';
    }
    this.#barrier = this.#queue.length;
    this.#isInterrupted = true;
    this.#wantsPause = false;
    this.#targetGain = 1;
  }

  duck(gainDb: number): void {
    this.#targetGain = Math.fround(10 ** (gainDb / 20));
  }

  unduck(): void {
    this.#targetGain = 1;
  }

  pause(): void {
    this.#wantsPause = true;
  }

  resume(): void {
    this.#wantsPause = false;
  }

  render(output: Float32Array): void {
    const isHeld = this.#isInterrupted;
    output.set(this.#render(output.length));
    const step = Math.fround(50 / this.#outputRate);
    for (let i = 0; i < output.length; i++) {
      const target = isHeld ? this.#gain : this.#targetGain;
      if (this.#gain < target) this.#gain = Math.min(Math.fround(this.#gain + step), target);
      else this.#gain = Math.max(Math.fround(this.#gain - step), target);
      output[i] = (output[i] ?? 0) * this.#gain;
    }
    if (isHeld) this.#gain = this.#targetGain;
  }

  renderedFrames(number: number): number {
    const handle = this.#handles[number - 1];
    if (handle === undefined) return -1;
    if (handle.state === 'final') return handle.finalFrames;
    const { owners, heardBefore } = this.#motion;
    const heard = owners.slice(0, Math.max(0, owners.length - this.#delay));
    return (heardBefore.get(number) ?? 0) + heard.filter((owner) => owner === number).length;
  }

  receivedFrames(number: number): number {
    return this.#handles[number - 1]?.received ?? -1;
  }

  takeInterruptReport(): readonly HandlePosition[] | null {
    const report = this.#report;
    this.#report = null;
    return report;
  }

  get stats(): PlayoutStats {
    const { underrunEvents, underrunFrames, read } = this.#motion;
    return {
      ...noStats(),
      underrunEvents,
      underrunFrames,
      refusedFrames: this.#refusedFrames,
      bufferedFrames: this.#queue.length - read,
    };
  }

  #render(frames: number): Float32Array {
    if (this.#isInterrupted) return this.#renderInterrupt(frames);
    if (this.#wantsPause) return this.#renderPause(frames);
    if (this.#isPaused) {
      this.#isPaused = false;
      this.#motion.rises = true;
    }
    return this.#mix(frames, this.#queue.length);
  }

  #renderInterrupt(frames: number): Float32Array {
    const output = new Float32Array(frames);
    if (!this.#isPaused) output.set(fadeOut(this.#mix(Math.min(frames, this.#fade), this.#endOfSoundingItem())));
    this.#report ??= [];
    for (const handle of this.#handles) {
      if (handle.state !== 'fading') continue;
      handle.finalFrames = this.renderedFrames(handle.number);
      handle.state = 'final';
      this.#report.push({ handle: handle.number, renderedFrames: handle.finalFrames, receivedFrames: handle.received });
    }
    const motion = this.#motion;
    if (motion.isStarved) countGap(motion);
    this.#resetStream();
    Object.assign(motion, { read: this.#barrier, rises: false, last: 0, step: 0, releaseFrames: 0 });
    this.#isPaused = this.#wantsPause;
    this.#isInterrupted = false;
    return output;
  }

  #renderPause(frames: number): Float32Array {
    const output = new Float32Array(frames);
    if (this.#isPaused) return output;
    const before = structuredClone(this.#motion);
    output.set(fadeOut(this.#mix(Math.min(frames, this.#fade), this.#queue.length)));
    this.#motion = { ...before, last: 0, step: 0, releaseFrames: 0 };
    this.#isPaused = true;
    return output;
  }

  #endOfSoundingItem(): number {
    const { read } = this.#motion;
    const owner = this.#queue[read - 1]?.handle;
    const isFading = this.#handles.some((handle) => handle.number === owner && handle.state === 'fading');
    return isFading ? this.#queue.findLastIndex((frame) => frame.handle === owner) + 1 : read;
  }

  #mix(frames: number, limit: number): Float32Array {
    const motion = this.#motion;
    const output = new Float32Array(frames);
    const audio = this.#takeAudio(frames, limit);
    output.set(audio);
    const rise = Math.min(frames, this.#fade);
    if (audio.length > 0 && motion.isStarved) {
      countGap(motion);
      motion.rises = true;
    }
    if (audio.length > 0 && motion.rises) {
      for (let i = 0; i < Math.min(audio.length, rise); i++) output[i] = (output[i] ?? 0) * risingGain(i, rise);
      motion.rises = false;
    }
    for (let i = 0; i < frames; i++) {
      if (i === audio.length && !motion.isStarved) {
        motion.isStarved = this.#isInMidItem(motion.read);
        if (motion.isStarved || this.#isInterrupted)
          Object.assign(motion, { release: motion.last, releaseStep: motion.step, releaseFrames: this.#fade });
      }
      if (i >= audio.length && motion.isStarved) motion.gapFrames++;
      if (motion.releaseFrames > 0) {
        const index = this.#fade - motion.releaseFrames;
        const keeps = Math.fround(1 - Math.fround(1000 / this.#outputRate));
        motion.releaseStep = Math.fround(motion.releaseStep * keeps);
        const moved = Math.fround(motion.release + Math.fround(motion.releaseStep * (index + 1)));
        output[i] = (output[i] ?? 0) + Math.fround(moved * fallingGain(index, this.#fade));
        motion.releaseFrames--;
      }
      motion.step = Math.fround((output[i] ?? 0) - motion.last);
      motion.last = output[i] ?? 0;
    }
    return output;
  }

  /** Up to `frames` output frames, feeding input one frame at a time and only as far as output needs it. */
  #takeAudio(frames: number, limit: number): Float32Array {
    const motion = this.#motion;
    if (this.#hasEmptied()) this.#resetStream();
    const before = motion.taken;
    let taken = 0;
    while (taken < frames && this.#feed(limit)) {
      motion.taken++;
      taken++;
    }
    return this.#resampled().slice(before, before + taken);
  }

  /** Feeds what the next output frame needs; false when that is not there. */
  #feed(limit: number): boolean {
    const motion = this.#motion;
    const needed = Math.floor((motion.taken * this.#itemRate) / this.#outputRate) + 1 - motion.stream.length;
    const owners: number[] = [];
    const samples: number[] = [];
    let read = motion.read;
    while (owners.length < needed) {
      const silence = trailingSilence([...motion.owners, ...owners]);
      const next = read < limit ? this.#queue[read] : undefined;
      const mustDrain = silence > 0 && silence < this.#delay;
      if (next !== undefined && !mustDrain) {
        owners.push(next.handle);
        samples.push(next.sample);
        read++;
        continue;
      }
      const hasFed = motion.owners.length + owners.length > 0;
      if (!hasFed || silence >= 2 * this.#delay || (silence === 0 && this.#isEndUnknown(read))) break;
      owners.push(0);
      samples.push(0);
    }
    const isEnough = owners.length >= needed;
    const used = isEnough ? owners.length : owners.lastIndexOf(0) + 1;
    motion.read += owners.slice(0, used).filter((owner) => owner > 0).length;
    motion.owners.push(...owners.slice(0, used));
    motion.stream.push(...samples.slice(0, used));
    return isEnough;
  }

  #resampled(): Float32Array {
    const { stream } = this.#motion;
    if (this.#itemRate === this.#outputRate) return Float32Array.from(stream);
    const resampler = new Resampler({ inputRate: this.#itemRate, outputRate: this.#outputRate });
    const output = resampler.process(Float32Array.from(stream)).slice();
    resampler.free();
    return output;
  }

  /** Equal rates have no filter that could empty; their stream never needs to be forgotten. */
  #hasEmptied(): boolean {
    return this.#delay > 0 && trailingSilence(this.#motion.owners) >= 2 * this.#delay;
  }

  #resetStream(): void {
    const motion = this.#motion;
    for (const owner of motion.owners) {
      if (owner > 0) motion.heardBefore.set(owner, (motion.heardBefore.get(owner) ?? 0) + 1);
    }
    Object.assign(motion, { stream: [], owners: [], taken: 0 });
  }

  #isInMidItem(read: number): boolean {
    const newest = this.#handles.at(-1);
    return newest !== undefined && newest.state === 'live' && !newest.hasEnded && read > newest.start;
  }

  #isEndUnknown(read: number): boolean {
    const isCutShort = this.#handles.some(
      ({ state, hasEnded, start, received }) =>
        state === 'fading' && !hasEnded && start < read && read <= start + received,
    );
    return isCutShort || this.#isInMidItem(read);
  }

  #isFinished(handle: ModelHandle): boolean {
    return handle.hasEnded && this.renderedFrames(handle.number) === handle.received;
  }
}

function countGap(motion: Motion): void {
  motion.underrunEvents++;
  motion.underrunFrames += motion.gapFrames;
  motion.gapFrames = 0;
  motion.isStarved = false;
}

function trailingSilence(owners: readonly number[]): number {
  return owners.length - 1 - owners.findLastIndex((owner) => owner > 0);
}

/** The gains of `assembly/fade.ts`, operation by operation. */
export function fallingGain(index: number, frames: number): number {
  return Math.fround(0.5 - 0.5 * sine(Math.PI * ((index + 1) / (frames + 1) - 0.5)));
}

function risingGain(index: number, frames: number): number {
  return Math.fround(0.5 + 0.5 * sine(Math.PI * ((index + 1) / (frames + 1) - 0.5)));
}

function sine(x: number): number {
  let series = 1;
  for (let n = 12; n > 0; n -= 2) series = 1 - (series * x * x) / (n * (n + 1));
  return x * series;
}

function fadeOut(samples: Float32Array): Float32Array {
  return samples.map((sample, i) => sample * fallingGain(i, samples.length));
}
