import type { RealtimeItem } from '../protocol/items.ts';
import type { RunToolApprovalItem } from './approval-item.ts';
import { callIdOf } from './approval-item.ts';
import { Usage } from './usage.ts';

/** The app's context with the conversation so far. */
export type RealtimeContextData<TContext = unknown> = TContext & { history: RealtimeItem[] };

/** A callback whose context may be typed as another package's: its parameters are compared as those of a method are. */
export type Callback<Args extends unknown[], Result> = { bivarianceHack(...args: Args): Result }['bivarianceHack'];

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

/** What is needed of an approval item to decide about it; those of the agents SDK have it, too. */
export interface ApprovalSubject {
  readonly rawItem: { readonly type?: string };
  readonly agent: { readonly name: string };
  readonly name?: string | undefined;
}

/** Decisions by the name of the tool. They lie apart, for a private member would make the class differ from that of the SDK. */
const decisionsOf = new WeakMap<object, Map<string, ToolDecisions>>();

/** A call to be decided about. */
interface CallInQuestion {
  toolName: string;
  callId: string;
  /** With them, a decision that was given for other arguments under the same id does not count. */
  arguments?: string;
  /** With it, a standing decision about another agent's tool of that name does not count. */
  agentName?: string;
}

/**
 * What tools, guardrails and instruction functions are given: the app's context, the usage, the approvals. A callback that is
 * typed for the `RunContext` of the agents SDK fits as well.
 */
export class RunContext<TContext = unknown> {
  context: TContext;
  usage: Usage = new Usage();
  /** Input of a nested run; unused in a realtime session. */
  toolInput?: unknown;

  constructor(context?: TContext) {
    this.context = context ?? ({} as TContext);
  }

  /** True or false once decided, undefined while nobody has. A decision about one call outweighs a standing one. */
  isToolApproved(call: CallInQuestion): boolean | undefined {
    const decisions = decisionsOf.get(this)?.get(call.toolName);
    if (decisions === undefined) return undefined;
    const decision = decisions.byCall.get(call.callId);
    const isAboutIt = call.arguments === undefined || decision?.arguments === call.arguments;
    if (decision !== undefined && isAboutIt) return decision.isApproved;
    return standing(decisions, call.agentName)?.isApproved;
  }

  /** Approves a call, or with `alwaysApprove` every call of that tool. */
  approveTool(item: ApprovalSubject, options: { alwaysApprove?: boolean } = {}): void {
    const decisions = decisionsAbout(this, item);
    if (options.alwaysApprove === true) decide(decisions, item, { isApproved: true });
    note(decisions, item, { isApproved: true });
  }

  /** Rejects a call, or with `alwaysReject` every call of that tool; `message` is what the model is told. */
  rejectTool(item: ApprovalSubject, options: { alwaysReject?: boolean; message?: string } = {}): void {
    const decisions = decisionsAbout(this, item);
    const { alwaysReject, message } = options;
    if (alwaysReject === true) decide(decisions, item, { isApproved: false, message });
    note(decisions, item, { isApproved: false, message });
  }

  /** What the app wants the model to be told about a rejected call. */
  getRejectionMessage(
    toolName: string,
    callId: string,
    { agentName }: { agentName?: string; functionTool?: boolean } = {},
  ): string | undefined {
    const decisions = decisionsOf.get(this)?.get(toolName);
    if (decisions === undefined) return undefined;
    return decisions.byCall.get(callId)?.message ?? standing(decisions, agentName)?.message;
  }

  /** Forgets decisions about single calls: ids of calls mean something within one connection only. */
  static forgetCalls(context: RunContext<never>): void {
    for (const { byCall } of decisionsOf.get(context)?.values() ?? []) byCall.clear();
  }

  toJSON(): {
    context: TContext;
    usage: Usage;
    approvals: Record<string, { approved: boolean | string[]; rejected: boolean | string[] }>;
  } {
    const approvals: Record<string, { approved: boolean | string[]; rejected: boolean | string[] }> = {};
    for (const [toolName, decisions] of decisionsOf.get(this) ?? []) {
      const always = standing(decisions)?.isApproved;
      const idsOf = (isApproved: boolean): string[] =>
        [...decisions.byCall].filter(([, decision]) => decision.isApproved === isApproved).map(([callId]) => callId);
      approvals[toolName] = { approved: always === true || idsOf(true), rejected: always === false || idsOf(false) };
    }
    return { context: this.context, usage: this.usage, approvals };
  }
}

function decisionsAbout(context: object, item: ApprovalSubject): ToolDecisions {
  const all = decisionsOf.get(context) ?? new Map<string, ToolDecisions>();
  decisionsOf.set(context, all);
  const toolName = item.name ?? '';
  const decisions = all.get(toolName) ?? { always: new Map(), byCall: new Map() };
  all.set(toolName, decisions);
  return decisions;
}

/** A decision about one call, with the arguments that it was given for. */
function note({ byCall }: ToolDecisions, item: ApprovalSubject, decision: Omit<CallDecision, 'arguments'>): void {
  const issued = item as RunToolApprovalItem;
  byCall.set(callIdOf(issued), { ...decision, arguments: issued.rawItem.arguments });
}

function decide(
  { always }: ToolDecisions,
  { agent }: ApprovalSubject,
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
