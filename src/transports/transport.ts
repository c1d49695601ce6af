// The interface between a session and the connection to a model. `RealtimeTransportLayer` has the shape that custom
// transports are already written for; `DrivableTransport` adds what a session needs to own barge-in.

import type { TypedEmitter } from '../emitter.ts';
import type { SessionPlayout } from '../playout/playout.ts';
import type { RealtimeItem, RealtimeMcpCallApprovalRequestItem, RealtimeMcpCallItem } from '../protocol/items.ts';
import type { SessionConfig } from '../protocol/session-config.ts';
import type { ResponseStatus, ResponseUsage, UserMessage } from '../session/input.ts';

/** A key, or a function that yields one at each connect. */
export type ApiKey = string | (() => string | Promise<string>);

/** A message of the user, in the public API's words. */
export type RealtimeUserInput = UserMessage;

/** A raw event to the model. */
export interface RealtimeClientMessage {
  type: string;
  [key: string]: unknown;
}

/** What a transport is told when it is to connect. */
export interface RealtimeTransportLayerConnectOptions {
  /** Left out, the transport uses a key of its own. */
  apiKey?: ApiKey;
  model?: string;
  url?: string;
  callId?: string;
  /** Abandons the attempt; a connection that is open stays. */
  signal?: AbortSignal;
  initialSessionConfig?: SessionConfig;
}

/** An error of the transport or the server; `error` is what came. */
export interface TransportError {
  type: 'error';
  error: unknown;
}

/** The model calls a function; `arguments` is the JSON text that it wrote. */
export interface TransportToolCallEvent {
  id?: string;
  type: 'function_call';
  name: string;
  callId: string;
  arguments: string;
  previousItemId?: string;
  responseId: string;
}

/** Audio of the model. The ids beyond the response's are ours; transports written for the peer leave them out. */
export interface TransportLayerAudio {
  type: 'audio';
  data: ArrayBuffer;
  responseId: string;
  itemId?: string;
  contentIndex?: number;
}

/** More of the transcript of the model's speech. */
export interface TransportLayerTranscriptDelta {
  type: 'transcript_delta';
  itemId: string;
  delta: string;
  responseId: string;
}

/** More text of the model's written message. */
export interface TransportLayerOutputTextDelta {
  type: 'output_text_delta';
  itemId: string;
  delta: string;
  responseId: string;
}

/** A response has begun. */
export interface TransportLayerResponseStarted {
  type: 'response_started';
  providerData?: Record<string, unknown>;
}

/** A response has ended, in whatever way. */
export interface TransportLayerResponseCompleted {
  type: 'response_done';
  response: {
    id: string;
    output: unknown[];
    usage?: ResponseUsage;
    /** Ours: how it ended, and why when it did not complete. */
    status?: ResponseStatus;
    statusReason?: string;
  };
  providerData?: Record<string, unknown>;
}

/** A tool that a hosted MCP server listed; `input_schema` is its JSON Schema. */
export interface RealtimeMcpToolInfo {
  name: string;
  description?: string;
  input_schema?: Record<string, unknown>;
  [key: string]: unknown;
}

/** Any event of the transport, by its wire name or ours. */
export type TransportEvent =
  | TransportError
  | TransportToolCallEvent
  | {
      type: string;
      // The peer's shape: consumers narrow by `type`.
      [key: string]: unknown;
    };

/** Where a transport stands with its connection. */
export type ConnectionStatus = 'connecting' | 'connected' | 'disconnected';

/** A response that the app wants. */
export interface RequestedResponse {
  /** What differs from the session in it, in the wire's words. */
  readonly response?: Readonly<Record<string, unknown>> | undefined;
  /** The app's own id of the event. */
  readonly eventId?: string | undefined;
  /** Any number of such requests get one response. */
  readonly isShared?: true;
}

/** Why a connection ended. */
export interface ConnectionClose {
  code?: number;
  reason?: string;
}

/** What a driven transport has for its session, and leaves to it. */
export type DriverNotice =
  /** Audio of a cancelled response came late and was not accepted; once an item. Nobody will hear it. */
  | {
      readonly type: 'audio_refused';
      readonly itemId: string;
      readonly contentIndex: number;
      readonly responseId: string;
    }
  /** The app asks the transport for a response, which the session sends in its turn. */
  | ({ readonly type: 'response_requested' } & RequestedResponse)
  /** The app asks the transport to interrupt. */
  | { readonly type: 'interrupt_requested' };

