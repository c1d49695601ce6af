// Runs what the session core decides about a function call. Every method settles with something that the model can be
// told: user code may throw, hang or return nonsense, but no call is left without an output.

import type { Clock } from '../clock.ts';
import { deferred } from '../deferred.ts';
import { InvalidToolInputError, ModelBehaviorError, ToolCallError, ToolTimeoutError } from '../errors.ts';
import type { SessionConfig } from '../protocol/session-config.ts';
import type { CallRef } from '../session/effect.ts';
import type { CallPlan, SettlementInput } from '../session/input.ts';
import type { AnyRealtimeAgent, RealtimeAgent } from './agent.ts';
import { isToolEnabled } from './agent.ts';
import { functionCallItemOf } from './approval-item.ts';
import { isBackgroundResult } from './background-result.ts';
import type { Handoff } from './handoff.ts';
import { getHandoff } from './handoff.ts';
import type { RealtimeContextData, RunContext } from './run-context.ts';
import { parseJson } from './schema.ts';
import type { FunctionTool, ToolCallDetails, ToolInvocation } from './tool.ts';
import { TOOL_FAILED_OUTPUT, argumentParserOf, isFunctionTool, toolInvocation } from './tool.ts';

/** A call ends after this, unless its tool says otherwise. */
const DEFAULT_TOOL_TIMEOUT_MS = 60_000;

/** Makes the text that the model reads when a call was rejected; undefined for the default. */
export type ToolErrorFormatter<TContext = unknown> = (
  args: ToolErrorFormatterArgs<TContext>,
) => Promise<string | undefined> | string | undefined;

/** What a `ToolErrorFormatter` is given. */
export interface ToolErrorFormatterArgs<TContext = unknown> {
  kind: 'approval_rejected';
  toolType: 'function';
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
  /** Tells the app of an error that no settlement carries. */
  readonly report: (error: unknown) => void;
}

interface CallRecord<TContext> {
  readonly agent: RealtimeAgent<TContext>;
  readonly controller: AbortController;
  subject?: FunctionTool<RealtimeContextData<TContext>> | Handoff<TContext>;
  input?: { readonly value: unknown };
}

type SettledOf<T extends SettlementInput['type']> = Extract<SettlementInput, { readonly type: T }>;
type Settled = SettledOf<'callSettled'>;

/** What a handoff needs of the session's agents. */
export interface HandoffRoster<TContext> {
  configFor(agent: RealtimeAgent<TContext>): Promise<SessionConfig>;
  enter(agent: RealtimeAgent<TContext>): void;
}

const HANDOFF_FAILED_OUTPUT = 'The handoff did not work. Stay with the user, or try something else.';

/** Prepares and runs the calls of one connection. */
export class CallRunner<TContext> {
  readonly #options: CallRunnerOptions<TContext>;
  readonly #records = new Map<string, CallRecord<TContext>>();

  constructor(options: CallRunnerOptions<TContext>) {
    this.#options = options;
  }

