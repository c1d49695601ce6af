import { expect, test } from 'vitest';
import { initialSession } from '../../src/session/fresh-state.ts';
import { acceptsAudio, checkCommand, step } from '../../src/session/step.ts';
import { connectionBugs } from './connection-bugs.ts';
import { injectedBugs } from './injected-bugs.ts';
import { search } from './interleavings.ts';
import type { Core } from './rehearsal.ts';

const core: Core = { initialSession, step, checkCommand, acceptsAudio };
const SEED = 7;
const BUDGET = 3_000;

test.each([...injectedBugs, ...connectionBugs])(
  'a session that $name is caught',
  { timeout: 60_000 },
  ({ style, caughtBy, into }) => {
    const { violation } = search({ core: into(core), style, runs: BUDGET, seed: SEED, isShrinking: false });
    expect(caughtBy).toContain(violation?.invariant);
  },
);

test.each(['faithful', 'adversarial'] as const)(
  'the session without a bug holds in the same %s runs',
  { timeout: 60_000 },
  (style) => {
    const { interleavings, violation } = search({ core, style, runs: BUDGET, seed: SEED, isShrinking: false });
    expect(violation?.message).toBeUndefined();
    expect(interleavings).toBe(BUDGET);
  },
);
