// One run of a prepared tool, from its input guardrails to the text that the model reads.

import type { Deadlines } from '../deadlines.ts';
import { ToolCallError, ToolTimeoutError } from '../errors.ts';
import type { AnyRealtimeAgent } from './agent.ts';
import { isBackgroundResult } from './background-result.ts';
import { failureOutput, reportable, textOf } from './call-output.ts';
import type { ToolOutputCustomData } from './custom-data.ts';
import { customDataOf } from './custom-data.ts';
import type { RunContext } from './run-context.ts';
import type { FunctionTool, ToolCallDetails, ToolInvocation } from './tool.ts';
import { toolInvocation } from './tool.ts';
import { runToolGuardrails } from './tool-guardrail.ts';

/** What the model reads instead of a result that is no JSON. */
const UNREADABLE_OUTPUT = 'The tool has run, but its result can not be shown.';

/** A prepared call of a tool. */
export interface ToolRun<Context> {
  readonly tool: FunctionTool<Context>;
  readonly agent: AnyRealtimeAgent;
  readonly runContext: RunContext<Context>;
  readonly toolCall: NonNullable<ToolCallDetails['toolCall']>;
  /** The arguments as a tool made here parses them. */
  readonly input: { readonly value: unknown } | undefined;
  readonly controller: AbortController;
  readonly deadlines: Deadlines;
  /** For tools that name no time of their own, and for the callbacks around a tool. */
  readonly defaultTimeoutMs: number;
}

/** How a run ended; `error` is for the app. */
export interface ToolRunOutcome {
  readonly output: string;
  readonly isBackground: boolean;
  readonly error?: Error;
  readonly customData?: ToolOutputCustomData;
}

/** Runs the tool with its guardrails. Never rejects: whatever goes wrong is an output, too. */
export async function runTool<Context>(run: ToolRun<Context>): Promise<ToolRunOutcome> {
  const { tool, agent, runContext, toolCall } = run;
  let failure: Error | undefined;
  const invocation: ToolInvocation = {
    ...(run.input !== undefined && { input: run.input }),
    onFailure: (error) => {
      failure = reportable(error, tool.name);
    },
  };
  const details: ToolCallDetails = { toolCall, signal: run.controller.signal, [toolInvocation]: invocation };
  try {
    const data = { context: runContext, agent, toolCall };
    const refusal = await guarded(run, 'tool_input', tool.inputGuardrails, data);
    if (refusal !== undefined) return { output: refusal, isBackground: false };
    const result = await withinTime(run, () => tool.invoke(runContext, toolCall.arguments, details), tool.timeoutMs);
    const isBackground = isBackgroundResult(result);
    const output: unknown = isBackground ? result.content : result;
    const verdict = await guarded(run, 'tool_output', tool.outputGuardrails, { ...data, output });
    const [text, unreadable] = verdict === undefined ? readable(output, tool.name) : [verdict];
    failure ??= unreadable;
    const extracted = failure === undefined && verdict === undefined ? await extract(run, output) : {};
    return { output: text, isBackground, ...(failure !== undefined && { error: failure }), ...extracted };
  } catch (error) {
    return error instanceof ToolTimeoutError ? timedOut(run, error, details) : failed(run, error);
  }
}

/** A result as text. The tool has done its work whether JSON can hold the result or not, and must not be called for it again. */
function readable(output: unknown, toolName: string): readonly [text: string, unreadable?: ToolCallError] {
  try {
    return [textOf(output)];
  } catch (error) {
    return [UNREADABLE_OUTPUT, new ToolCallError(`the result of ${toolName} can't be written as JSON`, error)];
  }
}

/** Runs the tool's guardrails of one kind. Most tools have none, and need no timer for it. */
async function guarded<TData, Context>(
  run: ToolRun<Context>,
  type: 'tool_input' | 'tool_output',
  guardrails: Parameters<typeof runToolGuardrails<TData>>[1],
  data: TData,
): Promise<string | undefined> {
  if (guardrails === undefined || guardrails.length === 0) return undefined;
  return withinTime(run, () => runToolGuardrails(type, guardrails, data));
}

/** Runs code of the app under a deadline; when it passes, the call's signal aborts. */
function withinTime<T, Context>(
  run: ToolRun<Context>,
  work: () => T | Promise<T>,
  timeoutMs: number = run.defaultTimeoutMs,
): Promise<T> {
  const overdue = (): ToolTimeoutError => new ToolTimeoutError({ toolName: run.tool.name, timeoutMs });
  return run.deadlines.race(timeoutMs, work, overdue, (error) => run.controller.abort(error));
}

/** Data for the app. A failure of it is reported; the model's output stands. */
async function extract<Context>(
  run: ToolRun<Context>,
  output: unknown,
): Promise<Pick<ToolRunOutcome, 'error' | 'customData'>> {
  const { tool, runContext, toolCall, input } = run;
  const { customDataExtractor } = tool;
  if (customDataExtractor === undefined) return {};
  try {
    const context = { runContext, tool, toolCall, input: input?.value ?? toolCall.arguments, output };
    const customData = customDataOf(await withinTime(run, () => customDataExtractor(context)));
    return customData === undefined ? {} : { customData };
  } catch (error) {
    return { error: new ToolCallError(`customDataExtractor of ${tool.name} failed`, error) };
  }
}

async function timedOut<Context>(
  run: ToolRun<Context>,
  error: ToolTimeoutError,
  details: ToolCallDetails,
): Promise<ToolRunOutcome> {
  const { timeoutBehavior, timeoutErrorFunction } = run.tool;
  if (timeoutBehavior === 'raise_exception') return failed(run, error);
  const output = failureOutput(error);
  if (timeoutErrorFunction === undefined) {
    return { output, isBackground: false, ...(timeoutBehavior === undefined && { error }) };
  }
  try {
    const words = await withinTime(run, () => timeoutErrorFunction(run.runContext, error, details));
    return { output: textOf(words), isBackground: false };
  } catch (formatError) {
    return { output, isBackground: false, error: reportable(formatError, run.tool.name) };
  }
}

function failed<Context>(run: ToolRun<Context>, error: unknown): ToolRunOutcome {
  return { output: failureOutput(error), isBackground: false, error: reportable(error, run.tool.name) };
}