  /** Looks the call up, parses its arguments, asks whether it is enabled and whether it needs approval. */
  async prepare(call: CallRef, agent: RealtimeAgent<TContext>): Promise<SettledOf<'callPrepared'>> {
    const record: CallRecord<TContext> = { agent, controller: new AbortController() };
    this.#records.set(call.callId, record);
    const plan = await this.#guarded(call, record, undefined, () => this.#plan(call, record)).catch(
      (error: unknown): CallPlan => ({ kind: 'refuse', output: outputOf(error), error: reportable(error, call) }),
    );
    return { type: 'callPrepared', callId: call.callId, plan };
  }

  /** Runs a prepared tool. */
  async run(call: CallRef): Promise<Settled> {
    const record = this.#records.get(call.callId);
    const subject = record?.subject;
    if (record === undefined || subject === undefined || !('invoke' in subject)) {
      return this.#failed(call, notPrepared(call));
    }
    let failure: unknown;
    const invocation: ToolInvocation = {
      input: record.input,
      onFailure: (error) => {
        failure = reportable(error, call);
      },
    };
    const details: ToolCallDetails = {
      toolCall: functionCallItemOf(call),
      signal: record.controller.signal,
      [toolInvocation]: invocation,
    };
    try {
      const result = await this.#guarded(call, record, subject.timeoutMs, () =>
        subject.invoke(this.#options.runContext, call.arguments, details),
      );
      const isBackground = isBackgroundResult(result);
      const output = textOf(isBackground ? result.content : result);
      const settled: Settled = { type: 'callSettled', callId: call.callId, output, isBackground };
      return failure === undefined ? settled : { ...settled, error: failure };
    } catch (error) {
      return error instanceof ToolTimeoutError
        ? this.#timedOut(call, subject, error, details)
        : this.#failed(call, error);
    }
  }

  /** Runs a prepared handoff and computes the configuration of the agent that takes over. */
  async handOff(call: CallRef, roster: HandoffRoster<TContext>): Promise<SettledOf<'handoffSettled'>> {
    const { callId } = call;
    try {
      const record = this.#records.get(callId);
      const subject = record?.subject;
      if (record === undefined || subject === undefined || 'invoke' in subject) throw notPrepared(call);
      const { agent, config } = await this.#guarded(call, record, undefined, async () => {
        const next = await subject.onInvokeHandoff(this.#options.runContext, call.arguments);
        return { agent: next, config: await roster.configFor(next) };
      });
      roster.enter(agent);
      return { type: 'handoffSettled', callId, result: { ok: true, agentName: agent.name, config } };
    } catch (thrown) {
      const error = reportable(thrown, call);
      const output = thrown instanceof InvalidToolInputError ? outputOf(thrown) : HANDOFF_FAILED_OUTPUT;
      return { type: 'handoffSettled', callId, result: { ok: false, output, error } };
    }
  }

  /** Finds the words in which the model reads of a rejected call. */
  async formatRejection(call: CallRef, message: string | undefined): Promise<SettledOf<'rejectionFormatted'>> {
    return { type: 'rejectionFormatted', callId: call.callId, message: await this.#rejectionText(call, message) };
  }

  /** The tool of a call, for events. */
  toolOf(call: CallRef, agent: RealtimeAgent<TContext>): FunctionTool<RealtimeContextData<TContext>> | undefined {
    const subject = this.#records.get(call.callId)?.subject;
    if (subject !== undefined && 'invoke' in subject) return subject;
    return agent.tools.filter(isFunctionTool).find((entry) => entry.name === call.name);
  }

  /** Tells the code of a call to stop; its result no longer counts. */
  abort(callId: string, reason: string): void {
    const record = this.#records.get(callId);
    this.#records.delete(callId);
    record?.controller.abort(new ToolCallError(`the call was abandoned: ${reason}`, undefined, 'ERR_TOOL_ABORTED'));
  }

  /** Forgets a call whose output was sent. */
  release(callId: string): void {
    this.#records.delete(callId);
  }

  /** Identifies a call's record, so that a late result of an abandoned call can be told from that of a new one. */
  recordOf(callId: string): object | undefined {
    return this.#records.get(callId);
  }

  /** Forgets every call; the connection they belong to is gone. */
  clear(): void {
    this.#records.clear();
  }

  async #rejectionText(call: CallRef, message: string | undefined): Promise<string> {
    const { runContext, formatError, report } = this.#options;
    const given = message ?? runContext.getRejectionMessage(call.name, call.callId);
    if (given !== undefined) return given;
    const defaultMessage = 'The call was not approved.';
    if (formatError === undefined) return defaultMessage;
    try {
      const { name: toolName, callId } = call;
      const args = {
        kind: 'approval_rejected',
        toolType: 'function',
        toolName,
        callId,
        defaultMessage,
        runContext,
      } as const;
      return (await formatError(args)) ?? defaultMessage;
    } catch (error) {
      report(new ToolCallError('toolErrorFormatter threw; the default text was sent', error));
      return defaultMessage;
    }
  }

  async #plan(call: CallRef, record: CallRecord<TContext>): Promise<CallPlan> {
    const { runContext } = this.#options;
    const { agent } = record;
    const target = agent.handoffs.map(getHandoff).find((entry) => entry.toolName === call.name);
    if (target !== undefined) {
      if (!(await target.isEnabled({ runContext, agent }))) throw notOffered(call, agent);
      record.subject = target;
      return { kind: 'handoff', toAgentName: target.agentName };
    }
    const found = agent.tools.filter(isFunctionTool).find((entry) => entry.name === call.name);
    if (found === undefined || !(await isToolEnabled(found, runContext, agent))) throw notOffered(call, agent);
    record.subject = found;
    const parse = argumentParserOf(found);
    const value = parse === undefined ? parseJson(call.arguments, `tool ${call.name}`) : await parse(call.arguments);
    // A tool made elsewhere parses again in `invoke`: what its schema makes of the arguments is its own business.
    if (parse !== undefined) record.input = { value };
    // A tool made by hand may state it plainly, and then it must not run unasked.
    const { needsApproval: stated } = found as { readonly needsApproval?: unknown };
    const needsApproval =
      typeof stated === 'function' ? await found.needsApproval(runContext, value, call.callId) : Boolean(stated);
    return { kind: 'run', needsApproval };
  }

  /** Runs user code under a deadline. */
  async #guarded<T>(
    call: CallRef,
    record: CallRecord<TContext>,
    timeoutMs: number = DEFAULT_TOOL_TIMEOUT_MS,
    work: () => Promise<T>,
  ): Promise<T> {
    const { promise, reject } = deferred<never>();
    const timer = this.#options.clock.schedule(timeoutMs, () => {
      const error = new ToolTimeoutError({ toolName: call.name, timeoutMs });
      reject(error);
      record.controller.abort(error);
    });
    try {
      return await Promise.race([work(), promise]);
    } finally {
      timer.cancel();
    }
  }

  async #timedOut(
    call: CallRef,
    subject: FunctionTool<RealtimeContextData<TContext>>,
    error: ToolTimeoutError,
    details: ToolCallDetails,
  ): Promise<Settled> {
    const { timeoutBehavior, timeoutErrorFunction } = subject;
    if (timeoutBehavior === 'raise_exception') return this.#failed(call, error);
    const settled: Settled = { type: 'callSettled', callId: call.callId, output: outputOf(error), isBackground: false };
    if (timeoutErrorFunction === undefined) return timeoutBehavior === undefined ? { ...settled, error } : settled;
    try {
      return { ...settled, output: textOf(await timeoutErrorFunction(this.#options.runContext, error, details)) };
    } catch (formatError) {
      return { ...settled, error: reportable(formatError, call) };
    }
  }

  #failed(call: CallRef, error: unknown): Settled {
    const { callId } = call;
    return {
      type: 'callSettled',
      callId,
      output: outputOf(error),
      isBackground: false,
      error: reportable(error, call),
    };
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

/** The model may read what it did wrong itself, but never the text of an exception of the app. */
function outputOf(error: unknown): string {
  if (error instanceof InvalidToolInputError) return `${error.message}. Correct them and call again.`;
  if (error instanceof ModelBehaviorError) return 'There is no such tool. Use only the tools you were given.';
  if (error instanceof ToolTimeoutError) return 'The tool took too long and was stopped.';
  return TOOL_FAILED_OUTPUT;
}

function reportable(error: unknown, call: CallRef): Error {
  if (error instanceof ModelBehaviorError || error instanceof ToolTimeoutError) return error;
  return new ToolCallError(`${call.name} failed: ${error instanceof Error ? error.message : String(error)}`, error);
}

function textOf(result: unknown): string {
  if (typeof result === 'string') return result;
  return JSON.stringify(result) ?? '';
}
