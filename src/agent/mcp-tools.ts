// Tools of MCP servers that the app itself is connected to, made into function tools. The servers are the app's: any object
// of this shape works, such as the server classes of the agents SDK. Loaded when an agent names one.

import { UserError } from '../errors.ts';
import type { AnyRealtimeAgent } from './agent.ts';
import type { MCPConfig, MCPServer, MCPTool } from './mcp-server.ts';
import type { RunContext } from './run-context.ts';
import type { FunctionTool, ToolCallDetails } from './tool.ts';
import { tool, toolName } from './tool.ts';

/** Longest name of a function that the service takes. */
const MAX_NAME_LENGTH = 64;

/** Lists the tools of all servers. Rejects with `ERR_MCP_SERVER` when one can't be asked. */
export async function mcpTools<Context>(
  servers: readonly MCPServer[],
  config: MCPConfig,
  runContext: RunContext<Context>,
  agent: AnyRealtimeAgent,
  reservedNames: readonly string[],
): Promise<FunctionTool<Context>[]> {
  const lists = await Promise.all(servers.map((server) => offered(server, runContext, agent)));
  const used = new Set(reservedNames);
  return servers.flatMap((server, index) =>
    (lists[index] ?? []).map((listed) => {
      const name =
        config.includeServerInToolNames === true ? prefixedName(server, listed, used) : toolName(listed.name);
      return functionTool<Context>(server, listed, name, config);
    }),
  );
}

async function offered<Context>(
  server: MCPServer,
  runContext: RunContext<Context>,
  agent: AnyRealtimeAgent,
): Promise<MCPTool[]> {
  const listed = await server.listTools().catch((error: unknown) => {
    const why = error instanceof Error ? error.message : String(error);
    throw new UserError(`MCP server ${server.name} could not list its tools: ${why}; connect() it before the session`, {
      code: 'ERR_MCP_SERVER',
      cause: error,
    });
  });
  const { toolFilter } = server;
  if (toolFilter === undefined) return listed;
  if (typeof toolFilter === 'function') {
    const context = { runContext, agent, serverName: server.name };
    const passes = await Promise.all(listed.map((each) => toolFilter(context, each)));
    return listed.filter((_, index) => passes[index]);
  }
  const { allowedToolNames = [], blockedToolNames = [] } = toolFilter;
  return listed.filter(
    ({ name }) =>
      (allowedToolNames.length === 0 || allowedToolNames.includes(name)) && !blockedToolNames.includes(name),
  );
}

/** `mcp_<server>__<tool>`, numbered where that is taken. */
function prefixedName(server: MCPServer, listed: MCPTool, used: Set<string>): string {
  const base = toolName(`mcp_${server.name}__${listed.name}`).slice(0, MAX_NAME_LENGTH);
  let name = base;
  for (let count = 2; used.has(name); count++) name = `${base.slice(0, MAX_NAME_LENGTH - 4)}_${count}`;
  used.add(name);
  return name;
}

function functionTool<Context>(
  server: MCPServer,
  listed: MCPTool,
  name: string,
  config: MCPConfig,
): FunctionTool<Context> {
  const errorFunction = server.errorFunction === undefined ? config.errorFunction : server.errorFunction;
  const { customDataExtractor } = server;
  const contexts = new Map<string, object>();

  async function execute(
    input: unknown,
    runContext?: RunContext<Context>,
    details?: ToolCallDetails,
  ): Promise<unknown> {
    const args = typeof input === 'object' && input !== null ? (input as Record<string, unknown>) : {};
    const about = { runContext, serverName: server.name, toolName: listed.name, arguments: args };
    const meta = await server.toolMetaResolver?.(about);
    const options = details?.signal === undefined ? undefined : { signal: details.signal };
    const isWhole = server.useStructuredContent === true || customDataExtractor !== undefined;
    const result =
      isWhole && server.callToolResult !== undefined
        ? await server.callToolResult(listed.name, args, meta, options)
        : { content: await server.callTool(listed.name, args, meta, options) };
    const isStructured = server.useStructuredContent === true && result.isError !== true;
    const output =
      isStructured && result.structuredContent !== undefined
        ? JSON.stringify(result.structuredContent)
        : outputOf(result.content);
    const callId = details?.toolCall?.callId;
    if (customDataExtractor !== undefined && callId !== undefined) {
      const { structuredContent, isError, _meta: resultMeta } = result;
      contexts.set(callId, { ...about, toolDisplayName: name, resultMeta, structuredContent, isError });
    }
    return output;
  }

  return tool<JsonSchemaOfServer, Context>({
    name,
    description: listed.description ?? '',
    parameters: parametersOf(listed),
    strict: false,
    execute,
    ...(server.toolInputGuardrails === undefined ? {} : { inputGuardrails: server.toolInputGuardrails }),
    ...(server.toolOutputGuardrails === undefined ? {} : { outputGuardrails: server.toolOutputGuardrails }),
    ...(typeof errorFunction === 'function'
      ? { errorFunction: (context: RunContext<Context>, error: unknown) => errorFunction({ context, error }) }
      : { errorFunction }),
    ...(customDataExtractor === undefined
      ? {}
      : {
          customDataExtractor: ({ toolCall, output }): ReturnType<typeof customDataExtractor> => {
            const context = contexts.get(toolCall.callId);
            contexts.delete(toolCall.callId);
            return customDataExtractor({ ...context, toolOutput: output });
          },
        }),
  });
}

type JsonSchemaOfServer = ReturnType<typeof parametersOf>;

function parametersOf({ inputSchema }: MCPTool) {
  const isEmpty = inputSchema === undefined || Object.keys(inputSchema).length === 0;
  return {
    ...inputSchema,
    type: 'object' as const,
    properties: inputSchema?.properties ?? {},
    required: inputSchema?.required ?? [],
    ...(isEmpty && { additionalProperties: false }),
  };
}

/** Text is what the model reads; anything else it reads as JSON. */
function outputOf(content: readonly unknown[]): unknown {
  const texts = content.map((part) =>
    typeof part === 'object' && part !== null && 'text' in part && typeof part.text === 'string' ? part.text : null,
  );
  if (texts.every((text) => text !== null)) return texts.join('\n');
  return content.length === 1 ? content[0] : content;
}
