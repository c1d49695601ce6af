import { type Clock, systemClock, type Timer } from '../clock.ts';
import type {
  ClientEvent,
  ConversationItemCreate,
  WireAudioFormat,
  WireItem,
  WireItemReference,
  WireMcpApprovalResponse,
  WireResponseRequest,
  WireSession,
} from '../protocol/client-events.ts';
import type { Brain, BrainRequest, BrainStep } from './brain.ts';
import { checkClientEvent, parseClientText } from './client-event.ts';
import { type ItemWithAudio, takeOverItem } from './client-item.ts';
import type { ServerConnection } from './connection.ts';
import { Conversation, type KeptItem } from './conversation.ts';
import type { Ears } from './ears.ts';
import type { FaultBoard } from './fault-board.ts';
import { FaultLine, type IncidentTarget } from './fault-line.ts';
import { isFinishedThought } from './finished-thought.ts';
import { HostedMcp } from './hosted-mcp.ts';
import { IdleTimeout } from './idle-timeout.ts';
import { InputAudio } from './input-audio.ts';
import { ItemAudio } from './item-audio.ts';
import { OutputBuffer } from './output-buffer.ts';
import type { PaceOptions } from './pace.ts';
import { RateLimits } from './rate-limits.ts';
import { Refusal } from './refusal.ts';
import { Response } from './response.ts';
import type { Scenario } from './scenario.ts';
import type { ErrorBody, EventBody, SentEvent, SessionSnapshot } from './sent-event.ts';
import { ServerError } from './server-error.ts';
import {
  defaultConfig,
  mergeConfig,
  responseSettings,
  type ResponseSettings,
  type SessionConfig,
} from './session-config.ts';
import type { RealtimeServerTap, TapDetails } from './tap.ts';
import { Transcription } from './transcription.ts';
import { UserTurns, writtenText } from './user-turns.ts';
import type { Voice } from './voice.ts';
import { decodeWireAudio, sampleRateOf } from './wire-audio.ts';

/** Longer ones are refused, and not repeated. */
const MAX_EVENT_ID_CHARACTERS = 512;

/** Least audio of a commit, as on the service. */
const MIN_COMMIT_MS = 100;

const CALL_FORMAT: WireAudioFormat = { type: 'audio/pcm', rate: 24_000 };

/** What a session works with. */
export interface SessionParts {
  readonly clock: Clock;
  readonly ears: Ears;
  readonly brain: Brain;
  readonly voice: Voice;
  readonly pace: PaceOptions;
  readonly onEvent: RealtimeServerTap | undefined;
  readonly sessionLimitMs: number;
  readonly faults: FaultBoard;
  /** Tools of hosted MCP servers by label. */
  readonly mcp: Scenario['mcp'];
  /** Distinguishes the ids of this session from those of others. */
  readonly sessionNumber: number;
  readonly model: string | undefined;
  /** What the configuration starts with; checked by `checkSession`. */
  readonly session?: WireSession | undefined;
  /** The server carries the audio of a call: `hear` and `speak` instead of audio in events. */
  readonly isCall?: boolean;
}

/** Why the server answers of its own accord. */
interface Occasion {
  readonly isIdle?: boolean;
  /** What was decided before: the reply that an approval sets free. */
  readonly steps?: readonly BrainStep[];
}

/** One session: routes the events of its clients, and answers each that it has to refuse with `error`. */
export class Session implements IncidentTarget {
  readonly #parts: SessionParts;
  readonly #connections = new Set<ServerConnection>();
  readonly #conversation: Conversation;
  readonly #mcp: HostedMcp;
  /** Continuations that wait for the active response to end. */
  readonly #approvals: (readonly BrainStep[] | null)[] = [];
  readonly #input: InputAudio;
  readonly #idle: IdleTimeout;
  /** Null where the client holds the audio itself. */
  readonly #output: OutputBuffer | null;
  readonly #outOfBand = new Map<string, Response>();
  readonly #turns: UserTurns;
  readonly #transcription: Transcription;
  readonly #rateLimits = new RateLimits();
  readonly #limit: Timer;
  readonly #expiresAtMs: number;
  readonly #sessionId: string;
  readonly #conversationId: string;
  #config: SessionConfig;
  #active: Response | null = null;
  #speechItemId: string | null = null;
  #nextFailure: ServerError | null = null;
  #lastId = 0;
  #isOpen = true;

