// Reads a transport: each of its events becomes an input of the session core, or a call of the shell where bytes or live
// objects are concerned.

import type { RealtimeItem, RealtimeMcpCallApprovalRequestItem, RealtimeMcpCallItem } from '../protocol/items.ts';
import { getLastTextFromAudioOutputMessage } from '../protocol/message-text.ts';
import type { ResponseUsage, TransportInput } from '../session/input.ts';
import type {
  RawEventListener,
  RealtimeMcpToolInfo,
  RealtimeTransportLayer,
  TransportEvent,
  TransportLayerAudio,
  TransportLayerResponseCompleted,
  TransportLayerResponseStarted,
} from '../transports/transport.ts';

/** Audio with the ids that a foreign transport may leave out filled in. */
export interface IncomingAudio {
  readonly event: TransportLayerAudio;
  readonly responseId: string;
  readonly itemId: string;
  readonly contentIndex: number;
}

/** Who reads the transport. */
export interface TransportReader {
  onInput(input: TransportInput): void;
  onAudio(audio: IncomingAudio): void;
  /** Whether `onRawEvent` does anything now. */
  readsRawEvents(): boolean;
  onRawEvent(event: TransportEvent): void;
  onMcpTools(event: { readonly serverLabel: string; readonly tools: RealtimeMcpToolInfo[] }): void;
  onMcpApprovalRequest(request: RealtimeMcpCallApprovalRequestItem): void;
  onMcpCallCompleted(call: RealtimeMcpCallItem): void;
}

/** Subscribes `reader` to all events of `transport`, once for the life of both. */
export function readTransport(
  transport: RealtimeTransportLayer,
  reader: TransportReader,
  options: { readonly keepsAudio: boolean },
): void {
  const names = new ResponseNames();
  // A call may come in a response that was never announced, by a foreign transport or because it began before we joined its
  // call; the model waits for the output there, too.
  const callFunction = (call: Extract<TransportInput, { type: 'functionCall' }>): void => {
    const isUnannounced = !names.isKnown(call.responseId);
    if (isUnannounced) reader.onInput({ type: 'responseStarted', responseId: call.responseId });
    reader.onInput(call);
    // Perhaps nobody says when it ends, either.
    if (isUnannounced)
      reader.onInput({ type: 'responseDone', responseId: call.responseId, status: 'completed', outputText: '' });
  };
  let lastAudio: { responseId: string; itemId: string } | null = null;
  let usageBeforeDone: ResponseUsage | undefined;

  const onRawEvent: RawEventListener = (event) => reader.onRawEvent(event);
  onRawEvent.isNeeded = () => reader.readsRawEvents();
  transport.on('*', onRawEvent);
  transport.on('error', (event) => {
    const { code, eventId } = event;
    reader.onInput({
      type: 'serverError',
      ...(code !== undefined && { code }),
      ...(eventId !== undefined && { eventId }),
      error: event.error,
    });
  });
  transport.on('turn_started', (event) => {
    reader.onInput({ type: 'responseStarted', responseId: names.started(event) });
  });
  transport.on('turn_done', (event) => {
    const responseId = names.of(event.response.id);
    names.done(responseId);
    reader.onInput(responseDone(event, responseId, usageBeforeDone));
    usageBeforeDone = undefined;
  });
  transport.on('usage_update', (usage) => {
    usageBeforeDone = usage;
  });
  transport.on('item_update', (item) => {
    reader.onInput({ type: 'itemUpdated', item: options.keepsAudio ? item : withoutAudio(item) });
  });
  transport.on('item_deleted', ({ itemId }) => reader.onInput({ type: 'itemDeleted', itemId }));
  transport.on('audio_transcript_delta', ({ responseId, itemId, delta }) => {
    reader.onInput({ type: 'transcriptDelta', responseId: names.of(responseId), itemId, delta });
  });
  transport.on('output_text_delta', ({ responseId, itemId, delta }) => {
    reader.onInput({ type: 'transcriptDelta', responseId: names.of(responseId), itemId, delta, isWritten: true });
  });
  transport.on('function_call', (event) => {
    callFunction({
      type: 'functionCall',
      responseId: names.of(event.responseId),
      callId: event.callId,
      name: event.name,
      arguments: event.arguments,
      ...(event.id !== undefined && { itemId: event.id }),
      ...(event.previousItemId !== undefined && { previousItemId: event.previousItemId }),
    });
  });
  transport.on('audio', (event) => {
    const responseId = names.of(event.responseId);
    const itemId = event.itemId ?? responseId;
    lastAudio = { responseId, itemId };
    reader.onAudio({ event, responseId, itemId, contentIndex: event.contentIndex ?? 0 });
  });
  transport.on('audio_refused', ({ responseId, itemId, contentIndex }) => {
    reader.onInput({ type: 'audioStarted', responseId: names.of(responseId), itemId, contentIndex });
  });
  transport.on('audio_done', (event) => {
    const ids = event ?? lastAudio;
    if (ids === null) return;
    reader.onInput({ type: 'audioDone', responseId: names.of(ids.responseId), itemId: ids.itemId });
  });
  transport.on('audio_interrupted', () => reader.onInput({ type: 'playbackInterrupted' }));
  transport.on('function_call_output', ({ callId }) => reader.onInput({ type: 'outputConfirmed', callId }));
  transport.on('speech_started', (event) => reader.onInput({ ...event, type: 'speechStarted' }));
  transport.on('speech_stopped', (event) => reader.onInput({ ...event, type: 'speechStopped' }));
  transport.on('connection_change', (status, close) => {
    if (status !== 'disconnected') return;
    reader.onInput({
      type: 'disconnected',
      ...(close?.code !== undefined && { closeCode: close.code }),
      ...(close?.reason !== undefined && { reason: close.reason }),
    });
  });
  transport.on('mcp_tools_listed', (event) => reader.onMcpTools(event));
  transport.on('mcp_approval_request', (request) => reader.onMcpApprovalRequest(request));
  transport.on('mcp_tool_call_completed', (call) => reader.onMcpCallCompleted(call));
}

