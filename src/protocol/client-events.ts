// What a client of the Realtime protocol may send, in wire form. Hand-written, so that declarations stay readable; the
// schemas beside this file are checked against these types, and a type test against those of the `openai` package.

/** Format of one direction of audio. PCM is 16 bit, little-endian, mono, 24 kHz; G.711 is mono, 8 kHz. */
export type WireAudioFormat = { type: 'audio/pcm'; rate?: 24000 } | { type: 'audio/pcmu' } | { type: 'audio/pcma' };

export interface WireServerVad {
  type: 'server_vad';
  threshold?: number;
  prefix_padding_ms?: number;
  silence_duration_ms?: number;
  idle_timeout_ms?: number | null;
  create_response?: boolean;
  interrupt_response?: boolean;
}
export interface WireSemanticVad {
  type: 'semantic_vad';
  eagerness?: 'low' | 'medium' | 'high' | 'auto';
  create_response?: boolean;
  interrupt_response?: boolean;
}
export type WireTurnDetection = WireServerVad | WireSemanticVad;

export interface WireTranscription {
  model?: string;
  language?: string;
  languages?: string[];
  keywords?: string[];
  prompt?: string;
  delay?: 'minimal' | 'low' | 'medium' | 'high' | 'xhigh';
}

export interface WireNoiseReduction {
  type?: 'near_field' | 'far_field';
  strength?: number;
}

/** A prompt template of the account; its variables are texts. */
export interface WirePrompt {
  id: string;
  version?: string | null;
  variables?: Record<string, string | WireInputText> | null;
}

/** A function that the model may call. */
export interface WireFunctionTool {
  type: 'function';
  name: string;
  description?: string;
  parameters?: Record<string, unknown>;
}
/** A tool server that the service itself calls. */
export interface WireMcpTool {
  type: 'mcp';
  server_label: string;
  server_url?: string;
  server_description?: string;
  authorization?: string;
  headers?: Record<string, string> | null;
  allowed_tools?: string[] | WireMcpToolFilter | null;
  require_approval?: 'always' | 'never' | { always?: WireMcpToolFilter; never?: WireMcpToolFilter } | null;
}
export interface WireMcpToolFilter {
  tool_names?: string[];
  read_only?: boolean;
}
export type WireTool = WireFunctionTool | WireMcpTool;
export type WireToolChoice =
  | 'none'
  | 'auto'
  | 'required'
  | { type: 'function'; name: string }
  | { type: 'mcp'; server_label: string; name?: string | null };
export type WireModality = 'text' | 'audio';
export type WireVoice = string | { id: string };

export interface WireAudioOutput {
  format?: WireAudioFormat;
  voice?: WireVoice;
  /** Factor of the speaking rate, 0.25 to 1.5. */
  speed?: number;
}
export interface WireAudioInput {
  format?: WireAudioFormat;
  noise_reduction?: WireNoiseReduction | null;
  transcription?: WireTranscription | null;
  turn_detection?: WireTurnDetection | null;
}

/** The configuration of a session; in an update, what is absent stays as it was. */
export interface WireSession {
  type: 'realtime';
  model?: string;
  instructions?: string;
  output_modalities?: WireModality[];
  audio?: { input?: WireAudioInput; output?: WireAudioOutput };
  tools?: WireTool[];
  tool_choice?: WireToolChoice;
  parallel_tool_calls?: boolean;
  reasoning?: { effort?: 'minimal' | 'low' | 'medium' | 'high' | 'xhigh' };
  max_output_tokens?: number | 'inf';
  tracing?: 'auto' | { workflow_name?: string; group_id?: string; metadata?: Record<string, unknown> } | null;
  prompt?: WirePrompt | null;
  truncation?:
    | 'auto'
    | 'disabled'
    | { type: 'retention_ratio'; retention_ratio: number; token_limits?: { post_instructions?: number } };
  include?: 'item.input_audio_transcription.logprobs'[];
}

export type WireItemStatus = 'completed' | 'incomplete' | 'in_progress';
interface WireItemBase {
  id?: string;
  object?: 'realtime.item';
  status?: WireItemStatus;
}

