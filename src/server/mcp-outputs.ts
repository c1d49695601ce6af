import { type OutputParts, placeOf, type ResponseOutput } from './response-output.ts';
import type { ScenarioMcpCall } from './scenario.ts';
import type { McpApprovalRequest, McpCall } from './sent-event.ts';
import { textTokens } from './usage.ts';

/** A call of a hosted MCP tool: its arguments, then what came of it. */
export class McpCallOutput implements ResponseOutput {
  readonly audio = null;
  readonly #parts: OutputParts;
  readonly #call: ScenarioMcpCall;
  readonly #arguments: string;
  readonly #approvalRequestId: string | null;
  #hasRun = false;

  constructor(parts: OutputParts, call: ScenarioMcpCall, approvalRequestId: string | null) {
    this.#parts = parts;
    this.#call = call;
    this.#arguments = JSON.stringify(call.arguments);
    this.#approvalRequestId = approvalRequestId;
  }

  item(): McpCall {
    const { server, mcpCall, output } = this.#call;
    const message = this.#failure();
    return {
      id: this.#parts.itemId,
      type: 'mcp_call',
      server_label: server,
      name: mcpCall,
      arguments: this.#arguments,
      approval_request_id: this.#approvalRequestId,
      output: this.#hasRun && message === null ? (output ?? '') : null,
      error: this.#hasRun && message !== null ? { type: 'tool_execution_error', message } : null,
    };
  }

  async run(): Promise<void> {
    const { emit, live, spend, itemId, outputIndex } = this.#parts;
    const place = placeOf(this.#parts);
    await live(Promise.resolve());
    spend(textTokens(this.#arguments));
    emit({ type: 'response.mcp_call_arguments.delta', ...place, delta: this.#arguments });
    emit({ type: 'response.mcp_call_arguments.done', ...place, arguments: this.#arguments });
    emit({ type: 'response.mcp_call.in_progress', item_id: itemId, output_index: outputIndex });
    await live(Promise.resolve());
    this.#hasRun = true;
  }

  finish(): void {
    if (!this.#hasRun) return;
    const { emit, itemId, outputIndex } = this.#parts;
    const type = this.#failure() === null ? 'response.mcp_call.completed' : 'response.mcp_call.failed';
    emit({ type, item_id: itemId, output_index: outputIndex });
  }

  #failure(): string | null {
    return this.#call.error ?? null;
  }
}

/** A call that waits for the user: the item is the whole of it. */
export class McpApprovalOutput implements ResponseOutput {
  readonly audio = null;
  readonly #parts: OutputParts;
  readonly #call: ScenarioMcpCall;

  constructor(parts: OutputParts, call: ScenarioMcpCall) {
    this.#parts = parts;
    this.#call = call;
  }

  item(): McpApprovalRequest {
    return {
      id: this.#parts.itemId,
      type: 'mcp_approval_request',
      server_label: this.#call.server,
      name: this.#call.mcpCall,
      arguments: JSON.stringify(this.#call.arguments),
    };
  }

  async run(): Promise<void> {
    await this.#parts.live(Promise.resolve());
  }

  finish(): void {}
}
