// What must hold for every session, whatever happens to it in whatever order. Each invariant is one object with one
// claim; it returns what is wrong, or nothing. They judge by the facts of a witness; `isDeepStrictEqual` on the state
// is only used to say that a step changed nothing.

import { isDeepStrictEqual } from 'node:util';
import type { SendCommand, SessionEffect } from '../../src/session/effect.ts';
import type { SessionInput } from '../../src/session/input.ts';
import type { SessionState } from '../../src/session/state.ts';
import { REMEMBERED_RESPONSES, type Witness } from './witness.ts';
import { itemsOf } from '../../src/session/item-list.ts';

/** One step as it was observed. */
export interface Observed {
  readonly input: SessionInput;
  readonly before: SessionState;
  readonly after: SessionState;
  readonly effects: readonly SessionEffect[];
  readonly acceptsAudio: (state: SessionState, responseId: string) => boolean;
}

type Verdict = string | undefined;

/** A claim about every step. */
export interface Invariant {
  readonly name: string;
  /** Judges one effect by what was true before it. */
  readonly onEffect?: (facts: Witness, effect: SessionEffect, observed: Observed) => Verdict;
  /** Judges the whole step once all its effects are known. */
  readonly onStep?: (facts: Witness, observed: Observed) => Verdict;
}

/** A tool has side effects in the world: one call, one run. */
const noToolRunsTwice: Invariant = {
  name: 'no tool runs twice',
  onEffect: (facts, effect) => {
    if (effect.type !== 'runCall') return undefined;
    const call = facts.calls.get(effect.call.callId);
    if (call === undefined) return `runs ${effect.call.callId}, a call that no current response made`;
    return call.runs > 0 ? `runs ${effect.call.callId} again` : undefined;
  },
};

/** The server refuses a second output, and a model that reads two believes the wrong one. */
const oneOutputACall: Invariant = {
  name: 'at most one output a call',
  onEffect: (facts, effect) => {
    if (effect.type !== 'send' || effect.command.type !== 'functionCallOutput') return undefined;
    const { callId } = effect.command.call;
    const call = facts.calls.get(callId);
    if (call === undefined) return `sends an output of ${callId}, a call that no current response made`;
    return call.outputs > 0 ? `sends a second output of ${callId}` : undefined;
  },
};

/** A completion, report, deadline or delta whose record is gone has no effect and leaves no mark. */
const nothingStaleAccepted: Invariant = {
  name: 'nothing stale accepted',
  onStep: (facts, { input, before, after, effects }) => {
    if (!facts.isStale) return undefined;
    if (effects.length > 0) return `stale ${input.type} has the effects ${JSON.stringify(effects)}`;
    return before === after || isDeepStrictEqual(before, after) ? undefined : `stale ${input.type} changed the state`;
  },
};

/** Nothing leaves, runs or plays without an open connection. */
const nothingSentWhileClosed: Invariant = {
  name: 'nothing sent while closed',
  onEffect: (facts, effect) => {
    if (facts.connection === 'open') return undefined;
    switch (effect.type) {
      case 'send':
        return `sends ${effect.command.type} while ${facts.connection}`;
      case 'flushPlayout':
      case 'prepareCall':
      case 'runCall':
      case 'runHandoff':
      case 'runGuardrail':
      case 'formatRejection':
        // Tools and guardrails go on without a connection, and so does what plays.
        return facts.connection === 'reconnecting' ? undefined : `asks for ${effect.type} while ${facts.connection}`;
      default:
        return undefined;
    }
  },
};

/** The service allows one response at a time; the session never asks for a second. */
const neverTwoResponses: Invariant = {
  name: 'never two responses at once',
  onEffect: (facts, effect) => {
    if (effect.type !== 'send' || effect.command.type !== 'createResponse') return undefined;
    const { activeId } = facts;
    if (activeId !== null) return `asks for a response while ${activeId} is active`;
    // A foreign transport sequences requests by itself and names no event id when one is refused.
    if (!facts.abilities.isDriven) return undefined;
    if (facts.requestedEventId !== null) return `asks again while ${facts.requestedEventId} is not answered`;
    if (facts.awaitsUnseenResponse) return 'asks again before the response that blocked the last request has shown up';
    return facts.requests.has(effect.command.eventId) ? `uses the event id ${effect.command.eventId} twice` : undefined;
  },
};

/**
 * The user has the floor: outputs are answered once the turn is over and the server has had its chance to answer it.
 */
