import { UserError } from '../errors.ts';
import { logger } from '../logger.ts';
import type { AgentProfile } from './agent.ts';
import type { FunctionCallItem } from './approval-item.ts';
import type { ToolOutputCustomData } from './custom-data.ts';
import type { HostedMCPTool } from './hosted-mcp.ts';
import type { Callback, RunContext } from './run-context.ts';
import type { ToolTimeoutError } from '../errors.ts';
import type { JsonObjectSchema, ToolExecuteArgument, ToolInputParameters } from './schema.ts';
import { jsonSchemaOf, parseArguments } from './schema.ts';
import type { ToolInputGuardrailDefinition, ToolOutputGuardrailDefinition } from './tool-guardrail.ts';

/** What the model reads when a tool fails and the app says nothing itself. The exception's own text stays here. */
export const TOOL_FAILED_OUTPUT = 'The tool failed. Tell the user that it did not work, or try something else.';

/** Longest delay that timers accept. */
export const MAX_TIMEOUT_MS = 2_147_483_647;

/** Between the runner and tools made here: the parsed arguments, and a way to report what the model is not told. */
export const toolInvocation: unique symbol = Symbol('bargein.toolInvocation');

export interface ToolInvocation {
  readonly input?: { readonly value: unknown };
  readonly onFailure: (error: unknown) => void;
}

/** Beside the arguments of a tool call. */
export interface ToolCallDetails {
  toolCall?: FunctionCallItem;
  /** Aborts when the call times out, the session closes, or with `abortOnInterrupt` the agent is interrupted. */
  signal?: AbortSignal;
  [toolInvocation]?: ToolInvocation;
}

/** A function that the model may call. Objects of this shape made by other libraries work as well. */
export interface FunctionTool<
  Context = unknown,
  TParameters extends ToolInputParameters = ToolInputParameters,
  Result = unknown,
> {
  type: 'function';
  name: string;
  description: string;
  parameters: JsonObjectSchema;
  strict: boolean;
  /** Runs the tool with the model's JSON arguments. */
  invoke(runContext: RunContext<Context>, input: string, details?: ToolCallDetails): Promise<string | Result>;
  needsApproval(
    runContext: RunContext<Context>,
    input: ToolExecuteArgument<TParameters>,
    callId?: string,
  ): Promise<boolean>;
  isEnabled(runContext: RunContext<Context>, agent: AgentProfile): Promise<boolean>;
  errorFunction?: ToolErrorFunction<Context> | null;
  timeoutMs?: number;
  timeoutBehavior?: 'error_as_result' | 'raise_exception';
  timeoutErrorFunction?: ToolTimeoutErrorFunction<Context>;
  inputGuardrails?: readonly ToolInputGuardrailDefinition<Context>[];
  outputGuardrails?: readonly ToolOutputGuardrailDefinition<Context>[];
  customDataExtractor?: FunctionToolCustomDataExtractor<Context>;
  abortOnInterrupt?: boolean;
  providerData?: Record<string, unknown>;
}

/** What a tool's `customDataExtractor` is given. */
export interface FunctionToolCustomDataContext<Context = unknown> {
  runContext: RunContext<Context>;
  tool: FunctionTool<Context>;
  toolCall: FunctionCallItem;
  /** The model's arguments, parsed. */
  input: unknown;
  /** What `execute` returned. */
  output: unknown;
}

/** Makes data for the app, never for the model, out of a tool's result; it comes with `agent_tool_end`. */
export type FunctionToolCustomDataExtractor<Context = unknown> = (
  context: FunctionToolCustomDataContext<Context>,
) => Promise<ToolOutputCustomData | null | undefined> | ToolOutputCustomData | null | undefined;

/** Makes the text that the model reads when a tool throws; may be asynchronous. */
export type ToolErrorFunction<Context = unknown> = Callback<
  [context: RunContext<Context>, error: unknown, details?: ToolCallDetails],
  unknown
>;

/** Makes the text that the model reads when a tool takes too long; may be asynchronous. */
export type ToolTimeoutErrorFunction<Context = unknown> = Callback<
  [context: RunContext<Context>, error: ToolTimeoutError, details?: ToolCallDetails],
  unknown
>;

/** What `tool()` takes. */
export interface ToolOptions<TParameters extends ToolInputParameters, Context = unknown, Result = unknown> {
  /** Default: the name of `execute`. */
  name?: string;
  description: string;
  parameters: TParameters;
  /** Default true. A Standard Schema can't be `strict: false`. */
  strict?: boolean;
  execute(
    input: ToolExecuteArgument<TParameters>,
    context?: RunContext<Context>,
    details?: ToolCallDetails,
  ): Promise<Result> | Result;
  /**
   * What the model reads when `execute` throws, or when its own arguments are wrong (an `InvalidToolInputError`). Default: a
   * text of ours, and an `error` event of the session. With `null`, `invoke` itself throws.
   */
  errorFunction?: ToolErrorFunction<Context> | null;
  needsApproval?:
    | boolean
    | Callback<
        [runContext: RunContext<Context>, input: ToolExecuteArgument<TParameters>, callId?: string],
        Promise<boolean> | boolean
      >;
  isEnabled?:
    | boolean
    | Callback<[args: { runContext: RunContext<Context>; agent: AgentProfile }], Promise<boolean> | boolean>;
  /** 1…2147483647; a session ends a call after 60,000 by default. */
  timeoutMs?: number;
  timeoutBehavior?: 'error_as_result' | 'raise_exception';
  timeoutErrorFunction?: ToolTimeoutErrorFunction<Context>;
  /** Check the arguments, after an approval; see `toolExecution.preApprovalInputGuardrails`. */
  inputGuardrails?: readonly ToolInputGuardrailDefinition<Context>[];
  /** Check the result before the model reads it. */
  outputGuardrails?: readonly ToolOutputGuardrailDefinition<Context>[];
  customDataExtractor?: FunctionToolCustomDataExtractor<Context>;
  /** An interrupt stops the tool: its signal aborts, and the model reads that the call was stopped. Default false. */
  abortOnInterrupt?: boolean;
  providerData?: Record<string, unknown>;
}

