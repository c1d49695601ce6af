// The shape of an MCP server that the app is connected to, as the agents SDK has it.

import type { ToolOutputCustomData } from './custom-data.ts';
import type { ToolInputGuardrailDefinition, ToolOutputGuardrailDefinition } from './tool-guardrail.ts';

/** A tool as its server lists it. */
export interface MCPTool {
  name: string;
  description?: string | undefined;
  inputSchema?: {
    type?: string | undefined;
    properties?: Record<string, unknown> | undefined;
    required?: string[] | undefined;
    additionalProperties?: boolean | undefined;
    [key: string]: unknown;
  };
}

/** The whole answer of a server to a call. */
export interface MCPToolResult {
  content: readonly unknown[];
  structuredContent?: unknown;
  isError?: boolean;
  _meta?: unknown;
}

/** A method, so that servers written for narrower contexts fit. */
type Callback<Result> = { bivarianceHack(context: object): Result }['bivarianceHack'];

/** Which of a server's tools an agent gets: lists of names, or a question asked for each tool. */
export type MCPToolFilter =
  | { allowedToolNames?: string[]; blockedToolNames?: string[] }
  | { bivarianceHack(context: object, tool: MCPTool): Promise<boolean> }['bivarianceHack'];

/** A tool server that the app has connected to; the session lists and calls its tools, and never closes it. */
export interface MCPServer {
  readonly name: string;
  listTools(): Promise<MCPTool[]>;
  callTool(
    toolName: string,
    args: Record<string, unknown> | null,
    meta?: Record<string, unknown> | null,
    options?: { signal?: AbortSignal },
  ): Promise<readonly unknown[]>;
  callToolResult?(
    toolName: string,
    args: Record<string, unknown> | null,
    meta?: Record<string, unknown> | null,
    options?: { signal?: AbortSignal },
  ): Promise<MCPToolResult>;
  toolFilter?: MCPToolFilter;
  /** Makes `_meta` of each call. */
  toolMetaResolver?: Callback<
    Promise<Record<string, unknown> | null | undefined> | Record<string, unknown> | null | undefined
  >;
  /** The model reads `structuredContent` where the server sends it. */
  useStructuredContent?: boolean;
  customDataExtractor?: Callback<
    Promise<ToolOutputCustomData | null | undefined> | ToolOutputCustomData | null | undefined
  >;
  toolInputGuardrails?: ToolInputGuardrailDefinition[];
  toolOutputGuardrails?: ToolOutputGuardrailDefinition[];
  /** What the model reads when a call fails; null for a plain failure. Wins over the agent's `mcpConfig`. */
  errorFunction?: Callback<Promise<string> | string> | null;
}

/** How an agent offers the tools of its servers. */
export interface MCPConfig {
  /** Accepted for the agents SDK's sake: the Realtime API takes no strict tools. */
  convertSchemasToStrict?: boolean;
  errorFunction?: Callback<Promise<string> | string> | null;
  /** Names become `mcp_<server>__<tool>`. */
  includeServerInToolNames?: boolean;
}
