import { afterAll, expect, test } from 'vitest';
import { initialSession } from '../../src/session/fresh-state.ts';
import { acceptsAudio, checkCommand, step } from '../../src/session/step.ts';
import { search, type Style } from './interleavings.ts';
import type { Core, Rehearsal } from './rehearsal.ts';

const core: Core = { initialSession, step, checkCommand, acceptsAudio };

/** Interleavings in all; half of them in each style. */
const total = Number(process.env['BARGEIN_INTERLEAVINGS'] ?? 50_000);
const seed = Number(process.env['BARGEIN_SEED'] ?? 20_260_214);
const BATCHES = 10;
const runs = Math.ceil(total / (2 * BATCHES));

const held = { faithful: 0, adversarial: 0 };
/** How often each kind of input and effect came up, so that a world which never gets anywhere is noticed. */
const seen = new Map<string, number>();

function count(key: string): void {
  seen.set(key, (seen.get(key) ?? 0) + 1);
}

function tally(rehearsal: Rehearsal): void {
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

const batches = (['faithful', 'adversarial'] satisfies Style[]).flatMap((style) =>
  Array.from({ length: BATCHES }, (_, batch) => ({ style, batch })),
);

test.each(batches)(
  'every invariant holds in $style interleavings, batch $batch',
  { timeout: 300_000 },
  ({ style, batch }) => {
    const result = search({ core, style, runs, seed: seed + batch, onHeld: tally, isShrinking: true });
    expect(result.violation?.message ?? 'all held', `BARGEIN_SEED=${seed}`).toBe('all held');
    held[style] += result.interleavings;
  },
);

test('the interleavings were played, and reached what they are about', () => {
  expect(held.faithful).toBeGreaterThanOrEqual(total / 2);
  expect(held.adversarial).toBeGreaterThanOrEqual(total / 2);
  const mustBeSeen = [
    'a call ran',
    'an approved call ran',
    'a call was rejected',
    'a call came after the interrupt',
    'a guardrail tripped',
    'an item was truncated',
    'a request met an active response',
    'two interrupts on one connection',
    'a call that has changed its connection',
    'audio outlived its server',
    'handoffSettled',
    'interruptOverdue',
    'serverTurnOverdue',
    'disconnected',
    'close',
    'updateHistory',
    'agentPrepared',
  ];
  for (const key of mustBeSeen) expect(seen.get(key) ?? 0, key).toBeGreaterThan(total / 1000);
});

afterAll(() => {
  const interleavings = held.faithful + held.adversarial;
  console.log(
    `${interleavings} interleavings (${held.faithful} faithful, ${held.adversarial} adversarial), seed ${seed}`,
  );
});
