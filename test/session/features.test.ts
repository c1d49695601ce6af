// Each feature in front of the core, in random orders: every invariant of the core holds behind it, and its own besides.

import { expect, test } from 'vitest';
import type { SessionEffect } from '../../src/session/effect.ts';
import { falseInterruptionCore } from '../../src/session/false-interruption.ts';
import type { FeatureCore } from '../../src/session/feature.ts';
import type { SessionInput } from '../../src/session/input.ts';
import { fillerCore } from '../../src/session/filler.ts';
import { holdBackCore } from '../../src/session/hold-back.ts';
import { type GateJob, type GateVerdict, inputGateCore } from '../../src/session/input-gate.ts';
import { initialSession } from '../../src/session/fresh-state.ts';
import { acceptsAudio, checkCommand, step } from '../../src/session/step.ts';
import { turnMetricsCore } from '../../src/session/turn-metrics.ts';
import type { Choice } from './choices.ts';
import { search } from './interleavings.ts';
import type { WorldFeature } from './passed-feature.ts';
import { FEATURE_INTERLEAVINGS, SEED } from './search-size.ts';

const core = { initialSession, step, checkCommand, acceptsAudio };

const gate = inputGateCore({ transcriptMs: 5000, removesRefused: true });
const allow = (job: unknown): GateVerdict => ({ turnId: (job as GateJob).turnId, isAllowed: true });

const features: Record<string, (scene: Choice) => WorldFeature> = {
  falseInterruption: (scene) => ({
    core: falseInterruptionCore({
      action: scene.of(['pause', 'pause', 'duck']),
      duckDb: -20,
      resumeAfterMs: 2000,
      minWords: 1,
    }),
    takesTurns: true,
  }),
  inputGate: () => ({ core: gate, takesTurns: true, run: allow }),
  'falseInterruption before inputGate': () => ({
    core: {
      name: 'both',
      through: (state, input, next) =>
        falseInterruptionCore({ action: 'pause', duckDb: -20, resumeAfterMs: 2000, minWords: 1 }).through(
          state,
          input,
          (inner, passed) => gate.through(inner, passed, next),
        ),
    },
    takesTurns: true,
    run: allow,
  }),
  filler: () => ({ core: fillerCore({ afterMs: 10, instructions: 'Wait.' }), takesTurns: false }),
  turnMetrics: () => ({ core: turnMetricsCore(), takesTurns: false }),
  'holdBack that blocks': () => ({
    core: holdBackCore({ holdBackMs: 20, onHoldTimeout: 'block' }),
    takesTurns: false,
    holdsAudio: true,
    isStrict: true,
  }),
  'holdBack that releases': () => ({
    core: holdBackCore({ holdBackMs: 20, onHoldTimeout: 'release' }),
    takesTurns: false,
    holdsAudio: true,
  }),
};

const runs = Math.ceil(FEATURE_INTERLEAVINGS / Object.keys(features).length);

test.each(Object.entries(features))('behind %s every invariant holds', { timeout: 300_000 }, (_name, feature) => {
  const result = search({ core, style: 'faithful', runs, seed: SEED, feature, isShrinking: true });
  expect(result.violation?.message ?? 'all held', `BARGEIN_SEED=${SEED}`).toBe('all held');
  expect(result.interleavings).toBe(runs);
});

/** The feature with a bug in it: what it passes on, or its effects, are changed. */
function wrong(
  right: FeatureCore,
  bug: { input?: (input: SessionInput) => SessionInput | null; effect?: (effect: SessionEffect) => boolean },
): FeatureCore {
  return {
    name: right.name,
    through(state, input, next) {
      const [after, effects] = right.through(state, input, (given, inner) => {
        const changed = bug.input === undefined ? inner : bug.input(inner);
        return changed === null ? [given, []] : next(given, changed);
      });
      return [after, bug.effect === undefined ? effects : effects.filter(bug.effect)];
    },
  };
}

const doubting = falseInterruptionCore({ action: 'pause', duckDb: -20, resumeAfterMs: 2000, minWords: 1 });
const bugs: [name: string, bug: FeatureCore, ...caughtBy: string[]][] = [
  [
    'never resumes the playout',
    wrong(doubting, { effect: (effect) => effect.type !== 'controlPlayout' || effect.control !== 'resume' }),
    'at rest the playout is not paused',
  ],
  [
    'has no deadline for words',
    wrong(doubting, { effect: (effect) => effect.type !== 'startTimer' }),
    'at rest nothing is queued or awaited',
    'at rest the playout is not paused',
    // The deadline of a speech that goes on is set anew for ever.
    'a session comes to rest',
  ],
  [
    'answers no turn',
    wrong(doubting, { input: (input) => (input.type === 'turnEnded' ? { ...input, needsAnswer: false } : input) }),
    'at rest every message, output and turn has been answered',
  ],
  [
    'keeps the floor for the user',
    wrong(doubting, { input: (input) => (input.type === 'turnEnded' && !input.needsAnswer ? null : input) }),
    'at rest every message, output and turn has been answered',
    'a session comes to rest',
  ],
];

const holding = holdBackCore({ holdBackMs: 20, onHoldTimeout: 'block' });

test.each<[name: string, bug: FeatureCore, caughtBy: string]>([
  [
    'lets everything through at once',
    holdBackCore({ holdBackMs: 0, onHoldTimeout: 'release' }),
    'nothing unread is heard',
  ],
  [
    'keeps the core in the dark about what waits',
    wrong(holding, {
      input: (input) => (input.type === 'playoutReport' ? { ...input, report: { ...input.report, items: [] } } : input),
    }),
    'at rest the model believes no audio heard that was not',
  ],
])('a holdBack that %s is caught', { timeout: 60_000 }, (_name, bug, caughtBy) => {
  const feature = (): WorldFeature => ({ core: bug, takesTurns: false, holdsAudio: true, isStrict: true });
  const { violation } = search({ core, style: 'faithful', runs: 1000, seed: 7, feature, isShrinking: false });
  expect(violation?.invariant).toBe(caughtBy);
});

test.each(bugs)('a falseInterruption that %s is caught', { timeout: 60_000 }, (_name, bug, ...caughtBy) => {
  const feature = (): WorldFeature => ({ core: bug, takesTurns: true });
  const { violation } = search({ core, style: 'faithful', runs: 1000, seed: 7, feature, isShrinking: false });
  expect(caughtBy).toContain(violation?.invariant);
});
