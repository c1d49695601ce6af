// Plays a trace to a player: audio is written when it arrives, each render is of one quantum, and what was rendered is kept.
import { SourceIndex } from './alignment.ts';
import { naturalProminence } from './clicks.ts';
import type { Scene } from './judge.ts';
import type { Player } from './player.ts';
import { ACTIVITY_MS, type Source } from './speech.ts';
import type { Row, Trace } from './traces.ts';

export const QUANTUM_FRAMES = 128;

/** Frames at `sampleRate` up to a time; deltas begin and end on the same grid. */
function framesIn(durationMs: number, sampleRate: number): number {
  return Math.round((durationMs * sampleRate) / 1000);
}

/** Gives a trace its sound. */
export function stage(trace: Trace, makeSource: (seconds: number) => Source): Scene {
  const totalMs = trace.answers.reduce((sum, { durationMs }) => sum + durationMs, 0);
  const source = makeSource(totalMs / 1000);
  const bounds = [0];
  let totalFrames = 0;
  for (const { durationMs } of trace.answers) {
    bounds.push((totalFrames += framesIn(durationMs, source.sampleRate)));
    taper(source, totalFrames);
  }
  const floats = Float32Array.from(source.samples, (sample) => sample / 32_768);
  return {
    trace,
    source: { ...source, samples: source.samples.subarray(0, totalFrames) },
    index: new SourceIndex(source.samples.subarray(0, totalFrames)),
    natural: naturalProminence(floats, source.sampleRate),
    bounds,
  };
}

/** No answer begins or ends in the middle of a sound. */
function taper({ samples, sampleRate }: Source, bound: number): void {
  const frames = framesIn(TAPER_MS, sampleRate);
  for (let distance = 0; distance < frames; distance++) {
    const gain = Math.sin((Math.PI / 2) * (distance / frames)) ** 2;
    for (const at of [bound - 1 - distance, bound + distance]) {
      // The noise floor stays, or there would be nothing to tell one sample from another by.
      const sample = samples[at];
      if (sample !== undefined && Math.abs(sample) > 24)
        samples[at] = Math.round(sample * gain) + (Math.imul(at, 0x9e3779b1) >>> 27) - 16;
    }
  }
}

const TAPER_MS = 30;

/** A delta in frames of the source. */
export interface Write {
  readonly item: number;
  readonly startFrame: number;
  readonly samples: Int16Array;
  /** Frame of the output before which it arrives. */
  readonly atFrame: number;
  readonly isLast: boolean;
}

export function writesOf({ trace, source, bounds }: Scene): Write[] {
  const { sampleRate } = source;
  return trace.deltas.map(({ atMs, item, startMs, durationMs }) => {
    const itemStart = bounds[item] ?? 0;
    const itemFrames = (bounds[item + 1] ?? 0) - itemStart;
    const startFrame = framesIn(startMs, sampleRate);
    const endFrame = Math.min(itemFrames, framesIn(startMs + durationMs, sampleRate));
    return {
      item,
      startFrame,
      samples: source.samples.subarray(itemStart + startFrame, itemStart + endFrame),
      atFrame: framesIn(atMs, sampleRate),
      isLast: endFrame === itemFrames,
    };
  });
}

/** Everything that the player rendered, from time 0 to a while after the last sample that there was to play. */
export function play(player: Player, scene: Scene): Float32Array {
  const writes = writesOf(scene);
  const { sampleRate } = scene.source;
  const lastAnswer = scene.trace.answers.at(-1);
  const lastFrame = writes.at(-1)?.atFrame ?? 0;
  const lastMs = (lastAnswer?.startMs ?? 0) + (lastAnswer?.durationMs ?? 0) + 12_000;
  const quanta = Math.ceil(Math.max(lastFrame + 6 * sampleRate, framesIn(lastMs, sampleRate)) / QUANTUM_FRAMES);
  const output = new Float32Array(quanta * QUANTUM_FRAMES);
  let next = 0;
  for (let quantum = 0; quantum < quanta; quantum++) {
    const frame = quantum * QUANTUM_FRAMES;
    for (let write = writes[next]; write !== undefined && write.atFrame <= frame; write = writes[++next]) {
      player.write(write.item, write.startFrame, write.samples);
      if (write.isLast) player.end(write.item);
    }
    player.render(output.subarray(frame, frame + QUANTUM_FRAMES));
  }
  return output;
}

/** Frame of the output from which on a frame of the source can be played: what arrives is written before a quantum. */
export function arrivals(scene: Scene): (sourceFrame: number) => number {
  const writes = writesOf(scene).map((write) => ({
    ends: (scene.bounds[write.item] ?? 0) + write.startFrame + write.samples.length,
    atFrame: Math.ceil(write.atFrame / QUANTUM_FRAMES) * QUANTUM_FRAMES,
  }));
  return (sourceFrame) => {
    let low = 0;
    let high = writes.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((writes[middle]?.ends ?? 0) > sourceFrame) high = middle;
      else low = middle + 1;
    }
    return writes[low]?.atFrame ?? 0;
  };
}

/** How a plain queue fares on a trace, by arithmetic: it starts with the first delta and waits whenever it is empty. */
export function fareOfQueue(trace: Trace, isActive: readonly boolean[]): Row {
  let gapMs = 0;
  let delaySum = 0;
  let playedMs = 0;
  let itemStart = 0;
  let nowMs = 0;
  let item = -1;
  for (const { atMs, item: at, startMs, durationMs } of trace.deltas) {
    const answer = trace.answers[at];
    if (answer === undefined) continue;
    if (at !== item) {
      itemStart += item < 0 ? 0 : (trace.answers[item]?.durationMs ?? 0);
      item = at;
      nowMs = Math.max(nowMs, atMs);
    }
    const isMidSpeech = isActive[Math.floor((itemStart + startMs - 1) / ACTIVITY_MS)] ?? false;
    const isBeforeSpeech = isActive[Math.floor((itemStart + startMs) / ACTIVITY_MS)] ?? false;
    if (atMs > nowMs && (isMidSpeech || isBeforeSpeech)) gapMs += atMs - nowMs;
    nowMs = Math.max(nowMs, atMs);
    delaySum += (nowMs - answer.startMs - startMs) * durationMs;
    playedMs += durationMs;
    nowMs += durationMs;
  }
  return { gapMsPerMin: (gapMs * 60_000) / playedMs, delayMs: delaySum / playedMs };
}
