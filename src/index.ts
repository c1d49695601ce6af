// The public entry. It is the same under every condition; `#platform` registers what differs between them.

import '#platform';
import { getLastTextFromAudioOutputMessage } from './protocol/message-text.ts';
import { arrayBufferToBase64, base64ToArrayBuffer } from './transports/base64-buffers.ts';

export { RealtimeAgent } from './agent/agent.ts';
export type {
  AgentProfile,
  AnyRealtimeAgent,
  Prompt,
  RealtimeAgentConfiguration,
  RealtimeAgentEventTypes,
  RealtimeAgentInstructions,
} from './agent/agent.ts';
export { RunToolApprovalItem } from './agent/approval-item.ts';
export type { FunctionCallItem, HostedToolCallItem } from './agent/approval-item.ts';
export { backgroundResult, isBackgroundResult } from './agent/background-result.ts';
export type { BackgroundResult } from './agent/background-result.ts';
export type { ToolOutputCustomData } from './agent/custom-data.ts';
export type { ToolErrorFormatter, ToolErrorFormatterArgs } from './agent/call-runner.ts';
export { OutputGuardrailTripwireTriggered } from './agent/guardrail.ts';
export type {
  GuardrailFunctionOutput,
  OutputGuardrailFunctionArgs,
  OutputGuardrailResult,
  RealtimeGuardrailMetadata,
  RealtimeOutputGuardrail,
  RealtimeOutputGuardrailSettings,
} from './agent/guardrail.ts';
export { Handoff, getHandoff, handoff } from './agent/handoff.ts';
export type { HandoffConfig, HandoffEnabledFunction } from './agent/handoff.ts';
export { hostedMcpTool } from './agent/hosted-mcp.ts';
export type { HostedMCPApprovalFunction, HostedMCPTool, HostedMcpToolOptions } from './agent/hosted-mcp.ts';
export type { MCPConfig, MCPServer, MCPTool, MCPToolFilter, MCPToolResult } from './agent/mcp-server.ts';
export { RunContext } from './agent/run-context.ts';
export type { RealtimeContextData } from './agent/run-context.ts';
export type { JsonObjectSchema, StandardSchema, ToolExecuteArgument, ToolInputParameters } from './agent/schema.ts';
export { tool } from './agent/tool.ts';
export type {
  ForeignFunctionTool,
  FunctionTool,
  FunctionToolCustomDataContext,
  FunctionToolCustomDataExtractor,
  RealtimeTool,
  ToolCallDetails,
  ToolErrorFunction,
  ToolOptions,
  ToolTimeoutErrorFunction,
} from './agent/tool.ts';
export {
  ToolGuardrailFunctionOutputFactory,
  ToolGuardrailTripwireTriggered,
  defineToolInputGuardrail,
  defineToolOutputGuardrail,
} from './agent/tool-guardrail.ts';
export type {
  ToolGuardrailBehavior,
  ToolGuardrailFunctionOutput,
  ToolInputGuardrailData,
  ToolInputGuardrailDefinition,
  ToolOutputGuardrailData,
  ToolOutputGuardrailDefinition,
} from './agent/tool-guardrail.ts';
export { RequestUsage, Usage } from './agent/usage.ts';
export type { RequestUsageInput, UsageInput } from './agent/usage.ts';
export type { Clock, Timer } from './clock.ts';
export { systemClock } from './clock.ts';
export type { EventEmitter, EventMap, TypedEmitter } from './emitter-surface.ts';
export {
  AudioError,
  BargeinError,
  GuardrailExecutionError,
  InvalidToolInputError,
  ListenerError,
  ModelBehaviorError,
  ProtocolError,
  SessionError,
  ToolCallError,
  ToolTimeoutError,
  TransportConnectionError,
  UserError,
} from './errors.ts';
export type { CodedErrorOptions } from './errors.ts';
export { setSensitiveDataLoggingEnabled } from './logger.ts';
export type { ItemPosition, PlayoutListener, PlayoutPacket, PlayoutReport, SessionPlayout } from './playout/playout.ts';
export type * from './protocol/items.ts';
export type * from './protocol/session-config.ts';
export { DEFAULT_OPENAI_REALTIME_SESSION_CONFIG } from './protocol/session-payload.ts';
export type { RealtimeSessionPayload } from './protocol/session-payload.ts';
export type {
  RealtimeMcpApprovalRequest,
  RealtimeSessionError,
  RealtimeSessionEventTypes,
  RealtimeToolApprovalRequest,
  SessionAgent,
} from './session-events.ts';
export type { SessionAudio } from './session-audio.ts';
export type { RealtimeReconnectOptions } from './reconnect-options.ts';
export type {
  RealtimeResumeOptions,
  RealtimeSessionConnectOptions,
  RealtimeSessionOptions,
  RealtimeToolExecutionConfig,
} from './session-options.ts';
export type { ResponseStatus, ResponseUsage } from './session/input.ts';
export type { JournalEntry } from './session/journal.ts';
export type { PlainSessionEvents, RealtimeConnectionEvent } from './session/plain-events.ts';
export type { HeardAudio } from './session/state.ts';
export type { SessionJournal } from './shell/journal-writer.ts';
export { RealtimeSession } from './realtime-session.ts';
export type { SessionFeature } from './shell/session-feature.ts';
export { DEFAULT_OPENAI_REALTIME_MODEL, OpenAIRealtimeBase } from './transports/openai-base.ts';
export type {
  OpenAIRealtimeBaseOptions,
  OpenAIRealtimeEventTypes,
  OpenAIRealtimeModels,
} from './transports/openai-base.ts';
export { OpenAIRealtimeSIP } from './openai-sip.ts';
export { OpenAIRealtimeWebRTC } from './transports/webrtc/openai-webrtc.ts';
export type { OpenAIRealtimeWebRTCOptions, WebRTCState } from './transports/webrtc/openai-webrtc.ts';
export { OpenAIRealtimeWebSocket } from './transports/openai-websocket.ts';
export type {
  CreateWebSocketOptions,
  OpenAIRealtimeWebSocketOptions,
  WebSocketState,
} from './transports/openai-websocket.ts';
export { isDrivable } from './transports/transport.ts';
export type {
  ApiKey,
  ConnectionClose,
  ConnectionStatus,
  DrivableTransport,
  ForeignTransportLayer,
  RealtimeClientMessage,
  RealtimeMcpToolInfo,
  RealtimeTransportEventTypes,
  RealtimeTransportLayer,
  RealtimeTransportLayerConnectOptions,
  RealtimeUserInput,
  TransportError,
  TransportEvent,
  TransportLayerAudio,
  TransportLayerOutputTextDelta,
  TransportLayerResponseCompleted,
  TransportLayerResponseStarted,
  TransportLayerTranscriptDelta,
  TransportToolCallEvent,
} from './transports/transport.ts';

/** Small conversions that apps need around audio and history. */
export const utils: {
  base64ToArrayBuffer: typeof base64ToArrayBuffer;
  arrayBufferToBase64: typeof arrayBufferToBase64;
  getLastTextFromAudioOutputMessage: typeof getLastTextFromAudioOutputMessage;
} = { base64ToArrayBuffer, arrayBufferToBase64, getLastTextFromAudioOutputMessage };
