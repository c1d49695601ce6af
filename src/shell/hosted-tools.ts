// Tools on servers that the service calls itself. The session shows which there are and passes approvals on.

import type { AgentOffer } from '../agent/agent.ts';
import { RunToolApprovalItem } from '../agent/approval-item.ts';
import type { HostedMCPTool } from '../agent/hosted-mcp.ts';
import { approverOf } from '../agent/hosted-mcp.ts';
import type { RunContext } from '../agent/run-context.ts';
import { logger } from '../logger.ts';
import type { RealtimeMcpCallApprovalRequestItem } from '../protocol/items.ts';
import { onRejection } from '../thenable.ts';
import type { RealtimeMcpToolInfo, RealtimeTransportLayer } from '../transports/transport.ts';

type AnyOffer = Pick<AgentOffer<never>, 'agent' | 'hosted'>;

/** A decision about a call to a hosted server. */
export interface HostedDecision {
  readonly isApproved: boolean;
  readonly isStanding: boolean;
  readonly reason?: string | undefined;
}

/** The hosted tools of one connection. */
export class HostedTools {
  // Made when needed: most sessions have no hosted tools.
  #toolsByServer: Map<string, readonly RealtimeMcpToolInfo[]> | null = null;
  #requests: Map<RunToolApprovalItem, RealtimeMcpCallApprovalRequestItem> | null = null;
  #seenIds: Set<string> | null = null;
  #shownNames = '[]';

  reset(): void {
    this.#toolsByServer = null;
    this.#requests = null;
    this.#seenIds = null;
    this.#shownNames = '[]';
  }

  listed(serverLabel: string, tools: readonly RealtimeMcpToolInfo[]): void {
    (this.#toolsByServer ??= new Map()).set(serverLabel, tools);
  }

  /** The listed tools of the servers that the agent names, of each name one, and only those that it allows. */
  availableTo({ hosted }: Pick<AnyOffer, 'hosted'>): RealtimeMcpToolInfo[] {
    const byName = new Map<string, RealtimeMcpToolInfo>();
    for (const { providerData } of hosted) {
      const { server_label: label, allowed_tools: allowed } = providerData;
      const names = Array.isArray(allowed) ? allowed : allowed?.tool_names;
      for (const info of this.#toolsByServer?.get(label) ?? []) {
        const isAllowed = names === undefined || names.includes(info.name);
        if (isAllowed && !byName.has(info.name)) byName.set(info.name, info);
      }
    }
    return [...byName.values()];
  }

  /** The tools of the agent if their names are others than the last time, else null. */
  changeFor(offer: Pick<AnyOffer, 'hosted'>): RealtimeMcpToolInfo[] | null {
    const tools = this.availableTo(offer);
    const names = JSON.stringify(tools.map(({ name }) => name).toSorted());
    if (names === this.#shownNames) return null;
    this.#shownNames = names;
    return tools;
  }

  /** A call waits for a decision; null for one that was announced before. */
  requested(request: RealtimeMcpCallApprovalRequestItem, { agent }: AnyOffer): RunToolApprovalItem | null {
    if (this.#seenIds?.has(request.itemId) === true) return null;
    (this.#seenIds ??= new Set()).add(request.itemId);
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
    (this.#requests ??= new Map()).set(item, request);
    return item;
  }

  /** Has the tool's own `onApproval` decide; null when it has none. */
  decisionOf(
    item: RunToolApprovalItem,
    { hosted }: Pick<AnyOffer, 'hosted'>,
    context: RunContext<never>,
  ): Promise<HostedDecision> | null {
    const label: unknown = item.rawItem.providerData?.['serverLabel'];
    const owner: HostedMCPTool | undefined = hosted.find(({ providerData }) => providerData.server_label === label);
    const approver = owner === undefined ? undefined : approverOf(owner);
    if (approver === undefined) return null;
    return Promise.resolve()
      .then(() => approver(context, item))
      .then(({ approve, reason }) => ({ isApproved: approve, isStanding: false, reason }));
  }

  /**
   * Passes a decision on, once: a second one finds no request. False if the item is no request of a hosted tool. A decision
   * that can't be sent can be given again.
   */
  answer(
    item: RunToolApprovalItem,
    decision: HostedDecision,
    { transport, report }: { readonly transport: RealtimeTransportLayer; readonly report: (error: unknown) => void },
  ): boolean {
    if (item.rawItem.type === 'function_call') return false;
    if (decision.isStanding) {
      logger.warn('a hosted tool has no standing decision: this one is about one call; see requireApproval instead');
    }
    const requests = this.#requests;
    const request = requests?.get(item);
    if (request === undefined) return true;
    const sent: unknown = transport.sendMcpResponse(request, decision.isApproved, decision.reason);
    requests?.delete(item);
    onRejection(sent, (error) => {
      requests?.set(item, request);
      report(error);
    });
    return true;
  }
}
