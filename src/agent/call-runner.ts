// Runs what the session core decides about a function call. Every method settles with something that the model can be
// told: user code may throw, hang or return nonsense, but no call is left without an output.

import type { Clock } from '../clock.ts';
import { Deadlines } from '../deadlines.ts';
import { InvalidToolInputError, ModelBehaviorError, ToolCallError, ToolTimeoutError } from '../errors.ts';
import type { CallRef } from '../session/effect.ts';
import type { CallPlan, SettlementInput } from '../session/input.ts';
import type { AgentOffer, AnyRealtimeAgent, RealtimeAgent } from './agent.ts';
import { isToolEnabled } from './agent.ts';
import { functionCallItemOf } from './approval-item.ts';
import { failureOutput, reportable, textOf } from './call-output.ts';
import type { Handoff } from './handoff.ts';
import type { Callback, RealtimeContextData, RunContext } from './run-context.ts';
import { parseJson } from './schema.ts';
import type { FunctionTool } from './tool.ts';
import { argumentParserOf } from './tool.ts';
import { runToolGuardrails } from './tool-guardrail.ts';
import { runTool } from './tool-run.ts';

/** A call ends after this, unless its tool or the session says otherwise. */
export const DEFAULT_TOOL_TIMEOUT_MS = 60_000;

/** Makes the text that the model reads when a call was rejected; undefined for the default. */
export type ToolErrorFormatter<TContext = unknown> = Callback<
  [args: ToolErrorFormatterArgs<TContext>],
  Promise<string | undefined> | string | undefined
>;

/** What a `ToolErrorFormatter` is given. */
export interface ToolErrorFormatterArgs<TContext = unknown> {
  /** In a session of this package always the first; the others are what a formatter typed for the agents SDK expects. */
  kind: 'approval_rejected' | 'tool_not_found';
  toolType: 'function' | 'computer' | 'shell' | 'apply_patch';
  toolName: string;
  callId: string;
  defaultMessage: string;
  runContext: RunContext<TContext>;
}

/** What a runner needs of its session. */
export interface CallRunnerOptions<TContext> {
  readonly clock: Clock;
  readonly runContext: RunContext<RealtimeContextData<TContext>>;
  readonly formatError: ToolErrorFormatter<RealtimeContextData<TContext>> | undefined;
  /** For tools that name no time of their own, and for callbacks around calls. */
  readonly defaultTimeoutMs: number;
  /** A tool's input guardrails run before the app is asked for an approval, too. */
  readonly guardsBeforeApproval: boolean;
  /** Tells the app of an error that no settlement carries. */
  readonly report: (error: unknown) => void;
}

interface CallRecord<TContext> {
  readonly offer: AgentOffer<TContext>;
  readonly controller: AbortController;
  readonly deadlines: Deadlines;
  subject?: FunctionTool<RealtimeContextData<TContext>> | Handoff<TContext>;
  input?: { readonly value: unknown };
}

type SettledOf<T extends SettlementInput['type']> = Extract<SettlementInput, { readonly type: T }>;
type HandoffResult = SettledOf<'handoffSettled'>['result'];

const HANDOFF_FAILED_OUTPUT = 'The handoff did not work. Stay with the user, or try something else.';

const REJECTED_OUTPUT = 'The call was not approved.';

/** Prepares and runs the calls of one connection. */
export class CallRunner<TContext> {
  readonly #options: CallRunnerOptions<TContext>;
  /** Made with the first call. */
  #records: Map<string, CallRecord<TContext>> | null = null;

  constructor(options: CallRunnerOptions<TContext>) {
    this.#options = options;
  }

