// From the core's notices in plain data to public events with live objects.

import type { RealtimeAgent } from '../agent/agent.ts';
import { RunToolApprovalItem, functionCallItemOf } from '../agent/approval-item.ts';
import type { CallRunner } from '../agent/call-runner.ts';
import type { OutputGuardrailTripwireTriggered } from '../agent/guardrail.ts';
import type { RealtimeContextData, RunContext } from '../agent/run-context.ts';
import type { AgentRoster } from './agent-roster.ts';
import { frozenItem } from './frozen-items.ts';
import type { SessionNotice } from '../session/effect.ts';
import type { RealtimeSessionEventTypes } from '../session-events.ts';

/** The live objects that notices name. */
export interface LiveObjects<TContext> {
  readonly parts: { readonly runContext: RunContext<RealtimeContextData<TContext>> };
  readonly roster: AgentRoster<TContext>;
  readonly calls: Pick<CallRunner<TContext>, 'toolOf'>;
}

/** An event of the session, and the same on its agent where agents have it. */
export type PublicEvent<TContext> = {
  [K in keyof RealtimeSessionEventTypes]: {
    readonly name: K;
    readonly args: RealtimeSessionEventTypes<TContext>[K];
    readonly agent?: { readonly emitter: RealtimeAgent<TContext>; readonly args: readonly unknown[] };
  };
}[keyof RealtimeSessionEventTypes];

/** Notices that become an event each. Of the two others the announcer coalesces one and isolates the other. */
export type EventNotice = Exclude<SessionNotice, { type: 'historyUpdated' | 'error' }>;

/** The event of a notice; null for a call whose tool is gone. */
export function publicEventOf<TContext>(
  notice: EventNotice,
  live: LiveObjects<TContext>,
): PublicEvent<TContext> | null {
  const { roster, calls } = live;
  const { runContext } = live.parts;
  if (notice.type === 'event') return { name: notice.event, args: [notice.detail] } as PublicEvent<TContext>;
  if (notice.type === 'historyAdded') return { name: 'history_added', args: [frozenItem(notice.item)] };
  if (notice.type === 'agentHandoff') {
    const from = roster.get(notice.fromAgentName);
    const to = roster.get(notice.toAgentName);
    return { name: 'agent_handoff', args: [runContext, from, to], agent: { emitter: from, args: [runContext, to] } };
  }
  const agent = roster.get(notice.agentName);
  switch (notice.type) {
    case 'agentStart':
      return { name: 'agent_start', args: [runContext, agent], agent: { emitter: agent, args: [runContext, agent] } };
    case 'agentEnd': {
      const { output } = notice;
      return {
        name: 'agent_end',
        args: [runContext, agent, output],
        agent: { emitter: agent, args: [runContext, output] },
      };
    }
    case 'toolStart': {
      const tool = calls.toolOf(notice.call.callId);
      if (tool === undefined) return null;
      const details = { toolCall: functionCallItemOf(notice.call) };
      return {
        name: 'agent_tool_start',
        args: [runContext, agent, tool, details],
        agent: { emitter: agent, args: [runContext, tool, details] },
      };
    }
    case 'toolEnd': {
      const tool = calls.toolOf(notice.call.callId);
      if (tool === undefined) return null;
      const { customData } = notice;
      const details = { toolCall: functionCallItemOf(notice.call), ...(customData !== undefined && { customData }) };
      return {
        name: 'agent_tool_end',
        args: [runContext, agent, tool, notice.output, details],
        agent: { emitter: agent, args: [runContext, tool, notice.output, details] },
      };
    }
    case 'toolApprovalRequested': {
      const tool = calls.toolOf(notice.call.callId);
      if (tool === undefined) return null;
      const approvalItem = new RunToolApprovalItem(functionCallItemOf(notice.call), agent);
      return {
        name: 'tool_approval_requested',
        args: [runContext, agent, { type: 'function_approval', tool, approvalItem }],
      };
    }
    case 'audioStart':
      return { name: 'audio_start', args: [runContext, agent] };
    case 'audioStopped':
      return { name: 'audio_stopped', args: [runContext, agent] };
    case 'audioInterrupted':
      return { name: 'audio_interrupted', args: [runContext, agent] };
    case 'guardrailTripped': {
      // The core passes through what the guardrails made.
      const error = notice.error as OutputGuardrailTripwireTriggered;
      return { name: 'guardrail_tripped', args: [runContext, agent, error, { itemId: notice.itemId }] };
    }
  }
}
