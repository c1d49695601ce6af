// An adaptive player that behaves as NetEq is documented to, much simplified: ten milliseconds at a time, a target from the
// 0.95 quantile of relative delays, sped up above it, slowed down below it, pitch periods repeated where nothing is there.
// Like NetEq it takes everything for live audio, so it hurries bursts away. It is not NetEq, whose sound is better.
import type { Player, SaidPosition } from '../player.ts';
import { DelayHistogram } from './delay-histogram.ts';

const STEP_MS = 10;
/** Shortest and longest period of a voice. */
const LEAST_LAG_MS = 2.5;
const MOST_LAG_MS = 15;
const ALIKE = 0.9;
/** Concealment is silent after this. */
const MUTED_MS = 100;
const MARGIN_MS = 20;

export class NeteqLike implements Player {
  readonly pause = null;
  readonly resume = null;
  readonly #sampleRate: number;
  readonly #step: number;
  readonly #delays: DelayHistogram = new DelayHistogram();
  #queue: number[] = [];
  #history: number[] = [];
  #ready: number[] = [];
  #nowMs = 0;
  #concealedMs = 0;
  #hasEnded = true;
  #rest = 0;

  constructor(sampleRate: number) {
    this.#sampleRate = sampleRate;
    this.#step = (sampleRate * STEP_MS) / 1000;
  }

  write(item: number, startFrame: number, samples: Int16Array): void {
    this.#hasEnded = false;
    this.#delays.arrived(item, this.#nowMs, (startFrame * 1000) / this.#sampleRate);
    for (const sample of samples) this.#queue.push(sample / 32_768);
  }

  end(): void {
    this.#hasEnded = true;
  }

  render(output: Float32Array): void {
    while (this.#ready.length < output.length) this.#makeStep();
    output.set(this.#ready.splice(0, output.length));
    this.#nowMs += (output.length * 1000) / this.#sampleRate;
  }

  interrupt(): void {
    this.#queue = [];
    this.#ready = [];
  }

  /** It knows the time of what it plays, not the item. */
  takeReport(): readonly SaidPosition[] | null {
    return null;
  }

  #makeStep(): void {
    const waitingMs = (this.#queue.length * 1000) / this.#sampleRate;
    if (this.#queue.length < this.#step) return this.#runDry();
    // What has died away waits until half of the target is there again.
    if (this.#concealedMs >= MUTED_MS && !this.#hasEnded && waitingMs < this.#delays.targetMs / 2)
      return this.#runDry();
    if (this.#concealedMs > 0) this.#merge();
    this.#rest -= STEP_MS;
    const highMs = this.#delays.targetMs + this.#delays.recentMs + MARGIN_MS;
    const isHurried = waitingMs >= 4 * highMs;
    if (waitingMs >= highMs && (this.#rest <= 0 || isHurried)) this.#splice(1);
    else if (waitingMs < this.#delays.targetMs && !this.#hasEnded && this.#rest <= 0) this.#splice(-1);
    this.#emit(this.#queue.splice(0, this.#step));
  }

  #emit(samples: readonly number[]): void {
    for (const sample of samples) {
      this.#ready.push(sample);
      this.#history.push(sample);
    }
    this.#history = this.#history.slice(-this.#frames(3 * MOST_LAG_MS));
  }

  /** Nothing is there: the end of an item, or sound of its own. */
  #runDry(): void {
    const left = this.#concealedMs > 0 && !this.#hasEnded ? [] : this.#queue.splice(0);
    for (const sample of left) this.#ready.push(sample);
    this.#history.push(...left);
    const isSilent =
      this.#hasEnded || this.#concealedMs >= MUTED_MS || this.#history.length < this.#frames(2 * MOST_LAG_MS);
    const lag = isSilent ? 0 : this.#lagOf(this.#history, this.#history.length - this.#frames(MOST_LAG_MS), -1).lag;
    for (let i = 0; i < this.#step; i++) {
      const fade = Math.max(0, 1 - (this.#concealedMs + (i * STEP_MS) / this.#step) / MUTED_MS);
      const at =
        this.#history.length -
        lag +
        ((Math.round((this.#concealedMs * this.#sampleRate) / 1000) + i) % Math.max(1, lag));
      this.#ready.push(isSilent ? 0 : (this.#history[at] ?? 0) * fade);
    }
    this.#concealedMs += STEP_MS;
  }

  /** Fades what came back in over what was last heard. */
  #merge(): void {
    const from = this.#ready.at(-1) ?? 0;
    const frames = Math.min(this.#queue.length, this.#frames(LEAST_LAG_MS));
    for (let i = 0; i < frames; i++) {
      const share = (i + 1) / (frames + 1);
      this.#queue[i] = from * (1 - share) + (this.#queue[i] ?? 0) * share;
    }
    this.#concealedMs = 0;
  }

  /** Leaves out a period of what comes next, or plays one twice, where the voice repeats itself. */
  #splice(direction: 1 | -1): void {
    if (this.#queue.length < this.#frames(3 * MOST_LAG_MS)) return;
    const { lag, correlation } = this.#lagOf(this.#queue, 0, 1);
    if (correlation < ALIKE) return;
    const joined = this.#queue.slice(0, lag).map((sample, i) => {
      const share = i / lag;
      const other = this.#queue[i + lag] ?? 0;
      return direction > 0 ? sample * (1 - share) + other * share : other * (1 - share) + sample * share;
    });
    if (direction > 0) this.#queue.splice(0, 2 * lag, ...joined);
    else this.#queue.splice(lag, 0, ...joined);
    this.#rest = 3 * STEP_MS;
  }

  #lagOf(samples: readonly number[], at: number, direction: 1 | -1): { lag: number; correlation: number } {
    const taps = this.#frames(MOST_LAG_MS);
    let best = { lag: taps, correlation: 0 };
    for (let lag = this.#frames(LEAST_LAG_MS); lag <= taps; lag += 2) {
      let dot = 0;
      let own = 1e-9;
      let other = 1e-9;
      for (let i = 0; i < taps; i += 2) {
        const a = samples[at + i] ?? 0;
        const b = samples[at + i + direction * lag] ?? 0;
        dot += a * b;
        own += a * a;
        other += b * b;
      }
      const correlation = dot / Math.sqrt(own * other);
      if (correlation > best.correlation) best = { lag, correlation };
    }
    return best;
  }

  #frames(ms: number): number {
    return Math.round((this.#sampleRate * ms) / 1000);
  }
}
