/** Progress of an item, as the service reports it. */
export type ItemStatus = 'in_progress' | 'completed' | 'incomplete';

/** What every item of a conversation has: the id that the server and the session know it by. */
export interface RealtimeBaseItem {
  itemId: string;
}

/** Text that the user, or the app as `system`, wrote. */
export interface InputTextContent {
  type: 'input_text';
  text: string;
}
/** Speech of the user; its transcript is null until it was transcribed. */
export interface InputAudioContent {
  type: 'input_audio';
  /** Base64, kept only with `historyStoreAudio`. */
  audio?: string | null;
  transcript: string | null;
}
/** Text that the model wrote. */
export interface OutputTextContent {
  type: 'output_text';
  text: string;
}
/** Speech of the model. */
export interface OutputAudioContent {
  type: 'output_audio';
  /** Base64, kept only with `historyStoreAudio`. */
  audio?: string | null;
  /** After a barge-in: the part that was heard. */
  transcript?: string | null;
  /** Set by a barge-in: milliseconds of this audio that were rendered. */
  heardMs?: number;
  /**
   * Set by a barge-in: what the model went on to say and nobody heard, from the space before the first word that was cut, so
   * that `transcript + unheardTranscript` is all that it said.
   */
  unheardTranscript?: string;
}

interface MessageBase extends RealtimeBaseItem {
  previousItemId?: string | null;
  type: 'message';
}
/** An instruction of the app within the conversation. */
export interface RealtimeSystemMessageItem extends MessageBase {
  role: 'system';
  content: InputTextContent[];
}
/** A turn of the user, spoken or written. */
export interface RealtimeUserMessageItem extends MessageBase {
  role: 'user';
  status: ItemStatus;
  content: (InputTextContent | InputAudioContent)[];
}
/** A message of the model, spoken or written. */
export interface RealtimeAssistantMessageItem extends MessageBase {
  role: 'assistant';
  status: ItemStatus;
  content: (OutputTextContent | OutputAudioContent)[];
}
/** A message of whichever role. */
export type RealtimeMessageItem = RealtimeSystemMessageItem | RealtimeUserMessageItem | RealtimeAssistantMessageItem;

/** A call of a function of the app; `output` is null until it was answered. */
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
/** A call of a hosted MCP tool, which the service carried out. */
export interface RealtimeMcpCallItem extends RealtimeBaseItem {
  previousItemId?: string | null;
  type: 'mcp_call' | 'mcp_tool_call';
  status: ItemStatus;
  arguments: string;
  name: string;
  output: string | null;
}
/** The question of the service whether it may call a hosted MCP tool; `approved` is the answer. */
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
