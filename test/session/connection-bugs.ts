// Bugs on the way from one connection to the next, each put into the real core.

import type { SessionEffect } from '../../src/session/effect.ts';
import { insertItem, itemsOf, NO_ITEMS } from '../../src/session/item-list.ts';
import type { SessionState } from '../../src/session/state.ts';
import type { InjectedBug } from './injected-bugs.ts';
import { wrong } from './injected-bugs.ts';

function isSend(effect: SessionEffect, type: string): boolean {
  return effect.type === 'send' && effect.command.type === type;
}

/** All of them; each must be caught. */
export const connectionBugs: readonly InjectedBug[] = [
  {
    name: 'forgets the calls of a lost connection',
    style: 'faithful',
    caughtBy: [
      'at rest every accepted call has exactly one output',
      'nothing stale accepted',
      'what is decided about a call happens',
    ],
    into: wrong(([after, effects], before) =>
      before.connection === 'open' && after.connection === 'reconnecting'
        ? [{ ...after, tools: { ...after.tools, pending: [] } }, effects]
        : [after, effects],
    ),
  },
  {
    name: 'aborts what runs when the connection is lost',
    style: 'faithful',
    caughtBy: ['a connection that is made again aborts nothing'],
    into: wrong(([after, effects], before) => {
      if (before.connection !== 'open' || after.connection !== 'reconnecting') return [after, effects];
      const aborts = before.tools.pending.map(({ call }) => ({
        type: 'abort' as const,
        callId: call.callId,
        reason: 'lost',
      }));
      return [after, [...effects, ...aborts]];
    }),
  },
  {
    name: 'replays nothing',
    style: 'faithful',
    caughtBy: ['the history is replayed first, once a connection'],
    into: wrong(([after, effects], before) =>
      before.connection === 'reconnecting' && after.connection === 'open'
        ? [after, effects.filter((effect) => !isSend(effect, 'resetHistory'))]
        : [after, effects],
    ),
  },
  {
    name: 'replays the history behind what has waited',
    style: 'faithful',
    caughtBy: ['the history is replayed first, once a connection'],
    into: wrong(([after, effects], before) =>
      before.connection === 'reconnecting' && after.connection === 'open'
        ? [after, effects.toSorted((a, b) => Number(isSend(a, 'resetHistory')) - Number(isSend(b, 'resetHistory')))]
        : [after, effects],
    ),
  },
  {
    name: 'sends an output that the history has taken along again',
    style: 'faithful',
    caughtBy: ['at most one output a call'],
    into: wrong(([after, effects], before) => {
      if (before.connection !== 'reconnecting' || after.connection !== 'open') return [after, effects];
      const again = itemsOf(after.history.items).flatMap((item): SessionEffect[] => {
        if (item.type !== 'function_call' || item.output === null || item.callId === undefined) return [];
        const { callId, itemId, name, output } = item;
        const call = { callId, itemId, name, arguments: item.arguments, responseId: '' };
        return [{ type: 'send', command: { type: 'functionCallOutput', call, output } }];
      });
      return [after, [...effects, ...again]];
    }),
  },
  {
    name: 'does not ask again for an answer that broke off',
    style: 'faithful',
    caughtBy: [
      'at rest every message, output and turn has been answered',
      'at rest every request of the app got its response',
    ],
    into: wrong(([after, effects], before) => {
      if (before.connection !== 'open' || after.connection !== 'reconnecting') return [after, effects];
      const { isAutomaticQueued, queued } = before.responses;
      return [{ ...after, responses: { ...after.responses, isAutomaticQueued, queued } }, effects];
    }),
  },
  {
    name: 'loses messages that the lost server had not confirmed',
    style: 'faithful',
    caughtBy: ['at rest every message of the app is in the conversation once'],
    into: wrong(([after, effects]) => {
      const reconnect: SessionState['reconnect'] = { ...after.reconnect, unconfirmed: [] };
      return [{ ...after, reconnect }, effects];
    }),
  },
  {
    name: 'truncates audio of a lost server on the next',
    style: 'faithful',
    caughtBy: ['what an interrupt cuts off of a lost server is cut in the history, and never truncated'],
    into: wrong(([after, effects]) => {
      const live = after.playback.live.map((audio) => ({ ...audio, isReplayed: false }));
      const interrupted = after.playback.interrupted.map((audio) => ({ ...audio, isReplayed: false }));
      return [{ ...after, playback: { ...after.playback, live, interrupted } }, effects];
    }),
  },
  {
    name: 'lets the next server believe that an interrupted answer was heard whole',
    style: 'faithful',
    caughtBy: [
      'at rest a later server knows of no words that were not heard',
      'at rest the present server has every output, and every replayed item as the history has it',
    ],
    into: wrong(([after, effects], _before, input) =>
      input.type === 'playoutReport' || input.type === 'interruptOverdue'
        ? [after, effects.filter((effect) => !isSend(effect, 'resetHistory'))]
        : [after, effects],
    ),
  },
  {
    name: 'listens to a server that is gone',
    style: 'adversarial',
    caughtBy: ['nothing stale accepted'],
    into: wrong((right, before, input) =>
      before.connection === 'reconnecting' && input.type === 'itemUpdated'
        ? [{ ...before, history: { ...before.history, items: insertItem(NO_ITEMS, input.item, null) } }, []]
        : right,
    ),
  },
  {
    name: 'tries for ever',
    style: 'adversarial',
    caughtBy: [
      'a lost connection is tried again as often and as soon as agreed',
      'nothing sent while closed',
      // By those who take the session for closed.
      'outputs are answered when nobody speaks, and only if there are any',
      'the end of a connection aborts what runs and settles what is open',
    ],
    into: (core) => ({
      ...core,
      step: (state, input) => {
        const { policy } = state.reconnect;
        if (input.type !== 'disconnected' || policy === null) return core.step(state, input);
        const endless = { ...state, reconnect: { ...state.reconnect, policy: { ...policy, maxAttempts: 1_000 } } };
        const [after, effects] = core.step(endless, input);
        return [{ ...after, reconnect: { ...after.reconnect, policy } }, effects];
      },
    }),
  },
  {
    name: 'replaces an aged connection while somebody speaks',
    style: 'faithful',
    caughtBy: ['a connection is opened when its attempt is due, or when an aged one is replaced in silence'],
    into: (core) => ({
      ...core,
      step: (state, input) =>
        input.type === 'rolloverDue' && state.connection === 'open'
          ? core.step({ ...state, reconnect: { ...state.reconnect, isRolloverDue: true } }, input)
          : core.step(state, input),
    }),
  },
];
