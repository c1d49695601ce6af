// Items of the conversation: as the server delivers them, and as our history holds them.

import type { WireItem } from './client-events.ts';
import type {
  InputAudioContent,
  InputTextContent,
  OutputAudioContent,
  OutputTextContent,
  RealtimeItem,
  RealtimeMcpCallApprovalRequestItem,
  RealtimeMcpCallItem,
  RealtimeMessageItem,
  RealtimeToolCallItem,
} from './items.ts';
import type {
  ServerContentPart,
  ServerFunctionCallItem,
  ServerItem,
  ServerMcpApprovalRequestItem,
  ServerMcpCallItem,
  ServerMessageItem,
} from './server-events.ts';

/** What the event around an item says about it. */
export interface ItemContext {
  /** Where it goes: `null` is the front, `undefined` says nothing. */
  readonly previousItemId?: string | null;
  /** Whether the event is the item's last word, for items that do not say so themselves. */
  readonly isDone: boolean;
}

/**
 * The item as history holds it, or `null` for items that are no entry of their own: a call's output belongs to the call,
 * an approval to its request, and a tool server's list is announced by an event.
 */
export function realtimeItem(item: ServerItem, context: ItemContext): RealtimeItem | null {
  switch (item.type) {
    case 'message':
      return realtimeMessage(item, context);
    case 'function_call':
      return realtimeToolCall(item, context);
    case 'mcp_call':
    case 'mcp_tool_call':
      return realtimeMcpCall(item, context);
    case 'mcp_approval_request':
      return realtimeApprovalRequest(item);
    case 'function_call_output':
    case 'mcp_approval_response':
    case 'mcp_list_tools':
      return null;
  }
}

function realtimeMessage(item: ServerMessageItem, { previousItemId, isDone }: ItemContext): RealtimeMessageItem {
  const base = {
    itemId: item.id,
    type: 'message' as const,
    ...(previousItemId === undefined ? {} : { previousItemId }),
  };
  const status = item.status ?? (isDone ? 'completed' : 'in_progress');
  switch (item.role) {
    case 'system':
      return { ...base, role: 'system', content: item.content.flatMap(systemContent) };
    case 'user':
      return { ...base, role: 'user', status, content: item.content.flatMap(userContent) };
    case 'assistant':
      return { ...base, role: 'assistant', status, content: item.content.flatMap(assistantContent) };
  }
}

function systemContent(part: ServerContentPart): InputTextContent[] {
  return part.type === 'input_text' ? [{ type: 'input_text', text: part.text ?? '' }] : [];
}

/** Images stay with the server: history has no kind of content for them. */
function userContent(part: ServerContentPart): (InputTextContent | InputAudioContent)[] {
  if (part.type === 'input_text') return [{ type: 'input_text', text: part.text ?? '' }];
  if (part.type !== 'input_audio') return [];
  return [{ type: 'input_audio', ...audioOf(part), transcript: part.transcript ?? null }];
}

/** Some servers still say `text` and `audio`, the names of the first protocol. */
function assistantContent(part: ServerContentPart): (OutputTextContent | OutputAudioContent)[] {
  if (part.type === 'output_text' || part.type === 'text') return [{ type: 'output_text', text: part.text ?? '' }];
  if (part.type !== 'output_audio' && part.type !== 'audio') return [];
  const transcript = part.transcript ?? undefined;
  return [{ type: 'output_audio', ...audioOf(part), ...(transcript === undefined ? {} : { transcript }) }];
}

function audioOf(part: ServerContentPart): { audio?: string } {
  return typeof part.audio === 'string' ? { audio: part.audio } : {};
}

/** A call is in progress until it has its output, whatever the server says about its arguments. */
function realtimeToolCall(item: ServerFunctionCallItem, { previousItemId }: ItemContext): RealtimeToolCallItem {
  return {
    itemId: item.id,
    ...(previousItemId === undefined ? {} : { previousItemId }),
    type: 'function_call',
    status: 'in_progress',
    name: item.name,
    arguments: item.arguments,
    output: null,
    ...(typeof item.call_id === 'string' ? { callId: item.call_id } : {}),
  };
}

function realtimeMcpCall(item: ServerMcpCallItem, { previousItemId, isDone }: ItemContext): RealtimeMcpCallItem {
  return {
    itemId: item.id,
    ...(previousItemId === undefined ? {} : { previousItemId }),
    type: item.type,
    status: isDone ? 'completed' : 'in_progress',
    name: item.name,
    arguments: item.arguments,
    output: item.output ?? null,
  };
}

function realtimeApprovalRequest(item: ServerMcpApprovalRequestItem): RealtimeMcpCallApprovalRequestItem {
  return {
    itemId: item.id,
    type: 'mcp_approval_request',
    serverLabel: item.server_label,
    name: item.name,
    arguments: parsedArguments(item.arguments),
    approved: null,
  };
}

/** Arguments that the model got wrong are shown as text, so that a person can still decide about them. */
function parsedArguments(json: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(json === '' ? '{}' : json);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  } catch {
    // Shown below.
  }
  return { text: json };
}

/** Why an item of the history can't be created on the server, or `null` when it can. */
export function whyNotCreatable(item: RealtimeItem): string | null {
  if (item.type === 'message') {
    const hasSpeech = item.role === 'assistant' && item.content.some((part) => part.type === 'output_audio');
    if (hasSpeech) return 'the service takes no audio of the assistant back: turn its transcript into output_text';
    const isSilent =
      item.role === 'user' &&
      item.content.some(
        (part) => part.type === 'input_audio' && typeof part.audio !== 'string' && part.transcript === null,
      );
    return isSilent ? 'it has audio that was not stored and no transcript: turn it into input_text' : null;
  }
  if (item.type === 'function_call') {
    return item.callId === undefined ? 'a function call needs its callId, which joins it to its output' : null;
  }
  return `items of type ${item.type} belong to the service and can only stay or be removed`;
}

/** The wire form of an item of the history, to create it on the server; a call comes with its output. */
export function wireItems(item: RealtimeItem): WireItem[] {
  if (item.type === 'message') return [wireMessage(item)];
  if (item.type !== 'function_call' || item.callId === undefined) return [];
  const call: WireItem = {
    type: 'function_call',
    id: item.itemId,
    call_id: item.callId,
    name: item.name,
    arguments: item.arguments,
  };
  if (item.output === null) return [call];
  return [call, { type: 'function_call_output', call_id: item.callId, output: item.output }];
}

function wireMessage(item: RealtimeMessageItem): WireItem {
  const base = { type: 'message' as const, id: item.itemId };
  switch (item.role) {
    case 'system':
      return { ...base, role: 'system', content: item.content };
    case 'user':
      return { ...base, role: 'user', status: item.status, content: item.content.map(wireUserContent) };
    case 'assistant':
      return {
        ...base,
        role: 'assistant',
        status: item.status,
        content: item.content.flatMap((part) => (part.type === 'output_text' ? [part] : [])),
      };
  }
}

/** Audio that was not stored is replayed as what was understood. */
function wireUserContent(part: InputTextContent | InputAudioContent): InputTextContent | WireInputAudioReplay {
  if (part.type === 'input_text') return part;
  if (typeof part.audio !== 'string') return { type: 'input_text', text: part.transcript ?? '' };
  return {
    type: 'input_audio',
    audio: part.audio,
    ...(part.transcript === null ? {} : { transcript: part.transcript }),
  };
}

interface WireInputAudioReplay {
  type: 'input_audio';
  audio: string;
  transcript?: string;
}
