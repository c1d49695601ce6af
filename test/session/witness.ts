// What an observer of a session knows who sees only inputs and effects, never the state. The invariants judge by these
// facts, so that a session which forgets or invents something in its state can't fool them.

import type { CallRef, SessionEffect } from '../../src/session/effect.ts';
import type { SessionInput, TransportAbilities } from '../../src/session/input.ts';
import type { ItemPosition } from '../../src/playout/playout.ts';
import type { RealtimeItem } from '../../src/protocol/items.ts';
import type { ReconnectPolicy, SessionState } from '../../src/session/state.ts';

/** A function call that the session was given and had to accept. */
export interface CallFacts {
  readonly responseId: string;
  readonly agentName: string;
  readonly name: string;
  /** It arrived after an interrupt had cancelled its response. */
  readonly isLate: boolean;
  needsApproval: boolean;
  isAwaitingApproval: boolean;
  decision: 'approve' | 'reject' | null;
  runs: number;
  outputs: number;
}

/** A response that the server has started on this connection. */
export interface ResponseFacts {
  readonly agentName: string;
  isDone: boolean;
  isCancelled: boolean;
  trips: number;
  /** What it has said, as far as the session was to listen. */
  text: string;
  /** By guardrail: the characters given to it, and whether it is reading. */
  readonly readings: Map<number, { checkedLength: number; isReading: boolean }>;
}

/** One flush of the playout and the items that it cancelled, without those that turned out to be heard to their end. */
export interface FlushFacts {
  readonly itemIds: Set<string>;
  isAnswered: boolean;
}

/** The end of an interrupt that the current input brings: the report in time, or its deadline. */
export interface Answer {
  readonly flush: FlushFacts;
  readonly positions: readonly ItemPosition[];
  readonly sampleRate: number;
}

/** What was true just before the current input. */
export interface Before {
  /** Responses that are being generated and that no interrupt has cancelled; a real server has one at most. */
  readonly activeResponses: number;
  /** Some audio is queued or playing that no flush has reached. */
  readonly hasLiveAudio: boolean;
  /** A guardrail trips over the youngest response, or over one that can still be heard. */
  readonly isTripCurrent: boolean;
  readonly isOpen: boolean;
  readonly isUp: boolean;
  readonly connection: SessionState['connection'];
}

/** Responses that a session remembers without need, to recognise their late events. */
export const REMEMBERED_RESPONSES = 8;

const settlementKeys = {
  callPrepared: 'prepareCall',
  callSettled: 'runCall',
  handoffSettled: 'runHandoff',
  rejectionFormatted: 'formatRejection',
} as const;

/** What only a server says: without one it is late. */
const SERVER_INPUTS: ReadonlySet<SessionInput['type']> = new Set([
  'responseStarted',
  'responseDone',
  'transcriptDelta',
  'audioStarted',
  'audioDone',
  'functionCall',
  'itemUpdated',
  'itemDeleted',
  'speechStarted',
  'speechStopped',
  'playbackInterrupted',
  'outputConfirmed',
  'serverError',
]);

/** Facts of one session, kept from its inputs and effects alone. */
export class Witness {
  connection: SessionState['connection'] = 'closed';
  readonly policy: ReconnectPolicy | null;
  /** Attempts at a new connection since one was stable; none is here, where a millisecond is one input. */
  attempts = 0;
  #connections = 0;
  isRolloverDue = false;
  isRolloverOverdue = false;
  /** Items whose audio a server generated that is gone. */
  readonly goneAudio: Set<string> = new Set();
  abilities: TransportAbilities = { isDriven: false, createsResponses: false };
  before: Before = {
    activeResponses: 0,
    hasLiveAudio: false,
    isTripCurrent: false,
    isOpen: false,
    isUp: false,
    connection: 'closed',
  };

