import { UserError } from '../errors.ts';
import type { HostedMcpToolDefinition } from '../protocol/session-config.ts';
import type { RunToolApprovalItem } from './approval-item.ts';
import type { RunContext } from './run-context.ts';

/** Decides about a call to a hosted server, so that the app is not asked. `reason` is what the model reads of a refusal. */
export type HostedMCPApprovalFunction<Context = unknown> = (
  context: RunContext<Context>,
  item: RunToolApprovalItem,
) => Promise<{ approve: boolean; reason?: string }>;

/** A tool server that the service itself calls. */
export interface HostedMCPTool {
  type: 'hosted_tool';
  name: 'hosted_mcp';
  providerData: HostedMcpToolDefinition;
}

/** What `hostedMcpTool()` takes: a server by URL, or a connector of the service by id. */
export interface HostedMcpToolOptions {
  serverLabel: string;
  serverUrl?: string;
  connectorId?: string;
  authorization?: string;
  headers?: Record<string, string>;
  serverDescription?: string;
  allowedTools?: string[] | { toolNames?: string[] };
  /** Which calls must be approved with `session.approve`. Default `'never'`. */
  requireApproval?: 'never' | 'always' | { never?: { toolNames: string[] }; always?: { toolNames: string[] } };
  /** Decides in the app's place; if it throws, the app is asked by `tool_approval_requested`. */
  onApproval?: HostedMCPApprovalFunction<never>;
}

/** Names a tool server that the service calls by itself. Its approvals arrive as `tool_approval_requested`. */
export function hostedMcpTool(options: HostedMcpToolOptions): HostedMCPTool {
  if (options.serverLabel === '') {
    throw new UserError('hostedMcpTool needs a serverLabel', { code: 'ERR_MCP_SERVER' });
  }
  const { allowedTools, requireApproval = 'never' } = options;
  const providerData: HostedMcpToolDefinition = {
    type: 'mcp',
    server_label: options.serverLabel,
    require_approval: typeof requireApproval === 'string' ? requireApproval : approvalRules(requireApproval),
  };
  if (options.serverUrl !== undefined) providerData.server_url = options.serverUrl;
  if (options.connectorId !== undefined) providerData['connector_id'] = options.connectorId;
  if (options.authorization !== undefined) providerData['authorization'] = options.authorization;
  if (options.headers !== undefined) providerData.headers = options.headers;
  if (options.serverDescription !== undefined) providerData['server_description'] = options.serverDescription;
  if (Array.isArray(allowedTools)) providerData.allowed_tools = allowedTools;
  else if (allowedTools !== undefined) providerData.allowed_tools = { tool_names: allowedTools.toolNames };
  if (options.onApproval !== undefined) providerData['on_approval'] = options.onApproval;
  return { type: 'hosted_tool', name: 'hosted_mcp', providerData };
}

/** The part of a hosted tool that the service reads. */
export function hostedToolDefinition({ providerData }: HostedMCPTool): HostedMcpToolDefinition {
  const { on_approval: _ours, ...definition } = providerData;
  return { ...definition, type: 'mcp', server_label: providerData.server_label };
}

/** The tool's own approver, if it has one. */
export function approverOf({ providerData }: HostedMCPTool): HostedMCPApprovalFunction<never> | undefined {
  const approver: unknown = providerData['on_approval'];
  return typeof approver === 'function' ? (approver as HostedMCPApprovalFunction<never>) : undefined;
}

function approvalRules(rules: {
  never?: { toolNames: string[] };
  always?: { toolNames: string[] };
}): Record<string, unknown> {
  return {
    ...(rules.never === undefined ? {} : { never: { tool_names: rules.never.toolNames } }),
    ...(rules.always === undefined ? {} : { always: { tool_names: rules.always.toolNames } }),
  };
}
