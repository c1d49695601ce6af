import { type Run, align } from '../../bench/playout/alignment.ts';
import type { Scene } from '../../bench/playout/judge.ts';
import { QUANTUM_FRAMES, stage } from '../../bench/playout/simulate.ts';
import { syntheticSpeech } from '../../bench/playout/speech.ts';
import { type ItemPosition, type PlayoutReport, PullPlayout } from '../../src/playout/index.ts';

/** Speech for these items, one behind the other, each of its own length. */
export function sceneFor(durationsMs: readonly number[], sampleRate: number, seed: number): Scene {
  const answers = durationsMs.map((durationMs) => ({ startMs: 0, durationMs }));
  const trace = { kind: 'by hand', seed, skewPpm: 0, answers, deltas: [] };
  return stage(trace, (seconds) => syntheticSpeech(seconds, sampleRate, seed));
}

export function itemName(item: number): string {
  return `item ${item}`;
}

/** A playout that is rendered by the quantum, with everything that it played and told. */
export class Stand {
  readonly scene: Scene;
  readonly playout: PullPlayout;
  readonly reports: PlayoutReport[] = [];
  readonly done: ItemPosition[] = [];
  readonly #output: Float32Array;
  #frames = 0;

  /** `seconds`: most that is rendered. */
  constructor(scene: Scene, isAdaptive: boolean, seconds: number) {
    const { sampleRate } = scene.source;
    this.scene = scene;
    this.playout = new PullPlayout({ sampleRate, outputRate: sampleRate, maxBlockFrames: QUANTUM_FRAMES, isAdaptive });
    this.playout.listener = {
      onStarted: () => {},
      onDone: (position) => this.done.push(position),
      onReport: (report) => this.reports.push(report),
    };
    this.#output = new Float32Array(Math.ceil((seconds * sampleRate) / QUANTUM_FRAMES) * QUANTUM_FRAMES);
  }

  /** Frames of an item from `startMs` on. */
  write(item: number, startMs: number, durationMs: number): void {
    const itemStart = this.scene.bounds[item] ?? 0;
    const itemFrames = (this.scene.bounds[item + 1] ?? 0) - itemStart;
    const startFrame = this.framesIn(startMs);
    const endFrame = Math.min(itemFrames, this.framesIn(startMs + durationMs));
    this.playout.write({
      itemId: itemName(item),
      contentIndex: 0,
      responseId: `response of ${itemName(item)}`,
      startFrame,
      samples: this.scene.source.samples.subarray(itemStart + startFrame, itemStart + endFrame),
    });
  }

  end(item: number): void {
    this.playout.end(itemName(item), 0);
  }

  /** Renders whole quanta for this long, rounded up. */
  renderFor(durationMs: number): void {
    this.render(Math.ceil(this.framesIn(durationMs) / QUANTUM_FRAMES));
  }

  render(quanta: number): void {
    for (let i = 0; i < quanta; i++) {
      const quantum = this.#output.subarray(this.#frames, this.#frames + QUANTUM_FRAMES);
      if (quantum.length < QUANTUM_FRAMES) throw new RangeError('the stand has no room for more output');
      this.playout.render(quantum);
      this.#frames += QUANTUM_FRAMES;
    }
  }

  /** Everything rendered so far. */
  get output(): Float32Array {
    return this.#output.subarray(0, this.#frames);
  }

  /** What of the source was played, as the samples show it. */
  runs(from = 0, to = this.#frames): Run[] {
    return align(this.#output.subarray(from, to), this.scene.index);
  }

  framesIn(durationMs: number): number {
    return Math.round((durationMs * this.scene.source.sampleRate) / 1000);
  }
}