const outputsWaitForTheUser: Invariant = {
  name: 'outputs are answered when nobody speaks, and only if there are any',
  onEffect: (facts, effect) => {
    if (effect.type !== 'send' || effect.command.type !== 'createResponse' || facts.queuedByApp > 0) return undefined;
    if (!facts.isAnswerWanted) return 'asks for a response that nobody wanted';
    // A foreign transport sequences that, too.
    if (!facts.abilities.isDriven) return undefined;
    if (facts.isUserSpeaking) return 'asks for a response while the user speaks';
    return facts.isTurnAwaited ? 'asks for a response before the server could answer the turn' : undefined;
  },
};

/** The model answers only after it knows what was heard. */
const noResponseBeforeReport: Invariant = {
  name: 'no response between an interrupt and its report or deadline',
  onEffect: (facts, effect) =>
    effect.type === 'send' && effect.command.type === 'createResponse' && facts.isFlushAwaited
      ? 'asks for a response before it is known what was heard'
      : undefined,
};

/**
 * A truncate names an item that this interrupt flushed, once, at what was both received and rendered of it. An item
 * whose audio begins only after its response was cancelled was refused whole: it is truncated at 0 at once.
 */
const truncatesAtWhatWasHeard: Invariant = {
  name: 'one truncate an item, never beyond what was received or rendered',
  onEffect: (facts, effect, { input }) => {
    if (effect.type !== 'send' || effect.command.type !== 'truncate') return undefined;
    const { itemId, audioEndMs } = effect.command;
    if (facts.truncates.has(itemId)) return `truncates ${itemId} again`;
    const isRefused = input.type === 'audioStarted' && facts.responses.get(input.responseId)?.isCancelled === true;
    if (isRefused && input.itemId === itemId && !facts.isFlushed(itemId)) {
      return audioEndMs === 0 ? undefined : `truncates ${itemId} at ${audioEndMs} ms, all of it was refused`;
    }
    if (facts.answer === null) return `truncates ${itemId} without a report`;
    const { flush, positions, sampleRate } = facts.answer;
    if (!flush.itemIds.has(itemId)) return `truncates ${itemId}, which this interrupt did not cancel`;
    const position = positions.find((each) => each.itemId === itemId);
    if (position === undefined) return `truncates ${itemId}, which the report does not list`;
    const heardFrames = Math.min(position.renderedFrames, position.receivedFrames);
    const heardMs = Math.floor((heardFrames * 1000) / sampleRate);
    return audioEndMs === heardMs ? undefined : `truncates ${itemId} at ${audioEndMs} ms, heard were ${heardMs} ms`;
  },
};

/** Every flushed item that was not heard to its end is truncated by the report that lists it. */
const everyUnheardItemTruncated: Invariant = {
  name: 'every item that was cut off is truncated',
  onStep: (facts) => {
    if (facts.answer === null) return undefined;
    const { flush, positions } = facts.answer;
    for (const { itemId, receivedFrames, renderedFrames } of positions) {
      if (!flush.itemIds.has(itemId) || receivedFrames === 0 || facts.goneAudio.has(itemId)) continue;
      const isHeardToTheEnd = facts.endedAudio.has(itemId) && renderedFrames >= receivedFrames;
      if (isHeardToTheEnd === facts.truncates.has(itemId)) {
        return isHeardToTheEnd ? `truncates ${itemId}, which was heard to its end` : `leaves ${itemId} untruncated`;
      }
    }
    return undefined;
  },
};

/** Interrupt ids name one flush each, so that each is answered once (a second answer counts as stale). */
const flushIdsUnique: Invariant = {
  name: 'every flush has its own id and its own deadline',
  onEffect: (facts, effect) =>
    effect.type === 'flushPlayout' && facts.flushes.has(effect.interruptId)
      ? `flushes twice with ${effect.interruptId}`
      : undefined,
  onStep: (_facts, { effects }) => {
    for (const effect of effects) {
      if (effect.type !== 'flushPlayout') continue;
      const hasTimer = effects.some((e) => e.type === 'startInterruptTimer' && e.interruptId === effect.interruptId);
      if (!hasTimer) return `flush ${effect.interruptId} has no deadline: requests could wait for ever`;
    }
    return undefined;
  },
};

/**
 * The user is heard in one step: app told, server told, sound stopped, in this order, and only if something was live.
 */
