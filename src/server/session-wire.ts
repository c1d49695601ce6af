import type { Clock } from '../clock.ts';
import { type JsonObject, parseClientText } from './client-event.ts';
import type { ServerConnection } from './connection.ts';
import type { FaultBoard } from './fault-board.ts';
import { FaultLine, type IncidentTarget } from './fault-line.ts';
import { Refusal } from './refusal.ts';
import type { ErrorBody, EventBody, SentEvent } from './sent-event.ts';
import type { RealtimeServerTap, TapDetails } from './tap.ts';

/** Longer ones are refused, and not repeated. */
const MAX_EVENT_ID_CHARACTERS = 512;

/** What the wire of a session works with. */
export interface WireParts {
  readonly clock: Clock;
  readonly faults: FaultBoard;
  readonly onEvent: RealtimeServerTap | undefined;
  /** Distinguishes the ids of this session from those of others. */
  readonly sessionNumber: number;
  /** Whether the conversation has an item of this id, which a client may have chosen. */
  readonly hasItem: (itemId: string) => boolean;
  /** Takes the JSON object of a client; what it throws is answered with `error`. */
  readonly handle: (event: JsonObject) => void;
  /** What faults do to the session. */
  readonly target: IncidentTarget;
}

/** The connections of one session: numbers what goes out, answers what is refused, shows all of it to the tap. */
export class SessionWire {
  readonly sessionId: string;
  readonly #parts: WireParts;
  readonly #connections = new Set<ServerConnection>();
  #lastId = 0;
  #isOpen = true;

  constructor(parts: WireParts) {
    this.#parts = parts;
    this.sessionId = this.newId('sess');
  }

  /** Adds a connection, whose first event is `greeting`. */
  attach(connection: ServerConnection, greeting: EventBody): void {
    const { clock, faults, target } = this.#parts;
    const line = new FaultLine(connection, clock, target);
    this.#connections.add(line);
    faults.add(this.sessionId, line);
    line.onText((text) => this.#receive(text, line));
    line.onClose(() => {
      this.#connections.delete(line);
      faults.remove(line);
    });
    this.emit(greeting, line);
  }

  /** Closes every connection; the session may go on. */
  closeAll(code: number, reason: string): void {
    for (const connection of this.#connections) connection.close(code, reason);
  }

  /** Sends and takes nothing any more. */
  end(): void {
    this.#isOpen = false;
  }

  /** Sends an event to everybody, or to one connection only. */
  emit(event: EventBody, only?: ServerConnection): void {
    if (!this.#isOpen) return;
    const { onEvent, clock } = this.#parts;
    const sent: SentEvent =
      event.type === 'input_audio_buffer.dtmf_event_received' ? event : { event_id: this.newId('event'), ...event };
    const text = JSON.stringify(sent);
    onEvent?.('out', { ...sent }, clock.nowMs(), this.#tapDetails(text));
    for (const connection of only === undefined ? this.#connections : [only]) connection.send(text);
  }

  /** Answers whoever sent the refused event; without a sender, everybody. */
  refuse(error: unknown, eventId: string | null, sender?: ServerConnection): void {
    const isRefusal = error instanceof Refusal;
    const body = {
      code: isRefusal ? error.code : 'server_error',
      message: error instanceof Error ? error.message : String(error),
      param: isRefusal ? error.param : null,
      event_id: eventId,
    };
    this.emitError(isRefusal ? 'invalid_request_error' : 'server_error', body, sender);
  }

  emitError(
    type: ErrorBody['type'],
    error: Pick<ErrorBody, 'code' | 'message'> & Partial<Pick<ErrorBody, 'param' | 'event_id'>>,
    only?: ServerConnection,
  ): void {
    this.emit({ type: 'error', error: { type, param: null, event_id: null, ...error } }, only);
  }

  newId(prefix: string): string {
    const { sessionNumber, hasItem } = this.#parts;
    this.#lastId += 1;
    const id = `${prefix}_${sessionNumber}_${String(this.#lastId).padStart(6, '0')}`;
    // A client may have given an item of its own the very id that comes next.
    return prefix === 'item' && hasItem(id) ? this.newId(prefix) : id;
  }

  #receive(text: string, sender: ServerConnection): void {
    if (!this.#isOpen) return;
    let eventId: string | null = null;
    try {
      const value = this.#parse(text);
      const { event_id: given } = value;
      if (typeof given === 'string' && given.length <= MAX_EVENT_ID_CHARACTERS) eventId = given;
      this.#parts.handle(value);
    } catch (error) {
      this.refuse(error, eventId, sender);
    }
  }

  #parse(text: string): JsonObject {
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

  #tapDetails(text: string): TapDetails {
    return { sessionId: this.sessionId, bytes: Buffer.byteLength(text) };
  }
}