  /** Looks the call up in what its agent offers, parses its arguments, asks whether it is enabled and needs approval. */
  async prepare(call: CallRef, offer: AgentOffer<TContext>): Promise<SettledOf<'callPrepared'>> {
    const { clock } = this.#options;
    const record = { offer, controller: new AbortController(), deadlines: new Deadlines(clock) };
    (this.#records ??= new Map()).set(call.callId, record);
    const plan = await this.#withinTime(call, record, () => this.#plan(call, record)).catch(
      (error: unknown): CallPlan => ({
        kind: 'refuse',
        output: failureOutput(error),
        error: reportable(error, call.name),
      }),
    );
    return { type: 'callPrepared', callId: call.callId, plan };
  }

  /** Runs a prepared tool. */
  async run(call: CallRef): Promise<SettledOf<'callSettled'>> {
    const { callId } = call;
    const record = this.#records?.get(callId);
    const subject = record?.subject;
    if (record === undefined || subject === undefined || !('invoke' in subject)) {
      const error = notPrepared(call);
      return { type: 'callSettled', callId, output: failureOutput(error), isBackground: false, error };
    }
    const { offer, controller, deadlines, input } = record;
    const { runContext, defaultTimeoutMs } = this.#options;
    const toolCall = functionCallItemOf(call);
    const { agent } = offer;
    const context = { runContext, agent, toolCall, input, controller, deadlines, defaultTimeoutMs };
    return { type: 'callSettled', callId, ...(await runTool({ tool: subject, ...context })) };
  }

