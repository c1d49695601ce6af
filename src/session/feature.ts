// Optional parts of the session core. A feature stands between the inputs and the core: it passes an input on, changes it,
// holds it back or adds others, and adds effects of its own. It is as pure as the core, keeps its own slice of the state in
// plain data, and touches no other: whatever it wants of the core it says by an input. So what holds for the core in every
// order of inputs holds with any features in front of it, and a feature that nobody imports costs nothing.

import type { SessionEffect } from './effect.ts';
import type { SessionInput } from './input.ts';
import type { SessionState, Step } from './state.ts';

/** One step of the core, or of the core with features in front of it. */
export type StepFunction = (state: SessionState, input: SessionInput) => Step<SessionState>;

/** The pure part of a feature. */
export interface FeatureCore {
  /** Names its slice in `state.features`; one of a kind in a session. */
  readonly name: string;
  /** Takes one input; `next` is the core behind it. */
  readonly through: (state: SessionState, input: SessionInput, next: StepFunction) => Step<SessionState>;
}

/** What a feature does with an input: it passes inputs on and adds effects, in order. */
export interface Passage {
  /** The session as it is now, after the inputs passed on so far. */
  readonly state: SessionState;
  /** Effects so far. */
  readonly effects: readonly SessionEffect[];
  /** Passes an input on; `change` sees its effects before they join the others. */
  pass(input: SessionInput, change?: (effects: readonly SessionEffect[]) => readonly SessionEffect[]): void;
  /** Adds an effect. */
  add(...effects: readonly SessionEffect[]): void;
}

/** A feature whose slice begins as `initial` on every connection; `decide` returns the slice after an input. */
export function featureCore<Own>(
  name: string,
  initial: Own,
  decide: (own: Own, input: SessionInput, passage: Passage) => Own,
): FeatureCore {
  return {
    name,
    through(state, input, next) {
      const own = input.type === 'connecting' ? initial : ((state.features[name] as Own | undefined) ?? initial);
      const passage = new Passing(state, next);
      const nextOwn = decide(own, input, passage);
      const after = passage.state;
      if (after.features[name] === nextOwn) return [after, passage.effects];
      return [{ ...after, features: { ...after.features, [name]: nextOwn } }, passage.effects];
    },
  };
}

class Passing implements Passage {
  state: SessionState;
  readonly effects: SessionEffect[] = [];
  readonly #next: StepFunction;

  constructor(state: SessionState, next: StepFunction) {
    this.state = state;
    this.#next = next;
  }

  pass(input: SessionInput, change?: (effects: readonly SessionEffect[]) => readonly SessionEffect[]): void {
    const [state, effects] = this.#next(this.state, input);
    this.state = state;
    this.effects.push(...(change?.(effects) ?? effects));
  }

  add(...effects: readonly SessionEffect[]): void {
    this.effects.push(...effects);
  }
}

/** `step` with features in front of it; an input meets them in the order of the list. */
export function stepThrough(step: StepFunction, features: readonly FeatureCore[]): StepFunction {
  return features.reduceRight<StepFunction>(
    (next, feature) => (state, input) => feature.through(state, input, next),
    step,
  );
}