const interruptIsOneStep: Invariant = {
  name: 'an interrupt stops everything in one step',
  onStep: (facts, { input, effects }) => {
    const isInterrupt =
      input.type === 'interrupt' ||
      input.type === 'speechStarted' ||
      (facts.before.isTripCurrent && effects.some((e) => e.type === 'emit' && e.notice.type === 'guardrailTripped'));
    if (!facts.abilities.isDriven || !facts.before.isOpen || !isInterrupt) return undefined;
    const { activeResponses, hasLiveAudio } = facts.before;
    // A server has one at a time; of the many that only an adversary has, the session forgets the oldest.
    if (facts.hasOverlap && facts.responses.size > REMEMBERED_RESPONSES) return undefined;
    const serverCancels = input.type === 'speechStarted' && input.serverInterrupts;
    const isTentative = input.type === 'speechStarted' && input.isTentative === true;
    const expected: string[] = [];
    if (!isTentative && (activeResponses > 0 || hasLiveAudio)) expected.push('audioInterrupted');
    if (!serverCancels && !isTentative)
      for (let count = 0; count < activeResponses; count++) expected.push('cancelResponse');
    if (hasLiveAudio && !isTentative) expected.push('flushPlayout', 'startInterruptTimer');
    const actual: string[] = [];
    for (const effect of effects) {
      if (effect.type === 'emit' && effect.notice.type === 'audioInterrupted') actual.push('audioInterrupted');
      else if (effect.type === 'send' && effect.command.type === 'cancelResponse') actual.push('cancelResponse');
      else if (effect.type === 'flushPlayout' || effect.type === 'startInterruptTimer') actual.push(effect.type);
    }
    const isAsExpected = expected.length === actual.length && expected.every((each, at) => each === actual[at]);
    return isAsExpected ? undefined : `${input.type}: expected [${expected.join()}], got [${actual.join()}]`;
  },
};

/** An interrupt reaches a response that was only asked for, too: it ends as soon as it exists. */
const interruptReachesTheRequest: Invariant = {
  name: 'a response whose request was interrupted is cancelled as it starts',
  onStep: (facts, { after, effects, acceptsAudio }) => {
    const responseId = facts.startsInterrupted;
    if (responseId === null || !facts.abilities.isDriven) return undefined;
    const isTold = effects.some(
      (effect) =>
        effect.type === 'send' && effect.command.type === 'cancelResponse' && effect.command.responseId === responseId,
    );
    if (!isTold) return `leaves ${responseId} to the server`;
    return acceptsAudio(after, responseId) ? `lets ${responseId} be heard` : undefined;
  },
};

/**
 * A tool that needs an approval waits for it, and a rejected one never runs; nor does one that came after the
 * interrupt.
 */
const noRunWithoutApproval: Invariant = {
  name: 'a call that needs approval runs only after an approve, a rejected call never',
  onEffect: (facts, effect) => {
    if (effect.type !== 'runCall' && effect.type !== 'runHandoff') return undefined;
    const call = facts.calls.get(effect.call.callId);
    if (call === undefined) return undefined;
    if (call.isLate) return `runs ${effect.call.callId}, which arrived after the interrupt`;
    if (call.decision === 'reject') return `runs the rejected ${effect.call.callId}`;
    return call.needsApproval && !facts.isApproved(call) ? `runs ${effect.call.callId} before an approve` : undefined;
  },
};

/** Instructions, tools and guardrails are those of the agent that the response was created with. */
const callsGoToTheirAgent: Invariant = {
  name: 'a call goes to the agent of its response',
  onEffect: (facts, effect) => {
    if (effect.type !== 'prepareCall' && effect.type !== 'runCall') return undefined;
    const call = facts.calls.get(effect.call.callId);
    const agentName = call === undefined ? undefined : facts.responses.get(call.responseId)?.agentName;
    return agentName === undefined || agentName === effect.agentName
      ? undefined
      : `${effect.type} of ${effect.call.callId} goes to ${effect.agentName}, its response was ${agentName}'s`;
  },
};

