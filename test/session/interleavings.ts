// One interleaving is a list of numbers: the first sets the scene, each of the others makes one move.

import fc from 'fast-check';
import { Adversary } from './adversary.ts';
import { Choice } from './choices.ts';
import type { WorldFeature } from './passed-feature.ts';
import { type Core, InvariantViolation, Rehearsal } from './rehearsal.ts';
import { restInvariants } from './rest-invariants.ts';
import { FaithfulWorld } from './world.ts';

export type Style = 'faithful' | 'adversarial';

/** Plays one interleaving against a core; throws an `InvariantViolation` when it finds one. */
function playInterleaving({ core, style, feature }: SearchOptions, moves: readonly number[]): Rehearsal {
  const scene = new Choice(moves[0] ?? 0);
  const featured = feature?.(scene) ?? null;
  const guardrailDebounceLength = featured?.holdsAudio === true ? scene.of([-1, 10, 40]) : scene.of([null, -1, 10, 40]);
  const guardrailCount = scene.of([1, 2]);
  const isThorough = scene.oneIn(20);
  const rolloverAfterMs = scene.of([null, 1000]);
  const policy = { maxAttempts: scene.of([1, 3, 9]), initialDelayMs: 100, maxDelayMs: 500, rolloverAfterMs };
  const reconnect = scene.oneIn(3) ? null : policy;
  const rehearsal = new Rehearsal({ core, guardrailDebounceLength, guardrailCount, reconnect, isThorough });
  if (style === 'adversarial') {
    const adversary = new Adversary(rehearsal, scene);
    for (const move of moves) adversary.play(move);
    return rehearsal;
  }
  const world = new FaithfulWorld(rehearsal, scene, featured);
  for (const move of moves) world.play(move);
  world.rest();
  if (!world.isOpen) return rehearsal;
  for (const { name, judge } of restInvariants) {
    const wrong = judge(world);
    if (wrong !== undefined) rehearsal.fail(name, wrong);
  }
  return rehearsal;
}

export interface SearchOptions {
  readonly core: Core;
  readonly style: Style;
  readonly runs: number;
  readonly seed: number;
  /** Made anew for each faithful interleaving. */
  readonly feature?: (scene: Choice) => WorldFeature;
  /** Sees every interleaving that held. */
  readonly onHeld?: (rehearsal: Rehearsal) => void;
  /** Looks for the shortest interleaving that fails; without it the first one found is returned. */
  readonly isShrinking: boolean;
}

/** What a search came to. */
export interface Search {
  readonly interleavings: number;
  readonly violation: InvariantViolation | null;
}

/** Plays random interleavings until one breaks an invariant or `runs` have held. */
export function search(options: SearchOptions): Search {
  const { runs, seed, onHeld, isShrinking } = options;
  const maxLength = 80;
  const moves = fc.array(fc.integer({ min: 0, max: 0xffff_ffff }), { minLength: 10, maxLength, size: 'max' });
  const property = fc.property(moves, (list) => {
    const rehearsal = playInterleaving(options, list);
    onHeld?.(rehearsal);
  });
  const result = fc.check(property, { numRuns: runs, seed, endOnFailure: !isShrinking, unbiased: true });
  if (!result.failed) return { interleavings: result.numRuns, violation: null };
  if (result.errorInstance instanceof InvariantViolation) {
    return { interleavings: result.numRuns, violation: result.errorInstance };
  }
  throw result.errorInstance;
}
