import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { SessionInput } from '../../src/session/input.ts';
import { itemsOf } from '../../src/session/item-list.ts';
import type { JournalEntry } from '../../src/session/journal.ts';
import { inputEntry, readJournal } from '../../src/session/journal.ts';
import type { SessionState } from '../../src/session/state.ts';
import { initialSession } from '../../src/session/fresh-state.ts';
import { acceptsAudio, checkCommand, step } from '../../src/session/step.ts';
import { Adversary } from './adversary.ts';
import { Choice } from './choices.ts';
import { call, Conversation, createResponse, done, mayRun, report, settled, spoken } from './conversation.ts';
import { Rehearsal } from './rehearsal.ts';
import { FaithfulWorld } from './world.ts';

const core = { initialSession, step, checkCommand, acceptsAudio };
const reconnect = { maxAttempts: 9, initialDelayMs: 100, maxDelayMs: 500, rolloverAfterMs: null };

function throughJson<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T;
}

/** The inputs of a random call. */
function randomCall(moves: readonly number[]): readonly SessionInput[] {
  const scene = new Choice(moves[0] ?? 0);
  const options = { core, guardrailDebounceLength: 10, guardrailCount: 1, reconnect, isThorough: false };
  const rehearsal = new Rehearsal(options);
  if (scene.oneIn(2)) {
    const adversary = new Adversary(rehearsal, scene);
    for (const move of moves) adversary.play(move);
  } else {
    const world = new FaithfulWorld(rehearsal, scene);
    for (const move of moves) world.play(move);
  }
  return rehearsal.inputs;
}

const first = (): SessionState =>
  initialSession({ agentName: 'Front', seed: 's', guardrailDebounceLength: 10, guardrailCount: 1, reconnect });

describe('a journal', () => {
  test('gives the state at every moment of any call, from wherever it begins', () => {
    const moves = fc.array(fc.integer({ min: 0, max: 0xffff_ffff }), { minLength: 10, maxLength: 60, size: 'max' });
    const property = fc.property(moves, fc.integer({ min: 1, max: 20 }), (list, inputsPerState) => {
      const entries: JournalEntry[] = [];
      let state = first();
      for (const [index, input] of randomCall(list).entries()) {
        if (index % inputsPerState === 0) entries.push(throughJson({ type: 'state', state }));
        entries.push(throughJson(inputEntry(input)));
        [state] = step(state, input);
        expect(throughJson(readJournal(entries, step)?.state)).toEqual(throughJson(state));
      }
      const from = entries.findLastIndex(({ type }) => type === 'state');
      expect(throughJson(readJournal(entries.slice(from), step)?.state)).toEqual(throughJson(state));
    });
    fc.assert(property, { numRuns: 150, seed: 5 });
  });

  test('a call that is taken over at any moment has a history that can be replayed, and only calls that go on', () => {
    const moves = fc.array(fc.integer({ min: 0, max: 0xffff_ffff }), { minLength: 10, maxLength: 60, size: 'max' });
    const property = fc.property(moves, (list) => {
      let state = first();
      for (const input of randomCall(list)) {
        [state] = step(state, input);
        const startedCallIds = state.tools.pending.flatMap(({ call: { callId }, stage }) =>
          stage === 'running' ? [callId] : [],
        );
        const [taken, effects] = step(state, { type: 'resumed', atMs: input.atMs, startedCallIds, heard: [] });
        expect(taken.connection).toBe('reconnecting');
        expect(effects.filter(({ type }) => type === 'send' || type === 'runCall' || type === 'abort')).toEqual([]);
        expect(taken.tools.pending.filter(({ call: { callId } }) => startedCallIds.includes(callId))).toEqual([]);
        const stages = new Set(taken.tools.pending.map(({ stage }) => stage));
        expect([...stages].filter((stage) => stage !== 'preparing' && stage !== 'rejecting')).toEqual([]);
        const open = {
          type: 'connected',
          atMs: input.atMs,
          abilities: { isDriven: true, createsResponses: true },
        } as const;
        const [went] = step(taken, open);
        const told = itemsOf(went.history.items);
        for (const { call: pending } of went.tools.pending) {
          expect(told).toContainEqual(expect.objectContaining({ type: 'function_call', callId: pending.callId }));
        }
        expect(went.playback.live).toEqual([]);
      }
    });
    fc.assert(property, { numRuns: 100, seed: 6 });
  });

  test('without a state has nothing to tell', () => {
    expect(readJournal([inputEntry({ type: 'interrupt', atMs: 1 })], step)).toBeNull();
  });

  test('keeps what was thrown in words', () => {
    const error = Object.assign(new TypeError('no such room'), { code: 'ERR_ROOM' });
    const plain = { name: 'TypeError', message: 'no such room', code: 'ERR_ROOM' };
    const inputs: SessionInput[] = [
      { type: 'serverError', error, atMs: 1 },
      { type: 'callSettled', callId: 'c', output: '', isBackground: false, error, atMs: 1 },
      { type: 'callPrepared', callId: 'c', plan: { kind: 'refuse', output: '', error }, atMs: 1 },
      { type: 'handoffSettled', callId: 'c', result: { ok: false, output: '', error }, atMs: 1 },
      { type: 'agentPrepared', commandId: 'k', result: { ok: false, error }, atMs: 1 },
      { type: 'guardrailSettled', runId: 'g', tripped: { error, feedback: '' }, error, atMs: 1 },
    ];
    for (const input of inputs) expect(JSON.stringify(inputEntry(input))).toContain(JSON.stringify(plain));
  });
});

