// Reads a transport: each of its events becomes an input of the session core, or a call of the shell where bytes or live
// objects are concerned.

import { EventEmitter } from '#emitter';
import type { RealtimeItem, RealtimeMcpCallApprovalRequestItem, RealtimeMcpCallItem } from '../protocol/items.ts';
import { getLastTextFromAudioOutputMessage } from '../protocol/message-text.ts';
import type { CommandInput, ResponseUsage, TransportInput } from '../session/input.ts';
import type {
  RealtimeMcpToolInfo,
  RealtimeTransportEventTypes,
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
  onInput(input: TransportInput | CommandInput): void;
  onAudio(audio: IncomingAudio): void;
  /** Whether `onRawEvent` does anything now. */
  readsRawEvents(): boolean;
  onRawEvent(event: TransportEvent): void;
  onMcpTools(event: { readonly serverLabel: string; readonly tools: RealtimeMcpToolInfo[] }): void;
  onMcpApprovalRequest(request: RealtimeMcpCallApprovalRequestItem): void;
  onMcpCallCompleted(call: RealtimeMcpCallItem): void;
}

/** Has `reader` read all events of `transport`, once for the life of both. */
export function readTransport(
  transport: RealtimeTransportLayer,
  reader: TransportReader,
  options: { readonly keepsAudio: boolean },
): void {
  const reading = new TransportReading(reader, options.keepsAudio);
  const standIn = { [READING]: () => reading };
  // Another emitter need not call its listeners with itself as `this`, and one that is read already keeps its reading.
  const isShared =
    transport.on === EventEmitter.prototype.on &&
    Reflect.defineProperty(transport, READING, { value: standIn[READING] });
  for (const [name, listener] of Object.entries(listeners) as [keyof Events, Listener<unknown[]>][]) {
    transport.on(name, isShared ? listener : (...args: unknown[]) => listener.apply(standIn, args));
  }
}

/** One reader of one transport. */
class TransportReading {
  readonly reader: TransportReader;
  readonly names = new ResponseNames();
  readonly #keepsAudio: boolean;
  lastAudio: { responseId: string; itemId: string } | null = null;
  usageBeforeDone: ResponseUsage | undefined;

  constructor(reader: TransportReader, keepsAudio: boolean) {
    this.reader = reader;
    this.#keepsAudio = keepsAudio;
  }

  /** The item as history keeps it. */
  kept(item: RealtimeItem): RealtimeItem {
    return this.#keepsAudio ? item : withoutAudio(item);
  }

  /**
   * A call may come in a response that was never announced, by a foreign transport or because it began before we joined its
   * call; the model waits for the output there, too.
   */
  callFunction(call: Extract<TransportInput, { type: 'functionCall' }>): void {
    const { responseId } = call;
    const isUnannounced = !this.names.isKnown(responseId);
    if (isUnannounced) this.reader.onInput({ type: 'responseStarted', responseId });
    this.reader.onInput(call);
    // Perhaps nobody says when it ends, either.
    if (!isUnannounced) return;
    this.reader.onInput({ type: 'responseDone', responseId, status: 'completed', outputText: '', isPresumed: true });
  }
}

type Events = RealtimeTransportEventTypes;

/** Where a transport has its reading. */
const READING = Symbol('reading');

/** A transport that is read, or what stands for it where its emitter has its own ways. */
interface ReadTransport {
  /** A function: who prints a transport, hidden properties included, is not shown the session and its key. */
  readonly [READING]: () => TransportReading;
}

type Listener<Args extends unknown[]> = (this: ReadTransport, ...args: Args) => void;

/**
 * Listeners that serve every transport, each of which would otherwise keep twenty of its own. Nothing that all of them share
 * lies between an event and its listener: the engine would not know what is called there, nor with what.
 */
