// Carries out what the session core decides. Composite effects run user code and come back as one input each; one that
// was abandoned meanwhile has no record any more and comes back as nothing.

import type { RealtimeAgent } from '../agent/agent.ts';
import type { CallRunner } from '../agent/call-runner.ts';
import { DEFAULT_GUARDRAIL_TIMEOUT_MS, runGuardrail } from '../agent/guardrail-run.ts';
import type { AgentRoster } from './agent-roster.ts';
import type { Timer } from '../clock.ts';
import { Deadlines } from '../deadlines.ts';
import type { OpenCommands } from './open-commands.ts';
import type { JournalWriter } from './journal-writer.ts';
import type { ItemPosition, PlayoutListener, PlayoutReport } from '../playout/playout.ts';
import type { CallRef, SendCommand, SessionEffect, SessionNotice } from '../session/effect.ts';
import type { SessionConfig } from '../protocol/session-config.ts';
import type { PlayoutInput, SettlementInput, TimerInput, TransportInput } from '../session/input.ts';
import type { DrivableTransport, RealtimeTransportLayer } from '../transports/transport.ts';
import { onRejection } from '../thenable.ts';
import type { SessionParts } from './session-parts.ts';

/** What effects need of the session. */
export interface EffectHost<TContext> {
  readonly parts: SessionParts<TContext>;
  readonly roster: AgentRoster<TContext>;
  readonly calls: CallRunner<TContext>;
  readonly commands: OpenCommands<TContext>;
  readonly journal: JournalWriter | null;
  /** When the app last handed audio of the user over, null if it never has. */
  readonly lastAudioAtMs: number | null;
  post(input: SettlementInput | PlayoutInput | TimerInput | TransportInput): void;
  announce(notice: SessionNotice): void;
  /** Opens the next connection. */
  reconnect(): void;
}

/** What the model reads about a call that was not run because its start could not be recorded. */
const NOT_RECORDED_OUTPUT = 'It was not run: it could not be recorded that it would be. Try again later.';

interface Flush {
  /** Published just before the flush; they serve if no report comes. */
  readonly positions: readonly ItemPosition[];
  timer: Timer | null;
}

/** Runs the effects of one session. */
export class EffectRunner<TContext> implements PlayoutListener {
  readonly #host: EffectHost<TContext>;
  #flushes: Map<string, Flush> | null = null;
  #timers: Map<string | number, Timer> | null = null;
  /** Calls whose output has left; they are released once the app has heard of it. */
  readonly #answered: string[] = [];
  /** Guardrails that are reading; made with the first of them. */
  #readings: Deadlines | null = null;
  /** For what is next to happen with the connection: an attempt at another one, or its replacement. */
  #connectionTimer: Timer | null = null;

  constructor(host: EffectHost<TContext>) {
    this.#host = host;
    const { driven } = host.parts;
    if (driven !== null) driven.playout.listener = this;
  }

  onReport(report: PlayoutReport): void {
    const { driven } = this.#host.parts;
    if (driven === null) return;
    this.#flushes?.get(report.interruptId)?.timer?.cancel();
    this.#flushes?.delete(report.interruptId);
    this.#host.post({ type: 'playoutReport', report, sampleRate: driven.playout.sampleRate });
  }

