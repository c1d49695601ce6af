import type { Clock } from '../clock.ts';
import type {
  ClientEvent,
  ConversationItemCreate,
  WireItem,
  WireItemReference,
  WireResponseRequest,
} from '../protocol/client-events.ts';
import type { Brain, BrainRequest } from './brain.ts';
import { checkClientEvent, parseClientText } from './client-event.ts';
import { type ItemWithAudio, takeOverItem } from './client-item.ts';
import type { ServerConnection } from './connection.ts';
import { Conversation, type KeptItem } from './conversation.ts';
import type { Ears } from './ears.ts';
import { InputAudio } from './input-audio.ts';
import { ItemAudio } from './item-audio.ts';
import type { PaceOptions } from './pace.ts';
import { Refusal } from './refusal.ts';
import { Response } from './response.ts';
import type { SentEvent, EventBody } from './sent-event.ts';
import {
  defaultConfig,
  mergeConfig,
  responseSettings,
  type ResponseSettings,
  type SessionConfig,
} from './session-config.ts';
import { UserTurns, writtenText } from './user-turns.ts';
import type { Voice } from './voice.ts';
import { decodeWireAudio, sampleRateOf } from './wire-audio.ts';

/** Longer ones are refused, and not repeated. */
const MAX_EVENT_ID_CHARACTERS = 512;

/** Least audio of a commit, as on the service. */
const MIN_COMMIT_MS = 100;

/** The limits that `rate_limits.updated` shows. Nothing here is limited; only what was used is real. */
const SHOWN_LIMITS = { requests: 5000, tokens: 400_000, resetSeconds: 60 };

/** An event on the wire, of whatever type. */
export interface TappedEvent {
  readonly type: string;
  readonly [key: string]: unknown;
}

/**
 * Sees each event of a server as it comes in or goes out. What a client sends and is no event at all is shown with the
 * type `(malformed)` and its `text`.
 */
export type RealtimeServerTap = (direction: 'in' | 'out', event: TappedEvent, atMs: number) => void;

/** What a session works with. */
export interface SessionParts {
  readonly clock: Clock;
  readonly ears: Ears;
  readonly brain: Brain;
  readonly voice: Voice;
  readonly pace: PaceOptions;
  readonly onEvent: RealtimeServerTap | undefined;
  /** Distinguishes the ids of this session from those of others. */
  readonly sessionNumber: number;
  readonly model: string | undefined;
}

/** One client's session: routes its events, and answers each that it has to refuse with `error`. */
export class Session {
  readonly #parts: SessionParts;
  readonly #connection: ServerConnection;
  readonly #conversation: Conversation;
  readonly #input: InputAudio;
  readonly #outOfBand = new Map<string, Response>();
  readonly #turns: UserTurns;
  readonly #sessionId: string;
  readonly #conversationId: string;
  #config: SessionConfig;
  #active: Response | null = null;
  #speechItemId: string | null = null;
  #requests = 0;
  #usedTokens = 0;
  #lastId = 0;
  #isOpen = true;

