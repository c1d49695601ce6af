// Judges a player by what it rendered, and by nothing else: gaps, delay, invented and stretched sound, clicks.
import { align, type Run, type SourceIndex } from './alignment.ts';
import { findClicks } from './clicks.ts';
import { ACTIVITY_MS, type Source } from './speech.ts';
import type { Trace } from './traces.ts';

/** A trace with its sound: the answers one behind the other in one source. */
export interface Scene {
  readonly trace: Trace;
  readonly source: Source;
  readonly index: SourceIndex;
  /** Most abrupt step of the source, as `naturalProminence` has it. */
  readonly natural: number;
  /** First frame of each answer in the source, and the end of the last. */
  readonly bounds: readonly number[];
}

export interface Verdict {
  /** Silence where there is speech, in milliseconds a minute of speech and pauses. */
  readonly gapMsPerMin: number;
  readonly longestGapMs: number;
  /** Mean of when a sample was played less when the sender would have played it. */
  readonly delayMs: number;
  /** The same at the very end. */
  readonly endDelayMs: number;
  /** Sound that was nobody's while audio was missing, and the longest stretch of it. */
  readonly syntheticMsPerMin: number;
  readonly longestSyntheticMs: number;
  /** Lengthened and shortened by splices of received sound. */
  readonly insertedMsPerMin: number;
  readonly removedMsPerMin: number;
  readonly clicks: number;
  /** Received samples that were left out, or played again, without a splice. */
  readonly lostFrames: number;
  readonly repeatedFrames: number;
  /** From the first delta of an answer to its first sample, median over answers. */
  readonly firstAudioMs: number;
  /** How much longer than its source everything took, gaps included; below 1 it was sped up. */
  readonly tempo: number;
}

/** Quieter than this for `WINDOW_MS` is silence: −54 dBFS. */
const SILENCE_PEAK = 0.002;
const WINDOW_MS = 2;

/** What lies between two runs of one answer. */
interface Between {
  readonly silentFrames: number;
  readonly longestSoundFrames: number;
}

