// The events of the Realtime protocol that a client reads, in wire form and only with the fields it reads. Everything else
// that a server sends passes through untouched. A type test holds these against the types of the `openai` package, whose
// items and responses leave `id` optional because clients send the same shapes; what a server delivers always has one.

import type { ItemStatus } from './items.ts';

/** A part of a message; which fields it has depends on `type`. */
export interface ServerContentPart {
  type?: string | null;
  text?: string | null;
  transcript?: string | null;
  /** Base64; only retrieved items carry it. */
  audio?: string | null;
}

export interface ServerMessageItem {
  type: 'message';
  id: string;
  role: 'system' | 'user' | 'assistant';
  status?: ItemStatus | null;
  content: ServerContentPart[];
}
export interface ServerFunctionCallItem {
  type: 'function_call';
  id: string;
  status?: ItemStatus | null;
  call_id?: string | null;
  name: string;
  arguments: string;
}
export interface ServerFunctionCallOutputItem {
  type: 'function_call_output';
  id: string;
  call_id: string;
  output: string;
}
export interface ServerMcpCallItem {
  type: 'mcp_call' | 'mcp_tool_call';
  id: string;
  name: string;
  arguments: string;
  output?: string | null;
}
export interface ServerMcpApprovalRequestItem {
  type: 'mcp_approval_request';
  id: string;
  server_label: string;
  name: string;
  /** JSON text. */
  arguments: string;
}
export interface ServerMcpApprovalResponseItem {
  type: 'mcp_approval_response';
  id: string;
  approval_request_id: string;
  approve: boolean;
}
export interface ServerMcpListToolsItem {
  type: 'mcp_list_tools';
  id: string;
  server_label: string;
  tools: { name: string; description?: string | null; input_schema?: unknown }[];
}

/** An item of the conversation as a server delivers it. */
export type ServerItem =
  | ServerMessageItem
  | ServerFunctionCallItem
  | ServerFunctionCallOutputItem
  | ServerMcpCallItem
  | ServerMcpApprovalRequestItem
  | ServerMcpApprovalResponseItem
  | ServerMcpListToolsItem;

export interface ServerUsage {
  input_tokens?: number | null;
  output_tokens?: number | null;
  total_tokens?: number | null;
  /** Counts by kind; some servers nest further. */
  input_token_details?: object | null;
  output_token_details?: object | null;
}

/** A response as `response.created` and `response.done` show it. */
export interface ServerResponse {
  id: string;
  status?: 'in_progress' | 'completed' | 'cancelled' | 'failed' | 'incomplete' | null;
  status_details?: {
    reason?: string | null;
    error?: { code?: string | null; message?: string | null } | null;
  } | null;
  /** Items, passed on as they came. */
  output?: unknown[] | null;
  usage?: ServerUsage | null;
  audio?: { output?: { format?: { type?: string | null; rate?: number | null } | null } | null } | null;
}

interface ServerEventBase {
  event_id?: string;
}
export interface ServerErrorEvent extends ServerEventBase {
  type: 'error';
  error: {
    type: string;
    message: string;
    code?: string | null;
    param?: string | null;
    /** The client's event that was refused. */
    event_id?: string | null;
  };
}
export interface SessionEvent extends ServerEventBase {
  type: 'session.created' | 'session.updated';
  session: object;
}
export interface ItemPlacedEvent extends ServerEventBase {
  type: 'conversation.item.added' | 'conversation.item.done';
  item: ServerItem;
  previous_item_id?: string | null;
}
export interface ItemRetrievedEvent extends ServerEventBase {
  type: 'conversation.item.retrieved';
  item: ServerItem;
}
export interface ItemTruncatedEvent extends ServerEventBase {
  type: 'conversation.item.truncated';
  item_id: string;
  content_index: number;
  audio_end_ms: number;
}
export interface ItemDeletedEvent extends ServerEventBase {
  type: 'conversation.item.deleted';
  item_id: string;
}
export interface InputTranscriptionCompletedEvent extends ServerEventBase {
  type: 'conversation.item.input_audio_transcription.completed';
  item_id: string;
  content_index: number;
  transcript: string;
}
export interface SpeechStartedEvent extends ServerEventBase {
  type: 'input_audio_buffer.speech_started';
  item_id: string;
  audio_start_ms: number;
}
export interface SpeechStoppedEvent extends ServerEventBase {
  type: 'input_audio_buffer.speech_stopped';
  item_id: string;
  audio_end_ms: number;
}
export interface InputBufferEvent extends ServerEventBase {
  type: 'input_audio_buffer.committed' | 'input_audio_buffer.cleared';
}
export interface ResponseCreatedEvent extends ServerEventBase {
  type: 'response.created';
  response: ServerResponse;
}
export interface ResponseDoneEvent extends ServerEventBase {
  type: 'response.done';
  response: ServerResponse;
}
export interface OutputItemEvent extends ServerEventBase {
  type: 'response.output_item.added' | 'response.output_item.done';
  response_id: string;
  item: ServerItem;
}
export interface OutputAudioDeltaEvent extends ServerEventBase {
  type: 'response.output_audio.delta';
  response_id: string;
  item_id: string;
  content_index: number;
  /** Base64 of audio in the response's output format. */
  delta: string;
}
export interface OutputAudioDoneEvent extends ServerEventBase {
  type: 'response.output_audio.done';
  response_id: string;
  item_id: string;
  content_index: number;
}
export interface OutputTextDeltaEvent extends ServerEventBase {
  type: 'response.output_audio_transcript.delta' | 'response.output_text.delta';
  response_id: string;
  item_id: string;
  delta: string;
}

/** Every event that a client reads. */
export type ServerEvent =
  | ServerErrorEvent
  | SessionEvent
  | ItemPlacedEvent
  | ItemRetrievedEvent
  | ItemTruncatedEvent
  | ItemDeletedEvent
  | InputTranscriptionCompletedEvent
  | SpeechStartedEvent
  | SpeechStoppedEvent
  | InputBufferEvent
  | ResponseCreatedEvent
  | ResponseDoneEvent
  | OutputItemEvent
  | OutputAudioDeltaEvent
  | OutputAudioDoneEvent
  | OutputTextDeltaEvent;

/** An event as it came, of whatever type. */
export interface RawServerEvent {
  type: string;
  event_id?: unknown;
  [key: string]: unknown;
}