/** What was decided about a call is what happens to it, in the same step. */
const decisionsAreCarriedOut: Invariant = {
  name: 'what is decided about a call happens',
  onStep: (facts, { input, after, effects }) => {
    if (facts.isStale) return undefined;
    const expected = expectedOfCall(facts, input);
    if (expected === null) return undefined;
    const isDone = effects.some((effect) => {
      if (effect.type === 'send' && effect.command.type === 'functionCallOutput') {
        const { call, output } = effect.command;
        return expected.includes(`output ${call.callId} ${output}`) || expected.includes(`output ${call.callId}`);
      }
      if (effect.type === 'emit' && effect.notice.type === 'toolApprovalRequested') {
        return expected.includes(`ask ${effect.notice.call.callId}`);
      }
      return 'call' in effect && expected.includes(`${effect.type} ${effect.call.callId}`);
    });
    // Without a connection the history takes the output along.
    const isKept =
      facts.connection === 'reconnecting' &&
      itemsOf(after.history.items).some((item) => {
        if (item.type !== 'function_call' || item.output === null) return false;
        return expected.includes(`output ${item.callId} ${item.output}`) || expected.includes(`output ${item.callId}`);
      });
    return isDone || isKept ? undefined : `${JSON.stringify(input)} should lead to "${expected.join('" or "')}"`;
  },
};

/** What the input must lead to, as one of several words, or null when it decides nothing about a call. */
function expectedOfCall(facts: Witness, input: SessionInput): readonly string[] | null {
  if (input.type === 'callSettled') return [`output ${input.callId} ${input.output}`];
  if (input.type === 'rejectionFormatted') return [`output ${input.callId} ${input.message}`];
  if (input.type === 'handoffSettled') return [`output ${input.callId}`];
  if (input.type === 'approve' || input.type === 'reject') {
    if (facts.decidedCallId === null) return null;
    return [`${input.type === 'approve' ? 'runCall' : 'formatRejection'} ${facts.decidedCallId}`];
  }
  if (input.type !== 'callPrepared') return null;
  const { plan, callId } = input;
  if (plan.kind === 'refuse') return [`output ${callId} ${plan.output}`];
  // A second handoff in one response is told so.
  if (plan.kind === 'handoff') return [`runHandoff ${callId}`, `output ${callId}`];
  if (!plan.needsApproval) return [`runCall ${callId}`];
  const call = facts.calls.get(callId);
  const sticky = call === undefined ? undefined : facts.stickyDecisionOf(call);
  if (sticky === undefined) return [`ask ${callId}`];
  return [`${sticky === 'approve' ? 'runCall' : 'formatRejection'} ${callId}`];
}

/** Guardrails read all that was said so far, each one run at a time, not more often than was agreed, and never nothing. */
const guardrailsReadAlong: Invariant = {
  name: 'guardrails read all of the text, piece by piece',
  onEffect: (facts, effect, { before }) => {
    if (effect.type !== 'runGuardrail') return undefined;
    const response = facts.responses.get(effect.responseId);
    if (response === undefined) return `run ${effect.runId} reads a response that is gone`;
    const reading = response.readings.get(effect.guardrail);
    if (reading?.isReading === true) return `run ${effect.runId}: guardrail ${effect.guardrail} is reading already`;
    if (effect.text !== response.text) return `run ${effect.runId} reads "${effect.text}", said was "${response.text}"`;
    const debounceLength = before.guardrailDebounceLength ?? -1;
    const newLength = response.text.length - (reading?.checkedLength ?? 0);
    const isDue = newLength > 0 && (response.isDone || (debounceLength >= 0 && newLength >= debounceLength));
    return isDue ? undefined : `run ${effect.runId} reads ${newLength} new characters, the limit is ${debounceLength}`;
  },
};

/** Once refused, always refused; and a response that nobody interrupted is heard. */
const cancelledStaysSilent: Invariant = {
  name: 'a cancelled response is refused for ever, an active one is accepted',
  onStep: (facts, { after, acceptsAudio }) => {
    if (facts.connection !== 'open') return undefined;
    const activeId = facts.abilities.isDriven ? facts.activeId : null;
    for (const [responseId, response] of facts.responses) {
      if (response.isCancelled && acceptsAudio(after, responseId))
        return `audio of cancelled ${responseId} is accepted`;
      const mustBeHeard = responseId === activeId && !response.isCancelled;
      if (mustBeHeard && !acceptsAudio(after, responseId)) return `audio of active ${responseId} is refused`;
    }
    return acceptsAudio(after, 'never-started') ? 'audio of an unknown response is accepted' : undefined;
  },
};

