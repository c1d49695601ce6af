/** Progress of an item, as the service reports it. */
export type ItemStatus = 'in_progress' | 'completed' | 'incomplete';

export interface RealtimeBaseItem {
  itemId: string;
}

export interface InputTextContent {
  type: 'input_text';
  text: string;
}
export interface InputAudioContent {
  type: 'input_audio';
  /** Base64, kept only with `historyStoreAudio`. */
  audio?: string | null;
  transcript: string | null;
}
export interface OutputTextContent {
  type: 'output_text';
  text: string;
}
export interface OutputAudioContent {
  type: 'output_audio';
  /** Base64, kept only with `historyStoreAudio`. */
  audio?: string | null;
  /** After a barge-in: the part that was heard. */
  transcript?: string | null;
  /** Set by a barge-in: milliseconds of this audio that were rendered. */
  heardMs?: number;
  /** Set by a barge-in: what the model went on to say and nobody heard, from the first word that was cut. */
  unheardTranscript?: string;
}

interface MessageBase extends RealtimeBaseItem {
  previousItemId?: string | null;
  type: 'message';
}
export interface RealtimeSystemMessageItem extends MessageBase {
  role: 'system';
  content: InputTextContent[];
}
export interface RealtimeUserMessageItem extends MessageBase {
  role: 'user';
  status: ItemStatus;
  content: (InputTextContent | InputAudioContent)[];
}
export interface RealtimeAssistantMessageItem extends MessageBase {
  role: 'assistant';
  status: ItemStatus;
  content: (OutputTextContent | OutputAudioContent)[];
}
export type RealtimeMessageItem = RealtimeSystemMessageItem | RealtimeUserMessageItem | RealtimeAssistantMessageItem;

export interface RealtimeToolCallItem extends RealtimeBaseItem {
  previousItemId?: string | null;
  type: 'function_call';
  status: ItemStatus;
  arguments: string;
  name: string;
  output: string | null;
  /** Joins the item to its output; the peer's shape lacks it. */
  callId?: string;
}
export interface RealtimeMcpCallItem extends RealtimeBaseItem {
  previousItemId?: string | null;
  type: 'mcp_call' | 'mcp_tool_call';
  status: ItemStatus;
  arguments: string;
  name: string;
  output: string | null;
}
export interface RealtimeMcpCallApprovalRequestItem extends RealtimeBaseItem {
  type: 'mcp_approval_request';
  serverLabel: string;
  name: string;
  arguments: Record<string, unknown>;
  approved?: boolean | null;
}

/** One entry of a conversation's history. */
export type RealtimeItem =
  | RealtimeMessageItem
  | RealtimeToolCallItem
  | RealtimeMcpCallItem
  | RealtimeMcpCallApprovalRequestItem;
