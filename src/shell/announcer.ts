import type { AgentOffer } from '../agent/agent.ts';
import type { RunToolApprovalItem } from '../agent/approval-item.ts';
import type { RealtimeContextData, RunContext } from '../agent/run-context.ts';
import type { AgentRoster } from './agent-roster.ts';
import type { Clock, Timer } from '../clock.ts';
import type { HostedDecision, HostedTools } from './hosted-tools.ts';
import type { ListenerSource } from '../isolated-emit.ts';
import { emitIsolated } from '../isolated-emit.ts';
import { SessionError, ToolCallError } from '../errors.ts';
import type { RealtimeItem, RealtimeMcpCallApprovalRequestItem, RealtimeMcpCallItem } from '../protocol/items.ts';
import type { CallRef, SessionNotice } from '../session/effect.ts';
import type { RealtimeSessionEventTypes } from '../session-events.ts';
import type { ToolLookup } from './session-notices.ts';
import { publicEventOf } from './session-notices.ts';

/** How long `onApproval` of a hosted tool may take before the app is asked, too. */
const HOSTED_APPROVAL_TIMEOUT_MS = 30_000;

/** What is announced about. */
export interface AnnouncerOptions<TContext> {
  /** The session. */
  readonly emitter: ListenerSource;
  /** Tells of an error. */
  readonly report: (error: unknown) => void;
  readonly clock: Clock;
  readonly runContext: RunContext<RealtimeContextData<TContext>>;
  readonly roster: AgentRoster<TContext>;
  readonly hosted: HostedTools;
  readonly toolOf: ToolLookup<TContext>;
  readonly currentOffer: () => AgentOffer<TContext>;
  /** Carries out what a hosted tool's own `onApproval` decided. */
  readonly decideHosted: (item: RunToolApprovalItem, decision: HostedDecision) => void;
  readonly history: () => RealtimeItem[];
  /** Carries out a decision that the app made before it was asked. */
  readonly decide: (callId: string, isApproved: boolean) => void;
}

/** Tells the app what happened, each listener by itself. */
export class Announcer<TContext> {
  readonly #options: AnnouncerOptions<TContext>;
  readonly #hostedTimers = new Set<Timer>();
  #isHistoryStale = false;
  #isTellingSoon = false;

  constructor(options: AnnouncerOptions<TContext>) {
    this.#options = options;
  }

  announce(notice: SessionNotice): void {
    if (notice.type === 'error') return this.#options.report(notice.error);
    if (notice.type === 'historyUpdated') {
      return notice.isGrowing === true ? this.#tellHistorySoon() : this.markHistoryStale();
    }
    const { emitter, roster } = this.#options;
    if (notice.type === 'audioStart') roster.markSpoken();
    if (notice.type === 'toolApprovalRequested' && this.#wasDecided(notice.call)) return;
    const event = publicEventOf(notice, this.#options);
    if (event === null) return;
    emitIsolated(emitter, event.name, event.args, this.#options.report);
    if (event.agent !== undefined)
      emitIsolated(event.agent.emitter, event.name, event.agent.args, this.#options.report);
    if (notice.type === 'agentHandoff') this.mcpToolsChanged();
  }

  emit<K extends keyof RealtimeSessionEventTypes<TContext>>(
    name: K,
    args: RealtimeSessionEventTypes<TContext>[K],
  ): void {
    emitIsolated(this.#options.emitter, name, args, this.#options.report);
  }

  /** Whether anybody listens to an event of the session. */
  isHeard(name: keyof RealtimeSessionEventTypes<TContext>): boolean {
    return this.#options.emitter.rawListeners(name).length > 0;
  }

  markHistoryStale(): void {
    this.#isHistoryStale = true;
  }

  /** Tells of the history once for all changes since the last time; false if there were none. */
  tellHistory(): boolean {
    if (!this.#isHistoryStale) return false;
    this.#isHistoryStale = false;
    this.#isTellingSoon = false;
    this.#emitHistory();
    return true;
  }

  /** The array is made for listeners only. */
  #emitHistory(): void {
    if (this.isHeard('history_updated')) this.emit('history_updated', [this.#options.history()]);
  }

  /** Words come many to the tick. */
  #tellHistorySoon(): void {
    if (this.#isTellingSoon || !this.isHeard('history_updated')) return;
    this.#isTellingSoon = true;
    this.#options.clock.schedule(0, () => {
      if (!this.#isTellingSoon) return;
      this.#isTellingSoon = false;
      this.#emitHistory();
    });
  }

  mcpToolsChanged(): void {
    const { hosted, currentOffer } = this.#options;
    const tools = hosted.changeFor(currentOffer());
    if (tools !== null) this.emit('mcp_tools_changed', [tools]);
  }

  /** The connection is gone, and with it the requests that `onApproval` of hosted tools still thinks about. */
  dropHosted(): void {
    for (const timer of this.#hostedTimers) timer.cancel();
    this.#hostedTimers.clear();
  }

  /**
   * A call to a hosted tool waits: its own `onApproval` decides, or else the app is asked. One that takes too long may
   * still decide as long as the app has not.
   */
  mcpApprovalRequested(request: RealtimeMcpCallApprovalRequestItem): void {
    const { clock, runContext, hosted, currentOffer, decideHosted } = this.#options;
    const offer = currentOffer();
    const item = hosted.requested(request, offer);
    if (item === null) return;
    const ask = (): void =>
      this.emit('tool_approval_requested', [
        runContext,
        offer.agent,
        { type: 'mcp_approval_request', approvalItem: item },
      ]);
    const decision = hosted.decisionOf(item, offer, runContext as RunContext<never>);
    if (decision === null) return ask();
    const askAfter = (error: Error): void => {
      this.#options.report(error);
      ask();
    };
    const name = `onApproval of ${request.serverLabel}`;
    const timer = clock.schedule(HOSTED_APPROVAL_TIMEOUT_MS, () => {
      this.#hostedTimers.delete(timer);
      const message = `${name} has not decided for ${HOSTED_APPROVAL_TIMEOUT_MS} ms; the app is asked`;
      askAfter(new SessionError(message, { code: 'ERR_APPROVAL_OVERDUE' }));
    });
    this.#hostedTimers.add(timer);
    /** Whether `onApproval` was in time. */
    const isInTime = (): boolean => {
      timer.cancel();
      return this.#hostedTimers.delete(timer);
    };
    decision.then(
      (decided) => {
        isInTime();
        decideHosted(item, decided);
      },
      (error: unknown) => {
        if (isInTime()) askAfter(new ToolCallError(`${name} failed; the app is asked`, error));
      },
    );
  }

  mcpCallCompleted(call: RealtimeMcpCallItem): void {
    this.emit('mcp_tool_call_completed', [this.#options.runContext, this.#options.currentOffer().agent, call]);
  }

  /** The app may have decided through the context, without waiting to be asked. */
  #wasDecided({ name: toolName, callId, arguments: text }: CallRef): boolean {
    const decision = this.#options.runContext.isToolApproved({ toolName, callId, arguments: text });
    if (decision !== undefined) this.#options.decide(callId, decision);
    return decision !== undefined;
  }
}
