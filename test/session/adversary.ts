// Any input at any time: events of responses that never were, reports nobody asked for, settlements twice over,
// commands after the end. Ids come from small pools and from what the session itself has named, so that they often
// fit and often don't.

import type { SessionEffect } from '../../src/session/effect.ts';
import type { CallPlan } from '../../src/session/input.ts';
import type { ItemPosition } from '../../src/playout/playout.ts';
import type { RealtimeItem } from '../../src/protocol/items.ts';
import { Choice } from './choices.ts';
import type { Rehearsal, Untimed } from './rehearsal.ts';

type Attack = (adversary: Adversary, choice: Choice) => Untimed;

/** Somebody who plays every side at once, badly. */
export class Adversary {
  readonly rehearsal: Rehearsal;
  /** Responses of this connection, oldest first. */
  readonly responses: string[] = ['c0.r0'];
  readonly interruptIds: string[] = ['foreign'];
  readonly runIds: string[] = ['foreign'];
  readonly eventIds: string[] = ['foreign'];
  readonly commandIds: string[] = ['foreign'];
  readonly callIds: string[] = ['foreign'];
  readonly #attacks: readonly Attack[];
  #connections = 0;
  #ids = 0;

  /** Each adversary has its own few attacks, so that rare combinations come up often in somebody's hands. */
  constructor(rehearsal: Rehearsal, scene: Choice) {
    this.rehearsal = rehearsal;
    const share = scene.of([2, 3, 5]);
    this.#attacks = attacks.filter((_attack, index) => index === 0 || scene.oneIn(share));
    this.feed({ type: 'connecting' });
    this.feed({ type: 'connected', abilities: { isDriven: true, createsResponses: true } });
  }

  play(seed: number): void {
    const choice = new Choice(seed);
    // A closed session has little to get wrong: it is soon opened again.
    const isClosed = this.rehearsal.facts.connection !== 'open';
    const attack = isClosed && choice.oneIn(3) ? choice.of([reconnect, answer]) : choice.among(this.#attacks);
    if (attack !== null) this.feed(attack(this, choice));
  }

  feed(input: Untimed): void {
    if (input.type === 'connecting') this.#renew();
    for (const effect of this.rehearsal.feed(input)) this.#learn(effect);
  }

  /** A new response, or one of the youngest that there were. */
  startedResponse(choice: Choice): string {
    if (!choice.oneIn(4)) this.responses.push(`c${this.#connections}.r${this.#nextId()}`);
    return this.responses.at(-1 - choice.below(choice.oneIn(4) ? 4 : 1)) ?? 'foreign';
  }

  response(choice: Choice): string {
    return choice.oneIn(8) ? 'unknown' : (this.responses.at(-1 - choice.below(3)) ?? 'foreign');
  }

  /** Items belong to one response; there are few of them, so that events meet. */
  item(responseId: string, choice: Choice): string {
    return `${responseId}.i${choice.below(itemKinds.length)}`;
  }

  call(responseId: string, choice: Choice): string {
    const callId = `${responseId}.call${choice.below(3)}`;
    this.callIds.push(callId);
    return callId;
  }

  commandId(): string {
    return `command${this.#nextId()}`;
  }

  #nextId(): number {
    this.#ids += 1;
    return this.#ids;
  }

  #renew(): void {
    this.#connections += 1;
    this.responses.push(`c${this.#connections}.r${this.#nextId()}`);
  }

  #learn(effect: SessionEffect): void {
    if (effect.type === 'flushPlayout') this.interruptIds.push(effect.interruptId);
    else if (effect.type === 'runGuardrail') this.runIds.push(effect.runId);
    else if (effect.type === 'prepareAgent') this.commandIds.push(effect.commandId);
    else if (effect.type === 'send' && effect.command.type === 'createResponse')
      this.eventIds.push(effect.command.eventId);
  }
}

/** What an item is, by the last digit of its id. */
const itemKinds = ['assistant', 'assistant', 'user', 'call'] as const;

/** One of the youngest few, so that what is current comes up often. */
function recent(ids: readonly string[], choice: Choice): string {
  return ids.at(-1 - choice.below(Math.min(4, ids.length))) ?? 'foreign';
}

