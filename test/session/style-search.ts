// Random interleavings of one style, as tests. Each style has a test file of its own, so that the two run beside each other.

import { afterAll, expect, test } from 'vitest';
import { initialSession } from '../../src/session/fresh-state.ts';
import { acceptsAudio, checkCommand, step } from '../../src/session/step.ts';
import { search, type Style } from './interleavings.ts';
import type { Core, Rehearsal } from './rehearsal.ts';
import { SEED, STYLE_INTERLEAVINGS } from './search-size.ts';

const core: Core = { initialSession, step, checkCommand, acceptsAudio };

const BATCHES = 10;
const runs = Math.ceil(STYLE_INTERLEAVINGS / BATCHES);

/** Defines the tests. Each of `mustBeSeen` is an input, or what has come of one, without which a search proves little. */
export function testInterleavings(style: Style, mustBeSeen: readonly string[]): void {
  let held = 0;
  const seen = new Map<string, number>();
  const onHeld = (rehearsal: Rehearsal): void => tally(rehearsal, seen);

  test.each(Array.from({ length: BATCHES }, (_, batch) => batch))(
    `every invariant holds in ${style} interleavings, batch %s`,
    { timeout: 300_000 },
    (batch) => {
      const result = search({ core, style, runs, seed: SEED + batch, onHeld, isShrinking: true });
      expect(result.violation?.message ?? 'all held', `BARGEIN_SEED=${SEED}`).toBe('all held');
      held += result.interleavings;
    },
  );

  test(`${style} interleavings were played, and reached what they are about`, () => {
    expect(held).toBeGreaterThanOrEqual(STYLE_INTERLEAVINGS);
    for (const key of mustBeSeen) expect(seen.get(key) ?? 0, key).toBeGreaterThan(held / 500);
  });

  afterAll(() => console.log(`${held} ${style} interleavings, seed ${SEED}`));
}

/** How often each kind of input and effect came up, so that a world which never gets anywhere is noticed. */
function tally(rehearsal: Rehearsal, seen: Map<string, number>): void {
  const count = (key: string): unknown => seen.set(key, (seen.get(key) ?? 0) + 1);
  for (const input of rehearsal.inputs) {
    count(input.type);
    if (input.type === 'serverError' && input.code === 'conversation_already_has_active_response') {
      count('a request met an active response');
    }
  }
  const { facts } = rehearsal;
  for (const call of facts.calls.values()) {
    if (call.runs > 0) count(call.needsApproval ? 'an approved call ran' : 'a call ran');
    if (call.decision === 'reject') count('a call was rejected');
    if (call.isLate) count('a call came after the interrupt');
  }
  for (const response of facts.responses.values()) if (response.trips > 0) count('a guardrail tripped');
  if (facts.truncates.size > 0) count('an item was truncated');
  const again = rehearsal.inputs.findIndex(({ type }) => type === 'reconnectDue' || type === 'rolloverDue');
  if (again >= 0 && facts.connection === 'open') count('a call that has changed its connection');
  if (facts.goneAudio.size > 0) count('audio outlived its server');
  if (facts.flushes.size > 1) count('two interrupts on one connection');
}
