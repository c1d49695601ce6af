import type { SessionConfig } from '../protocol/session-config.ts';
import type { RealtimeSessionPayload } from '../protocol/session-payload.ts';
import {
  DEFAULT_OPENAI_REALTIME_SESSION_CONFIG,
  mergeSessionPayload,
  sessionPayload,
} from '../protocol/session-payload.ts';
import type { WireFormat } from './output-audio.ts';
import { wireFormat } from './output-audio.ts';

/** The configuration of one connection, as it was sent and as the server stated it; later updates build on what was sent. */
export class NegotiatedConfig {
  /** The model of this connection, or of the next one. */
  model: string;
  /** As the server last stated it. */
  stated: RealtimeSessionPayload | null = null;
  /** As it was sent, whole; `null` before the first of a connection. */
  #sent: RealtimeSessionPayload | null = null;
  #sentTracing: string | undefined;
  #responseFormats: Map<string, WireFormat> | null = null;

  constructor(model: string) {
    this.model = model;
  }

  /** The connection is gone. */
  reset(): void {
    this.stated = null;
    this.#sent = null;
    this.#sentTracing = undefined;
    this.#responseFormats = null;
  }

  /** The whole that an update leads to: what was sent before, or the defaults, and `config` over it. */
  merged(config: SessionConfig): RealtimeSessionPayload {
    return mergeSessionPayload(this.#sent ?? this.#defaults(), sessionPayload(config));
  }

  /** The whole of a connection that begins with `config`. */
  initial(config: SessionConfig): RealtimeSessionPayload {
    return mergeSessionPayload(this.#defaults(), sessionPayload(config));
  }

  /** It was sent. */
  sent(session: RealtimeSessionPayload): void {
    this.#sent = session;
  }

  /** Whether `tracing` differs from what was sent of it; what is not said changes nothing. */
  changesTracing(tracing: SessionConfig['tracing']): boolean {
    const text = JSON.stringify(tracing);
    if (tracing === undefined || text === this.#sentTracing) return false;
    this.#sentTracing = text;
    return true;
  }

  /** Whether the server finds the user's turns by itself, by what was sent. */
  get detectsTurns(): boolean {
    return this.#turnDetection() !== null;
  }

  /** Whether the server answers each user turn by itself, by what was sent. */
  get createsResponses(): boolean {
    const detection = this.#turnDetection();
    return detection !== null && detection?.['create_response'] !== false;
  }

  /** Whether the server cancels its response when the user speaks, by its own word if it has given any. */
  get interruptsResponses(): boolean {
    const detection = this.stated?.audio?.input?.turn_detection ?? this.#turnDetection();
    return detection?.['interrupt_response'] !== false;
  }

  get inputFormat(): WireFormat {
    return wireFormat(this.#sent?.audio?.input?.format);
  }

  /** The format of the model's audio; a response may have one of its own. */
  outputFormat(responseId: string): WireFormat {
    return this.#responseFormats?.get(responseId) ?? this.#outputFormat();
  }

  /** A response began; `stated` is the format that it says of itself, if any. */
  responseStarted(responseId: string, stated: unknown): void {
    (this.#responseFormats ??= new Map()).set(responseId, this.#outputFormat(stated));
  }

  responseDone(responseId: string): void {
    this.#responseFormats?.delete(responseId);
  }

  #outputFormat(stated?: unknown): WireFormat {
    return wireFormat(stated ?? this.#sent?.audio?.output?.format ?? this.stated?.audio?.output?.format);
  }

  #turnDetection(): Record<string, unknown> | null | undefined {
    return (this.#sent ?? this.#defaults()).audio?.input?.turn_detection;
  }

  #defaults(): RealtimeSessionPayload {
    return { ...sessionPayload(DEFAULT_OPENAI_REALTIME_SESSION_CONFIG), model: this.model };
  }
}