/** Events of a transport, as labelled argument tuples. */
export type RealtimeTransportEventTypes = {
  '*': [event: TransportEvent];
  error: [error: TransportError & { eventId?: string; code?: string }];
  function_call: [event: TransportToolCallEvent];
  audio: [event: TransportLayerAudio];
  audio_interrupted: [];
  audio_transcript_delta: [event: TransportLayerTranscriptDelta];
  output_text_delta: [event: TransportLayerOutputTextDelta];
  audio_done: [event?: { itemId: string; responseId: string }];
  usage_update: [usage: ResponseUsage];
  item_update: [item: RealtimeItem];
  item_deleted: [item: { itemId: string }];
  connection_change: [status: ConnectionStatus, close?: ConnectionClose];
  turn_started: [event: TransportLayerResponseStarted];
  turn_done: [event: TransportLayerResponseCompleted];
  mcp_tool_call_completed: [call: RealtimeMcpCallItem];
  mcp_approval_request: [request: RealtimeMcpCallApprovalRequestItem];
  mcp_tools_listed: [event: { serverLabel: string; tools: RealtimeMcpToolInfo[] }];
  /** Ours: what only the session that drives the transport can act on. */
  driver_notice: [notice: DriverNotice];
  /** Ours: the server has the output of that call. */
  function_call_output: [event: { callId: string }];
  /** Ours: the server hears the user. `serverInterrupts`: it cancels its response by itself. */
  speech_started: [event: { itemId?: string; audioStartMs?: number; serverInterrupts: boolean }];
  speech_stopped: [event: { itemId?: string; audioEndMs?: number }];
};

/**
 * A listener of `*`. Each event is copied for such listeners, which costs more than all the rest of most events; one with
 * `isNeeded` is left out while that returns false for the transport in question.
 */
export interface RawEventListener {
  (event: TransportEvent): void;
  isNeeded?: (transport: object) => boolean;
}

/** The connection to a model, in the shape that custom transports implement. */
export interface RealtimeTransportLayer extends TypedEmitter<RealtimeTransportEventTypes> {
  status: 'connected' | 'disconnected' | 'connecting' | 'disconnecting';
  /** Null when the transport does not handle muting. */
  readonly muted: boolean | null;
  connect(options: RealtimeTransportLayerConnectOptions): Promise<void>;
  sendEvent(event: RealtimeClientMessage): void;
  requestResponse?(response?: Record<string, unknown>): void;
  sendMessage(
    message: RealtimeUserInput,
    otherEventData: Record<string, unknown>,
    options?: { triggerResponse?: boolean },
  ): void;
  addImage(image: string, options?: { triggerResponse?: boolean }): void;
  sendAudio(audio: ArrayBuffer, options: { commit?: boolean }): void;
  updateSessionConfig(config: SessionConfig): void;
  close(): void;
  mute(muted: boolean): void;
  sendFunctionCallOutput(toolCall: TransportToolCallEvent, output: string, startResponse: boolean): void;
  interrupt(): void;
  resetHistory(oldHistory: RealtimeItem[], newHistory: RealtimeItem[]): void;
  sendMcpResponse(request: RealtimeMcpCallApprovalRequestItem, approved: boolean, reason?: string): void;
}

/** A transport written for another package's event map: the same events and methods, whatever its `on` is typed for. */
export type ForeignTransportLayer = Omit<RealtimeTransportLayer, 'on' | 'off' | 'once' | 'emit'> & {
  on(event: never, listener: never): unknown;
  off(event: never, listener: never): unknown;
};

/** Decides when audio of an item passes. */
export type AudioHold = (
  place: {
    readonly responseId: string;
    readonly itemId: string;
    readonly contentIndex: number;
    /** At the item's rate; 0 for the end of its audio. */
    readonly frames: number;
  },
  pass: () => void,
) => void;

/** A transport that a session can drive: the session decides about interrupt, truncation and responses. */
export interface DrivableTransport extends RealtimeTransportLayer {
  /** Where the model's audio goes. The transport writes accepted packets before it emits `audio`. */
  readonly playout: SessionPlayout;
  /** False for a subclass that has an interrupt of its own: it knows something that a session would pass over. */
  readonly canBeDriven: boolean;
  /** The other end plays the audio (WebRTC, SIP): it can be turned down here, but neither paused nor held back. */
  readonly isPlayoutRemote?: boolean;
  /** Whether the server answers each user turn by itself (`create_response`), by the last session config sent. */
  readonly createsResponses: boolean;
  /**
   * Hands the decisions to a session: from now on the transport does not interrupt on `speech_started`, hands
   * on what the app asks it for (`driver_notice`), and leaves `playout.listener` to the session.
   */
  drive(): void;
  /**
   * Closes the connection to the model for another one that follows, and nothing else: a caller stays on the line. Not there
   * where `close` does just that.
   */
  leaveModel?(): void;
  /**
   * Sends the user's audio that waited for this connection, a sentence that the last one broke off included, or forgets it
   * unless it `isWanted`. Not there where audio does not pass through the transport's own connection.
   */
  releaseAudio?(isWanted: boolean): void;
  /**
   * From now on every stretch of the model's audio, and the end of each item's, goes to `hold`, which calls `pass` in order
   * when it may be played and emitted, or never. Not there where a transport can't.
   */
  holdAudio?(hold: AudioHold): void;
  /** Sends `response.create` now, with this `event_id`. */
  createResponse(options: { eventId: string; response?: Readonly<Record<string, unknown>> }): void;
  /** Sends `response.cancel` now. */
  cancelResponse(responseId?: string): void;
  /** Sends `conversation.item.truncate` now. */
  truncateItem(target: { itemId: string; contentIndex: number; audioEndMs: number }): void;
}

/** Whether a session can drive this transport. */
export function isDrivable(transport: RealtimeTransportLayer): transport is DrivableTransport {
  return 'canBeDriven' in transport && transport.canBeDriven === true;
}
