import type { CallRef } from '../session/effect.ts';
import type { AnyRealtimeAgent } from './agent.ts';

/** A function call of the model, as listeners, tools and approvals see it. */
export interface FunctionCallItem {
  type: 'function_call';
  id?: string;
  callId: string;
  name: string;
  arguments: string;
  status?: 'in_progress' | 'completed' | 'incomplete';
  /** The response that made it; not there in items of other packages. */
  responseId?: string;
  providerData?: Record<string, unknown>;
}

/** A call that the service makes itself and asks leave for. */
export interface HostedToolCallItem {
  type: 'hosted_tool_call';
  id?: string;
  name: string;
  arguments?: string;
  status?: string;
  providerData?: Record<string, unknown>;
}

/** A tool call that waits for `session.approve` or `session.reject`. */
export class RunToolApprovalItem {
  readonly type = 'tool_approval_item' as const;
  readonly rawItem: FunctionCallItem | HostedToolCallItem;
  readonly agent: AnyRealtimeAgent;
  readonly toolName: string | undefined;

  constructor(rawItem: FunctionCallItem | HostedToolCallItem, agent: AnyRealtimeAgent, toolName?: string) {
    this.rawItem = rawItem;
    this.agent = agent;
    this.toolName = toolName ?? rawItem.name;
  }

  get name(): string | undefined {
    return this.toolName;
  }

  /** The model's arguments, as JSON text. */
  get arguments(): string | undefined {
    return this.rawItem.arguments;
  }

  toJSON(): {
    type: string;
    rawItem: FunctionCallItem | HostedToolCallItem;
    agent: { name: string };
    toolName?: string;
  } {
    return { type: this.type, rawItem: this.rawItem, agent: this.agent.toJSON(), toolName: this.toolName };
  }
}

/** What tells one call from another. */
export function callIdOf({ rawItem }: RunToolApprovalItem): string {
  return rawItem.type === 'function_call' ? rawItem.callId : (rawItem.id ?? '');
}

/** The public form of a call. */
export function functionCallItemOf(call: CallRef): FunctionCallItem {
  return {
    type: 'function_call',
    ...(call.itemId === undefined ? {} : { id: call.itemId }),
    callId: call.callId,
    name: call.name,
    arguments: call.arguments,
    status: 'completed',
    responseId: call.responseId,
  };
}