  /** Runs a prepared handoff; `enter` makes the agent that takes over ready. */
  async handOff(
    call: CallRef,
    enter: (agent: RealtimeAgent<TContext>) => Promise<Omit<Extract<HandoffResult, { readonly ok: true }>, 'ok'>>,
  ): Promise<SettledOf<'handoffSettled'>> {
    const { callId } = call;
    try {
      const record = this.#records?.get(callId);
      const subject = record?.subject;
      if (record === undefined || subject === undefined || 'invoke' in subject) throw notPrepared(call);
      const entered = await this.#withinTime(call, record, async () =>
        enter(await subject.onInvokeHandoff(this.#options.runContext, call.arguments)),
      );
      return { type: 'handoffSettled', callId, result: { ok: true, ...entered } };
    } catch (thrown) {
      const error = reportable(thrown, call.name);
      const output = thrown instanceof InvalidToolInputError ? failureOutput(thrown) : HANDOFF_FAILED_OUTPUT;
      return { type: 'handoffSettled', callId, result: { ok: false, output, error } };
    }
  }

  /** Finds the words in which the model reads of a rejected call. */
  async formatRejection(call: CallRef, message: string | undefined): Promise<SettledOf<'rejectionFormatted'>> {
    return { type: 'rejectionFormatted', callId: call.callId, message: await this.#rejectionText(call, message) };
  }

  /** The tool of a call that is under way, for events. */
  toolOf(callId: string): FunctionTool<RealtimeContextData<TContext>> | undefined {
    const subject = this.#records?.get(callId)?.subject;
    return subject !== undefined && 'invoke' in subject ? subject : undefined;
  }

  /** Tells the code of a call to stop; its result no longer counts. */
  abort(callId: string, reason: string): void {
    const record = this.#records?.get(callId);
    this.release(callId);
    record?.controller.abort(new ToolCallError(`the call was abandoned: ${reason}`, undefined, 'ERR_TOOL_ABORTED'));
  }

  /** Forgets a call whose output was sent. */
  release(callId: string): void {
    this.#records?.get(callId)?.deadlines.clear();
    this.#records?.delete(callId);
  }

  /** Identifies a call's record, so that a late result of an abandoned call can be told from that of a new one. */
  recordOf(callId: string): object | undefined {
    return this.#records?.get(callId);
  }

  /** Forgets every call; the connection they belong to is gone. */
  clear(): void {
    for (const { deadlines } of this.#records?.values() ?? []) deadlines.clear();
    this.#records = null;
  }

  async #rejectionText(call: CallRef, message: string | undefined): Promise<string> {
    const { runContext, formatError, report } = this.#options;
    const record = this.#records?.get(call.callId);
    const agentName = record?.offer.agent.name;
    const given =
      message ?? runContext.getRejectionMessage(call.name, call.callId, agentName === undefined ? {} : { agentName });
    if (given !== undefined || formatError === undefined || record === undefined) return given ?? REJECTED_OUTPUT;
    const args = {
      kind: 'approval_rejected',
      toolType: 'function',
      toolName: call.name,
      callId: call.callId,
      defaultMessage: REJECTED_OUTPUT,
      runContext,
    } as const;
    try {
      const words: unknown = await this.#withinTime(call, record, () => formatError(args));
      if (words === undefined || typeof words === 'string') return words ?? REJECTED_OUTPUT;
      throw new TypeError(`it returned ${typeof words}`);
    } catch (error) {
      report(new ToolCallError('toolErrorFormatter failed; the default text was sent', error));
      return REJECTED_OUTPUT;
    }
  }

  async #plan(call: CallRef, record: CallRecord<TContext>): Promise<CallPlan> {
    const { runContext } = this.#options;
    const { agent, handoffs, functions } = record.offer;
    const target = handoffs.find((entry) => entry.toolName === call.name);
    if (target !== undefined) {
      if (!(await target.isEnabled({ runContext, agent }))) throw notOffered(call, agent);
      record.subject = target;
      return { kind: 'handoff', toAgentName: target.agentName };
    }
    const found = functions.find((entry) => entry.name === call.name);
    if (found === undefined || !(await isToolEnabled(found, runContext, agent))) throw notOffered(call, agent);
    record.subject = found;
    const parse = argumentParserOf(found);
    let value: unknown;
    try {
      value = parse === undefined ? parseJson(call.arguments, `tool ${call.name}`) : await parse(call.arguments);
    } catch (error) {
      if (typeof found.errorFunction !== 'function') throw error;
      const words = await found.errorFunction(runContext, error, { toolCall: functionCallItemOf(call) });
      return { kind: 'refuse', output: textOf(words) };
    }
    // A tool made elsewhere parses again in `invoke`: what its schema makes of the arguments is its own business.
    if (parse !== undefined) record.input = { value };
    // A tool made by hand may state it plainly, and then it must not run unasked.
    const { needsApproval: stated } = found as { readonly needsApproval?: unknown };
    const needsApproval =
      typeof stated === 'function' ? await found.needsApproval(runContext, value, call.callId) : Boolean(stated);
    if (needsApproval && this.#options.guardsBeforeApproval && !this.#isDecided(call, agent)) {
      const data = { context: runContext, agent, toolCall: functionCallItemOf(call) };
      const refusal = await runToolGuardrails('tool_input', found.inputGuardrails, data);
      if (refusal !== undefined) return { kind: 'refuse', output: refusal };
    }
    return { kind: 'run', needsApproval, stopsOnInterrupt: found.abortOnInterrupt === true };
  }

  #isDecided({ name: toolName, callId, arguments: text }: CallRef, { name: agentName }: AnyRealtimeAgent): boolean {
    return this.#options.runContext.isToolApproved({ toolName, callId, arguments: text, agentName }) !== undefined;
  }

  /** Runs user code under a deadline. */
  #withinTime<T>(call: CallRef, record: CallRecord<TContext>, work: () => T | Promise<T>): Promise<T> {
    const { defaultTimeoutMs: timeoutMs } = this.#options;
    const overdue = (): Error => new ToolTimeoutError({ toolName: call.name, timeoutMs });
    return record.deadlines.race(timeoutMs, work, overdue, (error) => record.controller.abort(error));
  }
}

function notPrepared(call: CallRef): ModelBehaviorError {
  return new ModelBehaviorError(`call ${call.callId} of ${call.name} was not prepared`);
}

function notOffered(call: CallRef, agent: AnyRealtimeAgent): ModelBehaviorError {
  return new ModelBehaviorError(`the model called ${call.name}, which agent ${agent.name} does not offer now`, {
    code: 'ERR_UNKNOWN_TOOL',
  });
}
