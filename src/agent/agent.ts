import { EventEmitter } from '#emitter';
import { UserError } from '../errors.ts';
import { loadedCode } from '../lazy-code.ts';
import type { FunctionCallItem } from './approval-item.ts';
import type { ToolOutputCustomData } from './custom-data.ts';
import type { Handoff } from './handoff.ts';
import { getHandoff } from './handoff.ts';
import type { HostedMCPTool } from './hosted-mcp.ts';
import type { MCPConfig, MCPServer } from './mcp-server.ts';
import type { Callback, RealtimeContextData, RunContext } from './run-context.ts';
import type { ForeignFunctionTool, FunctionTool, RealtimeTool } from './tool.ts';
import { isFunctionTool, refuseUnsupportedToolOptions } from './tool.ts';

/** A prompt template that the service keeps. */
export interface Prompt {
  promptId: string;
  version?: string;
  variables?: Record<string, unknown>;
}

/** What callbacks know of an agent. Agents of the agents SDK have all of it, so that callbacks typed for those fit. */
export interface AgentProfile {
  readonly name: string;
  readonly handoffDescription: string;
  readonly voice?: string | undefined;
  readonly tools: readonly { readonly type: string; readonly name: string }[];
  toJSON(): { name: string };
}

/** An agent whatever its context. */
export type AnyRealtimeAgent = RealtimeAgent<never>;

/** Events of an agent, as labelled argument tuples; a session emits them here and on itself. */
export type RealtimeAgentEventTypes<TContext = unknown> = {
  agent_start: [context: RunContext<RealtimeContextData<TContext>>, agent: RealtimeAgent<TContext>];
  agent_end: [context: RunContext<RealtimeContextData<TContext>>, output: string];
  agent_handoff: [context: RunContext<RealtimeContextData<TContext>>, nextAgent: AnyRealtimeAgent];
  agent_tool_start: [
    context: RunContext<RealtimeContextData<TContext>>,
    tool: FunctionTool<RealtimeContextData<TContext>>,
    details: { toolCall: FunctionCallItem },
  ];
  agent_tool_end: [
    context: RunContext<RealtimeContextData<TContext>>,
    tool: FunctionTool<RealtimeContextData<TContext>>,
    result: string,
    details: { toolCall: FunctionCallItem; customData?: ToolOutputCustomData },
  ];
};

/** Text for the model, or a function that makes it when the agent starts. */
export type RealtimeAgentInstructions<TContext> =
  | string
  | Callback<[runContext: RunContext<RealtimeContextData<TContext>>, agent: AgentProfile], Promise<string> | string>;

/** What `new RealtimeAgent()` takes. */
export interface RealtimeAgentConfiguration<TContext = unknown> {
  name: string;
  instructions?: RealtimeAgentInstructions<TContext>;
  prompt?:
    | Prompt
    | Callback<[runContext: RunContext<RealtimeContextData<TContext>>, agent: AgentProfile], Promise<Prompt> | Prompt>;
  /** When to hand off to this agent; other agents' models read it. */
  handoffDescription?: string;
  handoffs?: (RealtimeAgent<TContext> | Handoff<TContext>)[];
  /** Can't change any more once the session has spoken. */
  voice?: string;
  tools?: (RealtimeTool<RealtimeContextData<TContext>> | ForeignFunctionTool)[];
  /** Tool servers that the app has connected to. Those that the service calls itself: `hostedMcpTool`. */
  mcpServers?: MCPServer[];
  mcpConfig?: MCPConfig;
}

/** What an agent offered the model in one configuration: calls are looked up here, whatever the agent says by then. */
export interface AgentOffer<TContext = unknown> {
  readonly agent: RealtimeAgent<TContext>;
  readonly functions: readonly FunctionTool<RealtimeContextData<TContext>>[];
  readonly hosted: readonly HostedMCPTool[];
  readonly handoffs: readonly Handoff<TContext>[];
}

/** Options of text agents that a realtime session has no use for. */
const TEXT_AGENT_OPTIONS = [
  'model',
  'modelSettings',
  'outputType',
  'toolUseBehavior',
  'resetToolChoice',
  'inputGuardrails',
  'outputGuardrails',
] as const;

/** One role of a voice conversation: instructions, tools and the agents it may hand off to. */
export class RealtimeAgent<TContext = unknown> extends EventEmitter<RealtimeAgentEventTypes<TContext>> {
  name: string;
  instructions: RealtimeAgentInstructions<TContext>;
  prompt: RealtimeAgentConfiguration<TContext>['prompt'];
  handoffDescription: string;
  handoffs: (RealtimeAgent<TContext> | Handoff<TContext>)[];
  tools: RealtimeTool<RealtimeContextData<TContext>>[];
  mcpServers: MCPServer[];
  mcpConfig: MCPConfig;
  readonly voice: string | undefined;

  constructor(config: RealtimeAgentConfiguration<TContext>) {
    super();
    checkConfiguration(config);
    this.name = config.name;
    this.instructions = config.instructions ?? '';
    this.prompt = config.prompt;
    this.handoffDescription = config.handoffDescription ?? '';
    this.handoffs = config.handoffs ?? [];
    // A foreign one does the same; only its context is typed otherwise.
    this.tools = (config.tools ?? []) as RealtimeTool<RealtimeContextData<TContext>>[];
    this.mcpServers = config.mcpServers ?? [];
    this.mcpConfig = config.mcpConfig ?? {};
    this.voice = config.voice;
  }