describe('a call that is taken over', () => {
  function calling(): Conversation {
    const conversation = new Conversation({ reconnect });
    conversation.on({ type: 'responseStarted', responseId: 'r1' }, call('r1', 'c1'), mayRun('c1', true));
    return conversation;
  }
  const approve = { type: 'approve', commandId: 'k1', callId: 'c1', always: false } as const;
  const open = { type: 'connected', abilities: { isDriven: true, createsResponses: false } } as const;

  test('asks again for an approval that was not given', () => {
    const conversation = calling();
    const effects = conversation.on({ type: 'resumed', startedCallIds: [], heard: [] });
    expect(effects).toContainEqual(expect.objectContaining({ type: 'prepareCall' }));
    expect(conversation.on(mayRun('c1', true))).toContainEqual(
      expect.objectContaining({ notice: expect.objectContaining({ type: 'toolApprovalRequested' }) }),
    );
  });

  test('runs what was approved and not started, without asking twice', () => {
    const conversation = calling();
    conversation.on(approve, { type: 'resumed', startedCallIds: [], heard: [] });
    expect(conversation.on(mayRun('c1', true))).toContainEqual(expect.objectContaining({ type: 'runCall' }));
  });

  test('never runs again what was started: the model reads that the result was lost, and answers', () => {
    const conversation = calling();
    conversation.on(approve, { type: 'resumed', startedCallIds: ['c1'], heard: [] }, settled('c1'));
    const effects = conversation.on(open);
    expect(JSON.stringify(effects)).toMatch(/its result was lost/);
    expect(effects.at(-1)).toEqual(createResponse('s_1'));
  });

  test('tells the model of nothing that is not known to have been heard, and has it said again', () => {
    const speaking = (): Conversation => {
      const conversation = new Conversation({ reconnect });
      conversation.speaks('r1', 'a1');
      conversation.on({ type: 'itemUpdated', item: spoken('a1', { transcript: 'one two three four' }) }, done('r1'));
      return conversation;
    };
    const unknown = speaking();
    unknown.on({ type: 'resumed', startedCallIds: [], heard: [] });
    expect(unknown.on(open)).toContainEqual(createResponse('s_1'));
    expect(itemsOf(unknown.state.history.items)).toEqual([]);

    const known = speaking();
    const heard = [{ itemId: 'a1', contentIndex: 0, heardMs: 500, heardFraction: 0.5 }];
    known.on({ type: 'resumed', startedCallIds: [], heard }, open);
    expect(known.item('a1')).toMatchObject({ content: [{ transcript: 'one two', heardMs: 500 }] });
    expect(known.on(report('s_1', ['a1', 1000, 1000]))).toEqual([]);
  });

  test('that was over leaves its history', () => {
    const conversation = new Conversation({ reconnect });
    conversation.on({ type: 'itemUpdated', item: spoken('a1', { transcript: 'Bye.' }) }, { type: 'close' });
    conversation.on({ type: 'resumed', startedCallIds: [], heard: [] }, open);
    expect(conversation.item('a1')).toBeDefined();
  });
});
