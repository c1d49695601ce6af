// Tools on servers that the service calls itself. The session only shows which there are and passes approvals on.

import type { AnyRealtimeAgent } from '../agent/agent.ts';
import { RunToolApprovalItem } from '../agent/approval-item.ts';
import { isFunctionTool } from '../agent/tool.ts';
import { UserError } from '../errors.ts';
import type { RealtimeMcpCallApprovalRequestItem } from '../protocol/items.ts';
import type { RealtimeMcpToolInfo, RealtimeTransportLayer } from '../transports/transport.ts';

/** The hosted tools of one connection. */
export class HostedTools {
  readonly #toolsByServer = new Map<string, readonly RealtimeMcpToolInfo[]>();
  readonly #requests = new Map<RunToolApprovalItem, RealtimeMcpCallApprovalRequestItem>();

  reset(): void {
    this.#toolsByServer.clear();
    this.#requests.clear();
  }

  listed(serverLabel: string, tools: readonly RealtimeMcpToolInfo[]): void {
    this.#toolsByServer.set(serverLabel, tools);
  }

  /** The listed tools of the servers that the agent names. */
  availableTo(agent: AnyRealtimeAgent): RealtimeMcpToolInfo[] {
    const labels = agent.tools.flatMap((entry) => (isFunctionTool(entry) ? [] : [entry.providerData.server_label]));
    return [...new Set(labels)].flatMap((label) => this.#toolsByServer.get(label) ?? []);
  }

  /** A call waits for the app. */
  requested(request: RealtimeMcpCallApprovalRequestItem, agent: AnyRealtimeAgent): RunToolApprovalItem {
    const item = new RunToolApprovalItem(
      {
        type: 'hosted_tool_call',
        id: request.itemId,
        name: request.name,
        arguments: JSON.stringify(request.arguments),
        status: 'in_progress',
        providerData: { serverLabel: request.serverLabel },
      },
      agent,
    );
    this.#requests.set(item, request);
    return item;
  }

  /**
   * Passes the app's decision on, once: a second one finds no request. False if the item is no request of a hosted tool.
   */
  answer(
    item: RunToolApprovalItem,
    transport: RealtimeTransportLayer,
    decision: { readonly isApproved: boolean; readonly isStanding: boolean; readonly reason?: string | undefined },
  ): boolean {
    if (item.rawItem.type === 'function_call') return false;
    if (decision.isStanding) {
      throw new UserError('a hosted tool has no standing decision here; set requireApproval of hostedMcpTool()', {
        code: 'ERR_MCP_STANDING_DECISION',
      });
    }
    const request = this.#requests.get(item);
    this.#requests.delete(item);
    if (request !== undefined) transport.sendMcpResponse(request, decision.isApproved, decision.reason);
    return true;
  }
}