  constructor(connection: ServerConnection, parts: SessionParts) {
    this.#parts = parts;
    this.#connection = connection;
    this.#sessionId = this.#newId('sess');
    this.#conversationId = this.#newId('conv');
    this.#config = defaultConfig(parts.model);
    this.#turns = new UserTurns(parts.clock, parts.ears);
    this.#conversation = new Conversation((event) => this.#emit(event));
    this.#input = new InputAudio({
      onSpeechStarted: (startMs) => this.#speechStarted(startMs),
      onSpeechStopped: (endMs) => this.#speechStopped(endMs),
    });
    this.#configureInput();
    connection.onText((text) => this.#receive(text));
    connection.onClose(() => this.#closed());
    this.#emitSession('session.created');
  }

  #receive(text: string): void {
    if (!this.#isOpen) return;
    let eventId: string | null = null;
    try {
      const value = this.#parse(text);
      if (typeof value.event_id === 'string' && value.event_id.length <= MAX_EVENT_ID_CHARACTERS)
        eventId = value.event_id;
      this.#handle(checkClientEvent(value));
    } catch (error) {
      this.#refuse(error, eventId);
    }
  }

  #parse(text: string): Readonly<Record<string, unknown>> {
    const { onEvent, clock } = this.#parts;
    try {
      const value = parseClientText(text);
      const { type } = value;
      onEvent?.('in', typeof type === 'string' ? { ...value, type } : { type: '(malformed)', text }, clock.nowMs());
      return value;
    } catch (error) {
      onEvent?.('in', { type: '(malformed)', text }, clock.nowMs());
      throw error;
    }
  }

  #handle(event: ClientEvent): void {
    switch (event.type) {
      case 'session.update':
        this.#config = mergeConfig(this.#config, event.session, this.#conversation.hasAssistantAudio);
        this.#configureInput();
        return this.#emitSession('session.updated');
      case 'input_audio_buffer.append':
        return this.#input.append(decodeWireAudio(event.audio, this.#config.audio.input.format, 'audio'));
      case 'input_audio_buffer.commit':
        return this.#commitByClient();
      case 'input_audio_buffer.clear':
        this.#input.clear();
        this.#speechItemId = null;
        return this.#emit({ type: 'input_audio_buffer.cleared' });
      case 'output_audio_buffer.clear':
        throw new Refusal(
          'output_audio_buffer.clear is for WebRTC and SIP: over a WebSocket the client holds the audio.',
          {
            code: 'invalid_value',
            param: 'type',
          },
        );
      case 'conversation.item.create':
        return this.#createItem(event);
      case 'conversation.item.retrieve':
        return this.#conversation.retrieve(event.item_id);
      case 'conversation.item.truncate':
        return this.#conversation.truncate(event.item_id, event.content_index, event.audio_end_ms);
      case 'conversation.item.delete':
        return this.#conversation.delete(event.item_id);
      case 'response.create':
        return this.#respond(event.response ?? {});
      case 'response.cancel':
        return this.#cancel(event.response_id);
    }
  }

  #configureInput(): void {
    const { format, turn_detection } = this.#config.audio.input;
    this.#input.configure(sampleRateOf(format), turn_detection);
  }

  #commitByClient(): void {
    const { bufferedMs } = this.#input;
    if (bufferedMs < MIN_COMMIT_MS) {
      throw new Refusal(
        `Error committing input audio buffer: buffer too small. Expected at least ${MIN_COMMIT_MS}ms of audio, ` +
          `but buffer only has ${bufferedMs.toFixed(2)}ms of audio.`,
        { code: 'input_audio_buffer_commit_empty' },
      );
    }
    this.#commit();
  }

  #speechStarted(startMs: number): void {
    this.#speechItemId = this.#newId('item');
    this.#emit({ type: 'input_audio_buffer.speech_started', audio_start_ms: startMs, item_id: this.#speechItemId });
    if (this.#config.audio.input.turn_detection?.interrupt_response !== false) this.#active?.cancel('turn_detected');
  }

  #speechStopped(endMs: number): void {
    const itemId = (this.#speechItemId ??= this.#newId('item'));
    this.#emit({ type: 'input_audio_buffer.speech_stopped', audio_end_ms: endMs, item_id: itemId });
    this.#commit();
    if (this.#config.audio.input.turn_detection?.create_response !== false) this.#answer();
  }

  /** Answers a turn that the server found itself: what stands against it is reported, the audio goes on. */
  #answer(): void {
    try {
      this.#respond({});
    } catch (error) {
      this.#refuse(error, null);
    }
  }

  #commit(): void {
    const id = this.#speechItemId ?? this.#newId('item');
    this.#speechItemId = null;
    const { format, transcription } = this.#config.audio.input;
    const audio = new ItemAudio(format, this.#input.take());
    this.#emit({ type: 'input_audio_buffer.committed', previous_item_id: this.#conversation.lastItemId, item_id: id });
    this.#conversation.insert(
      {
        id,
        object: 'realtime.item',
        type: 'message',
        status: 'completed',
        role: 'user',
        content: [{ type: 'input_audio', transcript: null }],
      },
      audio,
    );
    const heard = this.#turns.speak(audio);
    if (transcription === null) heard.catch(() => {});
    else void this.#reportTranscript(id, heard, audio.durationMs);
  }

  async #reportTranscript(itemId: string, heard: Promise<string>, durationMs: number): Promise<void> {
    const place = { item_id: itemId, content_index: 0 };
    try {
      const transcript = await heard;
      this.#conversation.setTranscript(itemId, transcript);
      this.#emit({ type: 'conversation.item.input_audio_transcription.delta', ...place, delta: transcript });
      this.#emit({
        type: 'conversation.item.input_audio_transcription.completed',
        ...place,
        transcript,
        usage: { type: 'duration', seconds: Math.ceil(durationMs / 1000) },
      });
    } catch (error) {
      this.#emit({
        type: 'conversation.item.input_audio_transcription.failed',
        ...place,
        error: { type: 'transcription_error', code: 'audio_unintelligible', message: String(error) },
      });
    }
  }

  #createItem(event: ConversationItemCreate): void {
    const { item } = event;
    if (item.type === 'function_call_output' && !this.#hasCall(item.call_id)) {
      throw new Refusal(`Tool call ID '${item.call_id}' not found in conversation.`, {
        code: 'invalid_tool_call_id',
        param: 'item.call_id',
      });
    }
    if (item.id !== undefined && item.id === this.#speechItemId) {
      throw new Refusal(`Error adding item: '${item.id}' is the item of the speech that has just started.`, {
        code: 'item_create_duplicate_item_id',
        param: 'item.id',
      });
    }
    const taken = this.#takeOver(item, 'item');
    this.#conversation.insert(taken.item, taken.audio, event.previous_item_id);
    // A message that is put at a named place rewrites history; one that is appended is said now.
    const isSaidNow = event.previous_item_id === undefined || event.previous_item_id === null;
    if (isSaidNow && item.type === 'message' && item.role === 'user') this.#turns.write(item, taken.audio);
  }

  #hasCall(callId: string): boolean {
    return this.#conversation.items.some((item) => item.type === 'function_call' && item.call_id === callId);
  }

  #takeOver(item: WireItem, path: string): ItemWithAudio {
    const { input, output } = this.#config.audio;
    const newId = (prefix: string): string => this.#newId(prefix);
    return takeOverItem(item, { newId, inputFormat: input.format, outputFormat: output.format, path });
  }

  #respond(request: WireResponseRequest): void {
    const isOutOfBand = request.conversation === 'none';
    if (!isOutOfBand && this.#active !== null) {
      throw new Refusal(
        `Conversation already has an active response in progress: ${this.#active.id}. ` +
          'Wait until the response is finished before creating a new one.',
        { code: 'conversation_already_has_active_response' },
      );
    }
    const input = request.input?.map((item, at) => this.#resolve(item, `response.input[${at}]`)) ?? [
      ...this.#conversation.entries,
    ];
    const settings = responseSettings(this.#config, request);
    const question = this.#question(
      request,
      settings,
      input.map(({ item }) => item),
      isOutOfBand,
    );
    const { clock, pace, brain, voice } = this.#parts;
    const response = new Response({
      clock,
      pace,
      brain,
      voice,
      settings,
      input,
      question,
      emit: (event) => this.#emit(event),
      newId: (prefix) => this.#newId(prefix),
      conversationId: this.#conversationId,
      conversation: isOutOfBand ? null : this.#conversation,
      onEnd: (totalTokens) => this.#responseEnded(response, totalTokens),
    });
    if (isOutOfBand) this.#outOfBand.set(response.id, response);
    else this.#active = response;
    void response.run();
  }

  #resolve(item: WireItem | WireItemReference, path: string): ItemWithAudio {
    if (item.type !== 'item_reference') return this.#takeOver(item, path);
    const entry = this.#conversation.entries.find(({ item: { id } }) => id === item.id);
    if (entry !== undefined) return entry;
    throw new Refusal(`The item with id '${item.id}' does not exist.`, {
      code: 'invalid_item_reference',
      param: `${path}.id`,
    });
  }

  /** Fixes what the brain is asked at the time of the request; only the ears may still be at work. */
  #question(
    request: WireResponseRequest,
    settings: ResponseSettings,
    items: readonly KeptItem[],
    isOutOfBand: boolean,
  ): () => Promise<BrainRequest> {
    const written = request.input?.flatMap((item) =>
      item.type === 'message' && item.role === 'user' ? [Promise.resolve(writtenText(item))] : [],
    );
    const turns = written !== undefined && written.length > 0 ? written : this.#turns.texts;
    const responseIndex = isOutOfBand ? 0 : this.#turns.countResponse();
    return async () => {
      const userTurns = await Promise.all(turns);
      return {
        instructions: settings.instructions,
        tools: settings.tools,
        toolChoice: request.tool_choice ?? this.#config.tool_choice,
        items,
        userTurns,
        lastUserText: userTurns.at(-1),
        responseIndex,
        isOutOfBand,
      };
    };
  }

  #responseEnded(response: Response, totalTokens: number): void {
    if (this.#active === response) this.#active = null;
    this.#outOfBand.delete(response.id);
    this.#requests += 1;
    this.#usedTokens += totalTokens;
    const { requests, tokens, resetSeconds } = SHOWN_LIMITS;
    this.#emit({
      type: 'rate_limits.updated',
      rate_limits: [
        {
          name: 'requests',
          limit: requests,
          remaining: Math.max(0, requests - this.#requests),
          reset_seconds: resetSeconds,
        },
        {
          name: 'tokens',
          limit: tokens,
          remaining: Math.max(0, tokens - this.#usedTokens),
          reset_seconds: resetSeconds,
        },
      ],
    });
  }

  #cancel(responseId: string | undefined): void {
    const isActive = responseId === undefined || responseId === this.#active?.id;
    const response = isActive ? this.#active : this.#outOfBand.get(responseId);
    if (response === null || response === undefined) {
      throw new Refusal('Cancellation failed: no active response found.', { code: 'response_cancel_not_active' });
    }
    response.cancel('client_cancelled');
  }

  #emitSession(type: 'session.created' | 'session.updated'): void {
    this.#emit({ type, session: { ...this.#config, id: this.#sessionId, object: 'realtime.session' } });
  }

  #refuse(error: unknown, eventId: string | null): void {
    const isRefusal = error instanceof Refusal;
    this.#emit({
      type: 'error',
      error: {
        type: isRefusal ? 'invalid_request_error' : 'server_error',
        code: isRefusal ? error.code : 'server_error',
        message: error instanceof Error ? error.message : String(error),
        param: isRefusal ? error.param : null,
        event_id: eventId,
      },
    });
  }

  #emit(event: EventBody): void {
    if (!this.#isOpen) return;
    const { onEvent, clock } = this.#parts;
    const sent: SentEvent = { event_id: this.#newId('event'), ...event };
    onEvent?.('out', { ...sent }, clock.nowMs());
    this.#connection.send(JSON.stringify(sent));
  }

  #closed(): void {
    this.#isOpen = false;
    this.#active?.cancel('client_cancelled');
    for (const response of this.#outOfBand.values()) response.cancel('client_cancelled');
    this.#input.free();
  }

  #newId(prefix: string): string {
    this.#lastId += 1;
    const id = `${prefix}_${this.#parts.sessionNumber}_${String(this.#lastId).padStart(6, '0')}`;
    // A client may have given an item of its own the very id that comes next.
    return prefix === 'item' && this.#conversation.has(id) ? this.#newId(prefix) : id;
  }
}