export function judge(output: Float32Array, scene: Scene, arrivedAtFrame: (sourceFrame: number) => number): Verdict {
  const { trace, source, index, bounds, natural } = scene;
  const { sampleRate } = source;
  const inMs = (frames: number): number => (frames * 1000) / sampleRate;
  const runs = align(output, index);
  const isAudible = (frame: number): boolean => {
    const around = Math.round((sampleRate * WINDOW_MS) / 1000);
    const isActive = source.isActive[Math.floor(inMs(frame) / ACTIVITY_MS)] ?? false;
    const near = source.samples.subarray(Math.max(0, frame - around), frame + around);
    return isActive && near.some((sample) => Math.abs(sample) > 2 * SILENCE_PEAK * 32_768);
  };

  let frontier = 0;
  let delaySum = 0;
  let delayFrames = 0;
  let gapFrames = 0;
  let longestGap = 0;
  let synthetic = 0;
  let longestSynthetic = 0;
  let inserted = 0;
  let removed = 0;
  let lost = 0;
  let repeated = 0;
  let endDelayMs = 0;
  const firstAudio = new Map<number, number>();
  const spans = new Map<number, { from: number; to: number }>();
  let last: Run | null = null;
  let lastItem = -1;

  for (const run of runs) {
    // Concealment may repeat the last samples exactly; that is no less invented.
    const isConcealed = run.sourceFrame + run.frames <= frontier && arrivedAtFrame(frontier) > run.outputFrame;
    if (isConcealed) continue;
    // A run may begin or end a frame beyond its answer, where the silence around it equals the source.
    const item = answerAt(bounds, run.sourceFrame + (run.frames >> 1));
    if (!firstAudio.has(item)) firstAudio.set(item, inMs(run.outputFrame - (run.sourceFrame - (bounds[item] ?? 0))));
    const span = spans.get(item) ?? { from: run.outputFrame, to: 0 };
    spans.set(item, { from: span.from, to: run.outputFrame + run.frames });
    if (last !== null) {
      const lastEnd = last.outputFrame + last.frames;
      const sourceEnd = last.sourceFrame + last.frames;
      const advance = run.sourceFrame - sourceEnd;
      const between = run.outputFrame - lastEnd;
      if (lastItem === item) {
        const isStarved = arrivedAtFrame(Math.min(sourceEnd, source.samples.length - 1)) > lastEnd - 1;
        const { silentFrames, longestSoundFrames } = measure(output, lastEnd, run.outputFrame, sampleRate);
        // Silence that short is the quiet middle of a splice, unless there was nothing to play.
        if (isStarved || inMs(silentFrames) > 2 * WINDOW_MS) {
          if (isAudible(sourceEnd - 1) || isAudible(run.sourceFrame)) {
            gapFrames += silentFrames;
            longestGap = Math.max(longestGap, silentFrames);
          }
          // The first samples behind a gap may be faded in: those are received ones.
          synthetic += Math.max(0, between - silentFrames - Math.max(0, advance));
          longestSynthetic = Math.max(longestSynthetic, Math.min(longestSoundFrames, between - Math.max(0, advance)));
        } else if (between > advance) inserted += between - advance;
        else if (between > 0) removed += advance - between;
        if (between === 0 || advance > between + sampleRate * 0.03) lost += Math.max(0, advance - between);
        if (between === 0) repeated += Math.max(0, -advance);
      } else {
        lost += Math.max(0, (bounds[item] ?? 0) - sourceEnd - sampleRate * 0.005);
      }
    }
    const answer = trace.answers[item];
    const newFrames = run.sourceFrame + run.frames - Math.max(frontier, run.sourceFrame);
    if (answer !== undefined && newFrames > 0) {
      const skip = run.frames - newFrames;
      const middle = skip + newFrames / 2;
      const idealMs =
        answer.startMs + inMs(run.sourceFrame + middle - (bounds[item] ?? 0)) / (1 + trace.skewPpm * 1e-6);
      delaySum += (inMs(run.outputFrame + middle) - idealMs) * newFrames;
      delayFrames += newFrames;
      const end = run.frames;
      endDelayMs =
        inMs(run.outputFrame + end) -
        answer.startMs -
        inMs(run.sourceFrame + end - (bounds[item] ?? 0)) / (1 + trace.skewPpm * 1e-6);
      frontier = run.sourceFrame + run.frames;
    }
    last = run;
    lastItem = item;
  }
  const tailFrames = source.samples.length - (last === null ? 0 : last.sourceFrame + last.frames);
  lost += Math.max(0, tailFrames - sampleRate * 0.005);

  const minutes = source.samples.length / sampleRate / 60;
  const playedFrames = [...spans.values()].reduce((sum, { from, to }) => sum + to - from, 0);
  const waits = trace.answers.map((_, item) => {
    const first = trace.deltas.find((delta) => delta.item === item);
    return (firstAudio.get(item) ?? Number.NaN) - (first?.atMs ?? Number.NaN);
  });
  waits.sort((a, b) => a - b);
  return {
    gapMsPerMin: inMs(gapFrames) / minutes,
    longestGapMs: inMs(longestGap),
    delayMs: delaySum / delayFrames,
    endDelayMs,
    syntheticMsPerMin: inMs(synthetic) / minutes,
    longestSyntheticMs: inMs(longestSynthetic),
    insertedMsPerMin: inMs(inserted) / minutes,
    removedMsPerMin: inMs(removed) / minutes,
    clicks: findClicks(output, sampleRate, natural).length,
    lostFrames: Math.round(lost),
    repeatedFrames: repeated,
    firstAudioMs: waits[waits.length >> 1] ?? Number.NaN,
    tempo: playedFrames / source.samples.length,
  };
}

function answerAt(bounds: readonly number[], frame: number): number {
  return bounds.findLastIndex((bound, i) => i < bounds.length - 1 && bound <= frame);
}

/** Silence from `from` to `to`, and the longest sound without any. */
function measure(output: Float32Array, from: number, to: number, sampleRate: number): Between {
  const window = Math.round((sampleRate * WINDOW_MS) / 1000);
  let silentFrames = 0;
  let longestSoundFrames = 0;
  let sound = 0;
  for (let at = from; at < to; at += window) {
    const end = Math.min(at + window, to);
    let peak = 0;
    for (let i = at; i < end; i++) peak = Math.max(peak, Math.abs(output[i] ?? 0));
    const isSilent = peak < SILENCE_PEAK && to - from >= window;
    if (isSilent) silentFrames += end - at;
    sound = isSilent ? 0 : sound + end - at;
    longestSoundFrames = Math.max(longestSoundFrames, sound);
  }
  return { silentFrames, longestSoundFrames };
}
