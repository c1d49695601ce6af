import type { RealtimeItem, RealtimeUserMessageItem } from '../protocol/items.ts';
import type { ServerEvent, ServerFunctionCallItem, ServerItem } from '../protocol/server-events.ts';
import { realtimeItem } from '../protocol/wire-items.ts';
import type { OpenAIRealtimeEventTypes } from './openai-events.ts';
import type { RealtimeClientMessage, RealtimeMcpToolInfo } from './transport.ts';

/** Events about items, as name and argument. */
export type ItemEventName =
  | 'item_update'
  | 'item_deleted'
  | 'function_call'
  | 'function_call_output'
  | 'mcp_approval_request'
  | 'mcp_tool_call_completed'
  | 'mcp_tools_listed';
/** What the events lead to. */
export interface ItemPort {
  send(event: RealtimeClientMessage): void;
  deliver<Name extends ItemEventName>(event: Name, ...args: OpenAIRealtimeEventTypes[Name]): void;
}

/** Items that are remembered until they are finished; one that never is must not stay for ever. */
const REMEMBERED_ITEMS = 64;

/** What the server's events say about the items of the conversation. */
export class ItemEvents {
  readonly #port: ItemPort;
  /** Speech of the user whose transcript is still to come. */
  #spoken: Map<string, RealtimeUserMessageItem> | null = null;
  /** Where calls belong that are still being written. */
  #callPlaces: Map<string, string> | null = null;

  constructor(port: ItemPort) {
    this.#port = port;
  }

  /** Forgets everything: the connection is gone. */
  reset(): void {
    this.#spoken = null;
    this.#callPlaces = null;
  }

  /** Tells what one event of the server means. `isDriven`: a session keeps what was heard of truncated items. */
  read(event: ServerEvent, isDriven: boolean): void {
    switch (event.type) {
      case 'conversation.item.added':
      case 'conversation.item.done':
        return this.#placed(event.item, event.previous_item_id, event.type === 'conversation.item.done');
      case 'conversation.item.retrieved':
        return this.#updated(realtimeItem(event.item, { isDone: true }));
      case 'response.output_item.added':
        return this.#written(event.item, event.response_id, false);
      case 'response.output_item.done':
        return this.#written(event.item, event.response_id, true);
      case 'conversation.item.deleted':
        this.#spoken?.delete(event.item_id);
        this.#callPlaces?.delete(event.item_id);
        return this.#port.deliver('item_deleted', { itemId: event.item_id });
      case 'conversation.item.input_audio_transcription.completed':
        return this.#transcribed(event.item_id, event.content_index, event.transcript);
      case 'conversation.item.truncated':
        // The server has dropped the transcript; alone, we can only ask what is left.
        return isDriven ? undefined : this.#retrieve(event.item_id);
      default:
    }
  }

  #placed(item: ServerItem, previousItemId: string | null | undefined, isDone: boolean): void {
    if (item.type === 'mcp_list_tools')
      return isDone ? this.#port.deliver('mcp_tools_listed', toolsListed(item)) : undefined;
    if (item.type === 'function_call') {
      if (typeof previousItemId === 'string') remember((this.#callPlaces ??= new Map()), item.id, previousItemId);
      // Its arguments are complete in `response.output_item.done`, which brings the call itself.
      if (isDone) return;
    }
    if (item.type === 'function_call_output') this.#port.deliver('function_call_output', { callId: item.call_id });
    const update = realtimeItem(item, { previousItemId, isDone });
    this.#updated(update);
    if (!isDone || update === null) return;
    if (update.type === 'mcp_approval_request') this.#port.deliver('mcp_approval_request', update);
    if (update.type === 'mcp_call' || update.type === 'mcp_tool_call') {
      this.#port.deliver('mcp_tool_call_completed', update);
    }
  }

  #written(item: ServerItem, responseId: string, isDone: boolean): void {
    if (item.type === 'mcp_list_tools' || item.type === 'mcp_approval_request') return;
    if (item.type !== 'function_call') this.#updated(realtimeItem(item, { isDone }));
    else if (isDone) this.#called(item, responseId);
  }

  /** A call that was cut off by a cancel or a limit has unfinished arguments: it must not run. */
  #called(item: ServerFunctionCallItem, responseId: string): void {
    const previousItemId = this.#callPlaces?.get(item.id);
    this.#callPlaces?.delete(item.id);
    if ((item.status ?? 'completed') !== 'completed') return;
    this.#updated(realtimeItem(item, { previousItemId, isDone: true }));
    this.#port.deliver('function_call', {
      id: item.id,
      type: 'function_call',
      // A server without call ids joins a call and its output by the item.
      callId: item.call_id ?? item.id,
      name: item.name,
      arguments: item.arguments,
      responseId,
      ...(previousItemId === undefined ? {} : { previousItemId }),
    });
  }

  #transcribed(itemId: string, contentIndex: number, transcript: string): void {
    const item = this.#spoken?.get(itemId);
    const part = item?.content[contentIndex];
    if (item === undefined || part?.type !== 'input_audio') return this.#retrieve(itemId);
    const content = item.content.with(contentIndex, { ...part, transcript });
    this.#updated({ ...item, status: 'completed', content });
  }

  #updated(item: RealtimeItem | null): void {
    if (item === null) return;
    if (item.type === 'message' && item.role === 'user') this.#rememberSpeech(item);
    this.#port.deliver('item_update', item);
  }

  #rememberSpeech(item: RealtimeUserMessageItem): void {
    const isAwaited = item.content.some((part) => part.type === 'input_audio' && part.transcript === null);
    if (isAwaited) remember((this.#spoken ??= new Map()), item.itemId, item);
    else this.#spoken?.delete(item.itemId);
  }

  #retrieve(itemId: string): void {
    this.#port.send({ type: 'conversation.item.retrieve', item_id: itemId });
  }
}

function toolsListed(item: Extract<ServerItem, { type: 'mcp_list_tools' }>): {
  serverLabel: string;
  tools: RealtimeMcpToolInfo[];
} {
  const tools = item.tools.map(({ description, input_schema: schema, ...rest }) => ({
    ...rest,
    ...(typeof description === 'string' ? { description } : {}),
    ...(isSchema(schema) ? { input_schema: schema } : {}),
  }));
  return { serverLabel: item.server_label, tools };
}

function isSchema(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function remember<V>(items: Map<string, V>, itemId: string, value: V): void {
  items.set(itemId, value);
  const [oldest] = items.keys();
  if (items.size > REMEMBERED_ITEMS && oldest !== undefined) items.delete(oldest);
}
