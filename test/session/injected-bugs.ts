// Bugs that a session core could have, each put into the real one: by a wrong input, a wrong effect or a wrong state.
// The invariants are worth what they catch of these.

import type { SessionEffect } from '../../src/session/effect.ts';
import type { SessionInput } from '../../src/session/input.ts';
import type { SessionState, Step } from '../../src/session/state.ts';
import type { Style } from './interleavings.ts';
import type { Core } from './rehearsal.ts';
import { findItem, replaceItem } from '../../src/session/item-list.ts';

/** A core with one bug in it. */
export interface InjectedBug {
  readonly name: string;
  /** The world that meets it. */
  readonly style: Style;
  /** The invariants, one of which must catch it. */
  readonly caughtBy: readonly string[];
  readonly into: (core: Core) => Core;
}

/** Wraps `step`; `change` gets the right step and returns the wrong one. */
export function wrong(
  change: (right: Step<SessionState>, state: SessionState, input: SessionInput, core: Core) => Step<SessionState>,
): (core: Core) => Core {
  return (core) => ({ ...core, step: (state, input) => change(core.step(state, input), state, input, core) });
}

function withResponses(state: SessionState, part: Partial<SessionState['responses']>): SessionState {
  return { ...state, responses: { ...state.responses, ...part } };
}

function sends(effects: readonly SessionEffect[], type: string): boolean {
  return effects.some((effect) => effect.type === 'send' && effect.command.type === type);
}

function withoutSends(effects: readonly SessionEffect[], type: string): readonly SessionEffect[] {
  return effects.filter((effect) => effect.type !== 'send' || effect.command.type !== type);
}

/** Adds `addMs` to every truncate. */
function shiftTruncates(effects: readonly SessionEffect[], addMs: number): readonly SessionEffect[] {
  return effects.map((effect) => {
    if (effect.type !== 'send' || effect.command.type !== 'truncate') return effect;
    const { command } = effect;
    return { ...effect, command: { ...command, audioEndMs: command.audioEndMs + addMs } };
  });
}

