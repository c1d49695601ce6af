import { type Clock, systemClock, type Timer } from '../clock.ts';
import type {
  ClientEvent,
  ConversationItemCreate,
  WireItem,
  WireMcpApprovalResponse,
  WireSession,
} from '../protocol/client-events.ts';
import type { Brain } from './brain.ts';
import { checkClientEvent } from './client-event.ts';
import { type ItemWithAudio, takeOverItem } from './client-item.ts';
import type { ServerConnection } from './connection.ts';
import { Conversation } from './conversation.ts';
import type { Ears } from './ears.ts';
import type { FaultBoard } from './fault-board.ts';
import type { IncidentTarget } from './fault-line.ts';
import { HostedMcp } from './hosted-mcp.ts';
import { Listening } from './listening.ts';
import { OutputBuffer } from './output-buffer.ts';
import type { PaceOptions } from './pace.ts';
import { Refusal } from './refusal.ts';
import { Responses } from './responses.ts';
import type { Scenario } from './scenario.ts';
import type { Emit, SessionSnapshot } from './sent-event.ts';
import { defaultConfig, mergeConfig, PCM_FORMAT, type SessionConfig } from './session-config.ts';
import { SessionWire } from './session-wire.ts';
import type { RealtimeServerTap } from './tap.ts';
import { UserTurns } from './user-turns.ts';
import type { Voice } from './voice.ts';
import { decodeWireAudio } from './wire-audio.ts';

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

/** One session: what its clients ask for, done by the part that it concerns. */
export class Session implements IncidentTarget {
  readonly #parts: SessionParts;
  readonly #wire: SessionWire;
  readonly #emit: Emit;
  readonly #conversation: Conversation;
  readonly #turns: UserTurns;
  readonly #mcp: HostedMcp;
  readonly #listening: Listening;
  readonly #responses: Responses;
  /** Null where the client holds the audio itself. */
  readonly #output: OutputBuffer | null;
  readonly #limit: Timer;
  readonly #expiresAtMs: number;
  #config: SessionConfig;
  #isOpen = true;