function positions(adversary: Adversary, choice: Choice): readonly ItemPosition[] {
  const list: ItemPosition[] = [];
  const listed = new Set<string>();
  for (let count = choice.below(8); count > 0; count--) {
    const responseId = adversary.response(choice);
    const itemId = adversary.item(responseId, choice);
    if (listed.has(itemId)) continue;
    listed.add(itemId);
    const receivedFrames = choice.of([0, 1, 24_000, choice.below(100_000)]);
    const renderedFrames = choice.of([0, receivedFrames, receivedFrames + 24_000, choice.below(100_000)]);
    list.push({ itemId, responseId, contentIndex: 0, receivedFrames, renderedFrames });
  }
  return list;
}

function item(adversary: Adversary, choice: Choice): RealtimeItem {
  const responseId = adversary.response(choice);
  const itemId = adversary.item(responseId, choice);
  const previousItemId = choice.of([null, 'unknown', itemId, adversary.item(adversary.response(choice), choice)]);
  const status = choice.of(['in_progress', 'completed', 'incomplete']);
  // An item never changes its kind.
  switch (itemKinds[Number(itemId.at(-1))]) {
    case 'call': {
      const callId = adversary.call(responseId, choice);
      return { itemId, type: 'function_call', status, name: 'book', arguments: '{}', output: null, callId };
    }
    case 'user':
      return {
        itemId,
        previousItemId,
        type: 'message',
        role: 'user',
        status,
        content: [{ type: 'input_text', text: 'hello' }],
      };
    default: {
      const transcript = choice.of([null, 'one two', 'one two three four five six']);
      const content = choice.oneIn(3) ? [] : [{ type: 'output_audio' as const, transcript }];
      return { itemId, previousItemId, type: 'message', role: 'assistant', status, content };
    }
  }
}

const reconnect: Attack = () => ({ type: 'connecting' });
const answer: Attack = (_adversary, choice) => ({
  type: 'connected',
  abilities: { isDriven: !choice.oneIn(4), createsResponses: choice.oneIn(2) },
});