  readonly responses: Map<string, ResponseFacts> = new Map();
  /** Two responses were active at once, which no real server does. */
  hasOverlap = false;
  requestedEventId: string | null = null;
  /** The same, and an event of a response that is known already does not answer it. */
  #openRequestId: string | null = null;
  /** The app has interrupted since that request. */
  #isRequestInterrupted = false;
  /** The response that the current input starts answers a request that was interrupted. */
  startsInterrupted: string | null = null;
  /**
   * The server refused a request because of a response that it has not announced; until one shows up or is given up.
   */
  awaitsUnseenResponse = false;
  /** Requests sent on any connection, and whether the app had asked for them (or tool outputs had). */
  readonly requests: Map<string, 'app' | 'outputs'> = new Map();
  /** Requests of the app that have not been sent. */
  queuedByApp = 0;
  /** Something was sent that the model should answer without the app asking. */
  isAnswerWanted = false;
  /** Messages that went out and that no written item of the user has confirmed: a lost server may never have had them. */
  #unconfirmedMessages = 0;
  readonly #knownItems = new Set<string>();
  isUserSpeaking = false;
  /** The server answers the turn that has just ended by itself, as far as one can know. */
  isTurnAwaited = false;
  /** No response has begun since that turn, however long ago it was. */
  #isTurnUnanswered = false;

  readonly calls: Map<string, CallFacts> = new Map();
  /** Outputs that the server has not shown; true: it has begun a response of its own since they were sent. */
  readonly #unconfirmedOutputs: Map<string, boolean> = new Map();
  /** Composite effects that have not settled, as `kind:id`. */
  readonly outstanding: Set<string> = new Set();
  /** Outstanding calls at the moment the connection ended in this step. */
  readonly droppedCalls: Set<string> = new Set();
  /** The call that the current input has decided about. */
  decidedCallId: string | null = null;
  /** By agent and tool. */
  readonly #stickyDecisions: Map<string, 'approve' | 'reject'> = new Map();
  readonly runs: Map<string, { readonly responseId: string; readonly guardrail: number }> = new Map();

  /** Items with audio that is not known to be heard to the end, and that no flush has reached. */
  readonly liveAudio: Map<string, string> = new Map();
  readonly #startedAudio: Set<string> = new Set();
  readonly endedAudio: Set<string> = new Set();
  readonly flushes: Map<string, FlushFacts> = new Map();
  /** Items that were truncated, with the milliseconds. */
  readonly truncates: Map<string, number> = new Map();
  /** Truncated items that the history held at that moment. */
  readonly cutItems: Set<string> = new Set();

  /** Commands with a promise: how often each was settled. */
  readonly settles: Map<string, number> = new Map();

  /** The current input answers this flush for the first time. */
  answer: Answer | null = null;
  /** The current input belongs to nothing that the session still waits for or has been told of. */
  isStale = false;
  /** The transport says that playback was interrupted; nobody here did it. */
  #isForeignInterrupt = false;

  constructor(policy: ReconnectPolicy | null) {
    this.policy = policy;
  }

  /** Whether the session is in a call, with or without a connection at this moment. */
  get isUp(): boolean {
    return this.connection === 'open' || this.connection === 'reconnecting';
  }

  get isFlushAwaited(): boolean {
    for (const flush of this.flushes.values()) if (!flush.isAnswered) return true;
    return false;
  }

  /** Whether an interrupt has flushed audio of the item. */
  isFlushed(itemId: string): boolean {
    for (const flush of this.flushes.values()) if (flush.itemIds.has(itemId)) return true;
    return false;
  }

