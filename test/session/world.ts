// A faithful world around a session core: a server behind two queues, a playout on its own thread, tools and
// guardrails that settle when they like, timers, an app and a user. Every order in which these can happen is
// possible; nothing impossible happens, so that the world can be brought to rest and asked whether anything was left
// undone.

import type { CallRef, SendCommand, SessionEffect } from '../../src/session/effect.ts';
import type { CallPlan, CommandInput } from '../../src/session/input.ts';
import { Choice } from './choices.ts';
import { PassedFeature, type WorldFeature } from './passed-feature.ts';
import type { Rehearsal, Untimed } from './rehearsal.ts';
import { WorldHold } from './world-hold.ts';
import type { HoldBackJob } from '../../src/session/hold-back.ts';
import { type Delivery, SAMPLE_RATE, SimulatedServer } from './simulated-server.ts';
import { SimulatedPlayout } from './simulated-playout.ts';
import { findItem, itemsOf } from '../../src/session/item-list.ts';

type Job = Extract<
  SessionEffect,
  {
    readonly type:
      | 'prepareAgent'
      | 'prepareCall'
      | 'runCall'
      | 'runHandoff'
      | 'formatRejection'
      | 'runGuardrail'
      | 'runFeature';
  }
>;

/** A command on the wire, with the name of what it adds to the conversation when that wants a response. */
interface Uplink {
  readonly command: SendCommand;
  needs: string | null;
  /** It was sent after the user began to speak. */
  isDuringSpeech: boolean;
}

interface Move {
  readonly name: string;
  /** Nobody decides about it: it happens in every world. */
  readonly isInevitable?: boolean;
  /** How often it is taken, 0 when it is not possible now. */
  readonly weight: (world: FaithfulWorld) => number;
  readonly act: (world: FaithfulWorld, choice: Choice) => void;
}

const CALM_MOVES_LIMIT = 5_000;

/** What a guardrail that trips has the model told. */
const FEEDBACK = 'say it politely';

/** A session, its server, its playout and everybody else. */
export class FaithfulWorld {
  readonly rehearsal: Rehearsal;
  server: SimulatedServer;
  playout: SimulatedPlayout = new SimulatedPlayout();
  readonly uplink: Uplink[] = [];
  readonly jobs: Job[] = [];
  readonly timers: Untimed[] = [];
  /** Age limits of connections; at rest none is reached. */
  readonly ages: Untimed[] = [];
  /** Calls that wait for a decision of the app. */
  readonly approvals: CallRef[] = [];
  /** Settlements and reports that have been given; one may come again. */
  readonly settled: Untimed[] = [];
  readonly feature: WorldFeature | null;
  /** Audio that the feature holds back. */
  held: WorldHold | null;
  readonly passing: Delivery[] = [];
  readonly #passed: PassedFeature | null;
  readonly #backgroundCalls: Set<string> = new Set();
  /** Responses that the app asked for on this connection, where the session has to send the request. */
  requests = 0;
  isDriven = true;
  isUserHeard = false;
  /** The words of the agent, as far as they have reached the client. */
  readonly said: Map<string, string> = new Map();
  /** Another connection is being opened. */
  isReconnecting = false;
  /** What the next server has to answer. */
  #owed: ReadonlySet<string> = new Set();
  /** What can happen in this world: each leaves out some of what people do, so that the rest comes closer together. */
  readonly #moves: readonly Move[];
  readonly #ends: number[] = [];
  #commands = 0;
  #connections = 0;

  constructor(rehearsal: Rehearsal, choice: Choice, feature: WorldFeature | null = null) {
    this.rehearsal = rehearsal;
    this.feature = feature;
    this.held = feature?.holdsAudio === true ? new WorldHold(feature.isStrict === true) : null;
    this.#passed = feature === null ? null : new PassedFeature(feature.core, rehearsal);
    this.#moves = moves.filter((move) => move.isInevitable === true || !choice.oneIn(4));
    this.server = this.#newServer(choice);
    this.#open();
  }

