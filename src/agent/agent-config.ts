// What an agent makes of a session's configuration: instructions, tools, voice and prompt always come from the agent.

import { UserError } from '../errors.ts';
import type { RealtimeToolDefinition, SessionConfig } from '../protocol/session-config.ts';
import type { AgentOffer, RealtimeAgent } from './agent.ts';
import { hostedToolDefinition } from './hosted-mcp.ts';
import type { RealtimeContextData, RunContext } from './run-context.ts';
import { isFunctionTool } from './tool.ts';

/** The parts of the configuration that don't come from the agent, weakest first. */
export interface ConfigLayers {
  /** What was sent last, so that a handoff does not lose a format. */
  readonly last: SessionConfig;
  readonly options: SessionConfig;
  readonly overrides: SessionConfig;
  readonly model: string | undefined;
  readonly tracing: SessionConfig['tracing'];
  /** The session has spoken: the service refuses another voice, and with it the whole update. */
  readonly isVoiceFixed: boolean;
}

/** A configuration, and what it offers of its agent. */
export interface AgentConfig<TContext> {
  readonly config: SessionConfig;
  readonly offer: AgentOffer<TContext>;
}

/** Computes the configuration for `agent`. Throws `UserError` when two tools or handoffs share a name. */
export async function agentConfigOf<TContext>(
  agent: RealtimeAgent<TContext>,
  runContext: RunContext<RealtimeContextData<TContext>>,
  layers: ConfigLayers,
): Promise<AgentConfig<TContext>> {
  const [instructions, prompt, offer] = await Promise.all([
    agent.getSystemPrompt(runContext),
    agent.getPrompt(runContext),
    offerOf(agent, runContext),
  ]);
  const config: SessionConfig = {
    ...layers.last,
    ...layers.options,
    ...layers.overrides,
    instructions: instructions ?? '',
    tools: toolDefinitionsOf(offer),
  };
  if (layers.model !== undefined) config.model = layers.model;
  if (layers.tracing !== undefined) config.tracing = layers.tracing;
  // A prompt has tools of its own, which an empty list would take away, but tools that were sent must be taken back.
  if (prompt !== undefined && config.tools?.length === 0 && !layers.last.tools?.length) delete config.tools;
  if (prompt !== undefined) config.prompt = prompt;
  // What an update leaves out stays as it was, so a prompt that is gone must be taken back.
  else if (layers.last.prompt !== undefined && layers.last.prompt !== null) config.prompt = null;
  else delete config.prompt;
  return { config: withVoice(config, agent.voice, layers), offer };
}

/** The session's voice wins over the agent's; both places where a voice may stand say the same. */
function withVoice(config: SessionConfig, agentVoice: string | undefined, layers: ConfigLayers): SessionConfig {
  const { last, options, overrides } = layers;
  const ofSession = overrides.audio?.output?.voice ?? options.audio?.output?.voice ?? overrides.voice ?? options.voice;
  const voice = layers.isVoiceFixed ? voiceOf(last) : (ofSession ?? agentVoice);
  const { voice: _replaced, ...rest } = config;
  if (rest.audio?.output?.voice !== undefined) {
    const { voice: _voice, ...output } = rest.audio.output;
    rest.audio = { ...rest.audio, output: voice === undefined ? output : { ...output, voice } };
  }
  return voice === undefined ? rest : { ...rest, voice };
}

/** The voice that a configuration asks for. */
export function voiceOf(config: SessionConfig): string | undefined {
  return config.audio?.output?.voice ?? config.voice;
}

async function offerOf<TContext>(
  agent: RealtimeAgent<TContext>,
  runContext: RunContext<RealtimeContextData<TContext>>,
): Promise<AgentOffer<TContext>> {
  const [tools, handoffs] = await Promise.all([agent.getAllTools(runContext), agent.getEnabledHandoffs(runContext)]);
  const functions = tools.filter(isFunctionTool);
  const names = new Set<string>();
  for (const name of [...functions.map((entry) => entry.name), ...handoffs.map((entry) => entry.toolName)]) {
    if (names.has(name)) {
      throw new UserError(`agent ${agent.name} has two tools or handoffs named ${name}; rename one`, {
        code: 'ERR_DUPLICATE_TOOL_NAME',
      });
    }
    names.add(name);
  }
  return { agent, functions, hosted: tools.filter((entry) => !isFunctionTool(entry)), handoffs };
}

function toolDefinitionsOf<TContext>({ functions, handoffs, hosted }: AgentOffer<TContext>): RealtimeToolDefinition[] {
  const defined = [...functions, ...handoffs.map((entry) => entry.getHandoffAsFunctionTool())];
  return [
    ...defined.map(({ name, description, parameters }): RealtimeToolDefinition => ({
      type: 'function',
      name,
      description,
      parameters,
    })),
    ...hosted.map(hostedToolDefinition),
  ];
}
