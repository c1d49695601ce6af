import type {
  WireAudioFormat,
  WireItem,
  WireMcpApprovalResponse,
  WireModality,
  WireSession,
} from '../protocol/client-events.ts';
import type { RateLimit } from './rate-limits.ts';

// What this server sends, in wire form, without the `event_id` that the session adds. A type test holds these against
// the types of the `openai` package.

/** The session as `session.created` and `session.updated` show it. */
export interface SessionSnapshot extends WireSession {
  id: string;
  object: 'realtime.session';
  /** Seconds since 1970. */
  expires_at: number;
}

/** Body of an `error` event. */
export interface ErrorBody {
  type: 'invalid_request_error' | 'server_error';
  code: string;
  message: string;
  param: string | null;
  /** The client's `event_id`, when the refused event had one. */
  event_id: string | null;
}

/** Token counts of one response. */
export interface ResponseUsage {
  total_tokens: number;
  input_tokens: number;
  output_tokens: number;
  input_token_details: { text_tokens: number; audio_tokens: number; image_tokens: number; cached_tokens: number };
  output_token_details: { text_tokens: number; audio_tokens: number };
}

export type ResponseStatus = 'in_progress' | 'completed' | 'cancelled' | 'failed' | 'incomplete';
export type CancelReason = 'turn_detected' | 'client_cancelled';

/** What only the server makes: lists and calls of the tools of hosted MCP servers, and requests to approve a call. */
export interface McpListTools {
  id: string;
  type: 'mcp_list_tools';
  server_label: string;
  tools: { name: string; description?: string; input_schema: unknown }[];
}
export interface McpCall {
  id: string;
  type: 'mcp_call';
  server_label: string;
  name: string;
  arguments: string;
  approval_request_id?: string | null;
  output?: string | null;
  error?: { type: 'tool_execution_error'; message: string } | null;
}
export interface McpApprovalRequest {
  id: string;
  type: 'mcp_approval_request';
  server_label: string;
  name: string;
  arguments: string;
}

/** An item as the server sends it: always with an id. */
export type ServerItem =
  | (WireItem & { id: string })
  | (WireMcpApprovalResponse & { id: string })
  | McpListTools
  | McpCall
  | McpApprovalRequest;

/** A response as `response.created` and `response.done` show it. */
export interface ResponseSnapshot {
  object: 'realtime.response';
  id: string;
  /** Absent for an out-of-band response. */
  conversation_id?: string;
  status: ResponseStatus;
  status_details?: {
    type: 'completed' | 'cancelled' | 'failed' | 'incomplete';
    reason?: CancelReason | 'max_output_tokens';
    error?: { type: string; code: string; message: string };
  };
  output: ServerItem[];
  output_modalities: WireModality[];
  audio: { output: { format: WireAudioFormat; voice: string } };
  max_output_tokens: number | 'inf';
  metadata: Record<string, string> | null;
  usage?: ResponseUsage;
}

/** A content part as it is announced and finished; its audio went by in deltas. */
export type ContentPart = { type: 'audio'; transcript: string } | { type: 'text'; text: string };

/** Where an item stands: in which response, and which of its items it is. */
export interface InResponse {
  response_id: string;
  item_id: string;
  output_index: number;
}
/** Where a part of an item's content stands. */
export interface InContent extends InResponse {
  content_index: number;
}
interface Placed {
  previous_item_id: string | null;
  item: ServerItem;
}
interface OfItem {
  item_id: string;
}

/** A key of the caller's telephone; the one event that has no id. `received_at` in seconds since 1970. */
export interface DtmfReceived {
  type: 'input_audio_buffer.dtmf_event_received';
  event: string;
  received_at: number;
}

/** Every event that this server sends, before it has an `event_id`. */
export type EventBody =
  | { type: 'error'; error: ErrorBody }
  | { type: 'session.created' | 'session.updated'; session: SessionSnapshot }
  | ({ type: 'conversation.item.added' | 'conversation.item.done' } & Placed)
  | { type: 'conversation.item.retrieved'; item: ServerItem }
  | ({ type: 'conversation.item.truncated'; content_index: number; audio_end_ms: number } & OfItem)
  | ({ type: 'conversation.item.deleted' } & OfItem)
  | ({
      type: 'conversation.item.input_audio_transcription.delta';
      content_index: number;
      delta: string;
    } & OfItem)
  | ({
      type: 'conversation.item.input_audio_transcription.completed';
      content_index: number;
      transcript: string;
      usage: { type: 'duration'; seconds: number };
    } & OfItem)
  | ({
      type: 'conversation.item.input_audio_transcription.failed';
      content_index: number;
      error: { type: string; code: string; message: string };
    } & OfItem)
  | ({ type: 'input_audio_buffer.speech_started'; audio_start_ms: number } & OfItem)
  | ({ type: 'input_audio_buffer.speech_stopped'; audio_end_ms: number } & OfItem)
  | ({ type: 'input_audio_buffer.committed'; previous_item_id: string | null } & OfItem)
  | ({ type: 'input_audio_buffer.timeout_triggered'; audio_start_ms: number; audio_end_ms: number } & OfItem)
  | { type: 'input_audio_buffer.cleared' }
  | DtmfReceived
  | { type: `output_audio_buffer.${'started' | 'stopped' | 'cleared'}`; response_id: string }
  | { type: 'response.created' | 'response.done'; response: ResponseSnapshot }
  | {
      type: 'response.output_item.added' | 'response.output_item.done';
      response_id: string;
      output_index: number;
      item: ServerItem;
    }
  | ({ type: 'response.content_part.added' | 'response.content_part.done'; part: ContentPart } & InContent)
  | ({ type: 'response.output_audio.delta'; delta: string } & InContent)
  | ({ type: 'response.output_audio.done' } & InContent)
  | ({ type: 'response.output_audio_transcript.delta'; delta: string } & InContent)
  | ({ type: 'response.output_audio_transcript.done'; transcript: string } & InContent)
  | ({ type: 'response.output_text.delta'; delta: string } & InContent)
  | ({ type: 'response.output_text.done'; text: string } & InContent)
  | ({ type: 'response.function_call_arguments.delta'; call_id: string; delta: string } & InResponse)
  | ({ type: 'response.function_call_arguments.done'; call_id: string; name: string; arguments: string } & InResponse)
  | ({ type: 'mcp_list_tools.in_progress' | 'mcp_list_tools.completed' | 'mcp_list_tools.failed' } & OfItem)
  | ({ type: 'response.mcp_call_arguments.delta'; delta: string } & InResponse)
  | ({ type: 'response.mcp_call_arguments.done'; arguments: string } & InResponse)
  | ({
      type: 'response.mcp_call.in_progress' | 'response.mcp_call.completed' | 'response.mcp_call.failed';
      output_index: number;
    } & OfItem)
  | {
      type: 'rate_limits.updated';
      rate_limits: RateLimit[];
    };

/** A server event with the id that all but one have. */
export type NumberedEvent = Exclude<EventBody, DtmfReceived> & { event_id: string };

/** A server event as it goes over the wire. */
export type SentEvent = NumberedEvent | DtmfReceived;

/** Takes each event that a part of the server wants to send, in order. */
export type Emit = (event: EventBody) => void;
