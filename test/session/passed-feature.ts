// A feature in front of a rehearsed core. What it passes on is held against every invariant of the core, and the feature
// against its own contract: it touches the core by inputs alone, and its slice is plain data.

import { isDeepStrictEqual } from 'node:util';
import type { SessionEffect } from '../../src/session/effect.ts';
import type { FeatureCore } from '../../src/session/feature.ts';
import type { SessionState } from '../../src/session/state.ts';
import type { Choice } from './choices.ts';
import type { Rehearsal, Untimed } from './rehearsal.ts';

/** A feature, and what the world must know of it. */
export interface WorldFeature {
  readonly core: FeatureCore;
  /** It interrupts and answers turns in the server's place. */
  readonly takesTurns: boolean;
  /** It holds audio back. */
  readonly holdsAudio?: boolean;
  /** What it holds back may be heard only when it was read. */
  readonly isStrict?: boolean;
  /** What its part outside the core comes to, for a `runFeature` effect; nothing if it has none. */
  readonly run?: (job: unknown, choice: Choice) => unknown;
}

/** Its slice, from input to input. */
export class PassedFeature {
  readonly #feature: FeatureCore;
  readonly #rehearsal: Rehearsal;
  #slices: SessionState['features'] = {};

  constructor(feature: FeatureCore, rehearsal: Rehearsal) {
    this.#feature = feature;
    this.#rehearsal = rehearsal;
  }

  /** One input of the world; its effects in order. */
  feed(untimed: Untimed): readonly SessionEffect[] {
    const rehearsal = this.#rehearsal;
    const whole = (features: SessionState['features']): SessionState => ({ ...rehearsal.state, features });
    const input = { atMs: rehearsal.inputs.length, ...untimed };
    const [after, effects] = this.#feature.through(whole(this.#slices), input, (given, passedOn) => {
      if (!isDeepStrictEqual(given, whole(given.features)))
        rehearsal.fail('a feature keeps to its slice', passedOn.type);
      const { atMs, ...inner } = passedOn;
      if (atMs !== input.atMs) rehearsal.fail('a feature passes on the time of its input', passedOn.type);
      const passedEffects = rehearsal.feed(inner);
      return [whole(given.features), passedEffects];
    });
    if (!isDeepStrictEqual(after, whole(after.features))) rehearsal.fail('a feature keeps to its slice', input.type);
    const revived: SessionState['features'] = JSON.parse(JSON.stringify(after.features));
    if (!isDeepStrictEqual(revived, after.features)) rehearsal.fail('the slice survives JSON', input.type);
    this.#slices = revived;
    return effects;
  }
}