  constructor(parts: SessionParts) {
    this.#parts = parts;
    const { clock, ears, brain, voice, pace, faults, onEvent, sessionNumber, sessionLimitMs, model, session } = parts;
    this.#wire = new SessionWire({
      clock,
      faults,
      onEvent,
      sessionNumber,
      hasItem: (itemId) => this.#conversation.has(itemId),
      handle: (event) => this.#handle(checkClientEvent(event)),
      target: this,
    });
    const emit: Emit = (event) => this.#wire.emit(event);
    const newId = (prefix: string): string => this.#wire.newId(prefix);
    const config = (): SessionConfig => this.#config;
    this.#emit = emit;
    this.#expiresAtMs = epochMs(clock) + sessionLimitMs;
    this.#limit = clock.schedule(sessionLimitMs, () => this.expire());
    const conversationId = newId('conv');
    const initial = defaultConfig(model ?? session?.model);
    this.#config = session === undefined ? initial : mergeConfig(initial, session, false);
    const conversation = new Conversation(emit);
    const turns = new UserTurns(clock, ears);
    const mcp = new HostedMcp({ emit, newId, conversation, listings: parts.mcp });
    this.#output = parts.isCall === true ? outputBuffer(emit) : null;
    this.#listening = new Listening({
      clock,
      ears,
      emit,
      newId,
      conversation,
      turns,
      config,
      // Whatever the session says, the audio of a call is decoded before it comes here.
      fixedFormat: this.#output === null ? null : PCM_FORMAT,
      onBargeIn: () => {
        this.#responses.interrupt('turn_detected');
        this.#clearOutput();
      },
      onTurn: (occasion) => this.#responses.answer(occasion),
      isResponding: () => this.#responses.isActive,
    });
    this.#responses = new Responses({
      clock,
      pace,
      brain,
      voice,
      emit,
      newId,
      conversationId,
      conversation,
      turns,
      mcp,
      call: this.#output === null ? null : { output: this.#output, format: PCM_FORMAT },
      config,
      takeOver: (item, path) => this.#takeOver(item, path),
      injectFault: (fault) => void faults.inject(fault, this.#wire.sessionId),
      refuse: (error) => this.#wire.refuse(error, null),
      onBegin: () => this.#listening.stopWaiting(),
      onEnd: (playedAtMs) => this.#listening.awaitUser(playedAtMs),
    });
    this.#conversation = conversation;
    this.#turns = turns;
    this.#mcp = mcp;
  }

  /** Gives a connection the session's events and a say in it, beginning with `session.created`. */
  attach(connection: ServerConnection): void {
    this.#wire.attach(connection, { type: 'session.created', session: this.#snapshot() });
  }

  /** Takes what the caller says; PCM16 at 24 kHz. */
  hear(samples: Int16Array): void {
    if (!this.#isOpen) return;
    try {
      this.#listening.append(samples);
    } catch (error) {
      this.#listening.clear();
      this.#wire.refuse(error, null);
    }
  }

  /** Tells the clients that the caller has pressed a key. */
  press(key: string): void {
    const received_at = Math.floor(epochMs(this.#parts.clock) / 1000);
    this.#emit({ type: 'input_audio_buffer.dtmf_event_received', event: key, received_at });
  }

  /** Fills a packet with what the caller is to hear next; PCM16 at 24 kHz. */
  speak(packet: Int16Array): void {
    if (this.#isOpen) this.#output?.pull(packet);
  }

  /** Stops all work and closes the connections that are left. */
  end(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#wire.end();
    this.#limit.cancel();
    this.#listening.end();
    this.#responses.end();
    this.#wire.closeAll(1000, 'the call has ended');
  }

  /** Ends the session as the service does when its time is up. */
  expire(): void {
    const { sessionLimitMs } = this.#parts;
    this.#wire.emitError('invalid_request_error', {
      code: 'session_expired',
      message: `Your session hit the maximum duration of ${Math.round(sessionLimitMs / 60_000)} minutes.`,
    });
    this.#wire.closeAll(1001, 'session expired');
  }

  /** Lets the next response fail before it begins. */
  failNextResponse(code: string, message: string): void {
    this.#responses.failNext(code, message);
  }

  #handle(event: ClientEvent): void {
    switch (event.type) {
      case 'session.update':
        this.#config = mergeConfig(this.#config, event.session, this.#conversation.hasAssistantAudio);
        this.#listening.configure();
        this.#emit({ type: 'session.updated', session: this.#snapshot() });
        return this.#mcp.list(event.session.tools ?? []);
      case 'input_audio_buffer.append':
        return this.#listening.append(decodeWireAudio(event.audio, this.#listening.format, 'audio'));
      case 'input_audio_buffer.commit':
        return this.#listening.commit();
      case 'input_audio_buffer.clear':
        this.#listening.clear();
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
        return this.#responses.create(event.response ?? {});
      case 'response.cancel':
        return this.#responses.cancel(event.response_id);
    }
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

  #createItem(event: ConversationItemCreate): void {
    const { item } = event;
    if (item.type === 'mcp_approval_response') return this.#settleApproval(item, event.previous_item_id);
    if (item.type === 'function_call_output' && !this.#hasCall(item.call_id)) {
      throw new Refusal(`Tool call ID '${item.call_id}' not found in conversation.`, {
        code: 'invalid_tool_call_id',
        param: 'item.call_id',
      });
    }
    if (item.id !== undefined && item.id === this.#listening.speechItemId) {
      throw new Refusal(`Error adding item: '${item.id}' is the item of the speech that has just started.`, {
        code: 'item_create_duplicate_item_id',
        param: 'item.id',
      });
    }
    const taken = this.#takeOver(item, 'item');
    this.#conversation.insert(taken.item, taken.audio, event.previous_item_id);
    // A message that is put at a named place rewrites history; one that is appended is said now.
    const isSaidNow = event.previous_item_id === undefined;
    if (isSaidNow && item.type === 'message' && item.role === 'user')
      this.#turns.write(taken.item.id, item, taken.audio);
    // A call that a client brings is one of an earlier connection: it stands for the response that made it.
    if (isSaidNow && item.type === 'function_call') this.#turns.countResponse();
  }

  /** The answer to a request continues the reply that waited for it, without being asked to: no client does. */
  #settleApproval(item: WireMcpApprovalResponse, previousItemId: string | undefined): void {
    this.#mcp.checkApproval(item);
    this.#conversation.insert({ ...item, id: item.id ?? this.#wire.newId('item') }, null, previousItemId ?? null);
    this.#responses.continueWith(this.#mcp.settle(item));
  }

  #hasCall(callId: string): boolean {
    return this.#conversation.items.some((item) => item.type === 'function_call' && item.call_id === callId);
  }

  #takeOver(item: WireItem, path: string): ItemWithAudio {
    const { input, output } = this.#config.audio;
    const newId = (prefix: string): string => this.#wire.newId(prefix);
    return takeOverItem(item, { newId, inputFormat: input.format, outputFormat: output.format, path });
  }

  #snapshot(): SessionSnapshot {
    const expires_at = Math.floor(this.#expiresAtMs / 1000);
    return { ...this.#config, id: this.#wire.sessionId, object: 'realtime.session', expires_at };
  }
}

function outputBuffer(emit: Emit): OutputBuffer {
  return new OutputBuffer({
    onStarted: (responseId) => emit({ type: 'output_audio_buffer.started', response_id: responseId }),
    onStopped: (responseId) => emit({ type: 'output_audio_buffer.stopped', response_id: responseId }),
  });
}

/** Milliseconds since 1970 on the system's clock; on any other, since that clock's own beginning. */
function epochMs(clock: Clock): number {
  return clock === systemClock ? performance.timeOrigin + clock.nowMs() : clock.nowMs();
}
