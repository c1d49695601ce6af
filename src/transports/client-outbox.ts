import { TransportConnectionError } from '../errors.ts';
import { historyReset } from '../protocol/history-reset.ts';
import type { RealtimeItem, RealtimeMcpCallApprovalRequestItem } from '../protocol/items.ts';
import { userMessage } from '../protocol/user-message.ts';
import { ServerInbox } from './server-inbox.ts';
import type {
  RealtimeClientMessage,
  RealtimeUserInput,
  RequestedResponse,
  TransportToolCallEvent,
} from './transport.ts';

/** What goes to the Realtime service and needs no memory of what went before. */
export abstract class ClientOutbox extends ServerInbox {
  abstract get status(): 'connected' | 'disconnected' | 'connecting' | 'disconnecting';
  /** Sends one event now. As in JSON, a field that is undefined is not there. */
  abstract sendEvent(event: RealtimeClientMessage): void;
  /** Has a response asked for when its turn comes. */
  protected abstract _request(request: RequestedResponse): void;

  /** Asks for a response, which waits until the one before has ended. Requests without a body share one. */
  requestResponse(response?: Record<string, unknown>): void {
    if (this.status !== 'connected') throw this._notConnected('requestResponse');
    this._request(response === undefined ? { isShared: true } : { response });
  }

  /** Takes over a `response.create` of the app; says whether it did. */
  protected _sequence({ type, response, event_id: eventId }: RealtimeClientMessage): boolean {
    if (type !== 'response.create') return false;
    this._request({
      response: response as RequestedResponse['response'],
      eventId: eventId as RequestedResponse['eventId'],
    });
    return true;
  }

  /** Adds a message of the user, and asks for a response unless told otherwise. */
  sendMessage(
    message: RealtimeUserInput,
    otherEventData: Record<string, unknown> = {},
    { triggerResponse = true }: { triggerResponse?: boolean } = {},
  ): void {
    this.sendEvent({ type: 'conversation.item.create', item: userMessage(message), ...otherEventData });
    if (triggerResponse) this.requestResponse();
  }

  /** Adds an image as a message of the user; `image` is a data URL. */
  addImage(image: string, { triggerResponse = true }: { triggerResponse?: boolean } = {}): void {
    const content = [{ type: 'input_image' as const, image }];
    this.sendMessage({ type: 'message', role: 'user', content }, {}, { triggerResponse });
  }

  /** Sends the output of a call; `startResponse` asks for the response that uses it. */
  sendFunctionCallOutput(toolCall: TransportToolCallEvent, output: string, startResponse = true): void {
    this.sendEvent({
      type: 'conversation.item.create',
      item: { type: 'function_call_output', call_id: toolCall.callId, output },
    });
    if (toolCall.id !== undefined) this.#showFinishedCall({ ...toolCall, id: toolCall.id }, output);
    if (startResponse) this.requestResponse();
  }

  /** Answers a tool server's request for approval. */
  sendMcpResponse(request: RealtimeMcpCallApprovalRequestItem, approved: boolean, reason?: string): void {
    this.sendEvent({
      type: 'conversation.item.create',
      previous_item_id: request.itemId,
      item: {
        type: 'mcp_approval_response',
        approval_request_id: request.itemId,
        approve: approved,
        reason,
      },
    });
  }

  truncateItem(target: { itemId: string; contentIndex: number; audioEndMs: number }): void {
    this.sendEvent({
      type: 'conversation.item.truncate',
      item_id: target.itemId,
      content_index: target.contentIndex,
      audio_end_ms: target.audioEndMs,
    });
  }

  /** Turns the server's conversation from one history into another; nothing is sent if an item can't be created. */
  resetHistory(oldHistory: RealtimeItem[], newHistory: RealtimeItem[]): void {
    for (const event of historyReset(oldHistory, newHistory)) this.sendEvent({ ...event });
  }

  protected _notConnected(method: string): TransportConnectionError {
    return new TransportConnectionError(
      `${method} needs a connection, the transport is ${this.status}: call connect() first`,
      {
        code: 'ERR_NOT_CONNECTED',
      },
    );
  }

  #showFinishedCall(toolCall: TransportToolCallEvent & { id: string }, output: string): void {
    this._deliver('item_update', {
      itemId: toolCall.id,
      ...(toolCall.previousItemId === undefined ? {} : { previousItemId: toolCall.previousItemId }),
      type: 'function_call',
      status: 'completed',
      name: toolCall.name,
      arguments: toolCall.arguments,
      output,
      callId: toolCall.callId,
    });
  }
}