  get isOpen(): boolean {
    return this.rehearsal.facts.connection === 'open';
  }

  /** Takes one move, chosen by the number. */
  play(seed: number): void {
    const choice = new Choice(seed);
    // Where each move ends on a line on which it is as long as its weight.
    const ends = this.#ends;
    let total = 0;
    for (let index = 0; index < this.#moves.length; index++) {
      total += this.#moves[index]?.weight(this) ?? 0;
      ends[index] = total;
    }
    if (total === 0) return;
    const at = choice.below(total);
    this.#moves[ends.findIndex((end) => at < end)]?.act(this, choice);
  }

  /** Lets everything that is under way come to its end; nobody starts anything new. */
  rest(): void {
    const choice = new Choice(1);
    for (let count = 0; count < CALM_MOVES_LIMIT; count++) {
      const move = calmMoves.find((each) => each.weight(this) > 0);
      if (move === undefined) return;
      move.act(this, choice);
    }
    this.rehearsal.fail('a session comes to rest', `still busy after ${CALM_MOVES_LIMIT} moves`);
  }

  /** The server and the client have a line between them. */
  get #isLineUp(): boolean {
    return this.rehearsal.inputs.at(-1)?.type !== 'reconnectDue';
  }

  connect(choice: Choice): void {
    this.isReconnecting = false;
    this.server = this.#newServer(choice);
    this.playout = new SimulatedPlayout();
    if (this.held !== null) this.held = new WorldHold(this.feature?.isStrict === true);
    this.isUserHeard = false;
    this.requests = 0;
    this.#open();
  }

  /** The connection is gone, by `close` or by itself; whatever was on the wire is lost. What plays here plays on. */
  disconnect(input: Untimed): void {
    if (this.isOpen) this.#noteOwed();
    this.isReconnecting = false;
    this.feed(input);
    this.#cutLines();
    if (this.rehearsal.facts.isUp) this.requests = this.rehearsal.facts.queuedByApp;
    else this.playout = new SimulatedPlayout();
  }

  /** The attempt at another connection succeeds: a server that knows nothing. */
  reconnect(choice: Choice): void {
    this.isReconnecting = false;
    this.server = this.#newServer(choice, true);
    for (const need of this.#owed) this.server.unanswered.add(need);
    this.isUserHeard = false;
    const abilities = { isDriven: true, createsResponses: this.server.options.createsResponses };
    this.feed({ type: 'connected', abilities });
  }

  #cutLines(): void {
    this.uplink.length = 0;
    this.server.downlink.length = 0;
    this.server.held.length = 0;
    this.server.active = null;
    this.server.isUserSpeaking = false;
  }

  /** What was said to the model and is not answered; the next server is to answer it. */
  #noteOwed(): void {
    const { facts } = this.rehearsal;
    // A request that was taken for answered by a response of the server's own is lost with the wire: nobody can tell.
    const isPresumed = facts.requestedEventId === null;
    const lost = isPresumed ? this.uplink.findLastIndex(({ command }) => command.type === 'createResponse') : -1;
    const sent = this.uplink.slice(lost + 1).flatMap(({ needs }) => needs ?? []);
    // A turn of which the session has not heard the words is lost with the server.
    for (const need of this.server.unanswered) {
      const item = need.startsWith('turn ') ? findItem(this.rehearsal.state.history.items, need.slice(5)) : undefined;
      const isSpoken = item?.type === 'message' && item.role === 'user';
      if (need.startsWith('turn ') && !isSpoken) this.server.unanswered.delete(need);
    }
    const { active, answering } = this.server;
    const response = active === null ? undefined : facts.responses.get(active.responseId);
    const hasCalls = [...facts.calls.values()].some((call) => call.responseId === active?.responseId);
    // An answer that broke off is none, unless the user stopped it, or it has called a function and waits for the output.
    const isBrokenOff = response !== undefined && !response.isCancelled && !response.isDone && !hasCalls;
    this.#owed = new Set([...(lost >= 0 ? [] : this.server.unanswered), ...(isBrokenOff ? answering : []), ...sent]);
  }

  feed(input: Untimed): void {
    this.#feedOne(input);
    // The shell queues what passes behind the step that let it.
    for (let next = this.passing.shift(); next !== undefined; next = this.passing.shift()) this.#hear(next);
  }

  #feedOne(input: Untimed): void {
    for (const effect of (this.#passed ?? this.rehearsal).feed(input)) this.#carryOut(effect);
  }

  command(command: Untimed<CommandInput>): void {
    if (!this.rehearsal.allows(command)) return;
    if (command.type === 'requestResponse' || (command.type === 'sendMessage' && this.isDriven)) this.requests += 1;
    this.feed(command);
  }

  commandId(): string {
    this.#commands += 1;
    return `command${this.#commands}`;
  }

  /** The next delivery of the server reaches the client. */
  deliver(): void {
    const delivery = this.server.downlink.shift();
    if (delivery === undefined) return;
    if (delivery.type === 'transcriptDelta') this.held?.said(delivery.responseId, delivery.delta);
    if (this.held !== null && (delivery.type === 'audio' || delivery.type === 'audioDone')) {
      this.feed(this.held.take(delivery));
      return;
    }
    this.#hear(delivery);
  }

  /** A delivery reaches the session, and audio the playout. */
  #hear(delivery: Delivery): void {
    if (delivery.type === 'audio') {
      const { itemId, responseId, frames, isFirst } = delivery;
      if (this.isDriven && this.rehearsal.acceptsAudio(responseId)) {
        this.playout.commands.push({ type: 'write', itemId, responseId, frames });
      }
      if (isFirst) this.feed({ type: 'audioStarted', responseId, itemId, contentIndex: 0 });
      return;
    }
    if (delivery.type === 'responseStarted' && this.rehearsal.facts.requestedEventId === null) this.#forgiveCrossing();
    if (delivery.type === 'speechStarted') this.isUserHeard = true;
    if (delivery.type === 'speechStopped') this.isUserHeard = false;
    if (delivery.type === 'audioDone' && this.isDriven)
      this.playout.commands.push({ type: 'end', itemId: delivery.itemId });
    this.#noteSaid(delivery);
    this.feed(delivery);
  }

  #noteSaid(delivery: Untimed): void {
    if (delivery.type === 'transcriptDelta') {
      this.said.set(delivery.itemId, (this.said.get(delivery.itemId) ?? '') + delivery.delta);
    }
    if (delivery.type !== 'itemUpdated' || delivery.item.type !== 'message') return;
    const { item } = delivery;
    if (item.role !== 'assistant' || this.server.isReplayed(item.itemId)) return;
    const [part] = item.content;
    if (part?.type === 'output_audio' && typeof part.transcript === 'string')
      this.said.set(item.itemId, part.transcript);
  }

  /** The next command of the client reaches the server. */
  arrive(choice: Choice): void {
    const next = this.uplink.shift();
    if (next !== undefined) this.server.receive(next.command, next.needs, choice);
  }

  /** One composite effect settles; `isCalm`: without a new request of anybody. */
  settleJob(choice: Choice, isCalm: boolean): void {
    const [job] = this.jobs.splice(choice.below(this.jobs.length), 1);
    if (job === undefined) return;
    const input = this.#settlement(job, choice, isCalm);
    if (input.type === 'guardrailSettled' && input.tripped === null && input.error === undefined) {
      this.held?.hasRead(input.runId);
    }
    if (input.type === 'callSettled' && input.isBackground) this.#backgroundCalls.add(input.callId);
    this.feed(input);
    this.settled.push(input);
  }

  decide(choice: Choice): void {
    const call = choice.among(this.approvals);
    if (call === null) return;
    // One decision in eight is given twice.
    if (!choice.oneIn(8)) this.approvals.splice(this.approvals.indexOf(call), 1);
    const decision = { commandId: this.commandId(), callId: call.callId, always: choice.oneIn(10) };
    this.command(choice.oneIn(3) ? { type: 'reject', ...decision } : { type: 'approve', ...decision });
  }

  fireTimer(choice: Choice): void {
    const [timer] = this.timers.splice(choice.below(this.timers.length), 1);
    if (timer !== undefined) this.feed(timer);
  }

  /**
   * An utterance lasts longer than a round trip: what was sent before the user was heard has arrived before it ends.
   */
  get canUtteranceEnd(): boolean {
    const isHeard = !this.server.downlink.some((delivery) => delivery.type === 'speechStarted');
    return this.server.isUserSpeaking && isHeard && this.uplink.every((each) => each.isDuringSpeech);
  }

  #open(): void {
    this.feed({ type: 'connecting' });
    const abilities = { isDriven: this.isDriven, createsResponses: this.server.options.createsResponses };
    this.feed({ type: 'connected', abilities });
  }

  #carryOut(effect: SessionEffect): void {
    switch (effect.type) {
      case 'send':
        this.uplink.push({
          command: effect.command,
          needs: this.#needOf(effect.command),
          isDuringSpeech: this.isUserHeard,
        });
        break;
      case 'emit':
        if (effect.notice.type === 'toolApprovalRequested') this.approvals.push(effect.notice.call);
        break;
      case 'flushPlayout':
        this.playout.commands.push({ type: 'flush', interruptId: effect.interruptId });
        break;
      case 'startInterruptTimer':
        this.#overdue(effect.interruptId);
        break;
      case 'startServerTurnTimer':
        this.timers.push({ type: 'serverTurnOverdue', turn: effect.turn });
        break;
      case 'startResendTimer':
        this.timers.push({ type: 'resendDue' });
        break;
      case 'startSpeechTimer':
        this.timers.push({ type: 'speechOverdue', lastAudioAtMs: this.rehearsal.inputs.length });
        break;
      case 'prepareAgent':
      case 'prepareCall':
      case 'runCall':
      case 'runHandoff':
      case 'formatRejection':
      case 'runGuardrail':
        if (effect.type === 'runGuardrail') this.held?.reads(effect);
        this.jobs.push(effect);
        break;
      case 'runFeature':
        if (this.held !== null) this.#letThrough(effect.job as HoldBackJob);
        else if (this.feature?.run !== undefined) this.jobs.push(effect);
        break;
      case 'startTimer':
        this.timers.push({ type: 'timerDue', timerId: effect.timerId });
        break;
      case 'controlPlayout':
        if (effect.control === 'pause' || effect.control === 'resume')
          this.playout.commands.push({ type: effect.control });
        break;
      case 'startReconnectTimer':
        this.timers.push({ type: 'reconnectDue', attempt: effect.attempt });
        break;
      case 'startRolloverTimer':
        this.ages.push({ type: 'rolloverDue', connectionCount: effect.connectionCount });
        break;
      case 'reconnect':
        // The old connection of a roll-over is closed first.
        if (this.#isLineUp) {
          this.#noteOwed();
          this.#cutLines();
          this.requests = this.rehearsal.facts.queuedByApp;
        }
        this.isReconnecting = true;
        break;
      case 'endPlayout':
        this.playout.commands.push({ type: 'end', itemId: effect.itemId });
        break;
      case 'releaseCall':
      case 'abort':
      case 'settle':
        break;
    }
  }

  /** What passes is heard at once; it must have been read. */
  #letThrough(job: HoldBackJob): void {
    for (const { delivery, neededLength } of this.held?.release(job) ?? []) {
      const responseId = 'responseId' in delivery ? delivery.responseId : '';
      const wrong = this.held?.unread(responseId, neededLength, this.rehearsal.state.guardrailCount);
      if (wrong !== undefined) this.rehearsal.fail('nothing unread is heard', wrong);
      if (delivery.type === 'audioDone') this.passing.push(delivery);
      else this.#hear({ ...delivery, isFirst: false });
    }
  }

  #overdue(interruptId: string): void {
    const positions = this.playout.positions();
    this.timers.push({ type: 'interruptOverdue', interruptId, positions, sampleRate: SAMPLE_RATE });
  }

  /**
   * A response that the session did not ask for counts as the answer to the turns and corrections before its start is
   * heard. Those that crossed with it on the wire wait for the next turn: only outputs are acknowledged.
   */
  #forgiveCrossing(): void {
    // A foreign transport acknowledges nothing.
    const isForgiven = (need: string): boolean =>
      !need.startsWith('message') && !(this.isDriven && need.startsWith('output'));
    for (const need of this.server.unanswered) if (isForgiven(need)) this.server.unanswered.delete(need);
    for (const sent of this.uplink) if (sent.needs !== null && isForgiven(sent.needs)) sent.needs = null;
  }

  #needOf(command: SendCommand): string | null {
    if (command.type === 'message') {
      return `${command.message === FEEDBACK ? 'feedback' : 'message'} ${this.rehearsal.inputs.length}`;
    }
    if (command.type !== 'functionCallOutput') return null;
    const { callId } = command.call;
    const isLate = this.rehearsal.facts.calls.get(callId)?.isLate === true;
    return isLate || this.#backgroundCalls.has(callId) ? null : `output of ${callId}`;
  }

  #settlement(job: Job, choice: Choice, isCalm: boolean): Untimed {
    switch (job.type) {
      case 'prepareAgent': {
        const { commandId, agentName } = job;
        const isOk = !choice.oneIn(4);
        const result = isOk
          ? { ok: true as const, agentName, config: {} }
          : { ok: false as const, error: new Error('no such agent') };
        return { type: 'agentPrepared', commandId, result };
      }
      case 'prepareCall':
        return { type: 'callPrepared', callId: job.call.callId, plan: planOf(job.call, choice) };
      case 'runCall': {
        const error = choice.oneIn(6) ? { error: new Error('the tool threw') } : {};
        return {
          type: 'callSettled',
          callId: job.call.callId,
          output: 'sunny',
          isBackground: choice.oneIn(6),
          ...error,
        };
      }
      case 'runHandoff': {
        const agentName = job.toAgentName;
        const result = choice.oneIn(4)
          ? { ok: false as const, output: 'not available', error: new Error('the handoff threw') }
          : { ok: true as const, agentName, config: {}, output: 'welcome' };
        return { type: 'handoffSettled', callId: job.call.callId, result };
      }
      case 'formatRejection':
        return { type: 'rejectionFormatted', callId: job.call.callId, message: 'the user said no' };
      case 'runFeature':
        return { type: 'featureInput', feature: job.feature, detail: this.feature?.run?.(job.job, choice) };
      case 'runGuardrail': {
        if (choice.oneIn(8))
          return { type: 'guardrailSettled', runId: job.runId, tripped: null, error: new Error('it threw') };
        const isTripped = !isCalm && choice.oneIn(5);
        const tripped = isTripped ? { error: new Error('tripped'), feedback: FEEDBACK } : null;
        return { type: 'guardrailSettled', runId: job.runId, tripped };
      }
    }
  }

  #newServer(choice: Choice, isDriven = this.feature !== null || !choice.oneIn(8)): SimulatedServer {
    this.#connections += 1;
    const takesTurns = this.feature?.takesTurns === true;
    this.isDriven = isDriven;
    return new SimulatedServer(`c${this.#connections}`, {
      createsResponses: !takesTurns && !choice.oneIn(3),
      interruptsResponses: !takesTurns && choice.oneIn(2),
      isForeign: !this.isDriven,
      leavesTurns: takesTurns,
    });
  }
}