/** The app and the model are told of a tripped guardrail once a response. */
const oneTripAResponse: Invariant = {
  name: 'a guardrail trips at most once a response',
  onStep: (facts, { input, before, after, effects }) => {
    if (!effects.some((effect) => effect.type === 'emit' && effect.notice.type === 'guardrailTripped'))
      return undefined;
    if (input.type !== 'guardrailSettled' || input.tripped === null) return `${input.type} trips a guardrail`;
    const responseId = facts.runs.get(input.runId)?.responseId;
    const response = responseId === undefined ? undefined : facts.responses.get(responseId);
    if (response === undefined) return `run ${input.runId} trips for a response that is gone`;
    response.trips += 1;
    if (response.trips > 1) return `trips again for ${responseId}`;
    const isTold = commandsOf(facts, { before, after, effects }).some(({ type }) => type === 'message');
    return isTold === facts.before.isTripCurrent ? undefined : `the model is ${isTold ? '' : 'not '}told`;
  },
};

/** An item is in the history once. */
const historyIdsUnique: Invariant = {
  name: 'history ids are unique',
  onStep: (_facts, { before, after }) => {
    if (before.history === after.history) return undefined;
    const ids = itemsOf(after.history.items).map((item) => item.itemId);
    return new Set(ids).size === ids.length ? undefined : `history holds [${ids.join()}]`;
  },
};

/**
 * An item that was in the history when it was truncated is marked there, and stays cut: later updates of the server
 * don't bring back words that nobody heard. One that has left the history, because the server deleted it or because a new
 * server is not told of an item of which nothing was heard, is another item if its id comes again.
 */
const unheardTextStaysOut: Invariant = {
  name: 'unheard text never comes back',
  onStep: (facts, { before, after, effects }) => {
    if (facts.truncates.size === 0 || (before.history === after.history && effects.length === 0)) return undefined;
    const olds = new Map(itemsOf(before.history.items).map((item) => [item.itemId, item]));
    for (const effect of effects) {
      if (effect.type !== 'send' || effect.command.type !== 'truncate') continue;
      const old = olds.get(effect.command.itemId);
      if (old?.type === 'message' && old.role === 'assistant') facts.cutItems.add(old.itemId);
    }
    const items = itemsOf(after.history.items);
    const kept = new Set(items.map(({ itemId }) => itemId));
    for (const itemId of facts.cutItems) if (!kept.has(itemId)) facts.cutItems.delete(itemId);
    for (const item of items) {
      const heardMs = facts.truncates.get(item.itemId);
      const old = olds.get(item.itemId);
      if (heardMs === undefined || old === undefined || !facts.cutItems.has(item.itemId)) continue;
      if (item.type !== 'message' || item.role !== 'assistant' || old.type !== 'message') continue;
      if (item.status !== 'incomplete') return `truncated ${item.itemId} is ${item.status}`;
      const content = item.content.find((each) => each.type === 'output_audio');
      if (content !== undefined && content.heardMs !== heardMs) {
        return `${item.itemId} says ${content.heardMs} ms were heard, it was truncated at ${heardMs} ms`;
      }
      const oldContent = old.content.find((each) => each.type === 'output_audio');
      const text = content?.transcript ?? '';
      const oldText = oldContent?.type === 'output_audio' ? (oldContent.transcript ?? '') : '';
      if (text.length > oldText.length) return `${item.itemId} grew from "${oldText}" to "${text}"`;
    }
    return undefined;
  },
};

/** A promise that a command returned is settled once, and no other. */
const commandsSettleOnce: Invariant = {
  name: 'a command is settled at most once',
  onEffect: (facts, effect) => {
    if (effect.type !== 'settle') return undefined;
    const count = facts.settles.get(effect.commandId);
    if (count === undefined) return `settles ${effect.commandId}, which nobody issued`;
    return count > 0 ? `settles ${effect.commandId} again` : undefined;
  },
};

/**
 * An agent that was prepared takes over and its command resolves; one that could not be leaves the old one in charge.
 */
const updatesSettleAsTheyWent: Invariant = {
  name: 'an update of the agent settles as it went',
  onStep: (facts, { input, before, after, effects }) => {
    if (input.type !== 'agentPrepared' || facts.isStale) return undefined;
    const { commandId, result } = input;
    const settle = effects.find((effect) => effect.type === 'settle' && effect.commandId === commandId);
    // A younger command that was prepared first has settled it.
    if (settle?.type !== 'settle' && facts.settles.get(commandId) === 1 && effects.length === 0) return undefined;
    if (settle?.type !== 'settle') return `${commandId} is not settled`;
    if ((settle.error === undefined) !== result.ok) return `${commandId} settles with ${String(settle.error)}`;
    const agentName = result.ok ? result.agentName : before.agentName;
    if (after.agentName !== agentName) return `${after.agentName} is in charge, not ${agentName}`;
    const isTold = commandsOf(facts, { before, after, effects }).some(({ type }) => type === 'updateConfig');
    return isTold === result.ok ? undefined : `the server is ${isTold ? '' : 'not '}told of ${agentName}`;
  },
};

