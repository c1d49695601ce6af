// What must hold from one connection to the next: it is made again as was agreed, an aged one goes in silence, calls live
// on, and what a lost server held is never truncated on another.

import type { RealtimeItem } from '../../src/protocol/items.ts';
import { findItem, itemsOf } from '../../src/session/item-list.ts';
import type { SessionState } from '../../src/session/state.ts';
import type { Invariant } from './invariants.ts';

/** Attempts are counted, and wait as long as the policy says. */
const attemptsFollowThePolicy: Invariant = {
  name: 'a lost connection is tried again as often and as soon as agreed',
  onStep: (facts, { input, effects }) => {
    const timers = effects.flatMap((effect) => (effect.type === 'startReconnectTimer' ? [effect] : []));
    const isLoss = input.type === 'disconnected' && facts.before.isUp && facts.connection === 'reconnecting';
    if (timers.length !== (isLoss ? 1 : 0)) return `${input.type} starts ${timers.length} attempts`;
    const { policy, attempts } = facts;
    for (const { attempt, delayMs } of timers) {
      if (policy === null) return 'tries again although it was told not to';
      const agreedMs = Math.min(policy.maxDelayMs, policy.initialDelayMs * 2 ** (attempts - 1));
      if (attempt !== attempts || delayMs !== agreedMs)
        return `attempt ${attempt} after ${delayMs} ms, not ${attempts} after ${agreedMs}`;
      if (attempt > policy.maxAttempts) return `attempt ${attempt} of ${policy.maxAttempts}`;
    }
    return undefined;
  },
};

/** A connection is opened when its time has come, and never two at once. */
const opensWhenDue: Invariant = {
  name: 'a connection is opened when its attempt is due, or when an aged one is replaced in silence',
  onEffect: (facts, effect, { input }) => {
    if (effect.type !== 'reconnect') return undefined;
    if (facts.connection === 'reconnecting') {
      return input.type === 'reconnectDue' && input.attempt === facts.attempts
        ? undefined
        : `${input.type} opens a connection`;
    }
    if (facts.connection !== 'open') return `opens a connection while ${facts.connection}`;
    if (!facts.isRolloverDue) return 'replaces a connection that has not come of age';
    if (input.type === 'rolloverDue' && facts.isRolloverOverdue) return undefined;
    const isBusy =
      facts.activeId !== null || facts.requestedEventId !== null || facts.awaitsUnseenResponse || facts.isTurnAwaited;
    const isHeard = facts.isUserSpeaking || facts.liveAudio.size > 0 || facts.isFlushAwaited;
    return isBusy || isHeard ? 'replaces the connection although it is not quiet' : undefined;
  },
};

/** Nothing that runs is told to stop, no promise is broken, as long as there may be a next connection. */
const lossAbortsNothing: Invariant = {
  name: 'a connection that is made again aborts nothing',
  onStep: (facts, { input, effects }) => {
    if (facts.connection !== 'reconnecting' || input.type === 'approve' || input.type === 'reject') return undefined;
    if (effects.some(({ type }) => type === 'abort')) return `${input.type} aborts a call`;
    const isLoss = input.type === 'disconnected';
    return isLoss && effects.some(({ type }) => type === 'settle') ? 'the loss settles a command' : undefined;
  },
};

/** The next server is told the history before anything else, and once. */
const historyGoesFirst: Invariant = {
  name: 'the history is replayed first, once a connection',
  onStep: (facts, { input, after, effects }) => {
    if (input.type !== 'connected' || facts.before.connection !== 'reconnecting') return undefined;
    const sends = effects.flatMap((effect) => (effect.type === 'send' ? [effect.command] : []));
    const items = itemsOf(after.history.items);
    const [first] = sends;
    // With nothing to replay, a change of the history that has waited may look the same.
    const told = items.length > 0 && first?.type === 'resetHistory' && first.from.length === 0 ? first.to : [];
    const [known, replayed] = [items.map(idOf).join(), told.map(idOf).join()];
    if (known !== replayed) return `replays [${replayed}], the history is [${known}]`;
    const calls = after.tools.pending.filter(({ call }) => !told.some((item) => isCall(item, call.callId)));
    return calls.length === 0 ? undefined : `${calls[0]?.call.callId} is pending and not told`;
  },
};

/** Audio of a server that is gone can't be truncated: the history is cut, and the present server reads that. */
const goneAudioIsCut: Invariant = {
  name: 'what an interrupt cuts off of a lost server is cut in the history, and never truncated',
  onEffect: (facts, effect) =>
    effect.type === 'send' && effect.command.type === 'truncate' && facts.goneAudio.has(effect.command.itemId)
      ? `truncates ${effect.command.itemId}, whose server is gone`
      : undefined,
  onStep: (facts, { after }) => {
    if (facts.answer === null) return undefined;
    const { flush, positions } = facts.answer;
    for (const { itemId, receivedFrames, renderedFrames } of positions) {
      if (!flush.itemIds.has(itemId) || !facts.goneAudio.has(itemId) || receivedFrames === 0) continue;
      const isHeardToTheEnd = facts.endedAudio.has(itemId) && renderedFrames >= receivedFrames;
      const heardMs = heardMsOf(after, itemId);
      if (!isHeardToTheEnd && heardMs === null) return `${itemId} was cut off and is whole in the history`;
    }
    return undefined;
  },
};

/** Milliseconds heard of an interrupted item, null if it is whole, undefined if it is not there or no speech. */
function heardMsOf(state: SessionState, itemId: string): number | null | undefined {
  const item = findItem(state.history.items, itemId);
  if (item?.type !== 'message' || item.role !== 'assistant') return undefined;
  const part = item.content.find(({ type }) => type === 'output_audio');
  return part?.type === 'output_audio' ? (part.heardMs ?? null) : undefined;
}

function idOf(item: RealtimeItem): string {
  return item.itemId;
}

function isCall(item: RealtimeItem, callId: string): boolean {
  return item.type === 'function_call' && item.callId === callId;
}

/** All of them. */
export const connectionInvariants: readonly Invariant[] = [
  attemptsFollowThePolicy,
  opensWhenDue,
  lossAbortsNothing,
  historyGoesFirst,
  goneAudioIsCut,
];
