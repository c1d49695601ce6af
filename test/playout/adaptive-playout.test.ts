import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../src/server/seeded-random.ts';
import { align, type Run } from '../../bench/playout/alignment.ts';
import { findClicks } from '../../bench/playout/clicks.ts';
import { judge, type Scene } from '../../bench/playout/judge.ts';
import { Bargein } from '../../bench/playout/peers/ours.ts';
import { arrivals, fareOfQueue, play, QUANTUM_FRAMES, stage, writesOf } from '../../bench/playout/simulate.ts';
import { syntheticSpeech } from '../../bench/playout/speech.ts';
import { KINDS, select, type Trace } from '../../bench/playout/traces.ts';
import { PullPlayout } from '../../src/playout/index.ts';
import { packet, Recorder } from './recorder.ts';

const RATES = [24_000, 48_000];

function sceneOf(kindName: string, sampleRate: number): Scene {
  const kind = KINDS.find(({ name }) => name === kindName);
  if (kind === undefined) throw new RangeError(`no kind of trace is called ${kindName}`);
  const { isActive } = syntheticSpeech(150, sampleRate, 1);
  const trace = select(kind, 1, (candidate) => fareOfQueue(candidate, isActive))[0];
  if (trace === undefined) throw new RangeError(`no trace of ${kindName}`);
  return stage(trace, (seconds) => syntheticSpeech(seconds, sampleRate, 1));
}

/** A burst: all of it there at once, as often as there are answers. */
function burstAtOnce(answers: number, durationMs: number): Trace {
  return {
    kind: 'at once',
    seed: 0,
    skewPpm: 0,
    answers: Array.from({ length: answers }, (_, i) => ({ startMs: 200 + i * (durationMs + 500), durationMs })),
    deltas: Array.from({ length: answers }, (_, item) => ({
      atMs: 200 + item * (durationMs + 500),
      item,
      startMs: 0,
      durationMs,
    })),
  };
}

/** Packets of 20 ms, up to 12 ms late, by a clock that is off by so much. */
function driftOver(durationMs: number, skewPpm: number): Trace {
  const uniform = seededRandom(1);
  const starts = Array.from({ length: durationMs / 20 }, (_, i) => i * 20);
  let lastMs = 0;
  const deltas = starts.map((startMs) => {
    lastMs = Math.max(lastMs, 200 + startMs / (1 + skewPpm * 1e-6) + 12 * uniform());
    return { atMs: lastMs, item: 0, startMs, durationMs: 20 };
  });
  return { kind: 'drift', seed: 1, skewPpm, answers: [{ startMs: 200, durationMs }], deltas };
}

