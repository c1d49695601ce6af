import type { RealtimeItem } from '../protocol/items.ts';
import type { RunToolApprovalItem } from './approval-item.ts';
import { callIdOf } from './approval-item.ts';
import { Usage } from './usage.ts';

/** The app's context with the conversation so far. */
export type RealtimeContextData<TContext = unknown> = TContext & { history: RealtimeItem[] };

/** A decision about one call, and the arguments it was given for. */
interface CallDecision {
  readonly isApproved: boolean;
  readonly arguments: string | undefined;
  readonly message?: string | undefined;
}

interface ToolDecisions {
  /** Standing ones by the agent's name, the youngest last. */
  readonly always: Map<string, Omit<CallDecision, 'arguments'>>;
  readonly byCall: Map<string, CallDecision>;
}

/** A call to be decided about. */
interface CallInQuestion {
  toolName: string;
  callId: string;
  /** With them, a decision that was given for other arguments under the same id does not count. */
  arguments?: string;
  /** With it, a standing decision about another agent's tool of that name does not count. */
  agentName?: string;
}

/** What tools, guardrails and instruction functions are given: the app's context, the usage, the approvals. */
export class RunContext<TContext = unknown> {
  context: TContext;
  usage: Usage = new Usage();
  /** Input of a nested run; unused in a realtime session. */
  toolInput?: unknown;
  #decisions: Map<string, ToolDecisions> | null = null;

  constructor(context?: TContext) {
    this.context = context ?? ({} as TContext);
  }

  /** True or false once decided, undefined while nobody has. A decision about one call outweighs a standing one. */
  isToolApproved(call: CallInQuestion): boolean | undefined {
    const decisions = this.#decisions?.get(call.toolName);
    if (decisions === undefined) return undefined;
    const decision = decisions.byCall.get(call.callId);
    const isAboutIt = call.arguments === undefined || decision?.arguments === call.arguments;
    if (decision !== undefined && isAboutIt) return decision.isApproved;
    return standing(decisions, call.agentName)?.isApproved;
  }

  /** Approves a call, or with `alwaysApprove` every call of that tool. */
  approveTool(item: RunToolApprovalItem, options: { alwaysApprove?: boolean } = {}): void {
    const decisions = this.#of(item);
    if (options.alwaysApprove === true) decide(decisions, item, { isApproved: true });
    decisions.byCall.set(callIdOf(item), { isApproved: true, arguments: item.rawItem.arguments });
  }

  /** Rejects a call, or with `alwaysReject` every call of that tool; `message` is what the model is told. */
  rejectTool(item: RunToolApprovalItem, options: { alwaysReject?: boolean; message?: string } = {}): void {
    const decisions = this.#of(item);
    const { alwaysReject, message } = options;
    if (alwaysReject === true) decide(decisions, item, { isApproved: false, message });
    decisions.byCall.set(callIdOf(item), { isApproved: false, arguments: item.rawItem.arguments, message });
  }

  /** What the app wants the model to be told about a rejected call. */
  getRejectionMessage(
    toolName: string,
    callId: string,
    { agentName }: { agentName?: string } = {},
  ): string | undefined {
    const decisions = this.#decisions?.get(toolName);
    if (decisions === undefined) return undefined;
    return decisions.byCall.get(callId)?.message ?? standing(decisions, agentName)?.message;
  }

  /** Forgets decisions about single calls: ids of calls mean something within one connection only. */
  static forgetCalls(context: RunContext<never>): void {
    for (const { byCall } of context.#decisions?.values() ?? []) byCall.clear();
  }

  toJSON(): {
    context: TContext;
    usage: Usage;
    approvals: Record<string, { approved: boolean | string[]; rejected: boolean | string[] }>;
  } {
    const approvals: Record<string, { approved: boolean | string[]; rejected: boolean | string[] }> = {};
    for (const [toolName, decisions] of this.#decisions ?? []) {
      const always = standing(decisions)?.isApproved;
      const idsOf = (isApproved: boolean): string[] =>
        [...decisions.byCall].filter(([, decision]) => decision.isApproved === isApproved).map(([callId]) => callId);
      approvals[toolName] = { approved: always === true || idsOf(true), rejected: always === false || idsOf(false) };
    }
    return { context: this.context, usage: this.usage, approvals };
  }

  #of(item: RunToolApprovalItem): ToolDecisions {
    const toolName = item.name ?? '';
    const existing = this.#decisions?.get(toolName);
    if (existing !== undefined) return existing;
    const created: ToolDecisions = { always: new Map(), byCall: new Map() };
    (this.#decisions ??= new Map()).set(toolName, created);
    return created;
  }
}

function decide(
  { always }: ToolDecisions,
  { agent }: RunToolApprovalItem,
  decision: Omit<CallDecision, 'arguments'>,
): void {
  always.delete(agent.name);
  always.set(agent.name, decision);
}

/** The standing decision about that agent's tool, or the youngest about any. */
function standing({ always }: ToolDecisions, agentName?: string): Omit<CallDecision, 'arguments'> | undefined {
  return agentName === undefined ? [...always.values()].at(-1) : always.get(agentName);
}

/** The app's context with a live view of the history. */
export function realtimeContext<TContext>(
  context: TContext | undefined,
  history: () => RealtimeItem[],
): RunContext<RealtimeContextData<TContext>> {
  const live = Object.defineProperty({ ...context }, 'history', { get: history, enumerable: true });
  return new RunContext(live as RealtimeContextData<TContext>);
}
