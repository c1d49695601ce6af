import type { RealtimeItem } from '../protocol/items.ts';
import type { RunToolApprovalItem } from './approval-item.ts';
import { callIdOf } from './approval-item.ts';
import { Usage } from './usage.ts';

/** The app's context with the conversation so far. */
export type RealtimeContextData<TContext = unknown> = TContext & { history: RealtimeItem[] };

interface ToolDecisions {
  always: 'approve' | 'reject' | null;
  alwaysMessage?: string;
  readonly approved: Set<string>;
  readonly rejected: Map<string, string | undefined>;
}

/** What tools, guardrails and instruction functions are given: the app's context, the usage, the approvals. */
export class RunContext<TContext = unknown> {
  context: TContext;
  usage: Usage = new Usage();
  /** Input of a nested run; unused in a realtime session. */
  toolInput?: unknown;
  readonly #decisions = new Map<string, ToolDecisions>();

  constructor(context?: TContext) {
    this.context = context ?? ({} as TContext);
  }

  /** True or false once decided, undefined while nobody has. A decision about one call outweighs a standing one. */
  isToolApproved(approval: { toolName: string; callId: string }): boolean | undefined {
    const decisions = this.#decisions.get(approval.toolName);
    if (decisions === undefined) return undefined;
    if (decisions.approved.has(approval.callId)) return true;
    if (decisions.rejected.has(approval.callId)) return false;
    return decisions.always === null ? undefined : decisions.always === 'approve';
  }

  /** Approves a call, or with `alwaysApprove` every call of that tool. */
  approveTool(item: RunToolApprovalItem, options: { alwaysApprove?: boolean } = {}): void {
    const decisions = this.#of(item);
    if (options.alwaysApprove === true) decisions.always = 'approve';
    const callId = callIdOf(item);
    decisions.approved.add(callId);
    decisions.rejected.delete(callId);
  }

  /** Rejects a call, or with `alwaysReject` every call of that tool; `message` is what the model is told. */
  rejectTool(item: RunToolApprovalItem, options: { alwaysReject?: boolean; message?: string } = {}): void {
    const decisions = this.#of(item);
    if (options.alwaysReject === true) {
      decisions.always = 'reject';
      if (options.message !== undefined) decisions.alwaysMessage = options.message;
    }
    const callId = callIdOf(item);
    decisions.rejected.set(callId, options.message);
    decisions.approved.delete(callId);
  }

  /** What the app wants the model to be told about a rejected call. */
  getRejectionMessage(toolName: string, callId: string): string | undefined {
    const decisions = this.#decisions.get(toolName);
    return decisions?.rejected.get(callId) ?? (decisions?.always === 'reject' ? decisions.alwaysMessage : undefined);
  }

  toJSON(): {
    context: TContext;
    usage: Usage;
    approvals: Record<string, { approved: true | string[]; rejected: true | string[] }>;
  } {
    const approvals: Record<string, { approved: true | string[]; rejected: true | string[] }> = {};
    for (const [toolName, { always, approved, rejected }] of this.#decisions) {
      approvals[toolName] = {
        approved: always === 'approve' ? true : [...approved],
        rejected: always === 'reject' ? true : [...rejected.keys()],
      };
    }
    return { context: this.context, usage: this.usage, approvals };
  }

  #of(item: RunToolApprovalItem): ToolDecisions {
    const toolName = item.name ?? '';
    const existing = this.#decisions.get(toolName);
    if (existing !== undefined) return existing;
    const created: ToolDecisions = { always: null, approved: new Set(), rejected: new Map() };
    this.#decisions.set(toolName, created);
    return created;
  }
}

/** The app's context with a live view of the history. */
export function realtimeContext<TContext>(
  context: TContext | undefined,
  history: () => RealtimeItem[],
): RunContext<RealtimeContextData<TContext>> {
  const live = Object.defineProperty({ ...context }, 'history', { get: history, enumerable: true });
  return new RunContext(live as RealtimeContextData<TContext>);
}