function planOf(call: CallRef, choice: Choice): CallPlan {
  if (call.name === 'transfer') return { kind: 'handoff', toAgentName: choice.of(['Sales', 'Support']) };
  if (choice.oneIn(6)) return { kind: 'refuse', output: 'invalid arguments', error: new Error('invalid arguments') };
  return { kind: 'run', needsApproval: call.name === 'book' };
}

/** In a call, with or without a connection at this moment. */
const up = (world: FaithfulWorld, weight: number): number => (world.rehearsal.facts.isUp ? weight : 0);
const open = (world: FaithfulWorld, weight: number): number => (world.isOpen ? weight : 0);
const active = (world: FaithfulWorld, weight: number): number => (world.server.active === null ? 0 : weight);
const some = (list: readonly unknown[], weight: number): number => (list.length > 0 ? weight : 0);

const LOSS: Untimed = { type: 'disconnected', closeCode: 1006 };

const deliver: Move = {
  name: 'the server is heard',
  isInevitable: true,
  weight: (world) => some(world.server.downlink, 36),
  act: (world) => world.deliver(),
};
const arrive: Move = {
  name: 'the session is heard',
  isInevitable: true,
  weight: (world) => some(world.uplink, 24),
  act: (world, choice) => world.arrive(choice),
};
const obey: Move = {
  name: 'the playout obeys',
  isInevitable: true,
  weight: (world) => some(world.playout.commands, 18),
  act: (world) => world.playout.obey(),
};
const news: Move = {
  name: 'the playout is heard',
  isInevitable: true,
  weight: (world) => some(world.playout.news, 12),
  act: (world) => {
    const input = world.playout.news.shift();
    if (input === undefined) return;
    world.feed(input);
    world.settled.push(input);
  },
};
const release: Move = {
  name: 'a transcription is ready',
  isInevitable: true,
  weight: (world) => some(world.server.held, 6),
  act: (world, choice) => world.server.release(choice),
};
const fireTimer: Move = {
  name: 'a deadline passes',
  isInevitable: true,
  weight: (world) => some(world.timers, 6),
  act: (world, choice) => world.fireTimer(choice),
};