/** Options of the agents SDK's `tool()` that a realtime session can't honour. */
const UNSUPPORTED: readonly [option: string, reason: string][] = [
  ['outputSchema', 'a realtime tool answers with text'],
  ['allowedCallers', 'the Realtime API has no programmatic callers'],
];

/** Throws for options whose meaning would be lost. */
export function refuseUnsupportedToolOptions(options: object, owner: string): void {
  for (const [option, reason] of UNSUPPORTED) {
    const value: unknown = Reflect.get(options, option);
    if (value === undefined || value === false || (Array.isArray(value) && !value.includes('programmatic'))) continue;
    throw new UserError(`${owner} has ${option}: ${reason}`, { code: 'ERR_TOOL_OPTION' });
  }
  if (Reflect.get(options, 'deferLoading') === true) {
    logger.warn(`${owner} has deferLoading, which has no effect: the Realtime API has no tool search`);
  }
}

/** Makes a function tool. Arguments are typed by `parameters` and checked before `execute` runs. */
export function tool<TParameters extends ToolInputParameters = undefined, Context = unknown, Result = unknown>(
  options: ToolOptions<TParameters, Context, Result>,
): FunctionTool<Context, TParameters, Result> {
  const { parameters, needsApproval = false, isEnabled = true, errorFunction, timeoutMs } = options;
  const name = toolName(options.name ?? options.execute.name);
  const owner = `tool ${name}`;
  refuseUnsupportedToolOptions(options, owner);
  if (timeoutMs !== undefined && !(timeoutMs >= 1 && timeoutMs <= MAX_TIMEOUT_MS)) {
    throw new UserError(`${owner}: timeoutMs must be 1…${MAX_TIMEOUT_MS}, got ${timeoutMs}`, {
      code: 'ERR_TOOL_TIMEOUT_MS',
    });
  }
  if (options.strict === false && parameters !== undefined && '~standard' in parameters) {
    throw new UserError(`${owner}: strict: false takes a JSON Schema, not a schema that is validated`, {
      code: 'ERR_TOOL_PARAMETERS',
    });
  }

  async function invoke(
    runContext: RunContext<Context>,
    input: string,
    details?: ToolCallDetails,
  ): Promise<string | Result> {
    const invocation = details?.[toolInvocation];
    try {
      const value =
        invocation?.input === undefined ? await parseArguments(parameters, input, owner) : invocation.input.value;
      return await options.execute(value as ToolExecuteArgument<TParameters>, runContext, details);
    } catch (error) {
      if (errorFunction === null) throw error;
      if (errorFunction !== undefined) return (await errorFunction(runContext, error, details)) as string | Result;
      invocation?.onFailure(error);
      return TOOL_FAILED_OUTPUT;
    }
  }

  const made: FunctionTool<Context, TParameters, Result> = {
    type: 'function',
    name,
    description: options.description,
    parameters: jsonSchemaOf(parameters, owner),
    strict: options.strict ?? true,
    invoke,
    needsApproval: async (runContext, input, callId) =>
      typeof needsApproval === 'function' ? needsApproval(runContext, input, callId) : needsApproval,
    isEnabled: async (runContext, agent) =>
      typeof isEnabled === 'function' ? isEnabled({ runContext, agent }) : isEnabled,
    errorFunction,
    timeoutMs,
    timeoutBehavior: options.timeoutBehavior,
    timeoutErrorFunction: options.timeoutErrorFunction,
    inputGuardrails: options.inputGuardrails,
    outputGuardrails: options.outputGuardrails,
    customDataExtractor: options.customDataExtractor,
    abortOnInterrupt: options.abortOnInterrupt,
    providerData: options.providerData,
  };
  argumentParsers.set(made, (text) => parseArguments(parameters, text, owner));
  return made;
}

const argumentParsers = new WeakMap<object, (text: string) => Promise<unknown>>();

/** How a tool made here parses and checks its arguments; undefined for tools made elsewhere, which do so in `invoke`. */
export function argumentParserOf(candidate: object): ((text: string) => Promise<unknown>) | undefined {
  return argumentParsers.get(candidate);
}

/** A name the API accepts: letters, digits and underscores. */
export function toolName(name: string): string {
  const safe = name.replaceAll(/[^a-zA-Z0-9]/g, '_');
  if (safe !== '') return safe;
  throw new UserError('a tool needs a name: give `name`, or a named function as `execute`', { code: 'ERR_TOOL_NAME' });
}

/** A function tool that is typed for another package's context, such as one of the agents SDK; it is given ours. */
export interface ForeignFunctionTool {
  type: 'function';
  name: string;
  description: string;
  parameters: object;
  strict: boolean;
  invoke(runContext: never, input: string, details?: never): Promise<unknown>;
  needsApproval(runContext: never, input: never, callId?: string): Promise<boolean>;
  isEnabled(runContext: never, agent: never): Promise<boolean>;
  /** Tools of this package may have it, so none of them passes for a foreign one, and their context is checked. */
  abortOnInterrupt?: never;
}

/** A tool that an agent may have. */
export type RealtimeTool<Context = unknown> = FunctionTool<Context> | HostedMCPTool;

/** Whether the tool is a function that runs here. */
export function isFunctionTool<Context>(candidate: RealtimeTool<Context>): candidate is FunctionTool<Context> {
  return candidate.type === 'function';
}
