import { loadCore } from '../../src/wasm/core.ts';
import { playersOf } from '../playout/contenders.ts';
import { judge, type Scene, type Verdict } from '../playout/judge.ts';
import { arrivals, fareOfQueue, play, stage } from '../playout/simulate.ts';
import { syntheticSpeech } from '../playout/speech.ts';
import { type Kind, KINDS, select } from '../playout/traces.ts';
import type { Facts, Subject } from '../subject.ts';

const RATES = [24_000, 48_000];
const TRACES = 4;
/** Long enough for every trace but those of drift, which are chosen without it. */
const PROBE_S = 150;

function scenesOf(kind: Kind, sampleRate: number): Scene[] {
  const { isActive } = syntheticSpeech(PROBE_S, sampleRate, 1);
  const traces = select(kind, kind.row === null ? 1 : TRACES, (trace) => fareOfQueue(trace, isActive));
  return traces.map((trace) => stage(trace, (seconds) => syntheticSpeech(seconds, sampleRate, 1)));
}

/** Of each figure the worst of the traces: a bar is met when every trace meets it. */
function worst(verdicts: readonly Verdict[]): Facts {
  const most = (figure: (verdict: Verdict) => number): number => Math.max(...verdicts.map(figure));
  return {
    gapMsPerMin: most((verdict) => verdict.gapMsPerMin),
    longestGapMs: most((verdict) => verdict.longestGapMs),
    delayMs: most((verdict) => verdict.delayMs),
    endDelayMs: most((verdict) => verdict.endDelayMs),
    syntheticMsPerMin: most((verdict) => verdict.syntheticMsPerMin),
    longestSyntheticMs: most((verdict) => verdict.longestSyntheticMs),
    insertedMsPerMin: most((verdict) => verdict.insertedMsPerMin),
    removedMsPerMin: most((verdict) => verdict.removedMsPerMin),
    clicks: most((verdict) => verdict.clicks),
    lostFrames: most((verdict) => verdict.lostFrames),
    firstAudioMs: most((verdict) => verdict.firstAudioMs),
    tempo: Math.min(...verdicts.map(({ tempo }) => tempo)),
  };
}

export const playoutSubjects: readonly Subject[] = KINDS.flatMap((kind) =>
  RATES.map((sampleRate): Subject => ({
    kind: 'survey',
    name: `playout ${kind.name}, ${sampleRate / 1000} kHz`,
    operation: `what was rendered of ${kind.row === null ? 1 : TRACES} seeded traces; the worst of each figure`,
    isPerBuild: false,
    runs: 1,
    async survey(build) {
      await loadCore(build);
      const scenes = scenesOf(kind, sampleRate);
      return playersOf(kind.name).map(([contender, make]) => ({
        contender,
        facts: worst(scenes.map((scene) => judge(play(make(sampleRate), scene), scene, arrivals(scene)))),
      }));
    },
  })),
);
