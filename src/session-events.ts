// The one event map of a session. Emitters, docs and tests derive from it; argument orders are those of the peer.

import type { RealtimeAgent } from './agent/agent.ts';
import type { FunctionCallItem, RunToolApprovalItem } from './agent/approval-item.ts';
import type { ToolOutputCustomData } from './agent/custom-data.ts';
import type { OutputGuardrailTripwireTriggered } from './agent/guardrail.ts';
import type { RealtimeContextData, RunContext } from './agent/run-context.ts';
import type { FunctionTool } from './agent/tool.ts';
import type { RealtimeItem, RealtimeMcpCallItem } from './protocol/items.ts';
import type { PlainSessionEvents } from './session/plain-events.ts';
import type { RealtimeMcpToolInfo, TransportEvent, TransportLayerAudio } from './transports/transport.ts';

/** An agent of a session, written with or without the history in its context type. */
export type SessionAgent<TContext> = RealtimeAgent<TContext> | RealtimeAgent<RealtimeContextData<TContext>>;

/** A function call waits for `session.approve` or `session.reject`. */
export interface RealtimeToolApprovalRequest<TContext = unknown> {
  type: 'function_approval';
  tool: FunctionTool<RealtimeContextData<TContext>>;
  approvalItem: RunToolApprovalItem;
}

/** A call to a hosted tool server waits for `session.approve` or `session.reject`. */
export interface RealtimeMcpApprovalRequest {
  type: 'mcp_approval_request';
  approvalItem: RunToolApprovalItem;
}

/** Argument of `error`. Of an error of the server, `error` is the server's event, which has an `error` of its own. */
export interface RealtimeSessionError {
  type: 'error';
  error: unknown;
}

/** Events of a `RealtimeSession`, as labelled argument tuples. */
export type RealtimeSessionEventTypes<TContext = unknown> = {
  [K in keyof PlainSessionEvents]: [event: PlainSessionEvents[K]];
} & {
  /** A response of the agent began. */
  agent_start: [context: RunContext<RealtimeContextData<TContext>>, agent: SessionAgent<TContext>];
  /** A response of the agent ended; `output` is the text of its last message. */
  agent_end: [context: RunContext<RealtimeContextData<TContext>>, agent: SessionAgent<TContext>, output: string];
  /** The server has been told of another agent. */
  agent_handoff: [
    context: RunContext<RealtimeContextData<TContext>>,
    fromAgent: SessionAgent<TContext>,
    toAgent: SessionAgent<TContext>,
  ];
  agent_tool_start: [
    context: RunContext<RealtimeContextData<TContext>>,
    agent: SessionAgent<TContext>,
    tool: FunctionTool<RealtimeContextData<TContext>>,
    details: { toolCall: FunctionCallItem },
  ];
  /** A tool returned, failed or was rejected; `result` is what the model is told. */
  agent_tool_end: [
    context: RunContext<RealtimeContextData<TContext>>,
    agent: SessionAgent<TContext>,
    tool: FunctionTool<RealtimeContextData<TContext>>,
    result: string,
    details: { toolCall: FunctionCallItem; customData?: ToolOutputCustomData },
  ];
  /** Every event of the transport, untouched. */
  transport_event: [event: TransportEvent];
  /** First audio of a response. */
  audio_start: [context: RunContext<RealtimeContextData<TContext>>, agent: SessionAgent<TContext>];
  /** The model has sent all audio of an item; it may still be playing. */
  audio_stopped: [context: RunContext<RealtimeContextData<TContext>>, agent: SessionAgent<TContext>];
  /** Audio to play, in the session's output format. Late audio of an interrupted response never arrives here. */
  audio: [event: TransportLayerAudio];
  /** Whoever plays the agent's audio must stop now and drop what is queued. */
  audio_interrupted: [context: RunContext<RealtimeContextData<TContext>>, agent: SessionAgent<TContext>];
  guardrail_tripped: [
    context: RunContext<RealtimeContextData<TContext>>,
    agent: SessionAgent<TContext>,
    error: OutputGuardrailTripwireTriggered,
    details: { itemId: string },
  ];
  /** The history changed, or the model said more of an item in it; at most once for all changes of a tick. */
  history_updated: [history: RealtimeItem[]];
  /** An item is new; its transcript may still grow. */
  history_added: [item: RealtimeItem];
  error: [error: RealtimeSessionError];
  tool_approval_requested: [
    context: RunContext<RealtimeContextData<TContext>>,
    agent: SessionAgent<TContext>,
    approvalRequest: RealtimeToolApprovalRequest<TContext> | RealtimeMcpApprovalRequest,
  ];
  mcp_tool_call_completed: [
    context: RunContext<RealtimeContextData<TContext>>,
    agent: SessionAgent<TContext>,
    toolCall: RealtimeMcpCallItem,
  ];
  /** The hosted tools that the current agent can use have changed. */
  mcp_tools_changed: [tools: RealtimeMcpToolInfo[]];
};
