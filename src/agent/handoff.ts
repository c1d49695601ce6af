import { UserError } from '../errors.ts';
import type { AgentProfile, RealtimeAgent } from './agent.ts';
import type { Callback, RealtimeContextData, RunContext } from './run-context.ts';
import type { JsonObjectSchema, ToolExecuteArgument, ToolInputParameters } from './schema.ts';
import { jsonSchemaOf, parseArguments } from './schema.ts';
import { toolName } from './tool.ts';

/** Decides at each call whether a handoff is offered. */
export type HandoffEnabledFunction<TContext = unknown> = (args: {
  runContext: RunContext<RealtimeContextData<TContext>>;
  agent: AgentProfile;
}) => Promise<boolean>;

/** What `handoff()` takes beside the agent. */
export interface HandoffConfig<TInput extends ToolInputParameters, TContext = unknown> {
  toolNameOverride?: string;
  toolDescriptionOverride?: string;
  /** Called before the agent changes; a throw stops the handoff. */
  onHandoff?: Callback<
    [context: RunContext<RealtimeContextData<TContext>>, input?: ToolExecuteArgument<TInput>],
    Promise<void> | void
  >;
  /** What the model must say with the handoff; needs `onHandoff`. */
  inputType?: TInput;
  isEnabled?:
    | boolean
    | Callback<
        [args: { runContext: RunContext<RealtimeContextData<TContext>>; agent: AgentProfile }],
        Promise<boolean> | boolean
      >;
  /** Accepted for the agents SDK's sake, without effect: the service keeps the conversation. */
  inputFilter?: unknown;
}

/** A tool that passes the conversation to another agent. */
export class Handoff<TContext = unknown> {
  toolName: string;
  toolDescription: string;
  inputJsonSchema: JsonObjectSchema;
  strictJsonSchema = true;
  /** Runs when the model hands off; returns the agent that takes over. */
  onInvokeHandoff: (
    context: RunContext<RealtimeContextData<TContext>>,
    args: string,
  ) => Promise<RealtimeAgent<TContext>> | RealtimeAgent<TContext>;
  agentName: string;
  agent: RealtimeAgent<TContext>;
  isEnabled: HandoffEnabledFunction<TContext> = async () => true;

  constructor(agent: RealtimeAgent<TContext>, onInvokeHandoff: Handoff<TContext>['onInvokeHandoff']) {
    this.agent = agent;
    this.agentName = agent.name;
    this.onInvokeHandoff = onInvokeHandoff;
    this.toolName = `transfer_to_${toolName(agent.name)}`;
    this.toolDescription = `Passes the conversation to ${agent.name}. ${agent.handoffDescription}`.trimEnd();
    this.inputJsonSchema = jsonSchemaOf(undefined, this.toolName);
  }

  /** The handoff as the model sees it. */
  getHandoffAsFunctionTool(): {
    type: 'function';
    name: string;
    description: string;
    parameters: JsonObjectSchema;
    strict: boolean;
  } {
    return {
      type: 'function',
      name: this.toolName,
      description: this.toolDescription,
      parameters: this.inputJsonSchema,
      strict: this.strictJsonSchema,
    };
  }
}

/** Makes a handoff to `agent` with a name, description, input or condition of its own. */
export function handoff<TContext = unknown, TInput extends ToolInputParameters = undefined>(
  agent: RealtimeAgent<TContext>,
  config: HandoffConfig<TInput, TContext> = {},
): Handoff<TContext> {
  const { inputType, onHandoff, isEnabled = true } = config;
  const owner = `handoff to ${agent.name}`;
  if (inputType !== undefined && onHandoff === undefined) {
    throw new UserError(`${owner} has inputType but no onHandoff that would get it`, { code: 'ERR_HANDOFF_INPUT' });
  }
  const made = new Handoff<TContext>(agent, async (context, args) => {
    if (onHandoff === undefined) return agent;
    const input = inputType === undefined ? undefined : await parseArguments(inputType, args, owner);
    await onHandoff(context, input as ToolExecuteArgument<TInput>);
    return agent;
  });
  made.toolName = config.toolNameOverride ?? made.toolName;
  made.toolDescription = config.toolDescriptionOverride ?? made.toolDescription;
  made.inputJsonSchema = jsonSchemaOf(inputType, owner);
  made.isEnabled = async (args) => (typeof isEnabled === 'function' ? isEnabled(args) : isEnabled);
  return made;
}

/** The handoff itself, made here or elsewhere, or a plain one for an agent. */
export function getHandoff<TContext>(target: RealtimeAgent<TContext> | Handoff<TContext>): Handoff<TContext> {
  return 'onInvokeHandoff' in target ? target : handoff(target);
}