export interface WireInputText {
  type: 'input_text';
  text: string;
}
export interface WireInputAudio {
  type: 'input_audio';
  audio?: string;
  /** The service says null where it has none yet. */
  transcript?: string | null;
}
export interface WireInputImage {
  type: 'input_image';
  image_url: string;
  detail?: 'auto' | 'low' | 'high';
}
export interface WireOutputText {
  type: 'output_text';
  text: string;
}
export interface WireOutputAudio {
  type: 'output_audio';
  audio?: string;
  transcript?: string;
}

export interface WireSystemMessage extends WireItemBase {
  type: 'message';
  role: 'system';
  content: WireInputText[];
}
export interface WireUserMessage extends WireItemBase {
  type: 'message';
  role: 'user';
  content: (WireInputText | WireInputAudio | WireInputImage)[];
}
export interface WireAssistantMessage extends WireItemBase {
  type: 'message';
  role: 'assistant';
  content: (WireOutputText | WireOutputAudio)[];
}
export interface WireFunctionCall extends WireItemBase {
  type: 'function_call';
  call_id?: string;
  name: string;
  arguments: string;
}
export interface WireFunctionCallOutput extends WireItemBase {
  type: 'function_call_output';
  call_id: string;
  output: string;
}

/** An item of the conversation, as both sides send it. */
export type WireItem =
  | WireSystemMessage
  | WireUserMessage
  | WireAssistantMessage
  | WireFunctionCall
  | WireFunctionCallOutput;

/** The user's answer to a request of a hosted MCP tool. */
export interface WireMcpApprovalResponse {
  id?: string;
  type: 'mcp_approval_response';
  approval_request_id: string;
  approve: boolean;
  reason?: string | null;
}

/** Names an item of the conversation in the `input` of an out-of-band response. */
export interface WireItemReference {
  type: 'item_reference';
  id: string;
}

/** What one response may override. */
export interface WireResponseRequest {
  conversation?: 'auto' | 'none';
  input?: (WireItem | WireItemReference)[];
  instructions?: string;
  output_modalities?: WireModality[];
  audio?: { output?: { format?: WireAudioFormat; voice?: WireVoice } };
  tools?: WireTool[];
  tool_choice?: WireToolChoice;
  parallel_tool_calls?: boolean;
  reasoning?: { effort?: 'minimal' | 'low' | 'medium' | 'high' | 'xhigh' };
  max_output_tokens?: number | 'inf';
  metadata?: Record<string, string> | null;
  prompt?: WirePrompt | null;
}

interface ClientEventBase {
  event_id?: string;
}
export interface SessionUpdate extends ClientEventBase {
  type: 'session.update';
  session: WireSession;
}
export interface InputAudioBufferAppend extends ClientEventBase {
  type: 'input_audio_buffer.append';
  audio: string;
}
export interface InputAudioBufferCommit extends ClientEventBase {
  type: 'input_audio_buffer.commit';
}
export interface InputAudioBufferClear extends ClientEventBase {
  type: 'input_audio_buffer.clear';
}
export interface OutputAudioBufferClear extends ClientEventBase {
  type: 'output_audio_buffer.clear';
}
export interface ConversationItemCreate extends ClientEventBase {
  type: 'conversation.item.create';
  item: WireItem | WireMcpApprovalResponse;
  /** Where to insert: behind this item, `root` for the front; absent or null appends. */
  previous_item_id?: string;
}
export interface ConversationItemRetrieve extends ClientEventBase {
  type: 'conversation.item.retrieve';
  item_id: string;
}
export interface ConversationItemTruncate extends ClientEventBase {
  type: 'conversation.item.truncate';
  item_id: string;
  content_index: number;
  audio_end_ms: number;
}
export interface ConversationItemDelete extends ClientEventBase {
  type: 'conversation.item.delete';
  item_id: string;
}
export interface ResponseCreate extends ClientEventBase {
  type: 'response.create';
  response?: WireResponseRequest;
}
export interface ResponseCancel extends ClientEventBase {
  type: 'response.cancel';
  response_id?: string;
}

/** Every event that a client may send. */
export type ClientEvent =
  | SessionUpdate
  | InputAudioBufferAppend
  | InputAudioBufferCommit
  | InputAudioBufferClear
  | OutputAudioBufferClear
  | ConversationItemCreate
  | ConversationItemRetrieve
  | ConversationItemTruncate
  | ConversationItemDelete
  | ResponseCreate
  | ResponseCancel;