/** All of them; each must be caught. */
export const injectedBugs: readonly InjectedBug[] = [
  {
    name: 'forgets which calls it has seen',
    style: 'adversarial',
    caughtBy: ['no tool runs twice', 'at most one output a call', 'nothing stale accepted'],
    into: wrong(([after, effects]) => {
      const live = after.responses.live.map((response) => ({ ...response, calls: [] }));
      return [withResponses(after, { live }), effects];
    }),
  },
  {
    name: 'runs a settled tool again',
    style: 'faithful',
    caughtBy: ['no tool runs twice'],
    into: wrong(([after, effects], state, input) => {
      if (input.type !== 'callSettled') return [after, effects];
      const pending = state.tools.pending.find((each) => each.call.callId === input.callId);
      if (pending === undefined) return [after, effects];
      return [after, [...effects, { type: 'runCall', call: pending.call, agentName: pending.agentName }]];
    }),
  },
  {
    name: 'keeps the record of a settled call',
    style: 'faithful',
    caughtBy: [
      'nothing stale accepted',
      'at most one output a call',
      'at rest every accepted call has exactly one output',
    ],
    into: wrong(([after, effects], state, input) =>
      input.type === 'callSettled' ? [{ ...after, tools: state.tools }, effects] : [after, effects],
    ),
  },
  {
    name: 'loses the output of a tool that failed',
    style: 'faithful',
    caughtBy: [
      'what is decided about a call happens',
      'outputs are answered when nobody speaks, and only if there are any',
      'at rest every accepted call has exactly one output',
    ],
    into: wrong(([after, effects], _state, input) => {
      const hasFailed = input.type === 'callSettled' && input.error !== undefined;
      return [after, hasFailed ? withoutSends(effects, 'functionCallOutput') : effects];
    }),
  },
  {
    name: 'runs a call before it is approved',
    style: 'faithful',
    caughtBy: ['a call that needs approval runs only after an approve, a rejected call never'],
    into: (core) => ({
      ...core,
      step: (state, input) => {
        if (input.type !== 'callPrepared' || input.plan.kind !== 'run') return core.step(state, input);
        return core.step(state, { ...input, plan: { kind: 'run', needsApproval: false } });
      },
    }),
  },
  {
    name: 'runs a rejected call',
    style: 'faithful',
    caughtBy: ['a call that needs approval runs only after an approve, a rejected call never'],
    into: (core) => ({
      ...core,
      step: (state, input) => core.step(state, input.type === 'reject' ? { ...input, type: 'approve' } : input),
    }),
  },
  {
    name: 'dispatches a call to the agent of the moment',
    style: 'faithful',
    caughtBy: ['a call goes to the agent of its response'],
    into: wrong(([after, effects]) => [
      after,
      effects.map((effect) => (effect.type === 'runCall' ? { ...effect, agentName: after.agentName } : effect)),
    ]),
  },
  {
    name: 'asks for a response while one is active',
    style: 'faithful',
    caughtBy: ['never two responses at once'],
    into: (core) => ({
      ...core,
      step: (state, input) => {
        if (input.type !== 'sendMessage') return core.step(state, input);
        const [after, effects] = core.step(withResponses(state, { activeId: null }), input);
        return [withResponses(after, { activeId: state.responses.activeId }), effects];
      },
    }),
  },
  {
    name: 'forgets that it has asked for a response',
    style: 'faithful',
    caughtBy: ['never two responses at once'],
    into: wrong(([after, effects]) => [withResponses(after, { requestedEventId: null }), effects]),
  },
  {
    name: 'loses a request that the server refused because it was busy',
    style: 'faithful',
    caughtBy: [
      'at rest every message, output and turn has been answered',
      'at rest every request of the app got its response',
    ],
    into: (core) => ({
      ...core,
      step: (state, input) =>
        core.step(state, input.type === 'serverError' ? { ...input, code: 'invalid_request' } : input),
    }),
  },
  {
    name: 'forgets an interrupt that comes before the response',
    style: 'faithful',
    caughtBy: ['a response whose request was interrupted is cancelled as it starts'],
    into: wrong(([after, effects]) => [withResponses(after, { requestedIsCancelled: false }), effects]),
  },
  {
    name: 'lets an interrupt drop what is queued',
    style: 'faithful',
    caughtBy: [
      'at rest every message, output and turn has been answered',
      'at rest every request of the app got its response',
    ],
    into: wrong(([after, effects]) =>
      sends(effects, 'cancelResponse') ? [withResponses(after, { queued: [] }), effects] : [after, effects],
    ),
  },
  {
    name: 'forgets the tool outputs that wait for the end of a response',
    style: 'faithful',
    caughtBy: ['at rest every message, output and turn has been answered'],
    into: wrong(([after, effects], _state, input) =>
      input.type === 'callSettled' ? [withResponses(after, { isAutomaticQueued: false }), effects] : [after, effects],
    ),
  },
  {
    name: 'talks over the user to answer a tool output',
    style: 'faithful',
    caughtBy: [
      // It takes speech for silence, in which an aged connection may be replaced.
      'a connection is opened when its attempt is due, or when an aged one is replaced in silence',
      'outputs are answered when nobody speaks, and only if there are any',
    ],
    into: wrong(([after, effects]) => [withResponses(after, { isUserSpeaking: false }), effects]),
  },
  {
    name: 'asks again for what has been answered',
    style: 'faithful',
    caughtBy: ['outputs are answered when nobody speaks, and only if there are any'],
    into: wrong(([after, effects], _state, input) =>
      input.type === 'responseStarted'
        ? [withResponses(after, { isAutomaticQueued: true }), effects]
        : [after, effects],
    ),
  },
  {
    name: 'answers before it knows what was heard',
    style: 'faithful',
    caughtBy: [
      'no response between an interrupt and its report or deadline',
      'every item that was cut off is truncated',
    ],
    into: wrong(([after, effects]) => [
      after.playback.interruptId === null ? after : { ...after, playback: { ...after.playback, interruptId: null } },
      effects,
    ]),
  },
  {
    name: 'accepts a report twice',
    style: 'faithful',
    caughtBy: ['nothing stale accepted', 'one truncate an item, never beyond what was received or rendered'],
    into: wrong(([after, effects], state, input) =>
      input.type === 'playoutReport' ? [{ ...after, playback: state.playback }, effects] : [after, effects],
    ),
  },
  {
    name: 'takes any report for the one it waits for',
    style: 'adversarial',
    caughtBy: ['nothing stale accepted', 'one truncate an item, never beyond what was received or rendered'],
    into: (core) => ({
      ...core,
      step: (state, input) => {
        const { interruptId } = state.playback;
        if (input.type !== 'playoutReport' || interruptId === null) return core.step(state, input);
        return core.step(state, { ...input, report: { ...input.report, interruptId } });
      },
    }),
  },
  {
    name: 'truncates a millisecond beyond what was heard',
    style: 'faithful',
    caughtBy: ['one truncate an item, never beyond what was received or rendered'],
    into: wrong(([after, effects]) => [after, shiftTruncates(effects, 1)]),
  },
  {
    name: 'believes a playout that rendered more than it received',
    style: 'adversarial',
    caughtBy: [
      'one truncate an item, never beyond what was received or rendered',
      'every item that was cut off is truncated',
    ],
    into: (core) => ({
      ...core,
      step: (state, input) => {
        if (input.type !== 'playoutReport') return core.step(state, input);
        const items = input.report.items.map((item) => {
          const isReceived = item.receivedFrames > 0;
          return isReceived ? { ...item, receivedFrames: Math.max(item.receivedFrames, item.renderedFrames) } : item;
        });
        return core.step(state, { ...input, report: { ...input.report, items } });
      },
    }),
  },
  {
    name: 'truncates only the item that was audible',
    style: 'faithful',
    caughtBy: ['every item that was cut off is truncated'],
    into: wrong(([after, effects]) => {
      const first = effects.find((effect) => effect.type === 'send' && effect.command.type === 'truncate');
      return [after, first === undefined ? effects : [...withoutSends(effects, 'truncate'), first]];
    }),
  },
  {
    name: 'stops the sound after the server has been told',
    style: 'faithful',
    caughtBy: ['an interrupt stops everything in one step'],
    into: wrong(([after, effects]) => {
      const told = effects.filter((effect) => effect.type === 'send' && effect.command.type === 'cancelResponse');
      return [after, told.length === 0 ? effects : [...told, ...withoutSends(effects, 'cancelResponse')]];
    }),
  },
  {
    name: 'sets no deadline for a report',
    style: 'faithful',
    caughtBy: ['every flush has its own id and its own deadline', 'an interrupt stops everything in one step'],
    into: wrong(([after, effects]) => [after, effects.filter((effect) => effect.type !== 'startInterruptTimer')]),
  },
  {
    name: 'plays the late audio of a cancelled response',
    style: 'faithful',
    caughtBy: ['a cancelled response is refused for ever, an active one is accepted'],
    into: (core) => ({
      ...core,
      acceptsAudio: (state, responseId) => state.responses.live.some((response) => response.responseId === responseId),
    }),
  },
  {
    name: 'goes on reading the transcript of a cancelled response',
    style: 'faithful',
    caughtBy: ['nothing stale accepted'],
    into: (core) => ({
      ...core,
      step: (state, input) => {
        if (input.type !== 'transcriptDelta') return core.step(state, input);
        const live = state.responses.live.map((response) => ({ ...response, isCancelled: false }));
        const [after, effects] = core.step(withResponses(state, { live }), input);
        return [withResponses(after, { live: state.responses.live }), effects];
      },
    }),
  },
  {
    name: 'revives a cancelled response when it is done',
    style: 'faithful',
    caughtBy: ['a cancelled response is refused for ever, an active one is accepted'],
    into: wrong(([after, effects], _state, input) => {
      if (input.type !== 'responseDone') return [after, effects];
      const live = after.responses.live.map((response) => ({ ...response, isCancelled: false }));
      return [withResponses(after, { live }), effects];
    }),
  },
  {
    name: 'sends the output of a tool that ends after close',
    style: 'faithful',
    caughtBy: ['nothing sent while closed', 'nothing stale accepted'],
    into: (core) => ({
      ...core,
      step: (state, input) => {
        // One that reconnects would open another connection first.
        if (input.type !== 'close' || state.reconnect.policy !== null) return core.step(state, input);
        const [after, effects] = core.step(state, input);
        return [{ ...after, connection: 'open', tools: state.tools }, effects];
      },
    }),
  },
  {
    name: 'says goodbye on a closed connection',
    style: 'faithful',
    caughtBy: ['nothing sent while closed'],
    into: wrong(([after, effects], _state, input) =>
      input.type === 'close'
        ? [after, [...effects, { type: 'send', command: { type: 'cancelResponse', responseId: null } }]]
        : [after, effects],
    ),
  },
  {
    name: 'lets tools run on after the end',
    style: 'faithful',
    caughtBy: ['the end of a connection aborts what runs and settles what is open'],
    into: wrong(([after, effects]) => [after, effects.filter((effect) => effect.type !== 'abort')]),
  },
  {
    name: 'settles a command twice',
    style: 'adversarial',
    caughtBy: ['a command is settled at most once'],
    into: wrong(([after, effects]) => {
      const settle = effects.find((effect) => effect.type === 'settle');
      return [after, settle === undefined ? effects : [...effects, settle]];
    }),
  },
  {
    name: 'lets a guardrail trip again',
    style: 'faithful',
    caughtBy: ['a guardrail trips at most once a response', 'nothing stale accepted'],
    into: wrong(([after, effects], state, input) =>
      input.type === 'guardrailSettled' && input.tripped !== null
        ? [{ ...after, guardrails: state.guardrails }, effects]
        : [after, effects],
    ),
  },
  {
    name: 'has the model told of a tripwire over what is long past',
    style: 'faithful',
    caughtBy: ['a guardrail trips at most once a response', 'an interrupt stops everything in one step'],
    into: wrong(([after, effects], state, input) => {
      const isTrip = effects.some((effect) => effect.type === 'emit' && effect.notice.type === 'guardrailTripped');
      if (state.connection !== 'open' || input.type !== 'guardrailSettled' || !isTrip) return [after, effects];
      if (sends(effects, 'message')) return [after, effects];
      const command = { type: 'message', message: 'say it politely', otherEventData: {} } as const;
      return [after, [...effects, { type: 'send', command }]];
    }),
  },
  {
    name: 'lets a guardrail read in two runs at once',
    style: 'faithful',
    caughtBy: ['guardrails read all of the text, piece by piece', 'a guardrail trips at most once a response'],
    into: wrong(([after, effects]) => {
      const texts = after.guardrails.texts.map((text) => ({
        ...text,
        readings: text.readings.map((reading) => ({ ...reading, runId: null })),
      }));
      return [{ ...after, guardrails: { texts } }, effects];
    }),
  },
  {
    name: 'lets guardrails skip the end of a short response',
    style: 'faithful',
    caughtBy: ['at rest guardrails have read every response that was not cut off'],
    into: wrong(([after, effects], state, input) =>
      input.type === 'responseDone'
        ? [{ ...after, guardrails: state.guardrails }, effects.filter((effect) => effect.type !== 'runGuardrail')]
        : [after, effects],
    ),
  },
  {
    name: 'refuses what may run',
    style: 'faithful',
    caughtBy: ['what is decided about a call happens'],
    into: (core) => ({
      ...core,
      step: (state, input) => {
        if (input.type !== 'callPrepared' || input.plan.kind !== 'run') return core.step(state, input);
        return core.step(state, { ...input, plan: { kind: 'refuse', output: 'no' } });
      },
    }),
  },
  {
    name: 'puts a new item at the end whatever it follows',
    style: 'faithful',
    caughtBy: ['at rest the history has the order of the conversation'],
    into: (core) => ({
      ...core,
      step: (state, input) => {
        if (input.type !== 'itemUpdated' || input.item.type === 'mcp_approval_request') return core.step(state, input);
        const { previousItemId: _previousItemId, ...item } = input.item;
        return core.step(state, { ...input, item });
      },
    }),
  },
  {
    name: 'forgets which items wait for their predecessor',
    style: 'faithful',
    caughtBy: ['at rest the history has the order of the conversation'],
    into: wrong(([after, effects]) => [{ ...after, history: { ...after.history, orphanIds: [] } }, effects]),
  },
  {
    name: 'takes over an agent that could not be prepared',
    style: 'faithful',
    caughtBy: ['an update of the agent settles as it went'],
    into: (core) => ({
      ...core,
      step: (state, input) => {
        if (input.type !== 'agentPrepared' || input.result.ok) return core.step(state, input);
        return core.step(state, { ...input, result: { ok: true, agentName: 'Sales', config: {} } });
      },
    }),
  },
  {
    name: 'adds an item again when it is updated',
    style: 'faithful',
    caughtBy: ['history ids are unique'],
    into: wrong(([after, effects], state, input) => {
      if (input.type !== 'itemUpdated' || after.history === state.history) return [after, effects];
      const { items } = after.history;
      if (findItem(state.history.items, input.item.itemId) === undefined) return [after, effects];
      const pages = [...items.pages, { key: -1, items: [input.item] }];
      return [{ ...after, history: { ...after.history, items: { ...items, pages } } }, effects];
    }),
  },
  {
    name: 'brings back the unheard text with the finished item',
    style: 'faithful',
    caughtBy: ['unheard text never comes back'],
    into: wrong(([after, effects], _state, input) => {
      if (input.type !== 'itemUpdated') return [after, effects];
      if (findItem(after.history.items, input.item.itemId) === undefined) return [after, effects];
      const items = replaceItem(after.history.items, input.item);
      return [{ ...after, history: { ...after.history, items } }, effects];
    }),
  },
  {
    name: 'interrupts a foreign transport itself',
    style: 'faithful',
    caughtBy: ['a foreign transport is never driven'],
    into: wrong(([after, effects]) => [
      after,
      effects.map((effect) =>
        effect.type === 'send' && effect.command.type === 'interrupt'
          ? { type: 'send', command: { type: 'cancelResponse', responseId: null } }
          : effect,
      ),
    ]),
  },
  {
    name: 'remembers every response',
    style: 'adversarial',
    caughtBy: ['only history grows'],
    into: wrong(([after, effects], state, input) => {
      if (input.type === 'connecting') return [after, effects];
      const known = new Set(after.responses.live.map((response) => response.responseId));
      const dropped = state.responses.live.filter((response) => !known.has(response.responseId));
      return [withResponses(after, { live: [...dropped, ...after.responses.live] }), effects];
    }),
  },
  {
    name: 'writes into the state it was given',
    style: 'faithful',
    caughtBy: ['a step never throws and never mutates'],
    into: wrong(([after, effects], state, input) => {
      if (input.type === 'sendMessage') Object.assign(state.responses, { queued: [] });
      return [after, effects];
    }),
  },
  {
    name: 'throws at an unknown id',
    style: 'adversarial',
    caughtBy: ['a step never throws and never mutates'],
    into: wrong((right, state, input) => {
      if (input.type !== 'callSettled' || state.tools.pending.some((each) => each.call.callId === input.callId))
        return right;
      throw new Error(`unknown call ${input.callId}`);
    }),
  },
  {
    name: 'keeps an Error in the state',
    style: 'faithful',
    caughtBy: ['the state survives JSON'],
    into: wrong(([after, effects], _state, input) =>
      input.type === 'callSettled' && input.error !== undefined
        ? [Object.assign({ ...after }, { lastError: input.error }), effects]
        : [after, effects],
    ),
  },
  {
    name: 'counts outside the state',
    style: 'faithful',
    caughtBy: ['the same state and input give the same step'],
    into: (core) => {
      let count = 0;
      return {
        ...core,
        step: (state, input) => {
          const [after, effects] = core.step(state, input);
          if (input.type !== 'speechStopped') return [after, effects];
          count += 1;
          return [after, [...effects, { type: 'emit', notice: { type: 'error', error: `turn ${count}` } }]];
        },
      };
    },
  },
];