const listeners: { readonly [Name in keyof Events]: Listener<Events[Name]> } = {
  '*': Object.assign(onRawEvent, { isNeeded: readsRawEvents }),
  error({ code, eventId, error }) {
    this[READING]().reader.onInput({
      type: 'serverError',
      ...(code !== undefined && { code }),
      ...(eventId !== undefined && { eventId }),
      error,
    });
  },
  turn_started(event) {
    const { reader, names } = this[READING]();
    reader.onInput({ type: 'responseStarted', responseId: names.started(event) });
  },
  turn_done(event) {
    const to = this[READING]();
    const responseId = to.names.of(event.response.id);
    to.names.done(responseId);
    to.reader.onInput(responseDone(event, responseId, to.usageBeforeDone));
    to.usageBeforeDone = undefined;
  },
  usage_update(usage) {
    this[READING]().usageBeforeDone = usage;
  },
  item_update(item) {
    const to = this[READING]();
    to.reader.onInput({ type: 'itemUpdated', item: to.kept(item) });
  },
  item_deleted({ itemId }) {
    this[READING]().reader.onInput({ type: 'itemDeleted', itemId });
  },
  audio_transcript_delta({ responseId, itemId, delta }) {
    const { reader, names } = this[READING]();
    reader.onInput({ type: 'transcriptDelta', responseId: names.of(responseId), itemId, delta });
  },
  output_text_delta({ responseId, itemId, delta }) {
    const { reader, names } = this[READING]();
    reader.onInput({ type: 'transcriptDelta', responseId: names.of(responseId), itemId, delta, isWritten: true });
  },
  function_call({ responseId, callId, name, arguments: text, id, previousItemId }) {
    const to = this[READING]();
    to.callFunction({
      type: 'functionCall',
      responseId: to.names.of(responseId),
      callId,
      name,
      arguments: text,
      ...(id !== undefined && { itemId: id }),
      ...(previousItemId !== undefined && { previousItemId }),
    });
  },
  audio(event) {
    const to = this[READING]();
    const responseId = to.names.of(event.responseId);
    const itemId = event.itemId ?? responseId;
    to.lastAudio = { responseId, itemId };
    to.reader.onAudio({ event, responseId, itemId, contentIndex: event.contentIndex ?? 0 });
  },
  audio_done(event) {
    const to = this[READING]();
    const ids = event ?? to.lastAudio;
    if (ids === null) return;
    to.reader.onInput({ type: 'audioDone', responseId: to.names.of(ids.responseId), itemId: ids.itemId });
  },
  audio_interrupted() {
    this[READING]().reader.onInput({ type: 'playbackInterrupted' });
  },
  driver_notice(notice) {
    const { reader, names } = this[READING]();
    if (notice.type === 'interrupt_requested') reader.onInput({ type: 'interrupt' });
    else if (notice.type === 'response_requested') reader.onInput({ ...notice, type: 'requestResponse' });
    else reader.onInput({ ...notice, type: 'audioStarted', responseId: names.of(notice.responseId) });
  },
  function_call_output({ callId }) {
    this[READING]().reader.onInput({ type: 'outputConfirmed', callId });
  },
  speech_started(event) {
    this[READING]().reader.onInput({ ...event, type: 'speechStarted' });
  },
  speech_stopped(event) {
    this[READING]().reader.onInput({ ...event, type: 'speechStopped' });
  },
  connection_change(status, close) {
    if (status !== 'disconnected') return;
    this[READING]().reader.onInput({
      type: 'disconnected',
      ...(close?.code !== undefined && { closeCode: close.code }),
      ...(close?.reason !== undefined && { reason: close.reason }),
    });
  },
  mcp_tools_listed(event) {
    this[READING]().reader.onMcpTools(event);
  },
  mcp_approval_request(request) {
    this[READING]().reader.onMcpApprovalRequest(request);
  },
  mcp_tool_call_completed(call) {
    this[READING]().reader.onMcpCallCompleted(call);
  },
};

function onRawEvent(this: ReadTransport, event: TransportEvent): void {
  this[READING]().reader.onRawEvent(event);
}

/** As `isNeeded` of the listener above; only a transport that it was put on asks. */
function readsRawEvents(transport: object): boolean {
  return (transport as ReadTransport)[READING]().reader.readsRawEvents();
}

/**
 * Ids of responses. A transport written for the peer may start a response without saying its id; such a response goes by
 * a name of ours, and ids seen while it lasts mean it.
 */
class ResponseNames {
  #count = 0;
  #unnamed: string | null = null;
  #known: Set<string> | null = null;

  started(event: TransportLayerResponseStarted): string {
    const id = responseIdOf(event);
    if (id === undefined) return (this.#unnamed = `unnamed_response_${++this.#count}`);
    (this.#known ??= new Set()).add(id);
    return id;
  }

  of(id: string): string {
    return this.#unnamed === null || this.#known?.has(id) === true ? id : this.#unnamed;
  }

  /** Whether the response was announced and is not done. */
  isKnown(id: string): boolean {
    return id === this.#unnamed || this.#known?.has(id) === true;
  }

  done(id: string): void {
    this.#known?.delete(id);
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