  /** Takes in one input, before its effects. `agentName` is the session's agent at that moment. */
  absorbInput(input: SessionInput, agentName: string): void {
    let activeResponses = 0;
    for (const response of this.responses.values()) {
      if (!response.isDone && !response.isCancelled) activeResponses += 1;
    }
    this.#isForeignInterrupt = input.type === 'playbackInterrupted';
    this.before = {
      activeResponses,
      hasLiveAudio: this.liveAudio.size > 0,
      isTripCurrent: input.type === 'guardrailSettled' && this.#isTripCurrent(input),
      isOpen: this.connection === 'open',
      isUp: this.isUp,
      connection: this.connection,
    };
    this.answer = null;
    this.startsInterrupted = null;
    this.isStale = false;
    this.decidedCallId = null;
    this.droppedCalls.clear();
    if (this.connection === 'reconnecting' && SERVER_INPUTS.has(input.type)) {
      this.isStale = true;
      return;
    }
    switch (input.type) {
      case 'connecting':
        this.#drop();
        this.connection = 'connecting';
        this.attempts = 0;
        break;
      case 'connected':
        if (this.connection === 'open') this.abilities = { ...input.abilities, isDriven: this.abilities.isDriven };
        if (this.connection !== 'connecting' && this.connection !== 'reconnecting') break;
        this.abilities = this.connection === 'connecting' ? input.abilities : { ...input.abilities, isDriven: true };
        this.connection = 'open';
        this.#connections += 1;
        this.isRolloverDue = false;
        this.isRolloverOverdue = false;
        break;
      case 'disconnected':
        if (this.#isMadeAgain(input)) {
          if (this.connection === 'open') this.#lose();
          this.attempts += 1;
          break;
        }
        this.#drop();
        this.connection = 'closed';
        this.attempts = 0;
        break;
      case 'close':
        this.#drop();
        this.connection = 'closed';
        this.attempts = 0;
        break;
      case 'rolloverDue':
        if (this.connection !== 'open' || input.connectionCount !== this.#connections) break;
        if (!this.abilities.isDriven || (this.policy?.rolloverAfterMs ?? null) === null) break;
        this.isRolloverOverdue = this.isRolloverDue;
        this.isRolloverDue = true;
        break;
      case 'itemUpdated': {
        if (this.connection !== 'open') break;
        const { item } = input;
        const isNew = !this.#knownItems.has(item.itemId);
        this.#knownItems.add(item.itemId);
        const isWritten =
          item.type === 'message' && item.role === 'user' && item.content.some(({ type }) => type === 'input_text');
        if (isNew && isWritten && this.#unconfirmedMessages > 0) this.#unconfirmedMessages -= 1;
        break;
      }
      case 'responseStarted':
        if (this.connection !== 'open') break;
        this.awaitsUnseenResponse = false;
        this.isTurnAwaited = false;
        // One that was asked for is no answer to the turn; another one is.
        if (this.#openRequestId === null && !this.responses.has(input.responseId)) this.#isTurnUnanswered = false;
        this.requestedEventId = null;
        if (this.responses.has(input.responseId)) break;
        if (this.#openRequestId !== null && this.#isRequestInterrupted) this.startsInterrupted = input.responseId;
        if (this.#openRequestId === null && this.abilities.isDriven) {
          for (const callId of this.#unconfirmedOutputs.keys()) this.#unconfirmedOutputs.set(callId, true);
        }
        this.#openRequestId = null;
        if (this.before.activeResponses > 0) this.hasOverlap = true;
        this.responses.set(input.responseId, {
          agentName,
          isDone: false,
          isCancelled: this.startsInterrupted !== null,
          trips: 0,
          text: '',
          readings: new Map(),
        });
        break;
      case 'responseDone': {
        this.awaitsUnseenResponse = false;
        const response = this.responses.get(input.responseId);
        if (response === undefined || response.isDone) break;
        response.isDone = true;
        // What comes in one piece counts as said.
        if (!response.isCancelled && response.text === '') response.text = input.outputText;
        if (input.status !== 'completed' || response.isCancelled) break;
        for (const [itemId, owner] of this.liveAudio) if (owner === input.responseId) this.endedAudio.add(itemId);
        break;
      }
      case 'outputConfirmed':
        if (this.#unconfirmedOutputs.get(input.callId) === true) this.isAnswerWanted = true;
        this.#unconfirmedOutputs.delete(input.callId);
        break;
      case 'serverError': {
        const isCrossing = input.code === 'conversation_already_has_active_response';
        const isNothing = input.code === 'response_cancel_not_active';
        // One that names no event means the request, unless another response is there that it may be about.
        const isRequestMeant = isCrossing || (this.activeId === null && !isNothing);
        const eventId = input.eventId ?? (isRequestMeant ? (this.#openRequestId ?? undefined) : undefined);
        if (isCrossing) this.#requeue(eventId);
        // Refused is refused, also after the repeated start of a response that is no answer to it.
        if (eventId === this.#openRequestId) this.#openRequestId = null;
        if (this.requestedEventId === null || eventId !== this.requestedEventId) break;
        this.requestedEventId = null;
        this.awaitsUnseenResponse = isCrossing && this.activeId === null;
        break;
      }
      case 'interrupt':
        // A foreign transport is told at once, and sees to it by itself.
        this.#isRequestInterrupted = this.abilities.isDriven;
        break;
      case 'serverTurnOverdue':
        this.awaitsUnseenResponse = false;
        this.isTurnAwaited = false;
        break;
      case 'speechStarted':
        this.isUserSpeaking = this.connection === 'open';
        this.#isTurnUnanswered = false;
        this.isTurnAwaited = false;
        break;
      case 'turnEnded':
        this.isUserSpeaking = false;
        this.isTurnAwaited = false;
        if (input.needsAnswer && this.isUp) this.isAnswerWanted = true;
        break;
      case 'speechStopped':
        if (input.isTentative === true) break;
        this.isUserSpeaking = false;
        this.isTurnAwaited = this.connection === 'open' && this.abilities.createsResponses;
        if (this.isTurnAwaited) this.#isTurnUnanswered = true;
        break;
      case 'sendMessage':
        // A transport that isn't driven asks for the answer to a message by itself.
        if (this.isUp && this.abilities.isDriven) this.queuedByApp += 1;
        break;
      case 'requestResponse':
        if (this.isUp) this.queuedByApp += 1;
        break;
      case 'transcriptDelta': {
        const response = this.responses.get(input.responseId);
        this.isStale = response?.isCancelled !== false;
        if (response !== undefined && !this.isStale && !response.isDone) response.text += input.delta;
        break;
      }
      case 'audioStarted':
        this.#absorbAudio(input.responseId, input.itemId);
        break;
      case 'audioDone': {
        const response = this.responses.get(input.responseId);
        this.isStale = response === undefined;
        // After a cancel some of the audio was refused, so the end of what arrived is not the end of the item.
        if (response?.isCancelled === false && this.liveAudio.has(input.itemId)) this.endedAudio.add(input.itemId);
        break;
      }
      case 'itemDeleted':
        if (this.connection === 'open') this.#knownItems.delete(input.itemId);
        break;
      case 'functionCall':
        this.#absorbCall(input);
        break;
      case 'approve':
      case 'reject':
        this.settles.set(input.commandId, 0);
        if (this.isUp) this.#decide(input.callId, input.type, input.always);
        break;
      case 'updateAgent':
        this.settles.set(input.commandId, 0);
        break;
      case 'callPrepared':
      case 'callSettled':
      case 'handoffSettled':
      case 'rejectionFormatted': {
        this.isStale = !this.outstanding.delete(`${settlementKeys[input.type]}:${input.callId}`);
        const call = this.calls.get(input.callId);
        if (this.isStale || call === undefined || input.type !== 'callPrepared') break;
        call.needsApproval = input.plan.kind === 'run' && input.plan.needsApproval;
        break;
      }
      case 'agentPrepared':
        this.isStale = !this.outstanding.delete(`prepareAgent:${input.commandId}`);
        break;
      case 'guardrailSettled':
        this.isStale = !this.outstanding.delete(`runGuardrail:${input.runId}`);
        this.#absorbReading(input.runId);
        break;
      case 'playoutReport':
        this.#absorbAnswer(input.report.interruptId, input.report.items, input.sampleRate);
        break;
      case 'interruptOverdue':
        this.#absorbAnswer(input.interruptId, input.positions, input.sampleRate);
        break;
      case 'playoutDone':
        this.liveAudio.delete(input.position.itemId);
        for (const flush of this.flushes.values()) flush.itemIds.delete(input.position.itemId);
        break;
    }
  }

  /** Takes in one effect of the current step; the invariants have judged it by what was true before it. */
  absorbEffect(effect: SessionEffect): void {
    switch (effect.type) {
      case 'send':
        if (effect.command.type === 'createResponse') {
          this.#absorbRequest(effect.command.eventId);
        } else if (effect.command.type === 'functionCallOutput') {
          const call = this.calls.get(effect.command.call.callId);
          if (call !== undefined) call.outputs += 1;
          this.isAnswerWanted = true;
          this.#unconfirmedOutputs.set(effect.command.call.callId, false);
        } else if (effect.command.type === 'message') {
          this.#unconfirmedMessages += 1;
        } else if (effect.command.type === 'truncate') {
          this.truncates.set(effect.command.itemId, effect.command.audioEndMs);
        } else if (effect.command.type === 'resetHistory') {
          this.#absorbReplay(effect.command.to);
        }
        break;
      case 'emit':
        if (effect.notice.type === 'toolApprovalRequested') {
          const call = this.calls.get(effect.notice.call.callId);
          if (call !== undefined) call.isAwaitingApproval = true;
        } else if (effect.notice.type === 'guardrailTripped') {
          // The correction wants an answer, if there is still something to correct.
          if (this.before.isTripCurrent && this.abilities.isDriven) this.isAnswerWanted = true;
        } else if (effect.notice.type === 'audioInterrupted' && !this.#isForeignInterrupt) {
          this.#cancelLiveResponses();
        }
        break;
      case 'flushPlayout':
        this.flushes.set(effect.interruptId, { itemIds: new Set(this.liveAudio.keys()), isAnswered: false });
        this.liveAudio.clear();
        break;
      case 'settle': {
        const count = this.settles.get(effect.commandId);
        if (count !== undefined) this.settles.set(effect.commandId, count + 1);
        break;
      }
      case 'runCall': {
        const call = this.calls.get(effect.call.callId);
        if (call !== undefined) call.runs += 1;
        this.outstanding.add(`runCall:${effect.call.callId}`);
        break;
      }
      case 'prepareCall':
      case 'runHandoff':
      case 'formatRejection':
        this.outstanding.add(`${effect.type}:${effect.call.callId}`);
        break;
      case 'prepareAgent':
        this.outstanding.add(`prepareAgent:${effect.commandId}`);
        break;
      case 'runGuardrail':
        this.outstanding.add(`runGuardrail:${effect.runId}`);
        this.runs.set(effect.runId, { responseId: effect.responseId, guardrail: effect.guardrail });
        this.responses
          .get(effect.responseId)
          ?.readings.set(effect.guardrail, { checkedLength: effect.text.length, isReading: true });
        break;
      case 'reconnect':
        if (this.connection !== 'open') break;
        this.#lose();
        this.attempts = 1;
        break;
      case 'startInterruptTimer':
      case 'startServerTurnTimer':
      case 'startResendTimer':
      case 'startSpeechTimer':
      case 'startReconnectTimer':
      case 'startRolloverTimer':
      case 'endPlayout':
      case 'releaseCall':
      case 'abort':
        break;
    }
  }

  #isMadeAgain(input: { closeCode?: number; isFinal?: boolean }): boolean {
    if (this.policy === null || !this.abilities.isDriven || !this.isUp) return false;
    if (input.isFinal === true || input.closeCode === 1000) return false;
    return this.attempts < this.policy.maxAttempts;
  }

  /** Outputs that no server has had reach this one with the history. */
  #absorbReplay(items: readonly RealtimeItem[]): void {
    for (const item of items) {
      if (item.type !== 'function_call' || item.output === null) continue;
      const call = this.calls.get(item.callId ?? '');
      if (call === undefined || call.outputs > 0) continue;
      call.outputs += 1;
      this.isAnswerWanted = true;
    }
  }

  /** The server is gone; what is not bound to it lives on, and what it owed is owed by the next. */
  #lose(): void {
    this.connection = 'reconnecting';
    for (const [responseId, response] of this.responses) {
      const hasCalls = [...this.calls.values()].some((call) => call.responseId === responseId);
      if (!response.isDone && !response.isCancelled && !hasCalls) this.isAnswerWanted = true;
      response.isDone = true;
    }
    if (this.#openRequestId !== null) this.#requeue(this.#openRequestId);
    this.#openRequestId = null;
    if (this.#isTurnUnanswered) this.isAnswerWanted = true;
    for (const isOvertaken of this.#unconfirmedOutputs.values()) if (isOvertaken) this.isAnswerWanted = true;
    this.#unconfirmedOutputs.clear();
    this.#isTurnUnanswered = false;
    // Whatever has begun since they were sent did not answer what the server may never have had.
    if (this.#unconfirmedMessages > 0) this.isAnswerWanted = true;
    this.#unconfirmedMessages = 0;
    this.requestedEventId = null;
    this.awaitsUnseenResponse = false;
    this.isTurnAwaited = false;
    this.isUserSpeaking = false;
    for (const itemId of this.liveAudio.keys()) {
      this.endedAudio.add(itemId);
      this.goneAudio.add(itemId);
    }
    for (const { itemIds } of this.flushes.values()) for (const itemId of itemIds) this.goneAudio.add(itemId);
  }

  /**
   * The response that the server is generating: the youngest that is not done, of those that a session still
   * remembers.
   */
  get activeId(): string | null {
    let activeId: string | null = null;
    let older = this.responses.size;
    for (const [responseId, response] of this.responses) {
      if (older <= REMEMBERED_RESPONSES && !response.isDone) activeId = responseId;
      older -= 1;
    }
    return activeId;
  }

  /** Whether a call that needs an approval has it, by its own decision or a sticky one. */
  isApproved(call: CallFacts): boolean {
    return call.decision === 'approve' || this.stickyDecisionOf(call) === 'approve';
  }

  /** What was decided about every call of that tool by that agent. */
  stickyDecisionOf({ agentName, name }: Pick<CallFacts, 'agentName' | 'name'>): 'approve' | 'reject' | undefined {
    return this.#stickyDecisions.get(JSON.stringify([agentName, name]));
  }

  #isTripCurrent({ runId, tripped }: Extract<SessionInput, { type: 'guardrailSettled' }>): boolean {
    const responseId = this.runs.get(runId)?.responseId;
    if (responseId === undefined || tripped === null) return false;
    if ([...this.responses.keys()].at(-1) === responseId) return true;
    return this.abilities.isDriven && [...this.liveAudio.values()].includes(responseId);
  }

  #absorbReading(runId: string): void {
    const run = this.runs.get(runId);
    if (run === undefined || this.isStale) return;
    const reading = this.responses.get(run.responseId)?.readings.get(run.guardrail);
    if (reading !== undefined) reading.isReading = false;
  }

  #absorbRequest(eventId: string): void {
    this.requestedEventId = eventId;
    this.#openRequestId = eventId;
    this.#isRequestInterrupted = false;
    this.requests.set(eventId, this.queuedByApp > 0 ? 'app' : 'outputs');
    if (this.queuedByApp > 0) this.queuedByApp -= 1;
    else this.isAnswerWanted = false;
  }

  #requeue(eventId: string | undefined): void {
    const origin = eventId === undefined ? undefined : this.requests.get(eventId);
    if (origin === 'app') this.queuedByApp += 1;
    else if (origin === 'outputs') this.isAnswerWanted = true;
  }

  #absorbAudio(responseId: string, itemId: string): void {
    const response = this.responses.get(responseId);
    this.isStale = response === undefined;
    if (response === undefined || this.#startedAudio.has(itemId)) return;
    this.#startedAudio.add(itemId);
    if (!response.isCancelled) this.liveAudio.set(itemId, responseId);
  }

  #absorbCall(call: CallRef): void {
    const response = this.responses.get(call.responseId);
    const known = this.calls.get(call.callId);
    // Another call with the same id is reported, and nothing else.
    this.isStale = this.connection !== 'open' || response === undefined || known?.name === call.name;
    if (this.isStale || response === undefined || known !== undefined) return;
    this.calls.set(call.callId, {
      responseId: call.responseId,
      agentName: response.agentName,
      name: call.name,
      isLate: response.isCancelled,
      needsApproval: false,
      isAwaitingApproval: false,
      decision: null,
      runs: 0,
      outputs: 0,
    });
  }

  #absorbAnswer(interruptId: string, positions: readonly ItemPosition[], sampleRate: number): void {
    const flush = this.flushes.get(interruptId);
    this.isStale = flush === undefined || flush.isAnswered;
    if (this.isStale || flush === undefined) return;
    flush.isAnswered = true;
    this.answer = { flush, positions, sampleRate };
  }

  #decide(callId: string, decision: 'approve' | 'reject', isSticky: boolean): void {
    const call = this.calls.get(callId);
    if (call === undefined || !call.isAwaitingApproval) return;
    call.isAwaitingApproval = false;
    call.decision = decision;
    this.decidedCallId = callId;
    if (isSticky) this.#stickyDecisions.set(JSON.stringify([call.agentName, call.name]), decision);
  }

  #cancelLiveResponses(): void {
    const audible = new Set(this.liveAudio.values());
    for (const [responseId, response] of this.responses) {
      if (!response.isDone || audible.has(responseId)) response.isCancelled = true;
    }
  }

  /** The connection is over: whatever was in flight on it no longer counts. */
  #drop(): void {
    for (const key of this.outstanding) {
      const [kind, callId] = key.split(':', 2);
      if (callId !== undefined && (kind === 'prepareCall' || kind === 'runCall')) this.droppedCalls.add(callId);
    }
    this.outstanding.clear();
    this.runs.clear();
    this.responses.clear();
    this.hasOverlap = false;
    this.calls.clear();
    this.liveAudio.clear();
    this.#startedAudio.clear();
    this.endedAudio.clear();
    this.flushes.clear();
    this.goneAudio.clear();
    this.#unconfirmedOutputs.clear();
    this.truncates.clear();
    this.cutItems.clear();
    this.requestedEventId = null;
    this.#openRequestId = null;
    this.awaitsUnseenResponse = false;
    this.queuedByApp = 0;
    this.#unconfirmedMessages = 0;
    this.#knownItems.clear();
    this.isAnswerWanted = false;
    this.isUserSpeaking = false;
    this.isTurnAwaited = false;
  }
}
