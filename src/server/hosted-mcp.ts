import type { WireMcpApprovalResponse, WireMcpTool, WireMcpToolFilter, WireTool } from '../protocol/client-events.ts';
import type { BrainStep } from './brain.ts';
import type { Conversation } from './conversation.ts';
import { Refusal } from './refusal.ts';
import type { Scenario, ScenarioMcpCall } from './scenario.ts';
import type { Emit } from './sent-event.ts';
import { ServerError } from './server-error.ts';

/** What a session's hosted MCP tools work with. */
export interface HostedMcpParts {
  readonly emit: Emit;
  readonly newId: (prefix: string) => string;
  readonly conversation: Conversation;
  /** What each MCP server lists; this server never calls any. */
  readonly listings: Scenario['mcp'];
}

/** The hosted MCP tools of one session: lists them, and keeps what waits for the user's approval. */
export class HostedMcp {
  readonly #parts: HostedMcpParts;
  readonly #listed = new Map<string, string>();
  /** What follows an approval, by the request's item id: the call and everything behind it. */
  readonly #waiting = new Map<string, readonly BrainStep[]>();

  constructor(parts: HostedMcpParts) {
    this.#parts = parts;
  }

  /** Lists the tools of each MCP server that is new, or offered in another way than before. */
  list(tools: readonly WireTool[]): void {
    for (const tool of tools) {
      if (tool.type !== 'mcp') continue;
      const offer = JSON.stringify(tool);
      if (this.#listed.get(tool.server_label) === offer) continue;
      this.#listed.set(tool.server_label, offer);
      this.#listOne(tool);
    }
  }

  /** Whether a call has to wait; throws when the session does not offer the tool. */
  needsApproval(call: ScenarioMcpCall, tools: readonly WireTool[]): boolean {
    const tool = tools.find((offered) => offered.type === 'mcp' && offered.server_label === call.server);
    if (tool?.type !== 'mcp' || !isAllowed(tool, call.mcpCall)) {
      throw new ServerError(`the session offers no MCP tool '${call.mcpCall}' of '${call.server}'`, {
        code: 'ERR_MCP_TOOL',
      });
    }
    const { require_approval: rule } = tool;
    if (rule === 'never') return false;
    if (rule === undefined || rule === null || rule === 'always') return true;
    if (isNamed(rule.always, call.mcpCall)) return true;
    // Who names only those that always need approval means that the others don't.
    return rule.never !== undefined && !isNamed(rule.never, call.mcpCall);
  }

  /** Keeps what is to be done once the user has approved. */
  wait(requestId: string, steps: readonly BrainStep[]): void {
    this.#waiting.set(requestId, steps);
  }

  /** Refuses an answer to nothing. */
  checkApproval({ approval_request_id: requestId }: WireMcpApprovalResponse): void {
    if (this.#waiting.has(requestId)) return;
    throw new Refusal(`No approval request with id '${requestId}' is waiting.`, {
      code: 'invalid_value',
      param: 'item.approval_request_id',
    });
  }

  /** What an answer sets free: the steps that waited, null when they were declined. */
  settle({ approval_request_id: requestId, approve }: WireMcpApprovalResponse): readonly BrainStep[] | null {
    const steps = this.#waiting.get(requestId) ?? null;
    this.#waiting.delete(requestId);
    return approve ? steps : null;
  }

  #listOne(tool: WireMcpTool): void {
    const { emit, newId, conversation, listings } = this.#parts;
    const item = { id: newId('mcpl'), type: 'mcp_list_tools' as const, server_label: tool.server_label, tools: [] };
    conversation.begin(item);
    emit({ type: 'mcp_list_tools.in_progress', item_id: item.id });
    const listing = listings?.[tool.server_label];
    emit({ type: `mcp_list_tools.${listing === undefined ? 'failed' : 'completed'}`, item_id: item.id });
    const tools = (listing ?? [])
      .filter(({ name }) => isAllowed(tool, name))
      .map(({ name, description, inputSchema = { type: 'object' } }) => ({
        name,
        ...(description !== undefined && { description }),
        input_schema: inputSchema,
      }));
    conversation.finish({ ...item, tools });
  }
}

function isAllowed({ allowed_tools: allowed }: WireMcpTool, name: string): boolean {
  if (allowed === undefined || allowed === null) return true;
  const names = Array.isArray(allowed) ? allowed : allowed.tool_names;
  return names === undefined || names.includes(name);
}

function isNamed(filter: WireMcpToolFilter | undefined, name: string): boolean {
  return filter?.tool_names?.includes(name) === true;
}