/** Everything that can happen, with how often it does. */
const moves: readonly Move[] = [
  deliver,
  arrive,
  obey,
  news,
  release,
  fireTimer,
  {
    name: 'the playout renders',
    isInevitable: true,
    weight: (world) => (world.playout.isIdle ? 0 : 12),
    act: (world, choice) => world.playout.render(choice.of([128, 1_000, 5_000, 100_000])),
  },
  {
    name: 'the model speaks',
    weight: (world) => active(world, 21),
    act: (world, choice) => world.server.speak(choice),
  },
  {
    name: 'the model calls a function',
    weight: (world) => active(world, 12),
    act: (world, choice) => world.server.call(choice),
  },
  {
    name: 'the model is done',
    weight: (world) => active(world, 6),
    act: (world, choice) =>
      world.server.finish(choice.of(['completed', 'completed', 'completed', 'failed', 'incomplete'])),
  },
  {
    name: 'the user begins to speak',
    weight: (world) => open(world, world.server.isUserSpeaking ? 0 : 9),
    act: (world) => {
      world.server.startSpeech();
      for (const each of world.uplink) each.isDuringSpeech = false;
    },
  },
  {
    name: 'the user stops speaking',
    isInevitable: true,
    weight: (world) => (world.canUtteranceEnd ? 24 : 0),
    act: (world, choice) => world.server.stopSpeech(choice.oneIn(5), choice),
  },
  {
    name: 'a tool, handoff, guardrail or agent settles',
    isInevitable: true,
    weight: (world) => some(world.jobs, 24),
    act: (world, choice) => world.settleJob(choice, false),
  },
  {
    name: 'a settlement or a report comes again',
    weight: (world) => some(world.settled, 3),
    act: (world, choice) => {
      const input = choice.among(world.settled);
      if (input !== null) world.feed(input);
    },
  },
  {
    name: 'the app decides about a call',
    weight: (world) => some(world.approvals, 15),
    act: (world, choice) => world.decide(choice),
  },
  {
    name: 'the app interrupts',
    weight: (world) => up(world, 3),
    act: (world) => world.command({ type: 'interrupt' }),
  },
  {
    name: 'the app sends a message',
    weight: (world) => up(world, 9),
    act: (world) => world.command({ type: 'sendMessage', message: 'hello', otherEventData: {} }),
  },
  {
    name: 'the app asks for a response',
    weight: (world) => up(world, 3),
    act: (world) => world.command({ type: 'requestResponse' }),
  },
  {
    name: 'the app changes the agent',
    weight: () => 3,
    act: (world, choice) => {
      const agentName = choice.of(['Front', 'Sales', 'Support']);
      world.command({ type: 'updateAgent', commandId: world.commandId(), agentName });
    },
  },
  {
    name: 'the app removes an item',
    weight: (world) => (world.isOpen && world.rehearsal.state.history.items.pages.length > 0 ? 3 : 0),
    act: (world, choice) => {
      const items = itemsOf(world.rehearsal.state.history.items);
      const removed = choice.among(items);
      world.command({ type: 'updateHistory', items: items.filter((item) => item !== removed) });
    },
  },
  {
    name: 'the connection ends',
    weight: (world) => open(world, 2),
    act: (world, choice) => world.disconnect(choice.oneIn(4) ? { type: 'close' } : LOSS),
  },
  {
    name: 'the connection comes of age',
    weight: (world) => some(world.ages, 4),
    act: (world) => {
      const age = world.ages.shift();
      if (age !== undefined) world.feed(age);
    },
  },
  {
    name: 'the app ends a call that has no connection',
    weight: (world) => (world.isOpen ? 0 : up(world, 1)),
    act: (world) => world.disconnect({ type: 'close' }),
  },
  {
    name: 'an attempt at another connection ends',
    isInevitable: true,
    weight: (world) => (world.isReconnecting ? 20 : 0),
    act: (world, choice) => {
      if (choice.oneIn(4)) world.disconnect({ type: 'disconnected', reason: 'no answer' });
      else world.reconnect(choice);
    },
  },
  {
    name: 'the app connects again',
    weight: (world) => (world.rehearsal.facts.connection === 'closed' ? 30 : 0),
    act: (world, choice) => world.connect(choice),
  },
];