  onStarted(position: ItemPosition): void {
    const { responseId, itemId, contentIndex } = position;
    // Elsewhere the audio itself has told of it when it came.
    if (this.#host.parts.driven?.isPlayoutRemote === true)
      this.#host.post({ type: 'audioStarted', responseId, itemId, contentIndex });
    this.#host.post({ type: 'playoutStarted', position });
  }

  onDone(position: ItemPosition): void {
    const isModelled = this.#host.parts.driven?.playout.isModelled === true;
    this.#host.post({ type: 'playoutDone', position, ...(isModelled && { isModelled }) });
  }

  /** Carries out effects in order; one that throws stops none of the others. */
  run(effects: readonly SessionEffect[]): void {
    for (const effect of effects) {
      try {
        this.#run(effect);
      } catch (error) {
        this.#host.announce({ type: 'error', error });
      }
    }
    if (this.#answered.length > 0) for (const callId of this.#answered.splice(0)) this.#host.calls.release(callId);
  }

  #run(effect: SessionEffect): void {
    const { parts, calls, roster } = this.#host;
    switch (effect.type) {
      case 'send':
        return this.#send(effect.command);
      case 'emit':
        return this.#host.announce(effect.notice);
      case 'flushPlayout':
        return this.#flush(effect.interruptId);
      case 'endPlayout':
        return parts.driven?.playout.end(effect.itemId, effect.contentIndex);
      case 'startInterruptTimer':
        return this.#startInterruptTimer(effect.interruptId, effect.delayMs);
      case 'startServerTurnTimer':
        return this.#startTimer(effect.turn, effect.delayMs, () => ({ type: 'serverTurnOverdue', turn: effect.turn }));
      case 'startSpeechTimer':
        return this.#startTimer('user speech', effect.delayMs, () => ({
          type: 'speechOverdue',
          lastAudioAtMs: this.#host.lastAudioAtMs,
        }));
      case 'startResendTimer':
        return this.#startTimer('resend', effect.delayMs, () => ({ type: 'resendDue' }));
      case 'startReconnectTimer': {
        const { attempt, delayMs } = effect;
        const jitter = 1 - parts.jitter * Math.random();
        return this.#startConnectionTimer(delayMs * jitter, { type: 'reconnectDue', attempt });
      }
      case 'startRolloverTimer': {
        const { connectionCount, delayMs } = effect;
        return this.#startConnectionTimer(delayMs, { type: 'rolloverDue', connectionCount });
      }
      case 'reconnect':
        this.#connectionTimer?.cancel();
        return this.#host.reconnect();
      case 'releaseCall':
        return calls.release(effect.callId);
      case 'startTimer':
        return this.#startTimer(effect.timerId, effect.delayMs, () => ({
          type: 'timerDue',
          timerId: effect.timerId,
        }));
      case 'controlPlayout':
        return parts.driven?.playout[effect.control](effect.gainDb);
      case 'runFeature':
        return parts.features.get(effect.feature)?.run?.(effect.job);
      case 'abort':
        return calls.abort(effect.callId, effect.reason);
      case 'settle':
        return this.#host.commands.settle(effect.commandId, effect.error);
      case 'prepareAgent':
        void this.#prepareAgent(effect.commandId).then((input) => this.#host.post(input));
        return;
      case 'prepareCall':
        return this.#settleCall(effect.call.callId, calls.prepare(effect.call, roster.offerOf(effect.agentName)));
      case 'runCall':
        return this.#settleCall(
          effect.call.callId,
          this.#whenRecorded(effect.call, () => calls.run(effect.call)),
        );
      case 'runHandoff':
        return this.#settleCall(
          effect.call.callId,
          this.#whenRecorded(effect.call, () => calls.handOff(effect.call, (agent) => this.#enter(agent))),
        );
      case 'formatRejection':
        return this.#settleCall(effect.call.callId, calls.formatRejection(effect.call, effect.message));
      case 'runGuardrail': {
        const { options, runContext } = parts;
        const guardrail = options.outputGuardrails?.[effect.guardrail];
        if (guardrail === undefined) return;
        const timeoutMs = options.outputGuardrailSettings?.timeoutMs ?? DEFAULT_GUARDRAIL_TIMEOUT_MS;
        const args = { agent: roster.get(effect.agentName), agentOutput: effect.text, context: runContext };
        const deadlines = (this.#readings ??= new Deadlines(parts.clock));
        void runGuardrail(guardrail, args, { deadlines, timeoutMs }).then((outcome) => {
          this.#host.post({ type: 'guardrailSettled', runId: effect.runId, ...outcome });
        });
      }
    }
  }

  /** The connection is gone: nothing is waited for any more. */
  stop(): void {
    for (const { timer } of this.#flushes?.values() ?? []) timer?.cancel();
    for (const timer of this.#timers?.values() ?? []) timer.cancel();
    this.#connectionTimer?.cancel();
    this.#flushes = null;
    this.#timers = null;
    this.#readings?.clear();
    this.#readings = null;
    this.#host.calls.clear();
    for (const feature of this.#host.parts.features.values()) feature.stop?.();
  }

  #send(command: SendCommand): void {
    const { transport, driven } = this.#host.parts;
    const failed = (error: unknown): void => this.#unsent(command, error);
    try {
      // A transport of the app may have asynchronous methods.
      onRejection(sendThrough(transport, driven, command), failed);
    } catch (error) {
      failed(error);
    }
    if (command.type === 'functionCallOutput') this.#answered.push(command.call.callId);
    if (command.type !== 'updateConfig') return;
    this.#host.roster.markSent(command.config);
    if (driven !== null)
      this.#host.post({ type: 'connected', abilities: { isDriven: true, createsResponses: driven.createsResponses } });
  }

  #unsent(command: SendCommand, error: unknown): void {
    // A request that never left must not be waited for.
    if (command.type === 'createResponse') this.#host.post({ type: 'serverError', eventId: command.eventId, error });
    else if (command.type === 'functionCallOutput') {
      const { call, output } = command;
      this.#host.post({ type: 'outputUnsent', call, output, error });
    } else this.#host.announce({ type: 'error', error });
  }

  #flush(interruptId: string): void {
    const playout = this.#host.parts.driven?.playout;
    if (playout === undefined) return;
    (this.#flushes ??= new Map()).set(interruptId, { positions: playout.positions(), timer: null });
    playout.flush(interruptId);
  }

  #startInterruptTimer(interruptId: string, delayMs: number): void {
    const { clock, driven } = this.#host.parts;
    const flush = this.#flushes?.get(interruptId);
    // A sink that knows at once has reported already.
    if (flush === undefined || driven === null) return;
    flush.timer = clock.schedule(delayMs, () => {
      this.#flushes?.delete(interruptId);
      const { sampleRate } = driven.playout;
      this.#host.post({ type: 'interruptOverdue', interruptId, positions: flush.positions, sampleRate });
    });
  }

  /** Turns are numbers, all other timers have a name; one that is started again takes the place of the former. */
  #startTimer(id: string | number, delayMs: number, due: () => TimerInput): void {
    this.#timers?.get(id)?.cancel();
    const timer = this.#host.parts.clock.schedule(delayMs, () => {
      this.#timers?.delete(id);
      this.#host.post(due());
    });
    (this.#timers ??= new Map()).set(id, timer);
  }

  #startConnectionTimer(delayMs: number, input: TimerInput): void {
    this.#connectionTimer?.cancel();
    this.#connectionTimer = this.#host.parts.clock.schedule(delayMs, () => this.#host.post(input));
  }

  async #prepareAgent(commandId: string): Promise<SettlementInput> {
    const agent = this.#host.commands.agentOf(commandId);
    try {
      if (agent === undefined) throw new Error(`no agent for ${commandId}`);
      const { agentName, config } = await this.#enter(agent);
      return { type: 'agentPrepared', commandId, result: { ok: true, agentName, config } };
    } catch (error) {
      return { type: 'agentPrepared', commandId, result: { ok: false, error } };
    }
  }

  /** Runs a call once its start is on record; a journal that refuses it, another process owning it now, stops it. */
  async #whenRecorded(call: CallRef, run: () => Promise<SettlementInput>): Promise<SettlementInput> {
    const { journal } = this.#host;
    if (journal === null) return run();
    try {
      await journal.started(call);
    } catch (error) {
      return { type: 'callSettled', callId: call.callId, output: NOT_RECORDED_OUTPUT, isBackground: false, error };
    }
    return run();
  }

  /** Makes an agent ready to take over; `output` is what the model reads of a handoff to it. */
  async #enter(agent: RealtimeAgent<TContext>): Promise<{ agentName: string; config: SessionConfig; output: string }> {
    const { roster } = this.#host;
    const { config, offer } = await roster.prepare(agent);
    return { agentName: roster.enter(offer), config, output: JSON.stringify({ assistant: agent.name }) };
  }

  /** Posts how a piece of a call ended, unless the call was abandoned or another took its id. */
  #settleCall(callId: string, settling: Promise<SettlementInput>): void {
    const { calls } = this.#host;
    const record = calls.recordOf(callId);
    void settling.then((input) => {
      if (calls.recordOf(callId) === record) this.#host.post(input);
    });
  }
}

