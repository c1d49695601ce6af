import { describe, expect, it } from 'vitest';
import { findClicks } from '../../bench/playout/clicks.ts';
import type { Scene } from '../../bench/playout/judge.ts';
import { QUANTUM_FRAMES } from '../../bench/playout/simulate.ts';
import { itemName, sceneFor, Stand } from './stand.ts';

const SITUATIONS = [
  'plain',
  'with others queued',
  'after the end of generation',
  'after an underrun',
  'in an underrun',
];
const STOPS = 6;
const NEXT_ITEM = 3;
/** A run of the source that ends at a frame and is this long says without doubt what was played up to there. */
const CLEAR_FRAMES = 64;

/** Plays up to where the situation's interrupt number `stop` comes; returns how far into the first item audio was sent. */
function approach(stand: Stand, situation: string, stop: number): number {
  const untilMs = 330 + stop * 371;
  switch (situation) {
    case 'plain': {
      let sentMs = 0;
      for (let nowMs = 0; nowMs < untilMs; nowMs += 100, sentMs += 200) {
        stand.write(0, sentMs, 200);
        stand.renderFor(100);
      }
      return sentMs;
    }
    case 'with others queued':
    case 'after the end of generation':
      stand.write(0, 0, 6000);
      stand.end(0);
      if (situation === 'with others queued') {
        stand.write(1, 0, 1500);
        stand.end(1);
        stand.write(2, 0, 700);
      }
      stand.renderFor(untilMs);
      return 6000;
    case 'after an underrun':
      stand.write(0, 0, 1000);
      stand.renderFor(1800);
      stand.write(0, 1000, 4000);
      stand.renderFor(untilMs);
      return 5000;
    default:
      stand.write(0, 0, untilMs);
      // An adaptive one plays slowly in a stall, and conceals the beginning of the gap.
      while (stand.playout.stats.bufferedFrames > 0) stand.render(1);
      stand.renderFor(250);
      return untilMs;
  }
}

/** Renders on until the last samples are the source's, and returns the frame of the source that follows them. */
function renderToClearFrame(stand: Stand): number {
  for (let tries = 0; tries < 100; tries++) {
    const to = stand.output.length;
    const from = Math.max(0, to - 4 * CLEAR_FRAMES);
    const last = stand.runs(from, to).at(-1);
    if (last !== undefined && from + last.outputFrame + last.frames === to && last.frames >= CLEAR_FRAMES) {
      return last.sourceFrame + last.frames;
    }
    stand.render(1);
  }
  throw new Error('nothing of the source was played');
}

/** Raised cosine, written down anew. */
function fallingGain(index: number, frames: number): number {
  return Math.cos((Math.PI / 2) * ((index + 1) / (frames + 1))) ** 2;
}

function checkInterrupt(scene: Scene, isAdaptive: boolean, situation: string, stop: number): void {
  const { samples, sampleRate } = scene.source;
  const fadeFrames = Math.min(QUANTUM_FRAMES, sampleRate / 200);
  const stand = new Stand(scene, isAdaptive, 12);
  const sentMs = approach(stand, situation, stop);
  const sentFrames = stand.framesIn(sentMs);
  const isDry = situation === 'in an underrun';
  // Concealment may have repeated what was played before: the furthest counts.
  const position = isDry
    ? Math.max(...stand.runs().map(({ sourceFrame, frames }) => sourceFrame + frames))
    : renderToClearFrame(stand);
  const stopFrame = stand.output.length;
  const hasNext = stop % 2 === 1;

  stand.playout.flush('barge-in');
  if (hasNext) {
    stand.write(NEXT_ITEM, 0, 1500);
    stand.end(NEXT_ITEM);
  }
  stand.render(1);
  // Audio that was under way.
  for (let late = 0; late < 3; late++) stand.write(0, sentMs + late * 200, 200);
  if (situation === 'with others queued') stand.write(2, 700, 300);
  stand.renderFor(600);

  // The positions are those of the samples.
  const heardFrames = isDry ? position : position + fadeFrames;
  const others =
    situation === 'with others queued'
      ? [
          [itemName(1), 0, stand.framesIn(1500)],
          [itemName(2), 0, stand.framesIn(700)],
        ]
      : [];
  expect(stand.reports).toHaveLength(1);
  expect(stand.reports[0]?.items.map((item) => [item.itemId, item.renderedFrames, item.receivedFrames])).toEqual([
    [itemName(0), heardFrames, sentFrames],
    ...others,
  ]);
  if (isDry) expect(position).toBe(sentFrames);

  // What sounds in the quantum of the fade is what was counted, and nothing follows it.
  const { output } = stand;
  for (let i = 0; i < fadeFrames; i++) {
    const wanted = isDry ? 0 : ((samples[position + i] ?? 0) / 32_768) * fallingGain(i, fadeFrames);
    expect(Math.abs((output[stopFrame + i] ?? 0) - wanted)).toBeLessThan(1e-6);
  }
  expect(output.subarray(stopFrame + fadeFrames, stopFrame + QUANTUM_FRAMES).every((sample) => sample === 0)).toBe(
    true,
  );
  const rest = output.subarray(stopFrame + QUANTUM_FRAMES);
  const nextStart = scene.bounds[NEXT_ITEM] ?? 0;
  const wrong = rest.findIndex((sample, i) => sample !== (hasNext ? (samples[nextStart + i] ?? 0) / 32_768 : 0));
  expect(wrong).toBe(-1);
  expect(findClicks(output, sampleRate, scene.natural)).toEqual([]);
  stand.playout.free();
}

describe.each([24_000, 48_000])('interrupts at %i Hz', (sampleRate) => {
  describe.each([1, 2, 3])('of voice %i', (seed) => {
    const scene = sceneFor([6000, 1500, 1500, 1500], sampleRate, seed);

    it.each(SITUATIONS.flatMap((situation) => [false, true].map((isAdaptive) => ({ situation, isAdaptive }))))(
      '$situation are exact to the sample, silent and free of clicks within the quantum, with the next item in the next one (adaptive: $isAdaptive)',
      ({ situation, isAdaptive }) => {
        for (let stop = 0; stop < STOPS; stop++) checkInterrupt(scene, isAdaptive, situation, stop);
      },
      60_000,
    );
  });
});