describe.each(RATES)('an adaptive playout at %i Hz', (sampleRate) => {
  it.each([
    { kind: 'burst-llm', gap: 300, delay: 140, synthetic: 613 },
    { kind: 'burst-slow', gap: 60, delay: 80, synthetic: 664 },
    { kind: 'wifi-20ms', gap: 0, delay: 80, synthetic: 56 },
    { kind: 'gilbert-elliott', gap: 60, delay: 200, synthetic: 199 },
    { kind: 'trickle-0.85', gap: 10, delay: 2500, synthetic: 100 },
    { kind: 'lte-handover', gap: 1250, delay: 240, synthetic: 428 },
  ])(
    'plays $kind with at most $gap ms of gaps a minute, $delay ms late, without a click',
    ({ kind, gap, delay, synthetic }) => {
      const scene = sceneOf(kind, sampleRate);
      const verdict = judge(play(new Bargein(sampleRate), scene), scene, arrivals(scene));
      expect(verdict.clicks).toBe(0);
      expect(verdict.gapMsPerMin).toBeLessThanOrEqual(gap);
      expect(verdict.delayMs).toBeLessThanOrEqual(delay);
      expect(verdict.syntheticMsPerMin).toBeLessThanOrEqual(synthetic);
      expect(verdict.longestSyntheticMs).toBeLessThanOrEqual(100);
      expect(verdict).toMatchObject({ lostFrames: 0, repeatedFrames: 0 });
    },
    60_000,
  );

  it('follows a clock that is 300 ppm off without a gap and without inventing sound', () => {
    for (const skewPpm of [300, -300]) {
      const trace = driftOver(60_000, skewPpm);
      const scene = stage(trace, (seconds) => syntheticSpeech(seconds, sampleRate, 1));
      const player = new Bargein(sampleRate);
      const verdict = judge(play(player, scene), scene, arrivals(scene));
      expect(verdict).toMatchObject({ clicks: 0, gapMsPerMin: 0, lostFrames: 0, repeatedFrames: 0 });
      expect(player.playout.stats.concealmentEvents).toBe(0);
    }
  }, 60_000);

  it('has gaps where it may not adapt, and makes no clicks of them', () => {
    const scene = sceneOf('trickle-0.85', sampleRate);
    const player = new Bargein(sampleRate, false);
    const verdict = judge(play(player, scene), scene, arrivals(scene));
    expect(player.playout.stats.underrunEvents).toBeGreaterThan(500);
    expect(verdict).toMatchObject({ lostFrames: 0, repeatedFrames: 0 });
    // Where the onset of a glottal pulse is the last that is there, it stands out by itself. Cut hard, there are hundreds.
    expect(verdict.clicks).toBeLessThanOrEqual(1);
  });

  it('plays an answer that is all there sample for sample', () => {
    const scene = stage(burstAtOnce(2, 4000), (seconds) => syntheticSpeech(seconds, sampleRate, 2));
    const player = new Bargein(sampleRate);
    const verdict = judge(play(player, scene), scene, arrivals(scene));
    expect(verdict).toMatchObject({
      lostFrames: 0,
      repeatedFrames: 0,
      insertedMsPerMin: 0,
      removedMsPerMin: 0,
      clicks: 0,
    });
    expect(player.playout.stats).toMatchObject({ concealedFrames: 0, insertedFrames: 0, removedFrames: 0 });
  });

  it('knows the frame at which each of 24 interrupts stopped it, leaks nothing and does not click', () => {
    const scene = sceneOf('burst-slow', sampleRate);
    const { samples } = scene.source;
    const writes = writesOf(scene).filter(({ item }) => item === 0);
    let judged = 0;
    for (let round = 0; round < 24; round++) {
      const player = new Bargein(sampleRate);
      const firstFrame = writes[0]?.atFrame ?? 0;
      const stop = Math.ceil((firstFrame + sampleRate * (0.3 + round * 0.19)) / QUANTUM_FRAMES);
      const output = new Float32Array((stop + 40) * QUANTUM_FRAMES);
      let next = 0;
      for (let quantum = 0; quantum < stop + 40; quantum++) {
        const frame = quantum * QUANTUM_FRAMES;
        for (let write = writes[next]; write !== undefined && write.atFrame <= frame; write = writes[++next]) {
          player.write(write.item, write.startFrame, write.samples);
          if (round % 2 === 1 && next === 3) player.write(1, 0, samples.subarray(0, 480));
        }
        if (quantum === stop) player.interrupt();
        player.render(output.subarray(frame, frame + QUANTUM_FRAMES));
      }
      const said = player.takeReport() ?? [];
      const stopFrame = stop * QUANTUM_FRAMES;
      const fadeFrames = Math.min(QUANTUM_FRAMES, sampleRate / 200);
      const first = said[0];
      if (first === undefined) throw new Error('nothing was reported');
      // What was rendered last before the fade, from the samples alone.
      const last: Run | undefined = align(output.subarray(0, stopFrame), scene.index).at(-1);
      if (last !== undefined && last.outputFrame + last.frames === stopFrame && last.frames > sampleRate / 50) {
        judged++;
        expect(first.renderedFrames).toBe(last.sourceFrame + last.frames + fadeFrames);
      }
      expect(output.subarray(stopFrame + fadeFrames).every((sample) => sample === 0)).toBe(true);
      expect(findClicks(output, sampleRate, scene.natural)).toEqual([]);
    }
    // The others stopped in a crossfade or a gap, where samples tell no position.
    expect(judged).toBeGreaterThanOrEqual(10);
  }, 60_000);
});

describe('the order of arrival', () => {
  function played(write: (playout: PullPlayout) => void): { line: string; samples: number[]; playout: PullPlayout } {
    const playout = new PullPlayout({ capacityFrames: 4096, maxBlockFrames: 1024 });
    const recorder = new Recorder();
    playout.listener = recorder;
    write(playout);
    playout.end('a', 0);
    const output = new Float32Array(1024);
    playout.render(output);
    return {
      line: recorder.take().at(-1) ?? '',
      samples: [...output].map((sample) => sample * 32_768).filter((sample) => sample !== 0),
      playout,
    };
  }
  const inOrder = Array.from({ length: 300 }, (_, i) => i + 1);

  it('drops what came before, whole or in part, and counts it', () => {
    const { line, samples, playout } = played((target) => {
      target.write({ ...packet('a', 100, 1), startFrame: 0 });
      target.write({ ...packet('a', 100, 1), startFrame: 0 });
      target.write({ ...packet('a', 150, 51), startFrame: 50 });
      target.write({ ...packet('a', 100, 201), startFrame: 200 });
    });
    expect(samples).toEqual(inOrder);
    expect(line).toBe('done a 300/300');
    expect(playout.duplicateFrames).toBe(150);
  });

  it('holds what comes early until what is missing is there', () => {
    const { samples } = played((target) => {
      target.write({ ...packet('a', 100, 201), startFrame: 200 });
      target.write({ ...packet('a', 100, 1), startFrame: 0 });
      target.write({ ...packet('a', 100, 101), startFrame: 100 });
    });
    expect(samples).toEqual(inOrder);
  });

  it('plays silence for what never came, so that positions stay those of the item', () => {
    const { line, samples } = played((target) => {
      target.write({ ...packet('a', 100, 1), startFrame: 0 });
      target.write({ ...packet('a', 100, 201), startFrame: 200 });
    });
    expect(samples).toEqual([...inOrder.slice(0, 100), ...inOrder.slice(200)]);
    expect(line).toBe('done a 300/300');
  });
});