/** A foreign transport gets only what its interface has; it interrupts and truncates by itself. */
function sendThrough(
  transport: RealtimeTransportLayer,
  driven: DrivableTransport | null,
  command: SendCommand,
): unknown {
  switch (command.type) {
    case 'createResponse':
      if (driven !== null) return driven.createResponse({ eventId: command.eventId, response: command.response });
      if (transport.requestResponse !== undefined) return transport.requestResponse();
      return transport.sendEvent({ type: 'response.create' });
    case 'cancelResponse':
      return driven?.cancelResponse(command.responseId ?? undefined);
    case 'truncate': {
      const { itemId, contentIndex, audioEndMs } = command;
      return driven?.truncateItem({ itemId, contentIndex, audioEndMs });
    }
    case 'functionCallOutput': {
      const { itemId, ...call } = command.call;
      return transport.sendFunctionCallOutput({ type: 'function_call', id: itemId, ...call }, command.output, false);
    }
    case 'message': {
      const { message, otherEventData } = command;
      if (driven === null) return transport.sendMessage(message, otherEventData);
      return driven.sendMessage(message, otherEventData, { triggerResponse: false });
    }
    case 'event':
      return transport.sendEvent(command.event);
    case 'updateConfig':
      return transport.updateSessionConfig(command.config);
    case 'resetHistory':
      return transport.resetHistory([...command.from], [...command.to]);
    case 'interrupt':
      return transport.interrupt();
  }
}
