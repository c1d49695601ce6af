import type { AgentOffer } from '../agent/agent.ts';
import type { RunToolApprovalItem } from '../agent/approval-item.ts';
import type { RunContext } from '../agent/run-context.ts';
import type { Timer } from '../clock.ts';
import type { HostedDecision, HostedTools } from './hosted-tools.ts';
import { emitIsolated } from '../isolated-emit.ts';
import { SessionError, ToolCallError } from '../errors.ts';
import type { RealtimeItem, RealtimeMcpCallApprovalRequestItem, RealtimeMcpCallItem } from '../protocol/items.ts';
import type { CallRef, SessionNotice } from '../session/effect.ts';
import type { RealtimeSessionEventTypes } from '../session-events.ts';
import type { LiveObjects } from './session-notices.ts';
import { publicEventOf } from './session-notices.ts';
import type { SessionParts } from './session-parts.ts';

/** How long `onApproval` of a hosted tool may take before the app is asked, too. */
const HOSTED_APPROVAL_TIMEOUT_MS = 30_000;

/** What is announced about. */
export interface AnnouncerHost<TContext> extends LiveObjects<TContext> {
  readonly parts: SessionParts<TContext>;
  readonly hosted: HostedTools;
  /** What the current agent offers the model. */
  readonly currentOffer: AgentOffer<TContext>;
  readonly history: RealtimeItem[];
  /** Carries out what a hosted tool's own `onApproval` decided. */
  decideHosted(item: RunToolApprovalItem, decision: HostedDecision): void;
  /** Carries out a decision that the app made before it was asked. */
  decide(callId: string, isApproved: boolean): void;
}

/** Tells the app what happened, each listener by itself. */
export class Announcer<TContext> {
  readonly #host: AnnouncerHost<TContext>;
  #hostedTimers: Set<Timer> | null = null;
  #isHistoryStale = false;
  #isTellingSoon = false;

  constructor(host: AnnouncerHost<TContext>) {
    this.#host = host;
  }

  announce(notice: SessionNotice): void {
    const { emitter, report } = this.#host.parts;
    if (notice.type === 'error') return report(notice.error);
    if (notice.type === 'historyUpdated') {
      return notice.isGrowing === true ? this.#tellHistorySoon() : this.markHistoryStale();
    }
    const { roster } = this.#host;
    if (notice.type === 'audioStart') roster.markSpoken();
    if (notice.type === 'toolApprovalRequested' && this.#wasDecided(notice.call, roster.get(notice.agentName).name))
      return;
    const event = publicEventOf(notice, this.#host);
    if (event === null) return;
    emitIsolated(emitter, event.name, event.args, report);
    if (event.agent !== undefined) emitIsolated(event.agent.emitter, event.name, event.agent.args, report);
    if (notice.type === 'agentHandoff') this.mcpToolsChanged();
  }

  emit<K extends keyof RealtimeSessionEventTypes<TContext>>(
    name: K,
    args: RealtimeSessionEventTypes<TContext>[K],
  ): void {
    const { emitter, report } = this.#host.parts;
    emitIsolated(emitter, name, args, report);
  }

  /** Whether anybody listens to an event of the session. */
  isHeard(name: keyof RealtimeSessionEventTypes<TContext>): boolean {
    return this.#host.parts.emitter.listenerCount(name) > 0;
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
    if (this.isHeard('history_updated')) this.emit('history_updated', [this.#host.history]);
  }

  /** Words come many to the tick. */
  #tellHistorySoon(): void {
    if (this.#isTellingSoon || !this.isHeard('history_updated')) return;
    this.#isTellingSoon = true;
    this.#host.parts.clock.schedule(0, () => {
      if (!this.#isTellingSoon) return;
      this.#isTellingSoon = false;
      this.#emitHistory();
    });
  }

  mcpToolsChanged(): void {
    const { hosted, currentOffer } = this.#host;
    const tools = hosted.changeFor(currentOffer);
    if (tools !== null) this.emit('mcp_tools_changed', [tools]);
  }

  /** The connection is gone, and with it the requests that `onApproval` of hosted tools still thinks about. */
  dropHosted(): void {
    for (const timer of this.#hostedTimers ?? []) timer.cancel();
    this.#hostedTimers = null;
  }

  /**
   * A call to a hosted tool waits: its own `onApproval` decides, or else the app is asked. One that takes too long may
   * still decide as long as the app has not.
   */
  mcpApprovalRequested(request: RealtimeMcpCallApprovalRequestItem): void {
    const { parts, hosted, currentOffer: offer } = this.#host;
    const { clock, runContext } = parts;
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
      parts.report(error);
      ask();
    };
    const name = `onApproval of ${request.serverLabel}`;
    const timer = clock.schedule(HOSTED_APPROVAL_TIMEOUT_MS, () => {
      this.#hostedTimers?.delete(timer);
      const message = `${name} has not decided for ${HOSTED_APPROVAL_TIMEOUT_MS} ms; the app is asked`;
      askAfter(new SessionError(message, { code: 'ERR_APPROVAL_OVERDUE' }));
    });
    (this.#hostedTimers ??= new Set()).add(timer);
    /** Whether `onApproval` was in time. */
    const isInTime = (): boolean => {
      timer.cancel();
      return this.#hostedTimers?.delete(timer) === true;
    };
    decision.then(
      (decided) => {
        isInTime();
        this.#host.decideHosted(item, decided);
      },
      (error: unknown) => {
        if (isInTime()) askAfter(new ToolCallError(`${name} failed; the app is asked`, error));
      },
    );
  }

  mcpCallCompleted(call: RealtimeMcpCallItem): void {
    this.emit('mcp_tool_call_completed', [this.#host.parts.runContext, this.#host.currentOffer.agent, call]);
  }

  /** The app may have decided through the context, without waiting to be asked. */
  #wasDecided({ name: toolName, callId, arguments: text }: CallRef, agentName: string): boolean {
    const decision = this.#host.parts.runContext.isToolApproved({ toolName, callId, arguments: text, agentName });
    if (decision !== undefined) this.#host.decide(callId, decision);
    return decision !== undefined;
  }
}