  constructor(parts: SessionParts) {
    this.#parts = parts;
    this.#sessionId = this.#newId('sess');
    this.#expiresAtMs = epochMs(parts.clock) + parts.sessionLimitMs;
    this.#limit = parts.clock.schedule(parts.sessionLimitMs, () => this.expire());
    this.#conversationId = this.#newId('conv');
    const initial = defaultConfig(parts.model ?? parts.session?.model);
    this.#config = parts.session === undefined ? initial : mergeConfig(initial, parts.session, false);
    this.#turns = new UserTurns(parts.clock, parts.ears);
    this.#conversation = new Conversation((event) => this.#emit(event));
    this.#transcription = new Transcription((event) => this.#emit(event), this.#conversation);
    this.#mcp = new HostedMcp({
      emit: (event) => this.#emit(event),
      newId: (prefix) => this.#newId(prefix),
      conversation: this.#conversation,
      listings: parts.mcp,
    });
    this.#input = new InputAudio({
      onSpeechStarted: (startMs) => this.#speechStarted(startMs),
      onSpeechStopped: (endMs) => this.#speechStopped(endMs),
      onPause: (pauseNumber) => void this.#judgePause(pauseNumber),
    });
    this.#idle = new IdleTimeout(
      parts.clock,
      () => this.#input.receivedMs,
      (startMs) => this.#idleTimedOut(startMs),
    );
    this.#output =
      parts.isCall === true
        ? new OutputBuffer({
            onStarted: (responseId) => this.#emit({ type: 'output_audio_buffer.started', response_id: responseId }),
            onStopped: (responseId) => this.#emit({ type: 'output_audio_buffer.stopped', response_id: responseId }),
          })
        : null;
    this.#configureInput();
  }

  /** Gives a connection the session's events and a say in it, beginning with `session.created`. */
  attach(connection: ServerConnection): void {
    const { clock, faults } = this.#parts;
    const line = new FaultLine(connection, clock, this);
    this.#connections.add(line);
    faults.add(this.#sessionId, line);
    line.onText((text) => this.#receive(text, line));
    line.onClose(() => {
      this.#connections.delete(line);
      faults.remove(line);
    });
    this.#emit({ type: 'session.created', session: this.#snapshot() }, line);
  }

  /** Takes what the caller says; PCM16 at 24 kHz. */
  hear(samples: Int16Array): void {
    if (!this.#isOpen) return;
    try {
      this.#input.append(samples);
    } catch (error) {
      this.#input.clear();
      this.#refuse(error, null);
    }
  }

  /** Fills a packet with what the caller is to hear next; PCM16 at 24 kHz. */
  speak(packet: Int16Array): void {
    if (this.#isOpen) this.#output?.pull(packet);
  }

  /** Stops all work and closes the connections that are left. */
  end(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#limit.cancel();
    this.#idle.cancel();
    this.#active?.cancel('client_cancelled');
    for (const response of this.#outOfBand.values()) response.cancel('client_cancelled');
    this.#input.free();
    for (const connection of this.#connections) connection.close(1000, 'the call has ended');
  }

  /** Ends the session as the service does when its time is up. */
  expire(): void {
    const { sessionLimitMs } = this.#parts;
    this.#emitError('invalid_request_error', {
      code: 'session_expired',
      message: `Your session hit the maximum duration of ${Math.round(sessionLimitMs / 60_000)} minutes.`,
    });
    for (const connection of this.#connections) connection.close(1001, 'session expired');
  }

  /** Lets the next response fail before it begins. */
  failNextResponse(code: string, message: string): void {
    this.#nextFailure = new ServerError(message, { code });
  }

  #receive(text: string, sender: ServerConnection): void {
    if (!this.#isOpen) return;
    let eventId: string | null = null;
    try {
      const value = this.#parse(text);
      if (typeof value.event_id === 'string' && value.event_id.length <= MAX_EVENT_ID_CHARACTERS)
        eventId = value.event_id;
      this.#handle(checkClientEvent(value));
    } catch (error) {
      this.#refuse(error, eventId, sender);
    }
  }

  #parse(text: string): Readonly<Record<string, unknown>> {
    const { onEvent, clock } = this.#parts;
    try {
      const value = parseClientText(text);
      const { type } = value;
      const seen = typeof type === 'string' ? { ...value, type } : { type: '(malformed)', text };
      onEvent?.('in', seen, clock.nowMs(), this.#tapDetails(text));
      return value;
    } catch (error) {
      onEvent?.('in', { type: '(malformed)', text }, clock.nowMs(), this.#tapDetails(text));
      throw error;
    }
  }

  #handle(event: ClientEvent): void {
    switch (event.type) {
      case 'session.update':
        this.#config = mergeConfig(this.#config, event.session, this.#conversation.hasAssistantAudio);
        this.#configureInput();
        this.#emit({ type: 'session.updated', session: this.#snapshot() });
        return this.#mcp.list(event.session.tools ?? []);
      case 'input_audio_buffer.append':
        return this.#input.append(decodeWireAudio(event.audio, this.#inputFormat, 'audio'));
      case 'input_audio_buffer.commit':
        return this.#commitByClient();
      case 'input_audio_buffer.clear':
        this.#input.clear();
        this.#speechItemId = null;
        return this.#emit({ type: 'input_audio_buffer.cleared' });
      case 'output_audio_buffer.clear':
        return this.#clearByClient();
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
    const { turn_detection } = this.#config.audio.input;
    const canJudge = this.#parts.ears.transcribePause !== undefined;
    this.#input.configure(sampleRateOf(this.#inputFormat), turn_detection, canJudge);
    if (turn_detection?.type !== 'server_vad' || typeof turn_detection.idle_timeout_ms !== 'number')
      this.#idle.cancel();
  }

  /** Whatever the session says, the audio of a call is decoded before it comes here. */
  get #inputFormat(): WireAudioFormat {
    return this.#output === null ? this.#config.audio.input.format : CALL_FORMAT;
  }

  #clearByClient(): void {
    if (this.#output === null) {
      throw new Refusal(
        'output_audio_buffer.clear is for WebRTC and SIP: over a WebSocket the client holds the audio.',
        { code: 'invalid_value', param: 'type' },
      );
    }
    this.#clearOutput();
  }

  /** Stops what the caller hears. The server knows how far that came, so it truncates by itself. */
  #clearOutput(): void {
    const cleared = this.#output?.clear() ?? null;
    if (cleared === null) return;
    this.#emit({ type: 'output_audio_buffer.cleared', response_id: cleared.responseId });
    for (const { itemId, heardMs } of cleared.items) {
      if (this.#conversation.has(itemId)) this.#conversation.truncate(itemId, 0, heardMs);
    }
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

  /** Asks the ears for the words so far; ears that fail leave the judgement to the length of the pause. */
  async #judgePause(pauseNumber: number): Promise<void> {
    const { ears } = this.#parts;
    const audio = new ItemAudio(this.#inputFormat, this.#input.peek());
    const text = await this.#turns
      .hear(audio, (turn) => ears.transcribePause?.(turn) ?? Promise.resolve(''))
      .catch(() => null);
    if (this.#isOpen) this.#input.judgePause(pauseNumber, text === null || isFinishedThought(text));
  }

  #speechStarted(startMs: number): void {
    this.#idle.cancel();
    this.#speechItemId = this.#newId('item');
    this.#emit({ type: 'input_audio_buffer.speech_started', audio_start_ms: startMs, item_id: this.#speechItemId });
    if (this.#config.audio.input.turn_detection?.interrupt_response === false) return;
    this.#active?.cancel('turn_detected');
    this.#clearOutput();
  }

  #speechStopped(endMs: number): void {
    const itemId = (this.#speechItemId ??= this.#newId('item'));
    this.#emit({ type: 'input_audio_buffer.speech_stopped', audio_end_ms: endMs, item_id: itemId });
    this.#commit();
    if (this.#config.audio.input.turn_detection?.create_response !== false) this.#answer();
  }

  /** Answers a turn that the server found itself: what stands against it is reported, the audio goes on. */
  #answer(occasion: Occasion = {}): void {
    try {
      this.#respond({}, occasion);
    } catch (error) {
      this.#refuse(error, null);
    }
  }

  /** Nobody has spoken for `idle_timeout_ms`: what was received is committed, and the model speaks up. */
  #idleTimedOut(startMs: number): void {
    if (this.#active !== null || this.#speechItemId !== null) return;
    const itemId = this.#newId('item');
    this.#speechItemId = itemId;
    const audio_end_ms = Math.round(this.#input.receivedMs);
    this.#emit({
      type: 'input_audio_buffer.timeout_triggered',
      audio_start_ms: Math.round(startMs),
      audio_end_ms,
      item_id: itemId,
    });
    this.#commitItem();
    this.#answer({ isIdle: true });
  }

  #commit(): void {
    const { id, audio } = this.#commitItem();
    const { transcription } = this.#config.audio.input;
    const heard = this.#turns.speak(id, audio, this.#transcription.hints(id, transcription));
    if (transcription === null) heard.catch(() => {});
    else void this.#transcription.report(id, { heard, durationMs: audio.durationMs, model: transcription.model });
  }

  #commitItem(): { id: string; audio: ItemAudio } {
    const id = this.#speechItemId ?? this.#newId('item');
    this.#speechItemId = null;
    const audio = new ItemAudio(this.#inputFormat, this.#input.take());
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
    return { id, audio };
  }

  #createItem(event: ConversationItemCreate): void {
    const { item } = event;
    if (item.type === 'mcp_approval_response') return this.#settleApproval(item, event.previous_item_id);
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
    if (isSaidNow && item.type === 'message' && item.role === 'user')
      this.#turns.write(taken.item.id, item, taken.audio);
    // A call that a client brings is one of an earlier connection: it stands for the response that made it.
    if (isSaidNow && item.type === 'function_call') this.#turns.countResponse();
  }

  /** The answer to a request continues the reply that waited for it, without being asked to: no client does. */
  #settleApproval(item: WireMcpApprovalResponse, previousItemId: string | null | undefined): void {
    const steps = this.#mcp.settle(item);
    this.#conversation.insert({ ...item, id: item.id ?? this.#newId('item') }, null, previousItemId ?? null);
    this.#approvals.push(steps);
    if (this.#active === null) this.#continueApproved();
  }

  #continueApproved(): void {
    const steps = this.#approvals.shift();
    if (steps === undefined) return;
    if (steps === null) this.#answer({});
    else this.#answer({ steps });
  }

  #hasCall(callId: string): boolean {
    return this.#conversation.items.some((item) => item.type === 'function_call' && item.call_id === callId);
  }

  #takeOver(item: WireItem, path: string): ItemWithAudio {
    const { input, output } = this.#config.audio;
    const newId = (prefix: string): string => this.#newId(prefix);
    return takeOverItem(item, { newId, inputFormat: input.format, outputFormat: output.format, path });
  }

  #respond(request: WireResponseRequest, { isIdle = false, steps }: Occasion = {}): void {
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
    const settings = this.#settings(request);
    this.#mcp.list(settings.tools);
    const question = this.#question(
      request,
      settings,
      input.map((entry) => Conversation.remembered(entry)),
      { isOutOfBand, isIdle },
    );
    const { clock, pace, brain, voice } = this.#parts;
    const response = new Response({
      clock,
      pace,
      brain: steps === undefined ? brain : { respond: async () => steps },
      voice,
      mcp: this.#mcp,
      settings,
      input,
      question,
      emit: (event) => this.#emit(event),
      output: this.#output,
      newId: (prefix) => this.#newId(prefix),
      conversationId: this.#conversationId,
      conversation: isOutOfBand ? null : this.#conversation,
      injectFault: (fault) => void this.#parts.faults.inject(fault, this.#sessionId),
      onEnd: (totalTokens, playedAtMs) => this.#responseEnded(response, totalTokens, playedAtMs),
    });
    if (isOutOfBand) this.#outOfBand.set(response.id, response);
    else {
      this.#active = response;
      this.#idle.cancel();
    }
    void response.run();
  }

  #settings(request: WireResponseRequest): ResponseSettings {
    const settings = responseSettings(this.#config, request);
    return this.#output === null ? settings : { ...settings, format: CALL_FORMAT };
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
    { isOutOfBand, isIdle }: { isOutOfBand: boolean; isIdle: boolean },
  ): (signal: AbortSignal) => Promise<BrainRequest> {
    const written = request.input?.flatMap((item) =>
      item.type === 'message' && item.role === 'user' ? [Promise.resolve(writtenText(item))] : [],
    );
    const turns = written !== undefined && written.length > 0 ? written : this.#turns.texts;
    const responseIndex = isOutOfBand || isIdle ? 0 : this.#turns.countResponse();
    const failure = this.#nextFailure;
    this.#nextFailure = null;
    return async (signal) => {
      if (failure !== null) throw failure;
      const userTurns = await Promise.all(turns);
      return {
        instructions: settings.instructions,
        tools: settings.tools.filter((tool) => tool.type === 'function'),
        toolChoice: request.tool_choice ?? this.#config.tool_choice,
        items: await this.#turns.transcribed(items),
        userTurns,
        lastUserText: userTurns.at(-1),
        responseIndex,
        isOutOfBand,
        isIdle,
        signal,
      };
    };
  }

  #responseEnded(response: Response, totalTokens: number, playedAtMs: number): void {
    this.#output?.end(response.id);
    if (this.#active === response) {
      this.#active = null;
      const { turn_detection } = this.#config.audio.input;
      const timeoutMs = turn_detection?.type === 'server_vad' ? turn_detection.idle_timeout_ms : null;
      if (typeof timeoutMs === 'number') this.#idle.start(playedAtMs, timeoutMs);
    }
    this.#outOfBand.delete(response.id);
    this.#emit({ type: 'rate_limits.updated', rate_limits: this.#rateLimits.spend(totalTokens) });
    if (this.#active === null) this.#continueApproved();
  }

  #cancel(responseId: string | undefined): void {
    const isActive = responseId === undefined || responseId === this.#active?.id;
    const response = isActive ? this.#active : this.#outOfBand.get(responseId);
    if (response === null || response === undefined) {
      throw new Refusal('Cancellation failed: no active response found.', { code: 'response_cancel_not_active' });
    }
    response.cancel('client_cancelled');
  }

  #snapshot(): SessionSnapshot {
    const expires_at = Math.floor(this.#expiresAtMs / 1000);
    return { ...this.#config, id: this.#sessionId, object: 'realtime.session', expires_at };
  }

  /** Answers whoever sent the refused event; without a sender, everybody. */
  #refuse(error: unknown, eventId: string | null, sender?: ServerConnection): void {
    const isRefusal = error instanceof Refusal;
    const body = {
      code: isRefusal ? error.code : 'server_error',
      message: error instanceof Error ? error.message : String(error),
      param: isRefusal ? error.param : null,
      event_id: eventId,
    };
    this.#emitError(isRefusal ? 'invalid_request_error' : 'server_error', body, sender);
  }

  #emitError(
    type: ErrorBody['type'],
    error: Pick<ErrorBody, 'code' | 'message'> & Partial<Pick<ErrorBody, 'param' | 'event_id'>>,
    only?: ServerConnection,
  ): void {
    this.#emit({ type: 'error', error: { type, param: null, event_id: null, ...error } }, only);
  }

  #emit(event: EventBody, only?: ServerConnection): void {
    if (!this.#isOpen) return;
    const { onEvent, clock } = this.#parts;
    const sent: SentEvent = { event_id: this.#newId('event'), ...event };
    const text = JSON.stringify(sent);
    onEvent?.('out', { ...sent }, clock.nowMs(), this.#tapDetails(text));
    for (const connection of only === undefined ? this.#connections : [only]) connection.send(text);
  }

  #tapDetails(text: string): TapDetails {
    return { sessionId: this.#sessionId, bytes: Buffer.byteLength(text) };
  }

  #newId(prefix: string): string {
    this.#lastId += 1;
    const id = `${prefix}_${this.#parts.sessionNumber}_${String(this.#lastId).padStart(6, '0')}`;
    // A client may have given an item of its own the very id that comes next.
    return prefix === 'item' && this.#conversation.has(id) ? this.#newId(prefix) : id;
  }
}

/** Milliseconds since 1970 on the system's clock; on any other, since that clock's own beginning. */
function epochMs(clock: Clock): number {
  return clock === systemClock ? performance.timeOrigin + clock.nowMs() : clock.nowMs();
}