const attacks: readonly Attack[] = [
  (adversary, choice) => ({ type: 'responseStarted', responseId: adversary.startedResponse(choice) }),
  (adversary, choice) => ({ type: 'responseStarted', responseId: adversary.startedResponse(choice) }),
  (adversary, choice) => ({
    type: 'responseDone',
    responseId: adversary.response(choice),
    status: choice.of(['completed', 'cancelled', 'failed', 'incomplete']),
    outputText: choice.of(['', 'all that was said']),
  }),
  (adversary, choice) => ({ type: 'itemUpdated', item: item(adversary, choice) }),
  (adversary, choice) => ({ type: 'itemUpdated', item: item(adversary, choice) }),
  (adversary, choice) => ({ type: 'itemDeleted', itemId: adversary.item(adversary.response(choice), choice) }),
  (adversary, choice) => {
    const responseId = adversary.response(choice);
    const delta = choice.of(['', 'a', 'a few words', 'a good many words of a long answer']);
    return { type: 'transcriptDelta', responseId, itemId: adversary.item(responseId, choice), delta };
  },
  (adversary, choice) => {
    const responseId = adversary.response(choice);
    return { type: 'audioStarted', responseId, itemId: adversary.item(responseId, choice), contentIndex: 0 };
  },
  (adversary, choice) => {
    const responseId = adversary.response(choice);
    return { type: 'audioStarted', responseId, itemId: adversary.item(responseId, choice), contentIndex: 0 };
  },
  (adversary, choice) => {
    const responseId = adversary.response(choice);
    return { type: 'audioDone', responseId, itemId: adversary.item(responseId, choice) };
  },
  (adversary, choice) => {
    const responseId = adversary.response(choice);
    const callId = adversary.call(responseId, choice);
    return {
      type: 'functionCall',
      responseId,
      callId,
      name: choice.of(['weather', 'book', 'transfer']),
      arguments: '{',
    };
  },
  (adversary, choice) => {
    const responseId = adversary.response(choice);
    const callId = adversary.call(responseId, choice);
    return {
      type: 'functionCall',
      responseId,
      callId,
      name: choice.of(['weather', 'book', 'transfer']),
      arguments: '{',
    };
  },
  (_adversary, choice) => ({ type: 'speechStarted', serverInterrupts: choice.oneIn(2) }),
  () => ({ type: 'speechStopped' }),
  () => ({ type: 'playbackInterrupted' }),
  (adversary, choice) => ({
    type: 'serverError',
    code: choice.of(['conversation_already_has_active_response', 'rate_limit_exceeded']),
    ...(!choice.oneIn(4) && { eventId: recent(adversary.eventIds, choice) }),
    error: new Error('the server said so'),
  }),
  () => ({ type: 'interrupt' }),
  () => ({ type: 'sendMessage', message: 'hello', otherEventData: {} }),
  () => ({ type: 'requestResponse' }),
  () => ({ type: 'requestResponse', isShared: true }),
  (adversary, choice) => ({
    type: 'requestResponse',
    response: choice.oneIn(2) ? { conversation: 'none' } : { instructions: 'own' },
    ...(choice.oneIn(2) && { eventId: adversary.commandId() }),
  }),
  (adversary, choice) => ({
    type: 'approve',
    commandId: adversary.commandId(),
    callId: recent(adversary.callIds, choice),
    always: choice.oneIn(4),
  }),
  (adversary, choice) => ({
    type: 'reject',
    commandId: adversary.commandId(),
    callId: recent(adversary.callIds, choice),
    always: choice.oneIn(4),
  }),
  (adversary, choice) => ({
    type: 'updateAgent',
    commandId: adversary.commandId(),
    agentName: choice.of(['Front', 'Sales', 'Support']),
  }),
  (adversary, choice) => ({ type: 'updateHistory', items: choice.oneIn(2) ? [] : [item(adversary, choice)] }),
  (adversary, choice) => ({
    type: 'callPrepared',
    callId: recent(adversary.callIds, choice),
    plan: choice.of<CallPlan>([
      { kind: 'run', needsApproval: false },
      { kind: 'run', needsApproval: true },
      { kind: 'handoff', toAgentName: 'Sales' },
      { kind: 'refuse', output: 'no such tool', error: new Error('no such tool') },
    ]),
  }),
  (adversary, choice) => ({
    type: 'callPrepared',
    callId: recent(adversary.callIds, choice),
    plan: { kind: 'run', needsApproval: choice.oneIn(2) },
  }),
  (adversary, choice) => ({
    type: 'callSettled',
    callId: recent(adversary.callIds, choice),
    output: 'sunny',
    isBackground: choice.oneIn(4),
  }),
  (adversary, choice) => ({
    type: 'handoffSettled',
    callId: recent(adversary.callIds, choice),
    result: choice.oneIn(2)
      ? { ok: true, agentName: choice.of(['Sales', 'Support']), config: {}, output: 'welcome' }
      : { ok: false, output: 'not available', error: new Error('the handoff threw') },
  }),
  (adversary, choice) => ({
    type: 'agentPrepared',
    commandId: recent(adversary.commandIds, choice),
    result: choice.oneIn(2)
      ? { ok: true, agentName: 'Sales', config: {} }
      : { ok: false, error: new Error('instructions threw') },
  }),
  (adversary, choice) => ({ type: 'rejectionFormatted', callId: recent(adversary.callIds, choice), message: 'no' }),
  (adversary, choice) => ({
    type: 'guardrailSettled',
    runId: recent(adversary.runIds, choice),
    tripped: choice.oneIn(3) ? null : { error: new Error('tripped'), feedback: 'say it politely' },
  }),
  (adversary, choice) => ({
    type: 'playoutReport',
    report: { interruptId: recent(adversary.interruptIds, choice), items: positions(adversary, choice) },
    sampleRate: 24_000,
  }),
  (adversary, choice) => ({
    type: 'interruptOverdue',
    interruptId: recent(adversary.interruptIds, choice),
    positions: positions(adversary, choice),
    sampleRate: 24_000,
  }),
  (adversary, choice) => {
    const responseId = adversary.response(choice);
    const itemId = adversary.item(responseId, choice);
    const frames = { receivedFrames: 24_000, renderedFrames: 24_000 };
    return { type: 'playoutDone', position: { itemId, responseId, contentIndex: 0, ...frames } };
  },
  (_adversary, choice) => ({ type: 'serverTurnOverdue', turn: choice.below(4) }),
  (_adversary, choice) => ({ type: 'speechOverdue', lastAudioAtMs: choice.of([null, 0]) }),
  (_adversary, choice) => ({ type: 'reconnectDue', attempt: choice.below(4) }),
  (_adversary, choice) => ({ type: 'rolloverDue', connectionCount: choice.below(4) }),
  (_adversary, choice) => {
    const ends: readonly [Untimed, ...Untimed[]] = [
      { type: 'close' },
      { type: 'disconnected' },
      { type: 'disconnected', closeCode: choice.of([1000, 1006]) },
      { type: 'disconnected', isFinal: true },
      { type: 'connecting' },
    ];
    return choice.oneIn(2) ? choice.of(ends) : { type: 'speechStopped' };
  },
  answer,
];
