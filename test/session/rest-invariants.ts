// What must hold once everything under way has come to its end: nothing was left undone, and the session agrees with
// the server and with the playout about what was said, asked and heard.

import { SAMPLE_RATE } from './simulated-server.ts';
import { REMEMBERED_RESPONSES } from './witness.ts';
import type { FaithfulWorld } from './world.ts';
import { heardWords } from '../../src/session/history.ts';
import { itemsOf } from '../../src/session/item-list.ts';

/** A claim about a world at rest with an open connection. */
export interface RestInvariant {
  readonly name: string;
  /** What is wrong, or nothing. */
  readonly judge: (world: FaithfulWorld) => string | undefined;
}

/** The model waits for every output; without one the conversation is stuck. */
const everyCallHasItsOutput: RestInvariant = {
  name: 'at rest every accepted call has exactly one output',
  judge: ({ rehearsal }) => {
    for (const [callId, call] of rehearsal.facts.calls) if (call.outputs !== 1) return `${callId} has ${call.outputs}`;
    const [pending] = rehearsal.state.tools.pending;
    return pending === undefined ? undefined : `${pending.call.callId} is still ${pending.stage}`;
  },
};

/** A turn is never left without a response: whatever was said to the model, it was asked to answer afterwards. */
const everyTurnIsAnswered: RestInvariant = {
  name: 'at rest every message, output and turn has been answered',
  judge: ({ server }) => {
    const [unanswered] = server.unanswered;
    return unanswered === undefined ? undefined : `${unanswered} got no response`;
  },
};

/** Each request of the app gets a response of its own. */
const everyRequestIsAnswered: RestInvariant = {
  name: 'at rest every request of the app got its response',
  judge: ({ requests, server }) =>
    server.requestsAnswered >= requests
      ? undefined
      : `${requests} responses were asked for, the server got to answer ${server.requestsAnswered}`,
};

/** No request is left in a queue, no report awaited, no audio taken for live. */
const nothingIsAwaited: RestInvariant = {
  name: 'at rest nothing is queued or awaited',
  judge: ({ rehearsal: { state, facts }, isDriven }) => {
    const { responses, playback } = state;
    if (responses.activeId !== null) return `${responses.activeId} is taken for active`;
    if (isDriven && facts.requestedEventId !== null) return `${facts.requestedEventId} was never answered`;
    if (isDriven && responses.requestedEventId !== null) return `${responses.requestedEventId} is taken for unanswered`;
    if (responses.queued.length > 0 || responses.isAutomaticQueued) return 'a request is still queued';
    if (playback.interruptId !== null) return `the report of ${playback.interruptId} is still awaited`;
    return isDriven && playback.live.length > 0 ? `${playback.live[0]?.itemId} is taken for live audio` : undefined;
  },
};

/** A command's promise resolves or rejects. */
const everyCommandIsSettled: RestInvariant = {
  name: 'at rest every command is settled',
  judge: ({ rehearsal }) => {
    for (const [commandId, count] of rehearsal.facts.settles) if (count !== 1) return `${commandId}: ${count} times`;
    return undefined;
  },
};

/** History is the server's conversation, in its order, however late a predecessor was announced. */
const historyIsTheConversation: RestInvariant = {
  name: 'at rest the history has the order of the conversation',
  judge: ({ rehearsal, server }) => {
    const known = itemsOf(rehearsal.state.history.items)
      .map((item) => item.itemId)
      .join();
    const actual = server.conversation.map((item) => item.itemId).join();
    return known === actual ? undefined : `history is [${known}], the conversation [${actual}]`;
  },
};

/** A pause ends, one way or the other. */
const nothingIsHeldBack: RestInvariant = {
  name: 'at rest the playout is not paused',
  judge: ({ playout }) => (playout.isPaused ? 'it is still paused' : undefined),
};

/** The promise of this package: the model never believes the user heard what the speaker did not render. */
const nothingUnheardIsBelieved: RestInvariant = {
  name: 'at rest the model believes no audio heard that was not',
  judge: ({ server, playout, isDriven }) => {
    if (!isDriven) return undefined;
    for (const { itemId, frames, believedMs, text } of server.conversation) {
      if (text !== null) continue;
      const renderedFrames = playout.rendered.get(itemId) ?? 0;
      const generatedMs = Math.floor((frames * 1000) / SAMPLE_RATE);
      const heardMs = Math.floor((renderedFrames * 1000) / SAMPLE_RATE);
      const believed = believedMs ?? generatedMs;
      if (believed > heardMs) return `${itemId}: ${heardMs} of ${generatedMs} ms heard, ${believed} believed`;
    }
    return undefined;
  },
};