/**
 * Ids of responses. A transport written for the peer may start a response without saying its id; such a response goes by
 * a name of ours, and ids seen while it lasts mean it.
 */
class ResponseNames {
  #count = 0;
  #unnamed: string | null = null;
  readonly #known = new Set<string>();

  started(event: TransportLayerResponseStarted): string {
    const id = responseIdOf(event);
    if (id === undefined) return (this.#unnamed = `unnamed_response_${++this.#count}`);
    this.#known.add(id);
    return id;
  }

  of(id: string): string {
    return this.#unnamed === null || this.#known.has(id) ? id : this.#unnamed;
  }

  /** Whether the response was announced and is not done. */
  isKnown(id: string): boolean {
    return id === this.#unnamed || this.#known.has(id);
  }

  done(id: string): void {
    this.#known.delete(id);
    if (id === this.#unnamed) this.#unnamed = null;
  }
}

function responseIdOf({ providerData }: TransportLayerResponseStarted): string | undefined {
  const response: unknown = providerData?.['response'];
  const id: unknown =
    typeof response === 'object' && response !== null && 'id' in response ? response.id : providerData?.['id'];
  return typeof id === 'string' ? id : undefined;
}

function responseDone(
  { response }: TransportLayerResponseCompleted,
  responseId: string,
  usageBeforeDone: ResponseUsage | undefined,
): TransportInput {
  const usage = response.usage ?? usageBeforeDone;
  const message = response.output.findLast((item) => getLastTextFromAudioOutputMessage(item) !== undefined);
  const outputText = getLastTextFromAudioOutputMessage(message) ?? '';
  return {
    type: 'responseDone',
    responseId,
    status: response.status ?? 'completed',
    ...(response.statusReason !== undefined && { reason: response.statusReason }),
    outputText,
    ...(hasId(message) && { outputItemId: message.id }),
    ...(usage !== undefined && { usage }),
  };
}

function hasId(item: unknown): item is { readonly id: string } {
  return typeof item === 'object' && item !== null && 'id' in item && typeof item.id === 'string';
}

/** Base64 audio is the bulk of an item; history keeps it only on request. */
function withoutAudio(item: RealtimeItem): RealtimeItem {
  if (item.type !== 'message' || item.role === 'system') return item;
  if (!item.content.some((part) => 'audio' in part && part.audio)) return item;
  if (item.role === 'user') {
    return {
      ...item,
      content: item.content.map((part) => (part.type === 'input_audio' ? { ...part, audio: null } : part)),
    };
  }
  return {
    ...item,
    content: item.content.map((part) => (part.type === 'output_audio' ? { ...part, audio: null } : part)),
  };
}