const anotherConnection: Move = {
  name: 'another connection is open',
  weight: (world) => (world.isReconnecting ? 1 : 0),
  act: (world, choice) => world.reconnect(choice),
};

/** What is left to happen once nobody starts anything new; deadlines pass last. */
const calmMoves: readonly Move[] = [
  anotherConnection,
  deliver,
  arrive,
  obey,
  news,
  release,
  {
    name: 'the user stops speaking',
    weight: (world) => (world.canUtteranceEnd ? 1 : 0),
    act: (world, choice) => world.server.stopSpeech(false, choice),
  },
  {
    name: 'the model says a last word',
    weight: (world) => active(world, 3),
    act: (world) => world.server.finish('completed'),
  },
  {
    name: 'everything settles',
    weight: (world) => some(world.jobs, 3),
    act: (world, choice) => world.settleJob(choice, true),
  },
  {
    name: 'the app decides',
    weight: (world) => some(world.approvals, 3),
    act: (world, choice) => world.decide(choice),
  },
  {
    name: 'the playout plays to the end',
    weight: (world) => (world.playout.isIdle ? 0 : 1),
    act: (world) => world.playout.render(Number.MAX_SAFE_INTEGER),
  },
  fireTimer,
  {
    name: 'the app gives up on what is held back',
    weight: (world) => (world.held?.isEmpty === false && world.isOpen ? 1 : 0),
    act: (world) => world.command({ type: 'interrupt' }),
  },
];