/** The end of a connection fires the signal of each call in preparation or running, once, and of no other. */
const endAbortsWhatRuns: Invariant = {
  name: 'the end of a connection aborts what runs and settles what is open',
  onStep: (facts, { input, effects }) => {
    if ((input.type !== 'close' && input.type !== 'disconnected') || facts.connection !== 'closed') return undefined;
    const aborted = effects.flatMap((effect) => (effect.type === 'abort' ? [effect.callId] : []));
    if (new Set(aborted).size !== aborted.length) return `aborts [${aborted.join()}]`;
    for (const callId of facts.droppedCalls) if (!aborted.includes(callId)) return `${callId} is not aborted`;
    for (const [commandId, count] of facts.settles) if (count === 0) return `${commandId} is left open for ever`;
    return undefined;
  },
};

/** A transport that owns playback is asked to interrupt; it is never flushed, truncated or cancelled from here. */
const foreignTransportIsAsked: Invariant = {
  name: 'a foreign transport is never driven',
  onEffect: (facts, effect) => {
    if (facts.connection !== 'open') return undefined;
    if (effect.type === 'send') {
      const { type } = effect.command;
      if (facts.abilities.isDriven)
        return type === 'interrupt' ? 'a driven transport is asked to interrupt' : undefined;
      return type === 'truncate' || type === 'cancelResponse' ? `sends ${type} to a foreign transport` : undefined;
    }
    return effect.type === 'flushPlayout' && !facts.abilities.isDriven ? 'flushes a foreign playout' : undefined;
  },
};

/**
 * Only the youngest responses are remembered, the active one and those with calls; what hangs on the others goes with
 * them.
 */
const stateStaysBounded: Invariant = {
  name: 'only history grows',
  onStep: (_facts, { after }) => {
    const { responses, tools, guardrails, playback } = after;
    if (guardrails.texts.length > responses.live.length) return `${guardrails.texts.length} guarded texts are kept`;
    const audible = new Set(playback.live.map((audio) => audio.itemId));
    if (audible.size < playback.live.length) return 'an item is in the playout twice';
    if (responses.live.length <= REMEMBERED_RESPONSES) return undefined;
    const needed = new Set(tools.pending.map((pending) => pending.call.responseId));
    if (responses.activeId !== null) needed.add(responses.activeId);
    for (const { responseId } of playback.live) needed.add(responseId);
    const limit = REMEMBERED_RESPONSES + needed.size;
    return responses.live.length > limit
      ? `${responses.live.length} responses are kept, at most ${limit} are needed`
      : undefined;
  },
};

/** What the step sends, or keeps for the next connection. */
function commandsOf(
  facts: Witness,
  { before, after, effects }: Pick<Observed, 'before' | 'after' | 'effects'>,
): readonly SendCommand[] {
  if (facts.connection === 'reconnecting') return after.reconnect.outbox.slice(before.reconnect.outbox.length);
  return effects.flatMap((effect) => (effect.type === 'send' ? [effect.command] : []));
}

/** All of them; a session that breaks one is wrong. */
export const invariants: readonly Invariant[] = [
  noToolRunsTwice,
  oneOutputACall,
  nothingStaleAccepted,
  nothingSentWhileClosed,
  neverTwoResponses,
  outputsWaitForTheUser,
  noResponseBeforeReport,
  truncatesAtWhatWasHeard,
  everyUnheardItemTruncated,
  flushIdsUnique,
  interruptIsOneStep,
  interruptReachesTheRequest,
  noRunWithoutApproval,
  callsGoToTheirAgent,
  decisionsAreCarriedOut,
  guardrailsReadAlong,
  cancelledStaysSilent,
  oneTripAResponse,
  historyIdsUnique,
  unheardTextStaysOut,
  commandsSettleOnce,
  updatesSettleAsTheyWent,
  endAbortsWhatRuns,
  foreignTransportIsAsked,
  stateStaysBounded,
];