/** The same of a server that was told of it later: it has the words that were heard, and no more. */
const nothingUnheardIsReplayed: RestInvariant = {
  name: 'at rest a later server knows of no words that were not heard',
  judge: ({ server, playout, said }) => {
    for (const { itemId, text } of server.conversation) {
      const spoken = said.get(itemId);
      if (text === null || spoken === undefined) continue;
      const receivedFrames = playout.received.get(itemId) ?? 0;
      const heardFraction = receivedFrames === 0 ? 0 : (playout.rendered.get(itemId) ?? 0) / receivedFrames;
      const heard = heardWords(spoken, heardFraction);
      if (text.length > heard.length) return `${itemId}: heard was "${heard}", replayed "${text}"`;
    }
    return undefined;
  },
};

/** Whatever the first server was told, the present one knows: each call with its output, each item of the history. */
const laterServerKnowsAll: RestInvariant = {
  name: 'at rest the present server has every output, and every replayed item as the history has it',
  judge: ({ server, rehearsal }) => {
    const history = new Map(itemsOf(rehearsal.state.history.items).map((item) => [item.itemId, item]));
    for (const [callId, itemId] of server.calls) {
      const isKnown = history.has(itemId) && rehearsal.facts.calls.has(callId);
      if (isKnown && !server.outputs.has(callId)) return `no output of ${callId}`;
    }
    for (const { itemId, text } of server.conversation) {
      const item = history.get(itemId);
      if (text === null || item?.type !== 'message') continue;
      const known = item.content
        .map((part) => ('text' in part ? part.text : 'transcript' in part ? (part.transcript ?? '') : ''))
        .join('');
      if (known !== text) return `${itemId} is "${known}" here and "${text}" there`;
    }
    return undefined;
  },
};

/** A message that was on its way when the connection broke is sent again, and one that had arrived is not. */
const everyMessageArrivesOnce: RestInvariant = {
  name: 'at rest every message of the app is in the conversation once',
  judge: ({ rehearsal }) => {
    const began = rehearsal.inputs.findLastIndex(({ type }) => type === 'connecting');
    const inputs = rehearsal.inputs.slice(began);
    // The app may have removed some.
    if (inputs.some(({ type }) => type === 'updateHistory')) return undefined;
    const sent = inputs.filter(({ type }) => type === 'sendMessage').length;
    const arrived = itemsOf(rehearsal.state.history.items).filter(
      (item) =>
        item.type === 'message' && item.content.some((part) => part.type === 'input_text' && part.text === 'hello'),
    ).length;
    return sent === arrived ? undefined : `${sent} messages were sent, ${arrived} are in the conversation`;
  },
};

/**
 * Nothing that the user may have heard goes unread, however short the rest of it was. A run that takes longer than
 * eight responses is the exception: its response is forgotten.
 */
const guardrailsReadEverything: RestInvariant = {
  name: 'at rest guardrails have read every response that was not cut off',
  judge: ({ rehearsal: { facts, state } }) => {
    if (state.guardrailDebounceLength === null) return undefined;
    const remembered = [...facts.responses].slice(-REMEMBERED_RESPONSES);
    for (const [responseId, { text, readings, isCancelled, trips }] of remembered) {
      if (isCancelled || trips > 0) continue;
      for (let guardrail = 0; guardrail < state.guardrailCount; guardrail++) {
        const checkedLength = readings.get(guardrail)?.checkedLength ?? 0;
        if (checkedLength < text.length) return `${responseId}: ${guardrail} read ${checkedLength} of "${text}"`;
      }
    }
    return undefined;
  },
};

/** A correct client is never told that it truncated too far, twice, or answered a call twice. */
const serverHasNoComplaint: RestInvariant = {
  name: 'the server never refuses a truncate or an output',
  judge: ({ server }) => server.complaints[0],
};

/** All of them. */
export const restInvariants: readonly RestInvariant[] = [
  everyCallHasItsOutput,
  everyTurnIsAnswered,
  everyRequestIsAnswered,
  nothingIsAwaited,
  everyCommandIsSettled,
  historyIsTheConversation,
  nothingIsHeldBack,
  nothingUnheardIsBelieved,
  nothingUnheardIsReplayed,
  laterServerKnowsAll,
  everyMessageArrivesOnce,
  guardrailsReadEverything,
  serverHasNoComplaint,
];