  /** A new agent with some of the configuration replaced. Listeners are not copied. */
  clone(config: Partial<RealtimeAgentConfiguration<TContext>>): RealtimeAgent<TContext> {
    const { name, instructions, prompt, handoffDescription, handoffs, tools, mcpServers, mcpConfig, voice } = this;
    const own = { name, instructions, prompt, handoffDescription, handoffs, tools, mcpServers, mcpConfig, voice };
    return new RealtimeAgent<TContext>({ ...own, ...config });
  }

  /** The instructions as text. */
  async getSystemPrompt(runContext: RunContext<RealtimeContextData<TContext>>): Promise<string | undefined> {
    return typeof this.instructions === 'function' ? this.instructions(runContext, this) : this.instructions;
  }

  async getPrompt(runContext: RunContext<RealtimeContextData<TContext>>): Promise<Prompt | undefined> {
    return typeof this.prompt === 'function' ? this.prompt(runContext, this) : this.prompt;
  }

  /** The tools that are enabled now, those of the MCP servers first. */
  async getAllTools(
    runContext: RunContext<RealtimeContextData<TContext>>,
  ): Promise<RealtimeTool<RealtimeContextData<TContext>>[]> {
    const [served, isEnabled] = await Promise.all([
      this.getMcpTools(runContext),
      Promise.all(
        this.tools.map(async (entry) => !isFunctionTool(entry) || (await isToolEnabled(entry, runContext, this))),
      ),
    ]);
    return [...served, ...this.tools.filter((_, index) => isEnabled[index])];
  }

  /** The tools of the MCP servers, listed anew. Rejects with `ERR_CODE_NOT_LOADED` where their code does not come. */
  async getMcpTools(
    runContext: RunContext<RealtimeContextData<TContext>>,
  ): Promise<FunctionTool<RealtimeContextData<TContext>>[]> {
    if (this.mcpServers.length === 0) return [];
    const { mcpTools } = await loadedCode('asks MCP servers', () => import('./mcp-tools.ts'));
    const reservedNames = [
      ...this.tools.filter(isFunctionTool).map(({ name }) => name),
      ...this.handoffs.map((entry) => getHandoff(entry).toolName),
    ];
    return mcpTools(this.mcpServers, this.mcpConfig, runContext, this, reservedNames);
  }

  /** The handoffs that are enabled now. */
  async getEnabledHandoffs(runContext: RunContext<RealtimeContextData<TContext>>): Promise<Handoff<TContext>[]> {
    const all = this.handoffs.map(getHandoff);
    const isEnabled = await Promise.all(all.map((candidate) => candidate.isEnabled({ runContext, agent: this })));
    return all.filter((_, index) => isEnabled[index]);
  }

  toJSON(): { name: string } {
    return { name: this.name };
  }
}

/** Whether a tool is offered now; a tool made elsewhere may lack the question. */
export async function isToolEnabled<Context>(
  candidate: FunctionTool<Context>,
  runContext: RunContext<Context>,
  agent: AnyRealtimeAgent,
): Promise<boolean> {
  // A tool made by hand may state it plainly.
  const { isEnabled = true } = candidate as { readonly isEnabled?: unknown };
  return typeof isEnabled === 'function' ? candidate.isEnabled(runContext, agent) : Boolean(isEnabled);
}

function checkConfiguration(config: RealtimeAgentConfiguration<never>): void {
  if (typeof config.name !== 'string' || config.name.trim() === '') {
    throw new UserError('a RealtimeAgent needs a name', { code: 'ERR_AGENT_NAME' });
  }
  const owner = `agent ${config.name}`;
  for (const option of TEXT_AGENT_OPTIONS) {
    if (Reflect.get(config, option) === undefined) continue;
    throw new UserError(`${owner} has ${option}, which a realtime agent cannot have; ${adviceOn(option)}`, {
      code: 'ERR_AGENT_OPTION',
    });
  }
  for (const server of config.mcpServers ?? []) {
    if (typeof server?.listTools === 'function' && typeof server.callTool === 'function') continue;
    throw new UserError(`${owner} has an MCP server without listTools and callTool; give a connected one`, {
      code: 'ERR_MCP_SERVER',
    });
  }
  for (const candidate of config.tools ?? []) {
    if (candidate.type === 'function') refuseUnsupportedToolOptions(candidate, `tool ${candidate.name} of ${owner}`);
    else if (candidate.type !== 'hosted_tool' || candidate.name !== 'hosted_mcp') {
      throw new UserError(
        `${owner} has a tool of a kind the Realtime API does not have; use tool() or hostedMcpTool()`,
        {
          code: 'ERR_TOOL_KIND',
        },
      );
    }
  }
}

function adviceOn(option: (typeof TEXT_AGENT_OPTIONS)[number]): string {
  if (option === 'outputGuardrails') return 'give outputGuardrails to the RealtimeSession';
  if (option === 'model' || option === 'modelSettings') return 'give model and config to the RealtimeSession';
  return 'remove it';
}
